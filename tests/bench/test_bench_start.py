"""The start bench: what a process says, and the real window painted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.bench.bench import BenchError, Wishes
from app.bench.own_process import own_command
from app.bench.start import measure, started


def test_a_process_that_ends_without_a_word_is_one_sentence():
    with pytest.raises(BenchError, match="without a window \\(it broke\\)"):
        started([sys.executable, "-c", "import sys; sys.exit('it broke')"], dict(os.environ))


def test_the_window_is_painted_without_torch(home: Path):
    found = started([*own_command(), "--until-painted"], {**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    assert found.said["painted"] is True
    assert found.said["torch"] is False
    stages = found.said["stages_ms"]
    assert isinstance(stages, dict)
    assert list(stages) == ["command line", "modules", "station", "window", "paint"]
    assert all(ms > 0 for ms in stages.values())


@pytest.mark.slow
def test_the_start_is_measured_beside_its_libraries():
    report = measure(Wishes(short=True))
    figure = report.figures["start_to_imports"]
    assert len(figure.repeats) == 3
    assert figure.value > 1, "the program imports all of those libraries, and more"
    assert {"painted", "libraries", "modules", "paint"} <= set(figure.parts)
