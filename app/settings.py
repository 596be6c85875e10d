"""Settings: one typed table that the file, the dialog, the checks and the documentation all read.

Station settings lie machine-wide, so that the next shift finds them; what a person likes lies with the person. Both
are TOML files named ``settings.toml`` that hold only what differs from the default. A change makes a new ``Settings``;
``save`` writes it whole or not at all.
"""

from __future__ import annotations

import getpass
import math
import socket
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar, cast

import tomli_w

from app import paths
from models.labels.number_text import NumberError, parse_number
from models.labels.replacement import text_replacement

FILE_NAME = "settings.toml"

Value = TypeVar("Value", str, int, float, bool)


class SettingsError(ValueError):
    """A value that a setting cannot take; the message names the key and the remedy."""


class Place(StrEnum):
    """Where a setting lies."""

    STATION = "station"
    PERSON = "person"

    def path(self) -> Path:
        """The file of this place."""
        folder = paths.station_data() if self is Place.STATION else paths.person_settings()
        return folder / FILE_NAME


@dataclass(frozen=True, slots=True)
class Setting(Generic[Value]):
    """One setting: its key in the file, its type, its default and range (both ends included), and one sentence.

    ``default`` is asked when it is needed, since some depend on the computer. ``choices`` restricts a text.
    """

    key: str
    kind: type[Value]
    default: Callable[[], Value]
    place: Place
    sentence: str
    least: float = -math.inf
    most: float = math.inf
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> Value:
        """``value`` in the setting's type. Raises ``SettingsError`` where it is another type or out of range.

        A number may be a text: '1,5' and '1.5' are the same in every locale.
        """
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.kind is float and isinstance(value, str):
            value = self._written_number(value)
        if type(value) is not self.kind:
            raise SettingsError(f"'{self.key}' is {value!r}; it must be {_TYPE_WORDS[self.kind]}.")
        if self.choices and value not in self.choices:
            raise SettingsError(f"'{self.key}' is {value!r}; it must be one of {', '.join(self.choices)}.")
        if isinstance(value, int | float) and not self.least <= value <= self.most:
            raise SettingsError(f"'{self.key}' is {value!r}; it must be {self._span()}.")
        checked: Value = value
        return checked

    def _written_number(self, text: str) -> float:
        """A number in quotes, as TOML needs it for one with a decimal comma."""
        try:
            return parse_number(text)
        except NumberError as error:
            raise SettingsError(f"'{self.key}': {error}") from error

    def _span(self) -> str:
        return f"from {self.least:g} to {self.most:g}" if math.isfinite(self.most) else f"{self.least:g} or more"


_TYPE_WORDS: Mapping[type, str] = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no name for this user id, as in a bare container
        return "operator"


STATION_NAME = Setting(
    "station_name", str, socket.gethostname, Place.STATION, "The name of this station, written to everything it stores."
)
OPERATOR_NAME = Setting(
    "operator_name", str, _user_name, Place.PERSON, "Your name, written to what you review and decide."
)
DATA_FOLDER = Setting(
    "data_folder",
    str,
    lambda: str(paths.station_data()),
    Place.STATION,
    "The folder of the store and its images; on a disk of this computer.",
)
IMAGE_QUOTA_GB = Setting(
    "image_quota_gb",
    float,
    lambda: 50.0,
    Place.STATION,
    "How much disk the kept images may take, in GB; the oldest reviewed ones go first.",
    least=0.1,
    most=100_000,
)
KEPT_PASS_SHARE = Setting(
    "kept_pass_share",
    float,
    lambda: 0.02,
    Place.STATION,
    "The share of passed frames whose images are kept at random, so that what was missed can be found.",
    least=0,
    most=1,
)
DEFAULT_SOURCE = Setting(
    "default_source", str, lambda: "sim:demo", Place.STATION, "The source that is open when the workstation starts."
)
DEFAULT_BUNDLE = Setting(
    "default_bundle", str, lambda: "demo-strip", Place.STATION, "The bundle that inspects when the workstation starts."
)
DEVICE = Setting(
    "device",
    str,
    lambda: "auto",
    Place.STATION,
    "What the model runs on; 'auto' takes the fastest that is there.",
    choices=("auto", "cuda", "cpu", "openvino", "torch"),
)
THEME = Setting(
    "theme",
    str,
    lambda: "dark",
    Place.PERSON,
    "Light or dark, or as the desktop has it.",
    choices=("system", "light", "dark"),
)
OVERLAY_OPACITY = Setting(
    "overlay_opacity", float, lambda: 0.45, Place.PERSON, "How strongly defects are coloured, 0 to 1.", least=0, most=1
)
LAST_PAGE = Setting(
    "last_page", str, lambda: "live", Place.PERSON, "The page that was open last; it is opened again at the start."
)
REVIEW_NEIGHBOURS = Setting(
    "review_neighbours",
    bool,
    lambda: True,
    Place.PERSON,
    "Whether the review shows the frames before and after the one on the table.",
)

