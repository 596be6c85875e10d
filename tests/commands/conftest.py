"""The tiny bundle for the tests of commands, ready to run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tiny_bundle import make_tiny_bundle

from app import paths
from models.bundle import Bundle
from models.runtimes.choice import choose_runtime


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Path]:
    """The tiny bundle, and a cache with its graphs, so that no process of these tests has to import torch."""
    bundle = make_tiny_bundle(tmp_path_factory.mktemp("bundles"))
    cache = tmp_path_factory.mktemp("cache")
    choose_runtime(bundle, "openvino", cache).close()
    return bundle, cache


@pytest.fixture
def bundle(made: tuple[Bundle, Path], home: Path) -> Bundle:
    shutil.copytree(made[1], paths.cache())
    return made[0]
