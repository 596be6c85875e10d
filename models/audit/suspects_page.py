"""The suspects as a page: the most suspicious frames as label and model side by side, and what the checks found."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Mapping, Sequence

from models.audit.pictures import View, figure, labelled_picture
from models.audit.suspect import Suspect, SuspectKind
from models.evaluation.page import charts, class_key, html_page, paragraph, section, table
from models.evaluation.svg import Bar, Slice, axis_over, bar_chart, pie_chart
from models.labels.taxonomy import Taxonomy

_FINDINGS_AT_MOST = 200
_NEUTRAL = "#8f9aa3"

KIND_WORDS = {
    SuspectKind.MISSING: "Missing label",
    SuspectKind.EXTRA: "Label of nothing seen",
    SuspectKind.WRONG_CLASS: "Wrong class",
    SuspectKind.SHIFTED: "Shifted label",
    SuspectKind.TOO_LARGE: "Outline too large",
    SuspectKind.TOO_SMALL: "Outline too small",
    SuspectKind.UNUSABLE: "Labels that cannot be used",
    SuspectKind.NO_IMAGE: "No image",
    SuspectKind.OTHER_SIZE: "Another size than the image",
    SuspectKind.COPIES_DIFFER: "A copy is labelled otherwise",
    SuspectKind.OVERLAP: "Overlapping classes",
    SuspectKind.UNSTATED: "Neither a pixel nor 'clean'",
    SuspectKind.SPECKS: "Specks",
}
"""What people read for each kind."""

_BY_MODEL = (
    "The box is where label and model disagree most. The score orders the frames and is no probability: look from the "
    "top until you find no more errors. Often it is the model that is wrong; what it cannot tell apart is listed, too."
)
_BY_CHECKS = "The label as it is; where another frame shows the same steel, that frame's label stands beside it."

_PAIR_STYLE = """<style>
.suspect { border-top:1px solid var(--line); padding:.7rem 0 .4rem; break-inside:avoid; }
.findings th,.findings td { text-align:left; white-space:normal; }
.suspect p { margin:.1rem 0 .3rem; } .suspect .charts { margin:.2rem 0; gap:.6rem 1.2rem; }
</style>"""


def suspects_page(
    title: str,
    lead: str,
    suspects: Sequence[Suspect],
    views: Mapping[str, Sequence[View]],
    findings: Sequence[Suspect],
    taxonomy: Taxonomy,
    *,
    by_model: bool,
    findings_taxonomy: Taxonomy | None = None,
) -> str:
    """One HTML file that needs nothing beside it.

    ``suspects`` are all frames ranked; ``views`` by name what is drawn of the first of them: the label and, beside it,
    what the model draws (``by_model``) or how a copy is labelled. ``findings`` are what the checks found that need no
    model, worst first; they speak of the labels' own classes, ``findings_taxonomy``, where those are others.
    """
    keys = "".join(f"<span>{class_key(defect.title, defect.colour)}</span>" for defect in taxonomy)
    pairs = [
        _pair(rank, suspect, views[suspect.name], taxonomy)
        for rank, suspect in enumerate(suspects, start=1)
        if suspect.name in views
    ]
    explained = paragraph(_BY_MODEL if by_model else _BY_CHECKS)
    return html_page(
        title,
        [
            _PAIR_STYLE,
            paragraph(lead, kind="lead"),
            section("What is suspected", _kind_chart(suspects) if by_model else ""),
            section("Most suspicious frames", explained, f'<p class="keys">{keys}</p>', *pairs) if pairs else "",
            section("Checks that need no model", _findings(findings, findings_taxonomy or taxonomy)),
        ],
    )


def words_of(suspect: Suspect, taxonomy: Taxonomy) -> str:
    """The suspicion in words, as 'Wrong class: Patches, the model sees Inclusion'."""
    words = KIND_WORDS[suspect.kind]
    if suspect.class_id:
        words += f": {taxonomy.by_id(suspect.class_id).title}"
    if suspect.seen_id:
        words += f", the model sees {taxonomy.by_id(suspect.seen_id).title}"
    return f"{words}. {suspect.note}" if suspect.note else words


def _kind_chart(suspects: Sequence[Suspect]) -> str:
    """Of the first tenth of the ranking: further down what is named is mostly the model's own doubt."""
    first = suspects[: max(1, len(suspects) // 10)]
    counts = Counter(suspect.kind for suspect in first)
    bars = [Bar(KIND_WORDS[kind], _NEUTRAL, count) for kind, count in counts.most_common()]
    return paragraph(f"Of the first {len(first):,} of {len(suspects):,} frames, a tenth:") + charts(
        bar_chart("By kind", axis_over("Frames", [4, *counts.values()]), bars)
    )


def _pair(rank: int, suspect: Suspect, views: Sequence[View], taxonomy: Taxonomy) -> str:
    head = (
        f"<p><b>{rank}. {html.escape(suspect.name)}</b> &nbsp; {html.escape(words_of(suspect, taxonomy))} "
        f"&nbsp; <small>score {suspect.score:.3f}</small></p>"
    )
    pictures = [
        figure(labelled_picture(view.image, view.stack, taxonomy, suspect.box_px), view.words) for view in views
    ]
    return f'<div class="suspect">{head}{charts(*pictures)}</div>'


def _findings(findings: Sequence[Suspect], taxonomy: Taxonomy) -> str:
    if not findings:
        return paragraph("They found nothing.")
    counts = Counter(finding.kind for finding in findings)
    slices = [Slice(KIND_WORDS[kind], colour, counts[kind]) for kind, colour in _KIND_COLOURS.items() if counts[kind]]
    rows = [
        [
            html.escape(finding.name),
            html.escape(KIND_WORDS[finding.kind]),
            html.escape(taxonomy.by_id(finding.class_id).title if finding.class_id else "–"),
            html.escape(finding.note),
        ]
        for finding in findings[:_FINDINGS_AT_MOST]
    ]
    heads = ("Frame", "Finding", "Class", "What exactly")
    more = len(findings) - _FINDINGS_AT_MOST
    return (
        charts(pie_chart("Findings by kind", slices))
        + f'<div class="findings">{table(heads, rows)}</div>'
        + (paragraph(f"And {more:,} more.", kind="note") if more > 0 else "")
    )


_KIND_COLOURS = {
    SuspectKind.UNUSABLE: "#d55e00",
    SuspectKind.NO_IMAGE: "#e69f00",
    SuspectKind.OTHER_SIZE: "#f0e442",
    SuspectKind.COPIES_DIFFER: "#56b4e9",
    SuspectKind.OVERLAP: "#cc79a7",
    SuspectKind.UNSTATED: "#009e73",
    SuspectKind.SPECKS: "#8f9aa3",
}
