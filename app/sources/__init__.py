"""Station 1: a frame arrives, from a folder, an image, a video, a camera or the simulated line."""

from app.sources.base import Source, SourceError
from app.sources.registry import KINDS, SourceKind, open_source

__all__ = ["KINDS", "Source", "SourceError", "SourceKind", "open_source"]