SETTINGS: tuple[Setting[Any], ...] = (
    STATION_NAME,
    OPERATOR_NAME,
    DATA_FOLDER,
    IMAGE_QUOTA_GB,
    KEPT_PASS_SHARE,
    DEFAULT_SOURCE,
    DEFAULT_BUNDLE,
    DEVICE,
    THEME,
    OVERLAY_OPACITY,
    LAST_PAGE,
    REVIEW_NEIGHBOURS,
)
"""Every setting, in the order of the dialog."""

RENAMED: Mapping[str, str] = MappingProxyType({})
"""Keys that older files hold, and what they are called now."""


class Settings:
    """The values that differ from the defaults. Immutable: ``replaced`` makes another."""

    def __init__(self, values: Mapping[str, object] = MappingProxyType({})) -> None:
        by_key = {setting.key: setting for setting in SETTINGS}
        self._values = MappingProxyType({key: by_key[key].check(value) for key, value in values.items()})

    def __getitem__(self, setting: Setting[Value]) -> Value:
        """The value of a setting, its default where nobody chose one."""
        return cast("Value", self._values[setting.key]) if setting.key in self._values else setting.default()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Settings) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._values.items())))

    def is_default(self, setting: Setting[Any]) -> bool:
        """Whether nobody chose a value."""
        return setting.key not in self._values

    def replaced(self, setting: Setting[Value], value: Value) -> Settings:
        """These settings with one value changed. Raises ``SettingsError`` where the setting cannot take it."""
        return Settings({**self._values, setting.key: value})

    def reset(self, setting: Setting[Any]) -> Settings:
        """These settings with one back at its default."""
        return Settings({key: value for key, value in self._values.items() if key != setting.key})

    def chosen(self, place: Place) -> dict[str, object]:
        """What was chosen, by key, of the settings that lie at ``place``."""
        return {s.key: self._values[s.key] for s in SETTINGS if s.place is place and s.key in self._values}


def load(renamed: Mapping[str, str] = RENAMED) -> tuple[Settings, tuple[str, ...]]:
    """The settings of this station and person, and a sentence for everything in the files that could not be used.

    An unknown key, or a value out of range, is left out and the rest holds. A file that is no TOML is set aside as
    ``settings.toml.broken``, so that it is said once and can be looked at.
    """
    values: dict[str, object] = {}
    problems: list[str] = []
    for place in Place:
        content = _read(place.path(), problems)
        values.update(_accepted(content, place, renamed, problems))
    return Settings(values), tuple(problems)


def save(settings: Settings, place: Place | None = None) -> None:
    """Write what was chosen, of one place or of both; each file is replaced whole. Raises ``SettingsError``."""
    for each in Place if place is None else (place,):
        path = each.path()
        try:
            with text_replacement(path) as stream:
                stream.write(_text(settings.chosen(each)))
        except OSError as error:
            raise SettingsError(
                f"Settings cannot be written to {path}: {error.strerror}; check the folder's permissions and space."
            ) from error


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(f"Settings file {path} cannot be read: {error.strerror}; the defaults are used.")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(_set_aside(path, error))
        return {}


def _set_aside(path: Path, error: Exception) -> str:
    broken = path.with_name(path.name + ".broken")
    try:
        path.replace(broken)
    except OSError:
        return f"Settings file {path} is not valid TOML ({error}); the defaults are used. Correct or delete it."
    return (
        f"Settings file {path} is not valid TOML ({error}); it was set aside as {broken.name}, the defaults are used."
    )


def _accepted(
    content: Mapping[str, Any], place: Place, renamed: Mapping[str, str], problems: list[str]
) -> dict[str, object]:
    known = {setting.key: setting for setting in SETTINGS if setting.place is place}
    accepted: dict[str, object] = {}
    for key, value in content.items():
        setting = known.get(renamed.get(key, key))
        if setting is None:
            problems.append(f"Settings file {place.path()} has the unknown key '{key}'; correct or remove it.")
            continue
        if key != setting.key and setting.key in content:
            continue  # the new name stands in the file as well, and counts
        try:
            accepted[setting.key] = setting.check(value)
        except SettingsError as error:
            problems.append(f"Settings file {place.path()}: {error} The default is used.")
    return accepted


def _text(chosen: Mapping[str, object]) -> str:
    sentences = {setting.key: setting.sentence for setting in SETTINGS}
    return "\n".join(f"# {sentences[key]}\n{tomli_w.dumps({key: value})}" for key, value in chosen.items())
