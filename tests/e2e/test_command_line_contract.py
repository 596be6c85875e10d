"""The command line as another program calls it: exit codes, one sentence on stderr, a light start."""

from __future__ import annotations

import subprocess
import sys

import pytest


def stripsight(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *words], capture_output=True, text=True, timeout=120, check=False
    )


def test_help_lists_every_command() -> None:
    answer = stripsight("--help")
    assert answer.returncode == 0
    for command in ("inspect", "train", "evaluate", "labels", "models", "strips", "bench", "doctor"):
        assert f"\n    {command} " in answer.stdout


@pytest.mark.parametrize(
    "words", [("nonsense",), ("inspect",), ("models",), ("bench", "nonsense"), ("train", "no-such-plan.toml")]
)
def test_a_wrong_call_ends_with_2(words: tuple[str, ...]) -> None:
    answer = stripsight(*words)
    assert answer.returncode == 2
    assert answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("inspect", "no-such-folder", "--model", "demo-strip", "--out", "unused"), "no-such-folder"),
        (("inspect", "sim:demo", "--model", "no-such-bundle", "--out", "unused", "--frames", "1"), "no-such-bundle"),
        (("models", "show", "no-such-bundle"), "no-such-bundle"),
        (("labels", "convert", "no-such.csv", "out.csv", "--to", "kaggle"), "no-such.csv"),
    ],
)
def test_a_failure_is_one_sentence_that_names_the_thing(words: tuple[str, ...], named: str) -> None:
    answer = stripsight(*words)
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    assert len(lines) == 1
    assert named in lines[0]


def test_help_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, contextlib\n"
        "from app.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "heavy = {'torch', 'PySide6', 'openvino', 'cv2', 'numpy', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(f'imported: {sorted(heavy)}' if heavy else 0)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 0, answer.stderr
