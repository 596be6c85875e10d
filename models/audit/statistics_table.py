"""The statistics of labels as a short table of text, for a terminal."""

from __future__ import annotations

from typing import Any

_HEADS = ("class", "frames", "of all", "pieces", "pixels", "of all", "median mask")


def statistics_table(statistics: dict[str, Any]) -> str:
    """What ``label_statistics`` found, in a line a class below one on the frames."""
    rows = [_HEADS, *(_row(name, numbers) for name, numbers in statistics["classes"].items())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([frames_sentence(statistics), *lines])


def frames_sentence(statistics: dict[str, Any]) -> str:
    """How many frames of which kind there are, in one sentence."""
    frames = statistics["frames"]
    kinds = [f"{frames['defective']:,} with a defect", f"{frames['clean']:,} clean"]
    if frames["incomplete"]:
        kinds.append(f"{frames['incomplete']:,} with rows that cannot be used")
    if frames["unstated"]:
        kinds.append(f"{frames['unstated']:,} named without a pixel")
    sentence = f"{frames['labelled']:,} labelled frames: {', '.join(kinds)}"
    return f"{sentence}; {frames['unlabelled']:,} images without labels." if frames["unlabelled"] else f"{sentence}."


def _row(name: str, numbers: dict[str, Any]) -> tuple[str, ...]:
    median = numbers["area_px_in_frames_with_it"]
    return (
        name,
        f"{numbers['frames']:,}",
        percent(numbers["share_of_frames"]),
        f"{numbers['pieces']:,}",
        f"{numbers['area_px']:,}",
        percent(numbers["share_of_px"]),
        "–" if median is None else f"{median['median']:,.0f} px",
    )


def percent(share: float | None) -> str:
    """A share of 0 to 1 in words: what is there and rounds to nothing is not called 0."""
    if share is None:
        return "–"
    return "<0.01%" if 0 < share < 0.00005 else f"{share:.2%}"
