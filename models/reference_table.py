"""The table of reference systems in ``models/README.md``, made from what their trainings wrote down.

Run as ``python -m models.reference_table`` (``make models-table``). A bundle found in ``runs/ID`` is timed and its
figures are kept as ``models/results/ID.json``; the table is written from all that are kept, so that systems trained on
different days, or computers, stand side by side, each with where it was timed. Nothing in it is typed by hand but what
was published.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.bundle import Bundle, BundleError, open_bundle
from models.labels.replacement import text_replacement
from models.predictor import Overrides, Predictor
from models.runtimes.choice import choose_runtime

ROOT = Path(__file__).parent
BEGIN, END = "<!-- reference systems: begin -->", "<!-- reference systems: end -->"
TIMED_FRAMES = 20
FRAME_PX = (256, 1600)
COLUMNS = (
    "plan",
    "system",
    "data, frames trained on",
    "epochs",
    "seed",
    "figure, 95 % interval",
    "published",
    "M weights",
    "ms a frame",
    "trained in",
)
NOT_TRAINED = "not trained here yet"


@dataclass(frozen=True, slots=True)
class System:
    """One row: the plan's name, what it is, which metric it stands for and what was published of it."""

    plan: str
    title: str
    metric: str
    published: str


SYSTEMS: tuple[System, ...] = (
    System("fc-cnn-binary", "Small CNN, 256×256 grey: defect or not", "accuracy", "none stated"),
    System("fc-cnn-binary-fc", "Fully connected network on the same pixels: defect or not", "accuracy", "none stated"),
    System("fc-cnn-binary-classes", "Small CNN: which of four classes, or none", "accuracy", "none stated"),
    System("fc-cnn-binary-fc-classes", "Fully connected: which of four classes, or none", "accuracy", "none stated"),
    System("resnet-resunet", "ResNet50 gate, then ResUNet", "accuracy", "accuracy 0.87 (classifier)"),
    System("neu-cnn", "3 convolutional and 3 dense layers, NEU-CLS", "accuracy", "accuracy 0.95"),
    System("resnet50-multilabel", "ResNet50, several labels a frame, 5 folds", "auroc", "none stated"),
    System("unet-64x400", "UNet, 14.3 M weights, frames at 64×400", "mean_dice", "only as a picture"),
    System("unet-128x800", "UNet, 14.3 M weights, frames at 128×800", "mean_dice", "only as a picture"),
    System("multiscale-unet", "Multi-scale UNet, half the weights", "mean_dice", "20 times faster than the UNet"),
    System("demo-strip", "**StripSight's cascade** on the rendered strip", "mean_dice", "–"),
    System("neu-strip", "**StripSight's cascade** on NEU-Seg", "mean_iou", "0.820 to 0.834, mostly pretrained"),
    System("neu-class", "**StripSight's classifier** on NEU-CLS", "accuracy", "0.95 plain CNN, 0.997 ensemble"),
    System("magnetic-tile", "**StripSight's cascade** on magnetic tiles", "defect_auroc", "–"),
)
"""All rows, in the table's order."""


def main(argv: Sequence[str] | None = None) -> int:
    """Time what lies in the folders of bundles, keep the figures, write the table. 1 where a bundle is broken."""
    parser = argparse.ArgumentParser(prog="python -m models.reference_table", description=main.__doc__)
    parser.add_argument("--bundles", type=Path, nargs="*", default=[Path("runs"), ROOT.parent / "resources/bundles"])
    parser.add_argument("--results", type=Path, default=ROOT / "results", help="where the figures are kept")
    parser.add_argument("--page", type=Path, default=ROOT / "README.md", help="the page the table stands in")
    parser.add_argument("--cache", type=Path, default=Path("runs/.compiled"), help="where compiled graphs are kept")
    arguments = parser.parse_args(argv)
    broken = 0
    for system in SYSTEMS:
        for folder in (place / system.plan for place in arguments.bundles):
            if not (folder / "bundle.json").is_file():
                continue
            try:
                keep(result_of(open_bundle(folder), arguments.cache), arguments.results / f"{system.plan}.json")
            except BundleError as error:
                broken += 1
                sys.stderr.write(f"{error}\n")
            break
    write_table(arguments.page, table(arguments.results))
    return 1 if broken else 0


