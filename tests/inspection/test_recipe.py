"""Recipes: the file format, what overrides what, and the sentence for everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

from app import paths
from app.inspection.recipe import ClassRule, Recipe, RecipeError
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("steel", ["scratches", "pits"])


def test_the_shipped_default_is_the_default() -> None:
    assert Recipe.load(paths.resources() / "recipes" / "default.toml") == Recipe.default()


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "galvanised.toml"
    path.write_text(
        """
        dark_mean = 20
        check_frozen = false
        [every_class]
        min_area_px = 16
        [class.scratches]
        gate = 0.4
        reject_area_mm2 = 12
        """,
        encoding="utf-8",
    )
    recipe = Recipe.load(path)
    assert (recipe.name, recipe.dark_mean, recipe.check_frozen) == ("galvanised", 20.0, False)
    assert recipe.rule("scratches") == ClassRule(gate=0.4, min_area_px=16, reject_area_mm2=12.0, review_margin=0.2)
    assert recipe.rule("pits") == ClassRule(min_area_px=16, review_margin=0.2)


def test_a_class_with_a_limit_of_its_own_takes_none_of_the_others() -> None:
    recipe = Recipe.parse("[every_class]\nreject_area_px = 50\n[class.pits]\nreject_count = 3\n", "a.toml")
    assert recipe.rule("scratches").reject_area_px == 50
    assert recipe.rule("pits").reject_area_px is None
    assert recipe.rule("pits").reject_count == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dark_maen = 3", ("'dark_maen'", "not known", "dark_mean")),
        ("[class.pits]\ngaet = 0.3", ("'class.pits.gaet'", "not known", "gate")),
        ("[every_class]\ngate = 1.2", ("'every_class.gate'", "from 0 to 1")),
        ("[class.pits]\ngate = nan", ("'class.pits.gate'", "from 0 to 1")),
        ("[class.pits]\ngate = true", ("'class.pits.gate'", "a number")),
        ("[class.pits]\nreject_count = 1.5", ("'class.pits.reject_count'", "a whole number")),
        ("[class.pits]\nreject_area_px = -1", ("'class.pits.reject_area_px'", "of 0 or more")),
        ("check_frozen = 'yes'", ("'check_frozen'", "true or false")),
        ("name = 3", ("'name'", "a text")),
        ("class = 3", ("'class'", "a table")),
        ("[class]\npits = 3", ("'class.pits'", "[class.pits]")),
        ("dark_mean = ", ("not valid TOML",)),
    ],
)
def test_what_is_wrong_names_the_file_and_the_key(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.parse(text, "shift/a.toml")
    assert all(word in str(caught.value) for word in ("shift/a.toml", *words))


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere\.toml cannot be read: No such file"):
        Recipe.load(tmp_path / "nowhere.toml")


def test_a_file_of_bytes_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="not UTF-8"):
        Recipe.load(path)


def test_a_rule_for_a_class_the_model_lacks_is_an_error() -> None:
    recipe = Recipe.parse("name = 'thin'\n[class.scratch]\nreject_count = 1\n", "a.toml")
    with pytest.raises(RecipeError, match=r"'thin' has a rule for class 'scratch'.*scratches, pits"):
        recipe.check(TAXONOMY)
    Recipe.parse("[class.pits]\nreject_count = 1\n", "a.toml").check(TAXONOMY)


def test_a_recipe_as_json_holds_what_its_file_holds() -> None:
    text = "name = 'thin'\ndark_mean = 5.0\n[every_class]\nreject_count = 2\n[class.pits]\ngate = 0.25\n"
    recipe = Recipe.parse(text, "thin.toml")
    stated = recipe.to_json()
    assert stated == {
        "name": "thin",
        "dark_mean": 5.0,
        "check_frozen": True,
        "every_class": {"reject_count": 2, "review_margin": 0.2},
        "class": {"pits": {"gate": 0.25}},
    }
    assert Recipe.parse(tomli_w.dumps(stated), "again.toml") == recipe
