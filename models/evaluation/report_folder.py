"""A measurement as a folder: ``metrics.json`` for programs and ``report.html`` for people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models.evaluation.measurement import Measurement
from models.evaluation.report import report_html
from models.labels.replacement import text_replacement


def write_report(measurement: Measurement, folder: Path) -> dict[str, Any]:
    """Write both files into ``folder``, each whole or not at all; what stands in ``metrics.json``."""
    metrics = measurement.to_json()
    with text_replacement(folder / "metrics.json") as stream:
        json.dump(metrics, stream, indent=2, allow_nan=False)
        stream.write("\n")
    with text_replacement(folder / "report.html") as stream:
        stream.write(report_html(measurement))
    return metrics
