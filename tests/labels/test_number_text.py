"""Numbers mean the same in every locale, and nothing is guessed."""

from __future__ import annotations

import locale

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels.number_text import NumberError, parse_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("-0,25", -0.25),
        ("+3", 3.0),
        (",5", 0.5),
        ("2.", 2.0),
        (" 7 ", 7.0),
        ("1.234", 1.234),
        ("0,123", 0.123),
        ("1234,567", 1234.567),
        ("1,2345", 1.2345),
        ("1e-3", 0.001),
        ("1,5E2", 150.0),
    ],
)
def test_dot_and_comma_mean_the_same(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["1,234", "-12,000", "999,999"])
def test_what_may_be_thousands_is_refused_with_both_readings(text):
    with pytest.raises(NumberError, match=rf"may be {text.replace(',', '.')} or {text.replace(',', '')}"):
        parse_number(text)


@pytest.mark.parametrize(
    "text", ["1,234,567", "1.234.567", "1 234", "1'234", "1\u00a0234,5", "1\u202f234", "1,234.5", "1.234,5"]
)
def test_thousands_are_refused_and_named(text):
    with pytest.raises(NumberError, match="separators of thousands"):
        parse_number(text)


@pytest.mark.parametrize(
    "text", ["", ".", "1,2,3", "one", "0x10", "1_000", "nan", "inf", "½", "٣", "1e9999", "1e999", "--1"]
)
def test_anything_else_is_no_number(text):
    with pytest.raises(NumberError, match="is no number"):
        parse_number(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_writes_comes_back_with_either_sign(number):
    assert parse_number(repr(number)) == number
    decimals = repr(number).partition(".")[2].partition("e")[0]
    if len(decimals) != 3:
        assert parse_number(repr(number).replace(".", ",")) == number


def test_the_locale_changes_nothing():
    before = locale.setlocale(locale.LC_NUMERIC)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_NUMERIC, name)
        except locale.Error:
            continue
        try:
            assert parse_number("1,5") == parse_number("1.5") == 1.5
        finally:
            locale.setlocale(locale.LC_NUMERIC, before)
