"""Dataclasses from TOML tables: every key is checked by name and type, and an error names it."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class PlanError(ValueError):
    """A plan that cannot be followed; one sentence names the file, the key and the remedy."""


def read_record(kind: type[T], table: Mapping[str, Any], path: Path, where: str = "") -> T:
    """A ``kind`` from a table of the file ``path``; ``where`` is what its keys are called before their names.

    A field ``options`` takes every key that is no other field. Raises ``PlanError`` for an unknown or missing key and
    for a value of another type.
    """
    hints = typing.get_type_hints(kind)
    if "options" in hints:
        own = hints.keys() - {"options"}
        options = {key: value for key, value in table.items() if key not in own}
        table = {**{key: value for key, value in table.items() if key in own}, "options": options}
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise PlanError(f"{path}: there is no key '{where}{unknown[0]}'; known are {', '.join(sorted(hints))}.")
    values: dict[str, Any] = {}
    for entry in dataclasses.fields(typing.cast("Any", kind)):
        key = f"{where}{entry.name}"
        if entry.name in table:
            values[entry.name] = _value(hints[entry.name], table[entry.name], path, key)
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise PlanError(f"{path}: the key '{key}' is missing; add it.")
    return kind(**values)


def _value(hint: Any, value: Any, path: Path, key: str) -> Any:
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) or typing.get_origin(hint) is Mapping:
        if not isinstance(value, dict):
            raise PlanError(f"{path}: '{key}' must be a table, [{key}].")
        if dataclasses.is_dataclass(hint):
            return read_record(typing.cast("type[Any]", hint), value, path, f"{key}.")
        return {name: _value(typing.get_args(hint)[1], item, path, f"{key}.{name}") for name, item in value.items()}
    if typing.get_origin(hint) is tuple:
        return _tuple(typing.get_args(hint), value, path, key)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise PlanError(f"{path}: '{key}' is {value!r} and must be of type {hint.__name__}.")
    return value


def _tuple(kinds: tuple[Any, ...], value: Any, path: Path, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise PlanError(f"{path}: '{key}' is {value!r} and must be a list.")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise PlanError(f"{path}: '{key}' has {len(value)} values and must have {len(kinds)}.")
    return tuple(_value(kind, item, path, key) for kind, item in zip(kinds, value, strict=True))
