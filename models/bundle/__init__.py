"""A trained model as one folder: weights, specification, card and the SHA-256 of every file. No torch, no pickle."""

from models.bundle.folder import (
    Bundle,
    bundle_folders_in,
    list_bundles,
    open_bundle,
    require_replaceable,
    write_bundle,
)
from models.bundle.spec import BundleError, BundleSpec

__all__ = [
    "Bundle",
    "BundleError",
    "BundleSpec",
    "bundle_folders_in",
    "list_bundles",
    "open_bundle",
    "require_replaceable",
    "write_bundle",
]
