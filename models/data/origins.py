"""Origins from names: which strip, coil or plate a frame shows, where its file's name says so."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.data.collection import DataError


def origins_from_names(names: Sequence[str], pattern: str, gap: int = 0) -> tuple[str, ...]:
    """What the groups of the regular expression ``pattern`` hold in each frame's name, as in ``coil(\\d+)_``.

    With a ``gap`` above 0 the pattern has one group, a number that counts the shots of a camera: shots that follow one
    another by at most ``gap`` are of one piece. The magnetic tiles, each photographed under several lights, are told
    apart so (``num_(\\d+)``, 100). Raises ``DataError`` naming a pattern that cannot be and a name it does not fit.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise DataError(f"data.origin '{pattern}' is no regular expression ({error}); correct it.") from error
    if not expression.groups:
        raise DataError(f"data.origin '{pattern}' has no group; put what tells the strips apart in brackets.")
    found = []
    for name in names:
        match = expression.search(name)
        if match is None:
            raise DataError(f"data.origin '{pattern}' does not fit the name {name}; correct it or leave it out.")
        found.append("/".join(group or "" for group in match.groups()))
    return _runs(found, pattern, gap) if gap else tuple(found)


def _runs(found: Sequence[str], pattern: str, gap: int) -> tuple[str, ...]:
    """The first number of the run that each number belongs to."""
    wrong = next((text for text in found if not (text.isascii() and text.isdigit())), None)
    if wrong is not None:
        raise DataError(f"data.origin '{pattern}' finds '{wrong}', and data.origin_gap needs a number; correct one.")
    firsts: dict[int, int] = {}
    first = last = None
    for number in sorted(set(map(int, found))):
        if first is None or last is None or number - last > gap:
            first = number
        firsts[number], last = first, number
    return tuple(str(firsts[int(text)]) for text in found)
