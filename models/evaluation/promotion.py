"""Promotion: whether a bundle may take another's place, said in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.evaluation.comparison import Comparison, Difference
from models.evaluation.figure_names import figure_words
from models.evaluation.timings import time_table

MISSED = {"recall": "misses more of class", "drawn_recall": "draws nothing more often of class"}
"""The figures whose fall means missed defects, and what is said of it."""
MARGIN = 0.005
"""What the figure a comparison turns on may fall by."""
LEAST_FRAMES = 30
"""With fewer frames of a class a lower recall can hide behind its interval."""
SLOWER = 1.2
"""A median time from here on, as a multiple of the other's, is said."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """The verdict. ``sentence`` says whether B is ``safe`` and why; ``cautions`` what else should be known."""

    safe: bool
    sentence: str
    cautions: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """``safe``, ``sentence``, ``cautions``."""
        return {"safe": self.safe, "sentence": self.sentence, "cautions": list(self.cautions)}


def judge(comparison: Comparison) -> Promotion:
    """B is safe where no class's recall is worse beyond its interval and its main figure fell by ``MARGIN`` at most."""
    name, main = comparison.b.bundle.name, comparison.main
    if main is None:
        sentence = f"Whether '{name}' is safe to promote cannot be told: these frames give neither bundle a figure."
        return Promotion(False, sentence, ())
    faults = [_missed(row) for figure in MISSED for row in comparison.of(figure) if row.worse]
    if comparison.a.records.pixels is not None and comparison.b.records.pixels is None:
        faults.append(f"it draws no masks, which '{comparison.a.bundle.name}' does")
    assert main.difference is not None
    if main.difference < -MARGIN:
        faults.append(f"its {figure_words(main.figure)} fell by more than {MARGIN:g} ({_pair(main)})")
    if faults:
        return Promotion(False, f"'{name}' is not safe to promote: {' and '.join(faults)}.", _cautions(comparison))
    sentence = (
        f"'{name}' is safe to promote: no class's recall is worse beyond its 95 % interval, and its "
        f"{figure_words(main.figure)} is no more than {MARGIN:g} below ({_pair(main)})."
    )
    return Promotion(True, sentence, _cautions(comparison))


def _missed(row: Difference) -> str:
    assert row.interval is not None
    low, high = row.interval
    what = f"{MISSED[row.figure]} {row.class_name}"
    return f"it {what} ({figure_words(row.figure)} {_pair(row)}; the difference is {low:.3f} to {high:.3f})"


def _pair(row: Difference) -> str:
    return f"{row.b:.3f} against {row.a:.3f}"


def _cautions(comparison: Comparison) -> tuple[str, ...]:
    """What a verdict cannot see or does not turn on."""
    said, records = [], comparison.a.records
    support = records.truth.sum(axis=0)
    few = [f"{c.name} ({int(support[c.id - 1])})" for c in records.counted if support[c.id - 1] < LEAST_FRAMES]
    if few:
        said.append(
            f"Fewer than {LEAST_FRAMES} frames hold {', '.join(few)}: a lower recall there may go unnoticed; "
            "measure on more of them."
        )
    clean = int(records.clean.sum())
    if clean < LEAST_FRAMES:
        few_clean = f"Only {clean} of the frames are clean" if clean else "None of the frames is clean"
        said.append(f"{few_clean}: false alarms on clean steel are {'hardly' if clean else 'not'} tested.")
    for row in comparison.rows:
        if row.figure == "false_alarms" and row.worse:
            said.append(f"It says a class in {row.b:.1%} of the clean frames against {row.a:.1%}.")
    times = [time_table(side.timings_ms)["median_ms"] for side in (comparison.a, comparison.b)]
    if times[1] > SLOWER * times[0]:
        said.append(f"It takes {times[1]:.1f} ms a frame against {times[0]:.1f} ms.")
    return tuple(said)
