"""The manifest of an export: who wrote it, when, the classes, counts, every file's SHA-256, losses and differences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.labels.difference import FrameState, LabelDifference, PixelChange
from models.labels.label_set import Written
from models.labels.losses import LossSurvey
from models.labels.taxonomy import Taxonomy

MANIFEST_VERSION = 1
_SUFFIX = ".manifest.json"


class ManifestError(ValueError):
    """A manifest that is not there or cannot be used."""


def manifest_path(labels: Path) -> Path:
    """The manifest's place beside a label file or folder; with the whole name, as one folder may hold many formats."""
    return labels.with_name(f"{labels.name}{_SUFFIX}")


def read_manifest(path: Path) -> dict[str, str]:
    """The SHA-256 of every file by its path within the export. Raises ``ManifestError`` where there is none."""
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"{path} is no manifest of an export.") from error
    return {str(name): str(sha256) for name, sha256 in files.items()} if isinstance(files, dict) else {}


def file_hashes(path: Path, name: str) -> dict[str, str]:
    """The SHA-256 of a file called ``name``, or of every file below a folder by its path there, in order."""
    if path.is_file():
        return {name: _sha256(path)}
    return {file.relative_to(path).as_posix(): _sha256(file) for file in sorted(path.rglob("*")) if file.is_file()}


def manifest_json(
    how: Mapping[str, str],
    source: Mapping[str, str],
    taxonomy: Taxonomy,
    files: Mapping[str, str],
    survey: LossSurvey,
    written: Written,
    difference: LabelDifference,
    earlier: LabelDifference | None,
) -> dict[str, Any]:
    """The manifest as JSON; ``how`` says what was written and by whom, ``source`` what it was made from."""
    return {
        "version": MANIFEST_VERSION,
        "written_utc": datetime.now(UTC).isoformat(timespec="seconds"),
        **how,
        "source": dict(source),
        "taxonomy": taxonomy.to_json(),
        "counts": {
            "frames": written.frames,
            "rows": written.rows,
            "classes": dict(_class_counts(difference)),
        },
        "files": dict(files),
        "losses": [
            {"kind": loss.kind.value, "sentence": str(loss), "frames": dict(loss.frames)} for loss in survey.losses
        ],
        "problems": [str(problem) for problem in written.problems],
        "difference": {
            "from_source": difference_json(difference),
            "from_earlier_export": None if earlier is None else difference_json(earlier),
        },
    }


def difference_json(difference: LabelDifference, *, every_frame: bool = False) -> dict[str, Any]:
    """A difference as JSON: totals, classes, and the frames that are not the same (or all)."""
    return {
        "frames": len(difference.compared),
        "changed": len(difference.names(FrameState.CHANGED)),
        **_pixels_json(difference.pixels),
        "classes": {name: _pixels_json(change) for name, change in difference.classes.items()},
        "only_before": list(difference.names(FrameState.ONLY_BEFORE)),
        "only_after": list(difference.names(FrameState.ONLY_AFTER)),
        "other_size": list(difference.names(FrameState.OTHER_SIZE)),
        "frames_changed": [
            {
                "ImageId": frame.name,
                "state": frame.state.value,
                **_pixels_json(frame.pixels),
                "classes": {name: _pixels_json(change) for name, change in frame.classes.items()},
            }
            for frame in (difference.compared if every_frame else difference.frames)
            if every_frame or frame.state is FrameState.CHANGED
        ],
    }


def _pixels_json(change: PixelChange) -> dict[str, Any]:
    return {
        "added_px": change.added_px,
        "removed_px": change.removed_px,
        "before_px": change.before_px,
        "after_px": change.after_px,
        "dice": round(change.dice, 6),
    }


def _class_counts(difference: LabelDifference) -> Iterator[tuple[str, dict[str, int]]]:
    frames: dict[str, int] = {}
    for frame in difference.compared:
        for name, change in frame.classes.items():
            frames[name] = frames.get(name, 0) + (change.after_px > 0)
    for name, change in difference.classes.items():
        yield name, {"frames": frames[name], "pixels": change.after_px}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
