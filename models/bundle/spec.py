"""What a bundle says of itself: network, classes, input, thresholds, and where it came from."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from models.labels.taxonomy import Taxonomy, TaxonomyError

TASKS = ("cascade", "classify")
"""``cascade``: a class gate, then masks. ``classify``: class probabilities alone."""
FRONT_ENDS = ("", "shadow_regions")
"""'' hands frames to the network as they are. ``shadow_regions`` finds what stands out, for a classifier to name."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")


class BundleError(ValueError):
    """A bundle that cannot be read, trusted or written; one sentence names the thing and the remedy."""


@dataclass(frozen=True, slots=True)
class BundleSpec:
    """The specification of a trained network, as ``bundle.json`` stores it.

    ``network`` and ``network_options`` name an entry of the network registry and its keyword arguments. The network
    takes (N, ``channels``, H, W) float32: pixels scaled to 0..1, then ``(pixel - mean) / std`` a channel; H and W are
    multiples of ``multiple_px``. A frame too big for one pass is cut into tiles of ``tile_px`` (height, width) that
    overlap by ``overlap_px``.

    ``exclusive``: a pixel has one class (softmax over background and classes); else classes may overlap (a sigmoid
    each). ``gates`` and ``pixel_thresholds`` are probabilities, ``min_area_px`` pixels, all by class name; gates name
    every class, the two others every class of a cascade. ``front_end`` is '' or, for a classifier, 'shadow_regions':
    then the network sees no frames but regions of them, resized to ``tile_px``. ``created_utc`` is ISO 8601 with an
    offset. ``data``, ``metrics`` and ``training`` are JSON mappings for the card and for people.

    Raises ``BundleError`` where a value cannot be.
    """

    name: str
    title: str
    network: str
    taxonomy: Taxonomy
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    tile_px: tuple[int, int]
    gates: Mapping[str, float]
    pixel_thresholds: Mapping[str, float] = field(default_factory=dict)
    min_area_px: Mapping[str, int] = field(default_factory=dict)
    overlap_px: int = 32
    multiple_px: int = 32
    exclusive: bool = False
    task: str = "cascade"
    front_end: str = ""
    network_options: Mapping[str, Any] = field(default_factory=dict)
    created_utc: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise _wrong("name", f"'{self.name}' cannot be a folder name", "use letters, digits, '_', '-', '+' and '.'")
        if self.task not in TASKS:
            raise _wrong("task", f"'{self.task}' is unknown", f"use {' or '.join(TASKS)}")
        if self.front_end not in FRONT_ENDS:
            raise _wrong("front_end", f"'{self.front_end}' is unknown", "use '' or 'shadow_regions'")
        if self.front_end and self.task != "classify":
            raise _wrong(
                "front_end", f"'{self.front_end}' does not fit task '{self.task}'", "use '', or task 'classify'"
            )
        self._check_time()
        self._check_input()
        self._check_tiles()
        self._check_by_class("gates", self.gates, required=True, highest=1.0)
        drawn = self.task == "cascade"
        self._check_by_class("pixel_thresholds", self.pixel_thresholds, required=drawn, highest=1.0)
        self._check_by_class("min_area_px", self.min_area_px, required=drawn, highest=math.inf)

    @property
    def draws(self) -> bool:
        """Whether it says where in a frame a class is; else it fills no mask and finds no piece."""
        return self.task == "cascade" or bool(self.front_end)

    def _check_time(self) -> None:
        try:
            aware = datetime.fromisoformat(self.created_utc).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise _wrong("created_utc", f"'{self.created_utc}' is no time with an offset", "write it as ISO 8601")

    def _check_input(self) -> None:
        if self.channels not in (1, 3):
            raise _wrong("channels", f"is {self.channels}", "use 1 (grey) or 3 (RGB)")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) != self.channels:
                raise _wrong(name, f"has {len(values)} values for {self.channels} channel(s)", "give one a channel")
            if not all(math.isfinite(value) for value in values):
                raise _wrong(name, "is not finite", "give numbers for pixels scaled to 0..1")
        if min(self.std) <= 0:
            raise _wrong("std", "is not above 0", "give the standard deviation of pixels scaled to 0..1")

    def _check_tiles(self) -> None:
        if self.multiple_px < 1:
            raise _wrong("multiple_px", f"is {self.multiple_px}", "use the network's stride, such as 32")
        if any(side < 1 or side % self.multiple_px for side in self.tile_px):
            raise _wrong("tile_px", f"is {list(self.tile_px)}", f"use multiples of multiple_px ({self.multiple_px})")
        if not 0 <= self.overlap_px < min(self.tile_px):
            raise _wrong("overlap_px", f"is {self.overlap_px}", "use 0 or more, and less than the tile's shorter side")

    def _check_by_class(self, name: str, values: Mapping[str, float], *, required: bool, highest: float) -> None:
        known = self.taxonomy.names
        for unknown in (key for key in values if key not in known):
            raise _wrong(name, f"names class '{unknown}', which the taxonomy lacks", f"use {', '.join(known)}")
        for missing in (key for key in known if required and key not in values):
            raise _wrong(name, f"lacks class '{missing}'", "give every class of the taxonomy a value")
        for key, value in values.items():
            if not 0 <= value <= highest:
                raise _wrong(name, f"of class '{key}' is {value}", f"use {'0 or more' if highest > 1 else '0 to 1'}")

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready mapping; ``from_json`` reads it back."""
        values: dict[str, Any] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        values["taxonomy"] = self.taxonomy.to_json()
        return {key: _plain(value) for key, value in values.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> BundleSpec:
        """Read what ``to_json`` wrote. Raises ``BundleError`` naming the field that is missing or of a wrong type."""
        read: dict[str, Any] = {}
        for entry in fields(cls):
            if entry.name not in value:
                if entry.name in _ADDED_LATER:
                    continue
                raise _wrong(entry.name, "is missing", "make the bundle again with this version's training command")
            read[entry.name] = READERS[entry.name](entry.name, value[entry.name])
        return cls(**read)


def _wrong(name: str, complaint: str, remedy: str) -> BundleError:
    return BundleError(f"Field {name} {complaint}; {remedy}.")


def _plain(value: Any) -> Any:
    """``value`` with tuples as lists, mappings as dicts and numpy numbers as Python's: what JSON holds."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def _typed(name: str, value: Any, kinds: type | tuple[type, ...], words: str) -> Any:
    if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise _wrong(name, f"is {type(value).__name__}, not {words}", "correct it or make the bundle again")
    return value


