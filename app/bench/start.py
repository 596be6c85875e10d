"""The start bench: from the start of the process to the painted window, beside importing the window's libraries alone.

Both are processes of their own, warm, taking turns; each says on its standard output when it is there. The window is
painted offscreen, from a home of its own that an uncounted first start has set up.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from app.bench.bench import BenchError, Wishes
from app.bench.figures import RATIO, Figure, Part, Report, milliseconds
from app.bench.own_process import is_frozen, own_command, own_folder
from app.bench.rounds import ratios

GOAL = 2.0
ROUNDS, SHORT_ROUNDS = 9, 3
_PATIENCE_S = 120.0
_LIBRARIES = 'import PySide6.QtWidgets, numpy, cv2, pyqtgraph; print("{}", flush=True)'


@dataclass(frozen=True, slots=True)
class Started:
    """One process: how long until it said that it was there, the processor time of that, and what it said."""

    seconds: float
    cpu_s: float
    said: dict[str, object]


def measure(wishes: Wishes) -> Report:
    """Raises ``BenchError`` in an executable without an interpreter, or where torch is imported on the way."""
    if is_frozen():
        raise BenchError(
            "The start is measured beside Python's own imports; run this bench from a checkout or a wheel."
        )
    rounds = SHORT_ROUNDS if wishes.short else ROUNDS
    with tempfile.TemporaryDirectory(prefix="stripsight-bench-") as home:
        environment = {**os.environ, "STRIPSIGHT_HOME": home, "QT_QPA_PLATFORM": "offscreen"}
        window, libraries = [*own_command(), "--until-painted"], [sys.executable, "-c", _LIBRARIES]
        pairs = [(started(window, environment), started(libraries, environment)) for _ in range(rounds + 1)][1:]
    painted, imported = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    if any(each.said.get("torch") for each in painted):
        raise BenchError("Torch was imported on the way to the window; load it where it is needed.")
    seconds = [each.seconds for each in painted]
    parts = {
        "painted": milliseconds(seconds),
        "libraries": milliseconds([each.seconds for each in imported]),
        # What an otherwise idle computer would say: either side computes and waits for little.
        "by processor time": Part(
            statistics.median(ratios([each.cpu_s for each in painted], [max(each.cpu_s, 0.01) for each in imported])),
            "",
        ),
        **_stages(painted),
    }
    return Report(
        {
            "start_to_imports": Figure.median(
                ratios(seconds, [each.seconds for each in imported]), GOAL, RATIO, "lower", parts
            )
        },
        setting={"starts": rounds, "torch": "not imported"},
    )


def started(command: Sequence[str], environment: dict[str, str]) -> Started:
    """Start a process and wait for its one line of JSON. Raises ``BenchError`` where it ends without."""
    begun_s = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - this very program, or its interpreter
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=own_folder()
    ) as process:
        assert process.stdout is not None, "a pipe was asked for"
        # Ends the wait for a line that never comes.
        patience = threading.Timer(_PATIENCE_S, process.kill)
        patience.start()
        line = process.stdout.readline()
        seconds = time.perf_counter() - begun_s
        cpu_s = _processor_s(process.pid)
        _, complaint = process.communicate()
        patience.cancel()
        patience.join()
    if process.returncode or not line:
        last = complaint.strip().splitlines()[-1:] or ["it said nothing"]
        raise BenchError(f"The start ended without a window ({last[0]}).")
    return Started(seconds, cpu_s, json.loads(line))


def _processor_s(process_id: int) -> float:
    """The processor time a process has used so far, to about 10 ms; 0 where it has ended already."""
    try:
        used = psutil.Process(process_id).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def _stages(painted: Sequence[Started]) -> dict[str, Part]:
    """Where the time to the painted window goes, as the program itself says: the median of each stage."""
    stages: dict[str, list[float]] = {}
    for each in painted:
        said = each.said.get("stages_ms")
        if isinstance(said, dict):
            for name, ms in said.items():
                stages.setdefault(name, []).append(float(ms))
    return {name: Part(statistics.median(values), "ms") for name, values in stages.items()}