def result_of(bundle: Bundle, cache: Path | None = None) -> dict[str, Any]:
    """What the table says of a bundle: its figures as its own training measured them, its size and its time a frame.

    ``cache`` is the folder for compiled graphs.
    """
    spec = bundle.spec
    milliseconds, runtime = _time(bundle, cache)
    return {
        "bundle_sha256": bundle.sha256,
        "data": spec.data,
        "epochs": spec.training.get("epochs"),
        "seed": spec.training.get("plan", {}).get("seed"),
        "minutes": spec.training.get("minutes"),
        "start": spec.training.get("start"),
        "trained_on": spec.training.get("device"),
        "metrics": {key: value for key, value in spec.metrics.items() if not isinstance(value, (dict, list))},
        "intervals": spec.metrics.get("intervals", {}),
        "parameters": int(sum(tensor.size for tensor in bundle.load_weights().values())),
        "frame_ms": round(milliseconds, 1),
        "timed_on": f"{runtime}, {platform.machine()}",
    }


def keep(result: Mapping[str, Any], path: Path) -> None:
    """Write a result, unless the same bundle's is there already: a time is measured once."""
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")).get("bundle_sha256") == result["bundle_sha256"]:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with text_replacement(path) as stream:
        json.dump(result, stream, indent=1, sort_keys=True)
        stream.write("\n")


def table(results: Path) -> str:
    """The Markdown table of all systems, from the kept results; a second stage counts the epochs of the first."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*.json"))]
    by_bundle = {result["bundle_sha256"]: result for result in kept}
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for system in SYSTEMS:
        path = results / f"{system.plan}.json"
        result = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        start = (result or {}).get("start") or {}
        lines.append("| " + " | ".join(_cells(system, result, by_bundle.get(start.get("sha256")))) + " |")
    return "\n".join(lines)


def write_table(page: Path, text: str) -> None:
    """Put the table between the page's two marks. Raises ``ValueError`` where the page has none."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no lines '{BEGIN}' and '{END}'; put them where the table belongs.")
    with text_replacement(page) as stream:
        stream.write(f"{before}{BEGIN}\n{text}\n{END}{after}")


def _cells(system: System, result: Mapping[str, Any] | None, before: Mapping[str, Any] | None = None) -> list[str]:
    name = f"`{system.plan}`"
    if result is None:
        return [name, system.title, NOT_TRAINED, "–", "–", "–", system.published, "–", "–", "–"]
    stages = [result] if before is None else [before, result]
    minutes = " + ".join(f"{stage['minutes']:.0f}" for stage in stages)
    return [
        name,
        system.title,
        f"{result['data'].get('source', '?')}; {result['data'].get('train_frames', '?')}",
        " + ".join(str(stage["epochs"]) for stage in stages),
        str(result["seed"]),
        _figure(system.metric, result),
        system.published,
        f"{result['parameters'] / 1e6:.2f}",
        f"{result['frame_ms']:.0f}",
        f"{minutes} min, {result['trained_on']}",
    ]


def _figure(metric: str, result: Mapping[str, Any]) -> str:
    value = result["metrics"].get(metric)
    if value is None:
        return f"no {metric}"
    interval = result["intervals"].get(metric)
    words = f"{metric.replace('_', ' ')} {value:.3f}"
    return words if interval is None else f"{words} ({interval[0]:.3f} to {interval[1]:.3f})"


def _time(bundle: Bundle, cache: Path | None) -> tuple[float, str]:
    """Median milliseconds of a frame of 256×1600 on the CPU, gate and drawing, and the runtime's label."""
    # Open gates: a frame of noise would be let through undrawn.
    every_class = Overrides(gates=dict.fromkeys(bundle.spec.taxonomy.names, 0.0))
    predictor = Predictor(bundle, choose_runtime(bundle, "cpu", cache), every_class)
    shape = FRAME_PX if bundle.spec.channels == 1 else (*FRAME_PX, 3)
    frame = np.random.default_rng(0).integers(60, 160, shape, dtype=np.uint8)
    try:
        predictor.predict(frame)
        times = []
        for _ in range(TIMED_FRAMES):
            started = time.perf_counter()
            predictor.predict(frame)
            times.append((time.perf_counter() - started) * 1e3)
        return float(np.median(times)), predictor.runtime.label
    finally:
        predictor.close()


if __name__ == "__main__":
    sys.exit(main())
