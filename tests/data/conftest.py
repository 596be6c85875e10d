from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """A folder of real data by its name; the test is skipped where it is not there."""

    def find(name: str) -> Path:
        folder = os.environ.get("STRIPSIGHT_DATA")
        if not folder or not (Path(folder) / name).is_dir():
            pytest.skip(f"STRIPSIGHT_DATA is not set to a folder with {name}")
        return Path(folder) / name

    return find
