"""Recipe: thresholds, minimum sizes and limits for one product, kept as a TOML file.

The file::

    name = "galvanised"        # the file's own name where it is left out
    dark_mean = 12.0           # brightness, 0 to 255, of a frame's brightest part, below which it is dark
    check_frozen = true        # a live frame that repeats the one before pixel for pixel is not inspected

    [every_class]              # what holds for every class that says nothing else
    review_margin = 0.2

    [class.scratches]          # what holds for one class, by its name in the taxonomy
    gate = 0.4
    reject_area_mm2 = 12.0
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any

from models.labels.taxonomy import Taxonomy

DEFAULT_DARK_MEAN = 12.0
DEFAULT_REVIEW_MARGIN = 0.2


class RecipeError(ValueError):
    """A recipe that cannot be used; the message names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What a recipe says of a class; ``None`` leaves it to ``[every_class]`` and then to the bundle or the default.

    ``gate`` (0 to 1) is the presence probability from which the class is drawn, ``pixel_threshold`` (0 to 1) that from
    which a pixel belongs to it, ``min_area_px`` the size below which a piece is dropped; all three override the
    bundle's. ``reject_area_px`` and ``reject_area_mm2`` limit the class's total area in one frame: mm² decide where
    the frame's scale is known and the limit is given, pixels otherwise. ``reject_count`` limits the number of its
    findings. A frame is rejected *over* a limit, not at it; a defect class without any limit rejects at its first
    pixel. ``review_margin`` (0 to 1) is the review band: the share of the way from the gate down to 0 and up to 1
    within which a probability is too near the gate to be trusted. It is a share, not a distance, so that a low gate
    keeps a narrow band below it.
    """

    gate: float | None = None
    pixel_threshold: float | None = None
    min_area_px: int | None = None
    reject_area_px: int | None = None
    reject_area_mm2: float | None = None
    reject_count: int | None = None
    review_margin: float | None = None

    def over(self, base: ClassRule) -> ClassRule:
        """This rule, with what it leaves open taken from ``base``.

        The limits go together: a rule that gives any limit of its own takes none of the base's.
        """
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        limited = any(own[key] is not None for key in _LIMITS)
        return ClassRule(
            **{
                key: getattr(base, key) if value is None and not (limited and key in _LIMITS) else value
                for key, value in own.items()
            }
        )


_LIMITS = ("reject_area_px", "reject_area_mm2", "reject_count")


@dataclass(frozen=True, slots=True)
class _Key:
    """How one key of the file is checked: its type and its range, both ends included."""

    kind: type
    least: float = 0.0
    most: float = math.inf

    def read(self, value: object, where: str) -> Any:
        if self.kind in (bool, str):
            if not isinstance(value, self.kind):
                raise RecipeError(f"{where} is {value!r}; write {'true or false' if self.kind is bool else 'a text'}.")
            return value
        wanted = "a whole number" if self.kind is int else "a number"
        accepted = (int,) if self.kind is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, accepted) or not self.least <= value <= self.most:
            span = f"from {self.least:g} to {self.most:g}" if math.isfinite(self.most) else f"of {self.least:g} or more"
            raise RecipeError(f"{where} is {value!r}; write {wanted} {span}.")
        return self.kind(value)


_CLASS_KEYS: Mapping[str, _Key] = {
    "gate": _Key(float, 0, 1),
    "pixel_threshold": _Key(float, 0, 1),
    "min_area_px": _Key(int),
    "reject_area_px": _Key(int),
    "reject_area_mm2": _Key(float),
    "reject_count": _Key(int),
    "review_margin": _Key(float, 0, 1),
}
_TOP_KEYS: Mapping[str, _Key] = {
    "name": _Key(str),
    "dark_mean": _Key(float, 0, 255),
    "check_frozen": _Key(bool),
}
_TABLES = ("every_class", "class")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Thresholds, minimum sizes and limits for one product.

    ``dark_mean`` is the mean brightness of a frame's brightest part, scaled to 0 to 255, below which the frame counts
    as dark (0 turns the check off). ``check_frozen`` says whether a live frame equal to the one before it counts as
    frozen. ``classes`` holds the rules by class name; ask ``rule`` for what holds for a class in the end.
    """

    name: str = "default"
    dark_mean: float = DEFAULT_DARK_MEAN
    check_frozen: bool = True
    every_class: ClassRule = ClassRule(review_margin=DEFAULT_REVIEW_MARGIN)
    classes: Mapping[str, ClassRule] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def default(cls) -> Recipe:
        """The bundle's own thresholds, and every pixel of a defect rejects; ``resources/recipes/default.toml``."""
        return cls()

    @classmethod
    def load(cls, path: Path) -> Recipe:
        """Read a TOML file. Raises ``RecipeError`` where it cannot be read or holds what a recipe does not know."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            detail = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise RecipeError(f"Recipe {path} cannot be read: {detail}; give the path of a TOML file.") from error
        return cls.parse(text, str(path), name=path.stem)

    @classmethod
    def parse(cls, text: str, origin: str, name: str = "recipe") -> Recipe:
        """Read TOML text; ``origin`` names it in messages and ``name`` is used where the text gives none."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise RecipeError(f"Recipe {origin} is not valid TOML: {error}.") from error
        _refuse_unknown(content, (*_TOP_KEYS, *_TABLES), origin)
        top = {key: _TOP_KEYS[key].read(content[key], _place(origin, key)) for key in _TOP_KEYS if key in content}
        named = _table(content, "class", origin)
        return cls(
            name=top.get("name") or name,
            dark_mean=top.get("dark_mean", DEFAULT_DARK_MEAN),
            check_frozen=top.get("check_frozen", True),
            every_class=_rule(_table(content, "every_class", origin), origin, "every_class").over(cls().every_class),
            classes=MappingProxyType(
                {key: _rule(_table(named, key, origin, "class."), origin, f"class.{key}") for key in named}
            ),
        )

    def rule(self, class_name: str) -> ClassRule:
        """What holds for a class: its own rule over that of every class."""
        return self.classes.get(class_name, ClassRule()).over(self.every_class)

    def to_json(self) -> dict[str, Any]:
        """What the recipe says, as a JSON-ready mapping laid out like the file; what it leaves open is left out."""
        return {
            "name": self.name,
            "dark_mean": self.dark_mean,
            "check_frozen": self.check_frozen,
            "every_class": _given(self.every_class),
            "class": {name: _given(rule) for name, rule in self.classes.items()},
        }

    def check(self, taxonomy: Taxonomy) -> None:
        """Raise ``RecipeError`` where a rule names a class the taxonomy lacks: a mistyped limit would never reject."""
        for name in self.classes:
            if name not in taxonomy.names:
                raise RecipeError(
                    f"Recipe '{self.name}' has a rule for class '{name}', but the model's classes are "
                    f"{', '.join(taxonomy.names)}; correct the name or choose a recipe for this model."
                )


def _place(origin: str, key: str) -> str:
    return f"Key '{key}' of recipe {origin}"


def _refuse_unknown(content: Mapping[str, Any], known: tuple[str, ...], origin: str, prefix: str = "") -> None:
    for key in content:
        if key not in known:
            raise RecipeError(f"{_place(origin, prefix + key)} is not known; the keys are {', '.join(known)}.")


def _table(content: Mapping[str, Any], key: str, origin: str, prefix: str = "") -> Mapping[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise RecipeError(f"{_place(origin, prefix + key)} is {value!r}; write it as a table, [{prefix}{key}].")
    return value


def _given(rule: ClassRule) -> dict[str, Any]:
    return {f.name: value for f in fields(rule) if (value := getattr(rule, f.name)) is not None}


def _rule(table: Mapping[str, Any], origin: str, where: str) -> ClassRule:
    _refuse_unknown(table, tuple(_CLASS_KEYS), origin, f"{where}.")
    return ClassRule(**{key: _CLASS_KEYS[key].read(table[key], _place(origin, f"{where}.{key}")) for key in table})
