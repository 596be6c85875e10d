"""Where the graphs derived from a bundle lie, and whether they are whole. No torch.

A packaged bundle brings its graphs in its own folder; else they lie in the cache under the bundle's hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from models.bundle import Bundle

GRAPH_FORMAT = 1
"""Rises whenever the stages' inputs or outputs change, so that older graphs are derived again."""
MANIFEST_FILE = "graphs.json"
STAGES = ("gate", "draw")


def packaged_graphs(bundle: Bundle) -> Path:
    """The folder inside the bundle's where a package puts its graphs."""
    return bundle.folder / "openvino"


def cached_graphs(bundle: Bundle, cache: Path) -> Path:
    """The folder of the bundle's graphs below ``cache``; its name is the bundle's hash, so it never goes stale."""
    return cache / "ir" / bundle.sha256


def graphs_complaint(folder: Path, bundle: Bundle) -> str | None:
    """What is wrong with the graphs in ``folder``, or ``None`` where they are the bundle's and whole."""
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        if manifest["format"] != GRAPH_FORMAT or manifest["bundle"] != bundle.sha256:
            return "of another bundle or version"
        files = manifest["files"]
        for name in (f"{stage}.{kind}" for stage in STAGES for kind in ("xml", "bin")):
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != files[name]:
                return f"damaged in {name}"
    except FileNotFoundError:
        return "not there"
    except (OSError, ValueError, KeyError, TypeError):
        return "unreadable"
    return None
