"""A station in memory: rendered strip, its exact masks as the prediction, and the verdicts of a simple limit.

Frames are fed one by one by the test, from the thread that calls ``feed`` or from one of the station's own.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import uuid_utils.compat as uuid_utils

from app.inspection.status import Counters, LineEvent, LineState, LineStatus
from app.paths import resources
from app.words.frame import Frame, Image
from app.words.inspection import Finding, Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.data.strip.renderer import StripRenderer
from models.data.strip.taxonomy import DEMO_STRIP
from models.labels.masks import MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy

REJECT_PX = 1500


class StripStation:
    """Does what ``app.ui.station.Station`` asks for; ``calls`` says what was asked, in order."""

    def __init__(self, renderer: StripRenderer | None = None) -> None:
        self.renderer = renderer or StripRenderer(seed=4, defect_rate=0.35)
        self.calls: list[tuple[str, ...]] = []
        self.state = LineState.IDLE
        self.error: Reason | None = None
        self.counts: Counter[VerdictKind] = Counter()
        self.lost = 0
        self.source = ""
        self.model = "demo-strip"
        self._on_inspected: list[Callable[[Inspection], None]] = []
        self._on_event: list[Callable[[LineEvent], None]] = []

    # What the interface asks

    def start(self, source_spec: str) -> None:
        self.calls.append(("start", source_spec))
        self.source = source_spec
        self.state = LineState.RUNNING
        self.counts.clear()

    def pause(self) -> None:
        self.calls.append(("pause",))
        self.state = LineState.PAUSED

    def resume(self) -> None:
        self.calls.append(("resume",))
        self.state = LineState.RUNNING

    def stop(self) -> None:
        self.calls.append(("stop",))
        self.state = LineState.IDLE

    def change_bundle(self, name: str) -> None:
        self.calls.append(("change_bundle", name))
        self.model = name

    def change_device(self, device: str) -> None:
        self.calls.append(("change_device", device))

    def bundle_folder(self) -> Path:
        return resources() / "bundles" / self.model

    def bundles(self) -> list[tuple[str, str]]:
        return [("demo-strip", "Demo strip, four classes"), ("neu-strip", "Hot-rolled strip, three classes")]

    def sources(self) -> list[tuple[str, str]]:
        return [
            ("sim:mixed", "Simulated line: mixed defects"),
            ("sim:scratches", "Simulated line: scratches"),
            ("camera:0", "Camera 0"),
        ]

    def status(self) -> LineStatus:
        running = bool(self.counts)
        return LineStatus(
            state=self.state,
            counters=Counters(
                frames=sum(self.counts.values()),
                passes=self.counts[VerdictKind.PASS],
                reviews=self.counts[VerdictKind.REVIEW],
                rejects=self.counts[VerdictKind.REJECT],
                not_inspected=self.counts[VerdictKind.NOT_INSPECTED],
                lost=self.lost,
            ),
            frames_per_s=24.8 if running else 0.0,
            latency_p50_ms=36.2 if running else None,
            latency_p99_ms=71.9 if running else None,
            source=self.source,
            model=self.model if running else "",
            runtime="OpenVINO · CPU · bf16" if running else "",
            runtime_reason="This computer has no CUDA device, and its processor calculates in bf16." if running else "",
            error=self.error,
        )

    def subscribe(self, on_inspected: Callable[[Inspection], None], on_event: Callable[[LineEvent], None]) -> None:
        self._on_inspected.append(on_inspected)
        self._on_event.append(on_event)

    # What the test does

    def feed(self, inspection: Inspection) -> Inspection:
        """An inspection arrives, in the thread of the caller."""
        self.counts[inspection.verdict.kind] += 1
        for call in self._on_inspected:
            call(inspection)
        return inspection

    def feed_numbers(self, numbers: Iterable[int]) -> list[Inspection]:
        """Rendered frames arrive, in the thread of the caller."""
        return [self.feed(self.inspect(number)) for number in numbers]

    def feed_from_thread(self, inspections: Iterable[Inspection]) -> None:
        """Inspections arrive as they do from the line: in another thread. Waits until it has ended."""
        kept = list(inspections)
        thread = threading.Thread(target=lambda: [self.feed(one) for one in kept], name="test-line")
        thread.start()
        thread.join(timeout=30)

    def raise_event(self, code: str, is_error: bool = False, **parameters: str | int | float) -> None:
        """Something happens to the line."""
        for call in self._on_event:
            call(LineEvent(Reason(code, parameters), error=is_error))

    def inspect(self, number: int) -> Inspection:
        """The rendered frame of this number with its exact masks."""
        rendered = self.renderer.render(number)
        return make_inspection(
            number, rendered.image, rendered.stack, along_mm=rendered.along_mm, mm_per_px=self.renderer.mm_per_px
        )


def make_inspection(
    number: int,
    image: Image | None,
    stack: MaskStack | None,
    taxonomy: Taxonomy = DEMO_STRIP,
    along_mm: float | None = None,
    mm_per_px: float | None = None,
    verdict: Verdict | None = None,
) -> Inspection:
    """An inspection of this image, judged by ``REJECT_PX`` unless a verdict is given."""
    findings = () if stack is None else tuple(find(stack, mm_per_px))
    return Inspection(
        id=uuid_utils.uuid7(),
        frame=Frame(
            source="sim:mixed",
            number=number,
            name=f"mixed#{number:06d}",
            time_utc=datetime(2025, 3, 3, 12, 0, tzinfo=UTC) + timedelta(seconds=0.4 * number),
            image=image,
            along_mm=along_mm,
            mm_per_px=mm_per_px,
        ),
        taxonomy=taxonomy,
        stack=stack,
        findings=findings,
        probabilities={c.id: 0.9 if any(f.class_id == c.id for f in findings) else 0.02 for c in taxonomy},
        verdict=verdict or judge(findings, taxonomy),
        model=ModelUsed("demo-strip", "0" * 64, "OpenVINO · CPU · bf16"),
        recipe="standard",
    )


def find(stack: MaskStack, mm_per_px: float | None) -> list[Finding]:
    """The connected pieces of each class, largest first."""
    found = []
    for class_id in classes_present(stack):
        mask = class_mask(stack, class_id)
        _, _, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
        for x, y, width, height, area in boxes[1:]:
            score = 0.55 + 0.44 * ((int(area) * 7919) % 97) / 97
            scale = None if mm_per_px is None else float(area) * mm_per_px**2
            found.append(Finding(class_id, (int(x), int(y), int(width), int(height)), int(area), score, scale))
    return sorted(found, key=lambda f: (f.class_id, -f.area_px))


def judge(findings: tuple[Finding, ...], taxonomy: Taxonomy) -> Verdict:
    """Reject from ``REJECT_PX`` of one class on, review what is smaller, pass what is clean."""
    for defect in taxonomy:
        area = sum(f.area_px for f in findings if f.class_id == defect.id)
        if area > REJECT_PX:
            parameters = {"class_title": defect.title, "area": float(area), "unit": "px", "limit": float(REJECT_PX)}
            return Verdict(VerdictKind.REJECT, Reason("area_over_limit", parameters))
    if findings:
        title = taxonomy.by_id(findings[0].class_id).title
        parameters = {"class_title": title, "probability": 0.52, "threshold": 0.5}
        return Verdict(VerdictKind.REVIEW, Reason("near_threshold", parameters))
    return Verdict(VerdictKind.PASS, Reason("clean"))


def not_inspected(number: int, code: str = "unreadable") -> Inspection:
    """A frame that could not be read."""
    name = f"frame_{number:04d}.png"
    return make_inspection(number, None, None, verdict=Verdict(VerdictKind.NOT_INSPECTED, Reason(code, {"name": name})))
