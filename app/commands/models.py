"""``stripsight models``: which bundles there are, what one says of itself, whether it is sound and which is better."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands import models_compare
from app.commands.text_table import table

if TYPE_CHECKING:
    from models.bundle import Bundle

ALL = "all"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``models`` and its verbs."""
    models = subparsers.add_parser("models", help="list, show, verify and compare bundles")
    verbs = models.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser("list", help="list the bundles of this station and the shipped ones")
    show = verbs.add_parser("show", help="what a bundle says of itself")
    show.add_argument("bundle", metavar="BUNDLE", help="a bundle's name or its folder")
    show.add_argument("--json", action="store_true", help="bundle.json as it is stored")
    verify = verbs.add_parser("verify", help="compare every file of a bundle with the hash it was written with")
    verify.add_argument("bundle", metavar=f"BUNDLE|{ALL}", help=f"a bundle's name or its folder, or '{ALL}'")
    models_compare.add_verb(verbs)


def run(arguments: argparse.Namespace) -> int:
    """List, show, verify or compare; 0, or 1 where a bundle is not sound or cannot be measured."""
    from app import paths
    from models.bundle import BundleError

    if arguments.verb == "compare":
        return models_compare.run(arguments)
    folders = paths.bundle_folders()
    try:
        if arguments.verb == "list":
            return _list(folders)
        if arguments.verb == "show":
            return _show(arguments.bundle, folders, as_json=arguments.json)
        return _verify(arguments.bundle, folders)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1


def _list(folders: Sequence[Path]) -> int:
    """One row a bundle; a broken one is named on stderr and the rest goes on."""
    from models.bundle import BundleError, bundle_folders_in, open_bundle

    places = bundle_folders_in(folders)
    if not places:
        print(f"There is no bundle in {' or '.join(str(folder) for folder in folders)}; train one or copy one there.")
        return 0
    rows: list[tuple[str, ...]] = [("NAME", "TASK", "CLASSES", "MB", "MADE", "TITLE")]
    broken = 0
    for place in places:
        try:
            rows.append(_row(open_bundle(place, verify=False)))
        except BundleError as error:
            print(error, file=sys.stderr)
            broken += 1
    if len(rows) > 1:
        print(table(rows))
    return 1 if broken == len(places) else 0


def _row(bundle: Bundle) -> tuple[str, ...]:
    spec = bundle.spec
    names = ",".join(spec.taxonomy.names)
    # By the folder's name, which is what opens it.
    return (
        bundle.folder.name,
        spec.task,
        names if len(names) <= 40 else f"{len(spec.taxonomy)} classes",
        f"{_size_bytes(bundle) / 1e6:.1f}",
        spec.created_utc[:10],
        spec.title,
    )


def _show(reference: str, folders: Sequence[Path], *, as_json: bool) -> int:
    from models.bundle import open_bundle

    bundle = open_bundle(reference, folders)
    if as_json:
        print((bundle.folder / "bundle.json").read_text(encoding="utf-8"), end="")
        return 0
    spec = bundle.spec
    facts = {
        "name": spec.name,
        "title": spec.title,
        "folder": str(bundle.folder),
        "sha256": bundle.sha256,
        "size": f"{_size_bytes(bundle) / 1e6:.1f} MB",
        "made": spec.created_utc,
        "task": spec.task,
        **({"front end": spec.front_end} if spec.front_end else {}),
        "network": f"{spec.network} {json.dumps(dict(spec.network_options))}",
        "input": f"{'grey' if spec.channels == 1 else 'RGB'}, mean {_numbers(spec.mean)}, std {_numbers(spec.std)}",
        "tile": f"{spec.tile_px[0]}×{spec.tile_px[1]} px, overlapping by {spec.overlap_px} px",
        "pixels": "one class each" if spec.exclusive else "classes may overlap",
        **_flat("data", spec.data),
        **_flat("metrics", spec.metrics),
        **_flat("training", spec.training),
    }
    width = max(map(len, facts))
    print("\n".join(f"{name:<{width}}  {value}" for name, value in facts.items()))
    rows: list[tuple[str, ...]] = [("ID", "CLASS", "ROLE", "GATE", "PIXEL THRESHOLD", "LEAST AREA (px)", "TITLE")]
    for defect in spec.taxonomy:
        rows.append(
            (
                str(defect.id),
                defect.name,
                defect.role.value,
                f"{spec.gates[defect.name]:g}",
                f"{spec.pixel_thresholds.get(defect.name, '–')}",
                f"{spec.min_area_px.get(defect.name, '–')}",
                defect.title,
            )
        )
    print("\n" + table(rows))
    return 0


def _verify(reference: str, folders: Sequence[Path]) -> int:
    """Every bundle is checked, whatever the one before it was."""
    from models.bundle import BundleError, bundle_folders_in, open_bundle

    references: Sequence[str | Path] = bundle_folders_in(folders) if reference == ALL else [reference]
    if not references:
        print("There is no bundle to verify; train one or copy one to the station.", file=sys.stderr)
        return 1
    broken = 0
    for one in references:
        try:
            bundle = open_bundle(one, folders, verify=True)
        except BundleError as error:
            print(error, file=sys.stderr)
            broken += 1
            continue
        print(f"{bundle.folder.name}: every file is as written (sha256 {bundle.sha256}).")
    return 1 if broken else 0


def _size_bytes(bundle: Bundle) -> int:
    return sum(file.stat().st_size for file in bundle.folder.iterdir() if file.is_file())


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.4g}" for value in values)


def _flat(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Nested mappings as 'metrics.miou' and so on."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(_flat(f"{name}.{key}", value))
        else:
            flat[f"{name}.{key}"] = f"{value:.4g}" if isinstance(value, float) else str(value)
    return flat
