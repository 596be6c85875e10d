"""The tiny bundle for the benches, ready to run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from models.bundle import Bundle
from models.runtimes.choice import choose_runtime

sys.path.insert(0, str(Path(__file__).parent.parent / "commands"))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Bundle:
    """The tiny bundle, its graphs in the cache, so that no process of these tests has to import torch."""
    from tiny_bundle import make_tiny_bundle

    made = make_tiny_bundle(tmp_path_factory.mktemp("bundles"))
    choose_runtime(made, "openvino", shared_cache).close()
    return made
