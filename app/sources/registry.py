"""The kinds of source there are, and how a spec on the command line or in the window becomes one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from app.sources.base import Source, SourceError
from app.sources.camera import open_camera, open_stream
from app.sources.decode import IMAGE_SUFFIXES
from app.sources.folder import FolderSource
from app.sources.image import ImageSource
from app.sources.simulator import open_simulator
from app.sources.video import VIDEO_SUFFIXES, VideoSource
from app.sources.watch import WatchedFolderSource
from app.words.frame import Frame

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):.*", re.DOTALL)
"""At least two letters: one is a Windows drive."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a source is to be opened; a kind heeds what concerns it."""

    loop: bool = False
    watch: bool = False
    pace: bool = True


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source: what people call it, how they write it, which specs are its own, how it is opened."""

    title: str
    example: str
    owns: Callable[[str], bool]
    open: Callable[[str, Wishes], Source]


def _scheme(spec: str) -> str:
    match = _SCHEME.fullmatch(spec)
    return match[1].lower() if match else ""


def _open_folder(spec: str, wishes: Wishes) -> Source:
    if wishes.watch:
        return WatchedFolderSource(Path(spec))
    return FolderSource(Path(spec), loop=wishes.loop)


def _open_camera(spec: str, _wishes: Wishes) -> Source:
    number = spec.partition(":")[2]
    if not number.isascii() or not number.isdigit() or len(number) > 4:
        raise SourceError(f"'{spec}' names no camera; write camera:0 for the first, camera:1 for the second.")
    return open_camera(int(number))


def _open_genicam(spec: str, _wishes: Wishes) -> Source:
    raise SourceError(
        f"'{spec}': GenICam cameras are not supported by this version; use camera:N, rtsp://… or a watched folder."
    )


KINDS: tuple[SourceKind, ...] = (
    SourceKind(
        "Simulated line",
        "sim:demo",
        lambda spec: _scheme(spec) == "sim",
        lambda spec, wishes: open_simulator(spec.partition(":")[2], pace=wishes.pace),
    ),
    SourceKind("Camera at this computer", "camera:0", lambda spec: _scheme(spec) == "camera", _open_camera),
    SourceKind(
        "Network camera",
        "rtsp://ADDRESS/PATH",
        lambda spec: _scheme(spec) in ("rtsp", "rtsps"),
        lambda spec, _wishes: open_stream(spec),
    ),
    # GenICam takes its place here: GigE Vision and USB3 Vision cameras by serial number, in app/sources/genicam.py.
    SourceKind("GenICam camera", "genicam:SERIAL", lambda spec: _scheme(spec) == "genicam", _open_genicam),
    SourceKind(
        "Watched folder",
        "watch:FOLDER",
        lambda spec: _scheme(spec) == "watch",
        lambda spec, _wishes: WatchedFolderSource(Path(spec.partition(":")[2])),
    ),
    SourceKind("Folder", "FOLDER", lambda spec: Path(spec).is_dir(), _open_folder),
    SourceKind(
        "Image",
        "IMAGE.png",
        lambda spec: Path(spec).suffix.lower() in IMAGE_SUFFIXES and Path(spec).is_file(),
        lambda spec, wishes: ImageSource(Path(spec), loop=wishes.loop),
    ),
    SourceKind(
        "Video",
        "VIDEO.mp4",
        lambda spec: Path(spec).suffix.lower() in VIDEO_SUFFIXES and Path(spec).is_file(),
        lambda spec, wishes: VideoSource(Path(spec), loop=wishes.loop),
    ),
)
"""All kinds there are; the first that owns a spec opens it."""


def open_source(
    spec: str, *, loop: bool = False, watch: bool = False, limit: int | None = None, pace: bool = True
) -> Source:
    """Open what ``spec`` names: a folder, image or video; ``camera:0``; ``rtsp://…``; ``sim:NAME``; ``watch:FOLDER``.

    ``loop`` starts files over at their end, ``watch`` goes on with what arrives in a folder, ``limit`` ends after so
    many frames. With ``pace`` off the simulated line runs as fast as its frames are taken and loses none. Raises
    ``SourceError`` with a sentence that names the thing and the remedy.
    """
    if not spec.strip():
        raise SourceError(f"No source is named; use one of {_examples()}.")
    if limit is not None and limit < 1:
        raise SourceError(f"A limit of {limit} frames leaves nothing to inspect; give a whole number from 1 up.")
    if loop and watch:
        raise SourceError("A folder is either watched for new files or run in a loop; choose one of the two.")
    kind = next((kind for kind in KINDS if _owns(kind, spec)), None)
    if kind is None:
        raise SourceError(_nobodys(spec))
    if watch and kind.title != "Folder":
        raise SourceError(f"'{spec}' is no folder, and only a folder can be watched for new files.")
    source = kind.open(spec, Wishes(loop=loop, watch=watch, pace=pace))
    return source if limit is None else LimitedSource(source, limit)


class LimitedSource:
    """Another source's first ``limit`` frames."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._limit = limit

    @property
    def name(self) -> str:
        """The other's name."""
        return self._source.name

    @property
    def live(self) -> bool:
        """As the other."""
        return self._source.live

    @property
    def length(self) -> int | None:
        """The limit, or fewer where the other has fewer."""
        return self._limit if self._source.length is None else min(self._limit, self._source.length)

    def frames(self) -> Iterator[Frame]:
        """The first frames; the other lets its device go after the last of them."""
        frames = self._source.frames()
        try:
            yield from islice(frames, self._limit)
        finally:
            self._source.stop()
            close = getattr(frames, "close", None)
            if close is not None:
                close()

    def stop(self) -> None:
        """Stop the other."""
        self._source.stop()


def _owns(kind: SourceKind, spec: str) -> bool:
    try:
        return kind.owns(spec)
    except (OSError, ValueError):
        # A name no file system would take: too long, or with a null character.
        return False


def _nobodys(spec: str) -> str:
    """Why no kind owns ``spec``, as a sentence."""
    try:
        there = Path(spec).exists()
    except (OSError, ValueError):
        there = False
    if there:
        kinds = ", ".join(suffix[1:] for suffix in (*IMAGE_SUFFIXES, *VIDEO_SUFFIXES))
        return f"'{spec}' is neither an image nor a video that StripSight reads ({kinds}); convert it."
    if _scheme(spec):
        return f"'{spec}' is no source StripSight knows; use one of {_examples()}."
    return f"There is no folder or file '{spec}'; check the path."


def _examples() -> str:
    return ", ".join(kind.example for kind in KINDS if kind.open is not _open_genicam)
