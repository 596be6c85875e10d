"""The rle bench: run lengths beside pycocotools on the same masks, and a label CSV beside pandas' plain read.

Either side starts from the mask as the program holds it, (256, 1600) bool in rows, and comes back to one: pycocotools'
columns are turned there and back within its time, as run lengths are within ours. A row's figure is the worst of its
masks. The label file is opened as every command opens it: rows checked and filed by frame, masks left as text. All
of it is measured in processor time, that of all threads.
"""

from __future__ import annotations

import importlib.util
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from app.bench.bench import Wishes
from app.bench.figures import RATIO, Figure, Part, Report, milliseconds
from app.bench.rounds import in_turns, ratios
from models.data.strip import find_preset
from models.labels.kaggle import FRAME_SIZE, KaggleStyle, read_kaggle
from models.labels.masks import Mask, class_mask
from models.labels.rle import decode, encode

CSV_ROWS, SHORT_CSV_ROWS = 100_000, 10_000
_CSV_POOL = 50
_CLASSES = 4
_SEED = 7
_PATCH_PX = 8.0


def measure(wishes: Wishes) -> Report:
    """All three figures; the one beside pandas only where it is installed."""
    rounds = 5 if wishes.short else 15
    rows = SHORT_CSV_ROWS if wishes.short else CSV_ROWS
    each = {name: _both_ways(mask, rounds) for name, mask in sample_masks().items()}
    figures = {
        "rle_encode_to_pycocotools": _worst({name: pair[0] for name, pair in each.items()}),
        "rle_decode_to_pycocotools": _worst({name: pair[1] for name, pair in each.items()}),
    }
    notes: tuple[str, ...] = ()
    if importlib.util.find_spec("pandas") is None:
        notes = ("A label CSV is not compared: pandas is not installed; install stripsight[dev] for it.",)
    else:
        figures["label_csv_to_pandas"] = _csv_figure(rows, 2 if wishes.short else 5)
    return Report(
        figures,
        setting={"mask_px": "x".join(map(str, FRAME_SIZE)), "masks": ", ".join(each), "csv_rows": rows},
        notes=notes,
    )


def sample_masks() -> dict[str, Mask]:
    """A (256, 1600) bool mask of each kind: a patch and a scratch; half the frame in patches; nothing."""
    sparse = np.zeros(FRAME_SIZE, dtype=np.bool_)
    sparse[100:140, 300:420] = True
    sparse[10:200, 900] = True
    noise = np.random.default_rng(_SEED).random(FRAME_SIZE, dtype=np.float32)
    dense = np.asarray(cv2.GaussianBlur(noise, (0, 0), _PATCH_PX)) > 0.5
    return {"sparse": sparse, "dense": dense, "empty": np.zeros(FRAME_SIZE, dtype=np.bool_)}


@dataclass(frozen=True, slots=True)
class _Beside:
    """What ours and theirs took of the same, in seconds, round by round."""

    ours: list[float]
    theirs: list[float]

    @property
    def ratios(self) -> list[float]:
        """Theirs over ours: above 1 ours is the faster."""
        return ratios(self.theirs, self.ours)


def _both_ways(mask: Mask, rounds: int) -> tuple[_Beside, _Beside]:
    """Encoding and decoding of one mask, ours and pycocotools'."""
    from pycocotools import mask as coco

    text, counts = encode(mask), coco.encode(np.asfortranarray(mask, dtype=np.uint8))

    def coco_decode() -> Mask:
        decoded: Mask = np.ascontiguousarray(coco.decode(counts)).view(np.bool_)
        return decoded

    with warnings.catch_warnings():
        # It wraps its memory in a way numpy has since deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        return (
            _beside(lambda: encode(mask), lambda: coco.encode(np.asfortranarray(mask, dtype=np.uint8)), rounds),
            _beside(lambda: decode(text, FRAME_SIZE), coco_decode, rounds),
        )


def _beside(ours: Callable[[], object], theirs: Callable[[], object], rounds: int, times: int = 20) -> _Beside:
    def repeated(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(times):
                work()

        return run

    seconds = in_turns({"ours": repeated(ours), "theirs": repeated(theirs)}, rounds, time.process_time)
    return _Beside([s / times for s in seconds["ours"]], [s / times for s in seconds["theirs"]])


def _worst(each: Mapping[str, _Beside]) -> Figure:
    """The figure of the mask on which ours does worst, with every mask's time among the parts."""
    worst = min(each.values(), key=lambda beside: statistics.median(beside.ratios))
    parts: dict[str, Part] = {}
    for name, beside in each.items():
        parts[name] = Part(statistics.median(beside.ratios), "")
        parts[f"{name} ours"] = milliseconds(beside.ours)
        parts[f"{name} pycocotools"] = milliseconds(beside.theirs)
    return Figure.median(worst.ratios, 1.0, RATIO, "higher", parts)


def _csv_figure(rows: int, rounds: int) -> Figure:
    pandas: Any = importlib.import_module("pandas")
    with tempfile.TemporaryDirectory(prefix="stripsight-bench-") as folder:
        path = Path(folder) / "labels.csv"
        write_label_csv(path, rows)
        # Warm: either side reads the file from the operating system's memory.
        sides = {"ours": lambda: read_kaggle(path), "pandas": lambda: pandas.read_csv(path)}
        seconds = in_turns(sides, rounds, time.process_time)
        megabytes = path.stat().st_size / 1e6
    return Figure.median(
        ratios(seconds["ours"], seconds["pandas"]),
        2.0,
        RATIO,
        "lower",
        {
            "ours": milliseconds(seconds["ours"]),
            "pandas": milliseconds(seconds["pandas"]),
            "file": Part(megabytes, "MB"),
        },
    )


def write_label_csv(path: Path, rows: int) -> None:
    """A label CSV of so many rows, each a frame with one class, its mask that of rendered steel."""
    cells = _cells()
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(KaggleStyle.SPLIT.columns) + "\n")
        stream.writelines(f"{number:08x}.jpg,{cells[number % len(cells)]}\n" for number in range(rows))


def _cells() -> list[str]:
    """Class id and run lengths of rendered defects, as a row holds them."""
    preset = find_preset("training")
    assert preset is not None, "the strip that models learn from is part of the program"
    renderer, number = preset.renderer(_SEED), 0
    cells: list[str] = []
    while len(cells) < _CSV_POOL:
        stack = renderer.render(number).stack
        for class_id in range(1, _CLASSES + 1):
            text = encode(class_mask(stack, class_id))
            if text:
                cells.append(f"{class_id},{text}")
        number += 1
    return cells
