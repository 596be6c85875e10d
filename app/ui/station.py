"""What the pages ask of the station: the line's handle, its sources and bundles, and how to hear what happens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.inspection.status import LineEvent, LineStatus
from app.words.inspection import Inspection


class Station(Protocol):
    """The station as the interface sees it. No call blocks; what fails later arrives as a ``LineEvent``."""

    def start(self, source_spec: str) -> None:
        """Start the line on a source, or change to it where the line is active."""

    def pause(self) -> None:
        """Inspect nothing until ``resume``."""

    def resume(self) -> None:
        """Go on."""

    def stop(self) -> None:
        """Stop the line; its state says when it has ended."""

    def change_bundle(self, name: str) -> None:
        """Inspect with another bundle from the next frame on, or from the next start where the line is idle."""

    def change_device(self, device: str) -> None:
        """Inspect on another device from the next frame on, or from the next start where the line is idle."""

    def bundle_folder(self) -> Path:
        """Where the bundle that inspects lies. Raises ``BundleError`` where it cannot be opened."""

    def bundles(self) -> Sequence[tuple[str, str]]:
        """(name, title) of every bundle there is, the one in use first."""

    def sources(self) -> Sequence[tuple[str, str]]:
        """(specification, title) of the sources that are offered without asking for a file."""

    def status(self) -> LineStatus:
        """The line at this moment."""

    def subscribe(self, on_inspected: Callable[[Inspection], None], on_event: Callable[[LineEvent], None]) -> None:
        """Call these with every inspection and event, from any thread."""
