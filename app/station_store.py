"""The station's store, opened as its settings say: by the workstation, and by whatever else inspects into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.settings import DATA_FOLDER, IMAGE_QUOTA_GB, KEPT_PASS_SHARE, OPERATOR_NAME, STATION_NAME, Settings
from app.store import ImagePolicy, Store
from app.words.reason import Reason

BYTES_PER_GB = 1_000_000_000


def open_station_store(settings: Settings, on_event: Callable[[Reason], None]) -> Store:
    """Open the store for writing; ``on_event`` hears, on its writer's thread, of what goes wrong while it is open.

    Raises ``StoreError`` with one sentence where it cannot be opened, another program that writes to it included.
    """
    return Store.open(
        Path(settings[DATA_FOLDER]),
        station=settings[STATION_NAME],
        actor=settings[OPERATOR_NAME],
        policy=ImagePolicy(
            pass_share=settings[KEPT_PASS_SHARE], quota_bytes=int(settings[IMAGE_QUOTA_GB] * BYTES_PER_GB)
        ),
        on_event=on_event,
    )
