"""Where the graphs derived from a bundle lie, and whether they are whole. No torch.

A packaged bundle brings its graphs in its own folder; else they lie in the cache under the bundle's hash, and with
them what OpenVINO has compiled of them for this processor. Of many bundles only the last used stay.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from pathlib import Path

from models.bundle import Bundle

GRAPH_FORMAT = 1
"""Rises whenever the stages' inputs or outputs change, so that older graphs are derived again."""
MANIFEST_FILE = "graphs.json"
STAGES: dict[str, tuple[str, ...]] = {"cascade": ("gate", "draw"), "classify": ("gate",)}
"""A graph each, by the bundle's task."""
_KEPT_BUNDLES = 8
"""So many bundles' graphs stay in the cache, at 25 MB each."""


def packaged_graphs(bundle: Bundle) -> Path:
    """The folder inside the bundle's where a package puts its graphs."""
    return bundle.folder / "openvino"


def cached_graphs(bundle: Bundle, cache: Path) -> Path:
    """The folder of the bundle's graphs below ``cache``; its name is the bundle's hash, so it never goes stale."""
    return cache / "ir" / bundle.sha256


def compiled_graphs(bundle: Bundle, cache: Path) -> Path:
    """The folder where OpenVINO keeps the bundle's compiled graphs."""
    return cached_graphs(bundle, cache) / "compiled"


def note_use(bundle: Bundle, cache: Path) -> None:
    """Mark the bundle's graphs as used now, and delete those of bundles not used for longest."""
    mine = cached_graphs(bundle, cache)
    with suppress(OSError):
        os.utime(mine)
        # Hidden folders are being written by somebody.
        others = [item for item in mine.parent.iterdir() if item != mine and not item.name.startswith(".")]
        others.sort(key=lambda item: item.stat().st_mtime, reverse=True)
        for forgotten in others[_KEPT_BUNDLES - 1 :]:
            shutil.rmtree(forgotten, ignore_errors=True)


def graphs_complaint(folder: Path, bundle: Bundle) -> str | None:
    """What is wrong with the graphs in ``folder``, or ``None`` where they are the bundle's and whole."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if manifest["format"] != GRAPH_FORMAT or manifest["bundle"] != bundle.sha256:
            return "of another bundle or version"
        files = manifest["files"]
        for name in (f"{stage}.{kind}" for stage in STAGES[bundle.spec.task] for kind in ("xml", "bin")):
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != files[name]:
                return f"damaged in {name}"
    except FileNotFoundError:
        return "not there"
    except (OSError, ValueError, KeyError, TypeError):
        return "unreadable"
    return None
