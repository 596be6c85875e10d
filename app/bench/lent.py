"""A runtime that several runs use one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app import paths
from app.bench.bench import Wishes
from models.bundle import Bundle, open_bundle
from models.runtimes.base import Encoded, Floats, Runtime
from models.runtimes.choice import choose_runtime


@contextmanager
def opened(wishes: Wishes) -> Iterator[tuple[Bundle, Runtime]]:
    """The bundle asked for and its runtime, which is closed at the end.

    Raises ``BundleError`` or ``RuntimeUnavailable`` where there is none.
    """
    bundle = open_bundle(wishes.model, paths.bundle_folders())
    runtime = choose_runtime(bundle, wishes.device, paths.cache())
    try:
        yield bundle, runtime
    finally:
        runtime.close()


class LentRuntime:
    """Another's runtime: each run closes it, and it stays open."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.label = runtime.label
        self.reason = runtime.reason

    def classify(self, tiles: Floats) -> Encoded:
        """Stage one, as ``Runtime`` has it."""
        return self._runtime.classify(tiles)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """Stage two, as ``Runtime`` has it."""
        return self._runtime.segment(encoded, rows)

    def close(self) -> None:
        """Nothing: whoever lent it closes it."""
