"""``suspects.csv``: frames by how suspicious their labels are, for the review queue and for other programs.

One row a frame, the most suspicious first: ``ImageId,rank,score,kind,class``. ``rank`` counts from 1, ``score`` is 0 to
1, ``kind`` one of ``SuspectKind``, ``class`` the name of the class whose label is suspected, empty for none.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.audit.suspect import Suspect
from models.labels.label_set import LabelError
from models.labels.replacement import text_replacement
from models.labels.taxonomy import Taxonomy

SUSPECTS_FILE = "suspects.csv"
COLUMNS = ("ImageId", "rank", "score", "kind", "class")


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """What the file says of one frame; ``class_name`` is empty where no class is suspected."""

    score: float
    kind: str
    class_name: str


def write_suspects(path: Path, suspects: Sequence[Suspect], taxonomy: Taxonomy) -> None:
    """Write ranked suspects, whole or not at all. Raises ``OSError`` where the file cannot be written."""
    with text_replacement(path) as stream:
        rows = csv.writer(stream, lineterminator="\n")
        rows.writerow(COLUMNS)
        for rank, suspect in enumerate(suspects, start=1):
            name = taxonomy.by_id(suspect.class_id).name if suspect.class_id else ""
            rows.writerow((suspect.name, rank, f"{suspect.score:.6f}", suspect.kind.value, name))


def read_suspects(path: Path) -> dict[str, SuspectRow]:
    """The rows by frame. Raises ``LabelError`` naming the file and the line at fault."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
                raise LabelError(f"{path} lacks a column of {', '.join(COLUMNS)}; let 'labels check' write it anew.")
            return {row["ImageId"]: _row(path, rows.line_num, row) for row in rows}
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}); name a file that is there.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"{path} is no CSV in UTF-8 ({error}); let 'labels check' write it anew.") from error


def _row(path: Path, line: int, row: dict[str, str | None]) -> SuspectRow:
    try:
        score = float(row["score"] or "")
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise LabelError(f"{path}, line {line}: the score is '{row['score']}'; it must be a number from 0 to 1.")
    return SuspectRow(score, row["kind"] or "", row["class"] or "")
