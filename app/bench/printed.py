"""What was measured, as the JSON other programs read and as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.bench.figures import Figure, Part, Report

_SIGNS: Final[Mapping[str, str]] = {"higher": "≥", "lower": "≤"}


def to_json(machine: Mapping[str, Any], reports: Mapping[str, Report]) -> dict[str, Any]:
    """``{"machine": …, "figures": {KEY: {"value", "goal", "unit", "better"}}, "parts": {KEY: {NAME: {"value",
    "unit"}}}, "repeats": {KEY: [number…]}, "settings": {BENCH: …}, "notes": {BENCH: [sentence…]}}``.

    A figure's key is its own whatever the bench, so the figures of several benches stand side by side.
    """
    figures = {key: figure for report in reports.values() for key, figure in report.figures.items()}
    return {
        "machine": dict(machine),
        "figures": {
            key: {"value": figure.value, "goal": figure.goal, "unit": figure.unit, "better": figure.better}
            for key, figure in figures.items()
        },
        "parts": {
            key: {name: {"value": part.value, "unit": part.unit} for name, part in figure.parts.items()}
            for key, figure in figures.items()
            if figure.parts
        },
        "repeats": {key: list(figure.repeats) for key, figure in figures.items() if figure.repeats},
        "settings": {name: dict(report.setting) for name, report in reports.items()},
        "notes": {name: list(report.notes) for name, report in reports.items() if report.notes},
    }


def from_json(answer: Mapping[str, Any], name: str) -> Report:
    """The report of bench ``name`` from what ``to_json`` made of it alone."""
    return Report(
        figures={
            key: Figure(
                **figure,
                parts={part: Part(**number) for part, number in answer["parts"].get(key, {}).items()},
                repeats=tuple(answer["repeats"].get(key, ())),
            )
            for key, figure in answer["figures"].items()
        },
        setting=answer["settings"][name],
        notes=tuple(answer["notes"].get(name, ())),
    )


def to_text(name: str, report: Report) -> str:
    """One bench for people: a line a figure, below it where it comes from."""
    width = max((len(key) for key in report.figures), default=0)
    lines = [f"{name}: " + ", ".join(f"{key} {value}" for key, value in report.setting.items())]
    for key, figure in report.figures.items():
        lines.append(f"  {key:<{width}}  {_figure(figure)}")
        if figure.parts:
            lines.append(f"  {'':<{width}}    {', '.join(_part(*part) for part in figure.parts.items())}")
    lines += [f"  {note}" for note in report.notes]
    return "\n".join(lines)


def machine_text(machine: Mapping[str, Any]) -> str:
    """The computer and the versions, for people."""
    bf16 = {True: "with bf16", False: "without bf16", None: "bf16 unknown"}[machine["bf16"]]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items() if version)
    return (
        f"{machine['processor']}, {machine['cores']} cores {bf16}, {machine['memory_bytes'] / 1e9:.1f} GB; "
        f"{machine['system']}, StripSight {machine['stripsight']}, Python {machine['python']}, {packages}"
    )


def _figure(figure: Figure) -> str:
    goal = f"{_SIGNS[figure.better]} {figure.goal:g}"
    words = f"{figure.value:9.3f} {figure.unit:<10} {goal:<8} {'met' if figure.reached else 'missed'}"
    if len(figure.repeats) > 1:
        words += f"  {min(figure.repeats):.3g} … {max(figure.repeats):.3g} over {len(figure.repeats)} repeats"
    return words


def _part(name: str, part: Part) -> str:
    return f"{name} {part.value:.3g} {part.unit}".rstrip()