def _text(name: str, value: Any) -> str:
    return str(_typed(name, value, str, "text"))


def _whole(name: str, value: Any) -> int:
    return int(_typed(name, value, int, "a whole number"))


def _number(name: str, value: Any) -> float:
    return float(_typed(name, value, (int, float), "a number"))


def _flag(name: str, value: Any) -> bool:
    return bool(_typed(name, value, bool, "true or false"))


def _mapping(name: str, value: Any) -> dict[str, Any]:
    return dict(_typed(name, value, dict, "a mapping"))


def _numbers(name: str, value: Any) -> tuple[float, ...]:
    return tuple(_number(name, item) for item in _typed(name, value, list, "a list of numbers"))


def _size(name: str, value: Any) -> tuple[int, int]:
    sides = [_whole(name, item) for item in _typed(name, value, list, "a list [height, width]")]
    if len(sides) != 2:
        raise _wrong(name, f"has {len(sides)} values", "write [height, width]")
    return sides[0], sides[1]


def _shares(name: str, value: Any) -> dict[str, float]:
    return {key: _number(name, item) for key, item in _mapping(name, value).items()}


def _areas(name: str, value: Any) -> dict[str, int]:
    return {key: _whole(name, item) for key, item in _mapping(name, value).items()}


def _taxonomy(name: str, value: Any) -> Taxonomy:
    try:
        return Taxonomy.from_json(_mapping(name, value))
    except TaxonomyError as error:
        raise BundleError(f"Field {name} is wrong: {error}") from error


READERS: dict[str, Callable[[str, Any], Any]] = {
    "name": _text,
    "title": _text,
    "network": _text,
    "taxonomy": _taxonomy,
    "channels": _whole,
    "mean": _numbers,
    "std": _numbers,
    "tile_px": _size,
    "gates": _shares,
    "pixel_thresholds": _shares,
    "min_area_px": _areas,
    "overlap_px": _whole,
    "multiple_px": _whole,
    "exclusive": _flag,
    "task": _text,
    "front_end": _text,
    "network_options": _mapping,
    "created_utc": _text,
    "data": _mapping,
    "metrics": _mapping,
    "training": _mapping,
}
"""How each field of ``bundle.json`` is read."""

_ADDED_LATER = ("front_end",)
"""Fields that older bundles lack; their defaults say what those bundles did."""
