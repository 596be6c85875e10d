"""Settings: what is written is read back, and what cannot be used is said without losing the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import settings as table
from app.settings import Place, Settings, SettingsError


def _write(place: Place, text: str) -> Path:
    path = place.path()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_files_the_defaults_hold() -> None:
    settings, problems = table.load()
    assert problems == ()
    for setting in table.SETTINGS:
        assert settings.is_default(setting)
        assert setting.check(settings[setting]) == settings[setting]
    assert not Place.STATION.path().exists()


def test_every_setting_has_its_own_key_and_one_sentence() -> None:
    keys = [setting.key for setting in table.SETTINGS]
    assert len(set(keys)) == len(keys)
    for setting in table.SETTINGS:
        assert setting.sentence.endswith(".")
        assert setting.sentence.count(". ") == 0


def test_a_change_is_read_back_from_the_place_it_belongs_to() -> None:
    changed = Settings().replaced(table.THEME, "dark").replaced(table.IMAGE_QUOTA_GB, 12.5)
    table.save(changed)
    settings, problems = table.load()
    assert (settings, problems) == (changed, ())
    assert "theme" in Place.PERSON.path().read_text(encoding="utf-8")
    assert "image_quota_gb" in Place.STATION.path().read_text(encoding="utf-8")
    assert "theme" not in Place.STATION.path().read_text(encoding="utf-8")


@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    opacity=st.floats(0, 1),
    quota=st.floats(0.1, 100_000),
)
def test_any_value_survives_the_file(name: str, opacity: float, quota: float) -> None:
    chosen = (
        Settings()
        .replaced(table.STATION_NAME, name)
        .replaced(table.OVERLAY_OPACITY, opacity)
        .replaced(table.IMAGE_QUOTA_GB, quota)
    )
    table.save(chosen)
    assert table.load() == (chosen, ())


def test_reset_brings_the_default_back() -> None:
    changed = Settings().replaced(table.THEME, "dark")
    assert changed[table.THEME] == "dark"
    assert changed.reset(table.THEME) == Settings()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("colour_scheme = 'dark'", ("unknown key 'colour_scheme'",)),
        ("theme = 'purple'", ("'theme'", "system, light, dark")),
        ("theme = 3", ("'theme'", "a text")),
        ("overlay_opacity = 1.5", ("'overlay_opacity'", "from 0 to 1")),
        ("overlay_opacity = nan", ("'overlay_opacity'",)),
        ("overlay_opacity = true", ("'overlay_opacity'", "a number")),
        ("station_name = 'A'", ("unknown key 'station_name'",)),
    ],
)
def test_what_cannot_be_used_names_file_and_key_and_the_rest_holds(line: str, words: tuple[str, ...]) -> None:
    path = _write(Place.PERSON, f"{line}\noperator_name = 'kim'\n")
    settings, problems = table.load()
    assert settings[table.OPERATOR_NAME] == "kim"
    assert settings == Settings().replaced(table.OPERATOR_NAME, "kim")
    assert len(problems) == 1
    assert all(word in problems[0] for word in (str(path), *words))


def test_a_broken_file_is_set_aside_and_said_once() -> None:
    path = _write(Place.STATION, "station_name = 'A\nimage_quota_gb = ")
    settings, problems = table.load()
    assert settings == Settings()
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert path.with_name("settings.toml.broken").read_text(encoding="utf-8").startswith("station_name")
    assert table.load() == (Settings(), ())


def test_a_file_that_is_no_text_is_set_aside() -> None:
    path = _write(Place.STATION, "")
    path.write_bytes(b"\xff\xfe\x00theme")
    assert len(table.load()[1]) == 1
    assert not path.exists()


def test_a_renamed_key_is_read_under_its_new_name() -> None:
    _write(Place.PERSON, "operator = 'kim'\n")
    settings, problems = table.load(renamed={"operator": "operator_name"})
    assert (settings[table.OPERATOR_NAME], problems) == ("kim", ())


def test_the_new_name_counts_where_both_stand() -> None:
    _write(Place.PERSON, "operator = 'old'\noperator_name = 'new'\n")
    settings, problems = table.load(renamed={"operator": "operator_name"})
    assert (settings[table.OPERATOR_NAME], problems) == ("new", ())


def test_a_whole_number_does_for_a_number() -> None:
    assert Settings().replaced(table.IMAGE_QUOTA_GB, 7)[table.IMAGE_QUOTA_GB] == 7.0
    with pytest.raises(SettingsError, match="image_quota_gb"):
        Settings().replaced(table.IMAGE_QUOTA_GB, -1.0)


@pytest.mark.parametrize("text", ["1.5", "1,5"])
def test_a_number_means_the_same_with_dot_and_comma(text: str) -> None:
    assert Settings({"image_quota_gb": text})[table.IMAGE_QUOTA_GB] == 1.5


@pytest.mark.parametrize(("text", "named"), [("1,500", "may be 1.500 or 1500"), ("1.500,5", "separators of thousands")])
def test_separators_of_thousands_are_refused_and_not_guessed(text: str, named: str) -> None:
    with pytest.raises(SettingsError, match="'image_quota_gb'") as caught:
        Settings({"image_quota_gb": text})
    assert named in str(caught.value)


def test_a_place_that_cannot_be_written_is_one_sentence(home: Path) -> None:
    (home / "person").write_text("in the way", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"cannot be written to .*settings\.toml"):
        table.save(Settings().replaced(table.THEME, "dark"))
