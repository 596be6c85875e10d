"""What happened is kept: schema, migrations, the one writer, readers, images and their quota.

``Store.open`` is the way in for the program that writes, ``open_reader`` for whoever only looks.
"""

from app.store.errors import StoreBusyError, StoreClosedError, StoreError
from app.store.images import ImagePolicy
from app.store.listing import Cursor, InspectionFilter, ListedInspection, Page, SortBy
from app.store.reader import StoreReader
from app.store.store import Store, open_reader
from app.store.stored import FinalLabels, StoredInspection
from app.store.strips import StripSummary
from app.store.writer import StoreWriter

__all__ = [
    "Cursor",
    "FinalLabels",
    "ImagePolicy",
    "InspectionFilter",
    "ListedInspection",
    "Page",
    "SortBy",
    "Store",
    "StoreBusyError",
    "StoreClosedError",
    "StoreError",
    "StoreReader",
    "StoreWriter",
    "StoredInspection",
    "StripSummary",
    "open_reader",
]
