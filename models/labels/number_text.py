"""Numbers as people and spreadsheets write them: ``1.5`` and ``1,5`` are the same, whatever the locale.

A separator of thousands is refused and never guessed: taken for a decimal sign it would be a thousand times off.
"""

from __future__ import annotations

import math
import re

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)

_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""1,234 may be meant as 1.234 or as 1234; 0,123 and 1,5 cannot."""

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[.,' \u00a0\u2009\u202f\u2019]\d{3})+(?:[.,]\d+)?", re.ASCII)


class NumberError(ValueError):
    """Text that is no number, or more than one; the message says how to write it."""


def parse_number(text: str) -> float:
    """The number in a text, with '.' or ',' before the decimals. Raises ``NumberError`` for anything else.

    ``1.234`` is one and a bit, as in every file this program writes; ``1,234`` and digits in groups are refused.
    """
    stripped = text.strip()
    if _MAYBE_THOUSANDS.fullmatch(stripped):
        whole, decimals = stripped.split(",")
        raise NumberError(f"'{stripped}' may be {whole}.{decimals} or {whole}{decimals}; write one of the two.")
    if _NUMBER.fullmatch(stripped) and math.isfinite(number := float(stripped.replace(",", "."))):
        return number
    if _GROUPED.fullmatch(stripped):
        raise NumberError(f"'{stripped}' has separators of thousands; write the number without them.")
    raise NumberError(f"'{stripped[:24]}' is no number; write it as 1.5 or 1,5.")
