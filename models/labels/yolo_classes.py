"""YOLO's class names: ``data.yaml``, or one name a line in ``classes.txt`` or ``obj.names``.

Of YAML only what such files are made of is read (docs.ultralytics.com/datasets/segment): ``names`` as a mapping of
numbers or a list, block or flow, with names plain or in quotes. Everything else in the file is passed over.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from models.labels.label_set import LabelError

DATA_FILE = "data.yaml"
LIST_FILES = ("classes.txt", "obj.names")

_BLOCK_ENTRY = re.compile(r"\s*(?:-|(\d+)\s*:)\s+(.*)")
_FLOW_ENTRY = re.compile(r"""\s*(?:(\d+)\s*:\s*)?("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,]*?)\s*(?:,|$)""")
_COMMENT = re.compile(r"""((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^'"#]|(?<!\s)#)*)(?:\s#.*)?$""")


def named_classes(folder: Path) -> tuple[Path, list[str]] | None:
    """The file that names the classes and the names in the order of their numbers; ``None`` where none does.

    Raises ``LabelError`` where the file cannot be read or does not number its classes from 0 without a gap.
    """
    for path in (folder / DATA_FILE, *sorted(folder.glob("*.yaml")), *(folder / name for name in LIST_FILES)):
        if not path.is_file():
            continue
        lines = _lines(path)
        if path.suffix != ".yaml":
            return path, [line.strip() for line in lines if line.strip()]
        names = list(_names(path, lines))
        if names:
            return path, _in_order(path, names)
    return None


def data_file(titles: Iterable[str], frame_list: str) -> str:
    """The text of a ``data.yaml``; ``frame_list`` is the file that lists the images, for training and checking."""
    names = "".join(f"  {place}: {json.dumps(title, ensure_ascii=False)}\n" for place, title in enumerate(titles))
    return f"path: .\ntrain: {frame_list}\nval: {frame_list}\nnames:\n{names}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise LabelError(f"{path} cannot be read ({reason}); save it as text with the classes' names.") from error


def _names(path: Path, lines: list[str]) -> Iterator[tuple[int | None, str]]:
    """Number (``None`` in a list) and name of every class."""
    places = [place for place, line in enumerate(lines) if re.match(r"names\s*:", line)]
    if not places:
        return
    rest = _plain(lines[places[0]].partition(":")[2]).strip()
    if rest:
        closed = rest[1:].rpartition({"[": "]", "{": "}"}.get(rest[0], "\0"))[0]
        if not closed and rest not in ("[]", "{}"):
            raise LabelError(f"{path} has 'names: {rest[:40]}', which is no list; write a name a line below 'names:'.")
        for match in _FLOW_ENTRY.finditer(closed):
            if match.group(2):
                yield _number(match.group(1)), _unquoted(path, match.group(2))
        return
    for line in lines[places[0] + 1 :]:
        entry = _BLOCK_ENTRY.fullmatch(_plain(line))
        if entry:
            yield _number(entry.group(1)), _unquoted(path, entry.group(2).strip())
        elif _plain(line).strip():
            return


def _plain(line: str) -> str:
    """The line without a comment and space at its end; a leading space stays."""
    match = _COMMENT.match(line)
    stripped = (match.group(1) if match else line).rstrip()
    return "" if stripped.lstrip().startswith("#") else stripped if line[:1] in (" ", "-", "\t") else stripped.strip()


def _number(text: str | None) -> int | None:
    return None if text is None else int(text[:9])


def _unquoted(path: Path, text: str) -> str:
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError as error:
            raise LabelError(f"{path} has the class name {text[:40]}, whose quotes do not match.") from error
    return text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text


def _in_order(path: Path, names: list[tuple[int | None, str]]) -> list[str]:
    if all(number is None for number, _ in names):
        return [name for _, name in names]
    by_number = {number: name for number, name in names if number is not None}
    if len(by_number) != len(names) or sorted(by_number) != list(range(len(names))):
        raise LabelError(f"{path} does not number its classes 0, 1, 2, … without a gap; correct 'names'.")
    return [by_number[number] for number in range(len(names))]
