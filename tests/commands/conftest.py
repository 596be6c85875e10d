"""The tiny bundle for the tests of commands, ready to run."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_bundle import make_tiny_bundle

from models.bundle import Bundle
from models.runtimes.choice import choose_runtime


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory, shared_cache: Path) -> Bundle:
    """The tiny bundle, its graphs in the cache, so that no process of these tests has to import torch."""
    made = make_tiny_bundle(tmp_path_factory.mktemp("bundles"))
    choose_runtime(made, "openvino", shared_cache).close()
    return made
