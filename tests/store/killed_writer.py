"""A program that inspects until it is killed: ``killed_writer.py FOLDER SEED``.

It prints a line for every inspection that ``flush`` has acknowledged, so that its parent knows what must be there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from store_examples import grain, make_correction, make_inspection

from app.store import ImagePolicy, Store
from app.words.inspection import VerdictKind


def main(folder: Path, seed: int) -> None:
    store = Store.open(folder, "Mill 2", "Inspector A", policy=ImagePolicy(pass_share=0.3))
    strip_id = store.begin_strip(f"coil {seed}", "sim:strip", "standard")
    number = seed * 1_000_000
    while True:
        batch = []
        for _ in range(1 + number % 7):
            number += 1
            kind = VerdictKind.REJECT if number % 3 == 0 else VerdictKind.PASS
            classes = () if kind is VerdictKind.PASS else (1, 1 + number % 3) if number % 3 else (2,)
            batch.append(make_inspection(number, *classes, kind=kind, strip_id=strip_id, image=grain(number)))
        for inspection in batch:
            store.writer.put(inspection)
        done = store.writer.save_correction(make_correction(batch[-1], 3)) if number % 2 else None
        store.writer.flush()
        for inspection in batch:
            corrected = int(done is not None and inspection is batch[-1])
            print(inspection.id, inspection.frame.number, inspection.verdict.kind.value, corrected, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
