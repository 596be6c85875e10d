"""Export: a label set in a format, whole or not at all, read back and compared before it takes its place.

Beside it lies its manifest (``models.labels.export_manifest``). What the format cannot hold is surveyed first; without
agreement to the loss nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from models.labels.difference import FrameState, LabelDifference, compare_labels
from models.labels.export_manifest import ManifestError, file_hashes, manifest_json, manifest_path, read_manifest
from models.labels.formats import LabelFormat, ReadOptions, WriteOptions, format_of
from models.labels.label_set import LabelError, LabelSet, NothingConvertedError, Written, nothing_converted
from models.labels.losses import LossError, LossKind, LossSurvey, survey_losses
from models.labels.replacement import folder_replacement, replacement, text_replacement


@dataclass(frozen=True, slots=True)
class Source:
    """Where labels came from: the file's name, its format's key, and its SHA-256 ('' for a folder)."""

    name: str
    format_key: str
    sha256: str = ""


def source_of(path: Path, source_format: LabelFormat) -> Source:
    """The source that lies at ``path``."""
    sha256 = next(iter(file_hashes(path, path.name).values())) if path.is_file() else ""
    return Source(path.name, source_format.key, sha256)


@dataclass(frozen=True, slots=True)
class Export:
    """What is written, where, how, by whom, and from what."""

    labels: LabelSet
    format: LabelFormat
    path: Path
    options: WriteOptions
    by: str
    source: Source | None = None

    @property
    def manifest_path(self) -> Path:
        """The manifest's place beside the labels."""
        return manifest_path(self.path)

    def survey(self) -> LossSurvey:
        """What the format cannot hold of the labels."""
        frames = self.labels.frames
        shown = self.options.progress(frames.values(), len(frames), "Looking for losses")
        return survey_losses(self.labels.taxonomy, shown, self.format.holds(self.options))

    def is_refused(self, survey: LossSurvey) -> bool:
        """Whether something would be lost that nobody agreed to.

        Where every frame would be left out there is nothing to agree to: writing says what is wrong with them.
        """
        return bool(survey.losses) and not self.options.lossy and len(survey.left_out) < len(self.labels.frames)


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export came to.

    ``difference`` is from what came in to what was written, ``earlier`` from the export that lay there before (``None``
    where there was none that could be read).
    """

    written: Written
    difference: LabelDifference
    earlier: LabelDifference | None


def export_labels(export: Export, survey: LossSurvey) -> Exported:
    """Write labels and manifest, or leave what was there.

    Raises ``LossError`` where something would be lost and ``options.lossy`` does not allow it, ``LabelError`` where the
    labels cannot be written or the place holds what no export wrote, ``OSError`` where the disk fails.
    """
    if export.is_refused(survey):
        raise LossError(f"Nothing was written to {export.path}, which could not hold everything.", survey.losses)
    if export.format.folder:
        _refuse_foreign(export.path)
    with text_replacement(export.manifest_path) as stream, _replacement(export) as part:
        earlier = _difference_from_earlier(export)
        try:
            # Losses are surveyed and agreed to.
            written = export.format.write(export.labels, part, replace(export.options, lossy=True))
        except NothingConvertedError as error:
            raise nothing_converted(export.path, error.problems) from error
        difference = _read_back(export, part)
        _refuse_change(export, difference, survey)
        exported = Exported(written, difference, earlier)
        hashes = file_hashes(part, export.path.name)
        source = (
            {}
            if export.source is None
            else {
                "name": export.source.name,
                "format": export.source.format_key,
                "sha256": export.source.sha256,
            }
        )
        how = {"name": export.path.name, "format": export.format.key, "by": export.by}
        if export.format.key == "kaggle":
            how["style"] = export.options.style.value
        json.dump(
            manifest_json(how, source, export.labels.taxonomy, hashes, survey, written, difference, earlier),
            stream,
            indent=1,
            ensure_ascii=False,
        )
        stream.write("\n")
    return exported


@contextmanager
def _replacement(export: Export) -> Iterator[Path]:
    with (folder_replacement if export.format.folder else replacement)(export.path) as part:
        yield part


def _refuse_foreign(folder: Path) -> None:
    """Only an earlier export is replaced, and only where nobody has edited it since."""
    if not folder.is_dir():
        return
    found = file_hashes(folder, folder.name)
    if not found:
        return
    try:
        listed = read_manifest(manifest_path(folder))
    except ManifestError:
        listed = {}
    for name, sha256 in found.items():
        if name not in listed:
            raise LabelError(f"{folder} holds {name}, which no export wrote; name a new or empty folder.")
        if listed[name] != sha256:
            raise LabelError(f"{folder / name} was edited after its export; name another folder, or move it away.")


def _difference_from_earlier(export: Export) -> LabelDifference | None:
    if not export.path.exists():
        return None
    try:
        earlier = format_of(export.path).read(export.path, _reading(export))
        return compare_labels(earlier, export.labels)
    except (LabelError, OSError):
        return None


def _read_back(export: Export, part: Path) -> LabelDifference:
    back = export.format.read(part, _reading(export))
    frames = export.labels.frames
    return compare_labels(
        export.labels, back, export.options.progress(frames.values(), len(frames), "Comparing what was written")
    )


def _reading(export: Export) -> ReadOptions:
    return ReadOptions(
        taxonomy=export.labels.taxonomy, sizes={frame.name: frame.size for frame in export.labels.frames.values()}
    )


def _refuse_change(export: Export, difference: LabelDifference, survey: LossSurvey) -> None:
    """What was written must come back, but for the losses that were agreed to."""
    lossy = {name for loss in survey.losses if loss.kind is LossKind.OVERLAP for name in loss.frames}
    for state in (FrameState.CHANGED, FrameState.OTHER_SIZE):
        for name in difference.names(state):
            if name not in lossy:
                raise LabelError(
                    f"{name} does not come back from {export.format.title} as it was ({state.value}); nothing was "
                    f"written to {export.path}. Choose another format, and report this."
                )
