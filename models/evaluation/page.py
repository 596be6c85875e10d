"""Pages: one HTML file that needs nothing beside it, readable in light and dark, on a screen and on paper."""

from __future__ import annotations

import html
from collections.abc import Sequence

from models.evaluation.svg import CHART_STYLE

_STYLE = """
:root { color-scheme:light dark; }
body { font:15px/1.55 system-ui,"Segoe UI",Roboto,sans-serif; margin:2rem auto; max-width:1180px; padding:0 1.2rem;
  color:var(--ink); background:var(--ground); }
h1 { font-size:1.6rem; margin:0 0 .3rem; } h2 { font-size:1.2rem; margin:2.4rem 0 .4rem; } p { max-width:52rem; }
.lead { color:var(--soft); margin-top:0; } .note { color:var(--soft); font-size:.92em; }
table { border-collapse:collapse; margin:.6rem 0 1.2rem; }
th,td { border-bottom:1px solid var(--line); padding:.3rem .8rem; text-align:right; white-space:nowrap;
  font-variant-numeric:tabular-nums; }
thead th { border-bottom:2px solid var(--edge); font-weight:600; vertical-align:bottom; white-space:normal; }
th:first-child,td:first-child { padding-left:.2rem; } th.words,td.words { text-align:left; }
tr.whole td { font-weight:600; }
td small { color:var(--soft); display:block; font-size:.78em; }
.wide { overflow-x:auto; }
.charts { display:flex; flex-wrap:wrap; align-items:flex-start; gap:1.2rem 1.8rem; margin:.8rem 0; }
.key { display:inline-block; width:.85em; height:.85em; margin-right:.45em; border:1px solid var(--edge);
  vertical-align:-.08em; }
.keys span { margin-right:1.2em; white-space:nowrap; }
.verdict { border-left:5px solid var(--edge); padding:.5rem 1rem; font-size:1.1em; font-weight:600; }
.verdict.good { border-color:#009e73; } .verdict.bad { border-color:#d55e00; }
figure { margin:0; } figcaption { color:var(--soft); font-size:.88em; }
.pair { display:flex; flex-wrap:wrap; gap:4px; margin-top:3px; } img { display:block; max-width:100%; }
@media print { body { margin:0; max-width:none; } h2 { break-after:avoid; } figure,svg { break-inside:avoid; } }
"""


def html_page(title: str, parts: Sequence[str]) -> str:
    """A whole page; ``parts`` are HTML. Charts of ``models.evaluation.svg`` find their style sheet here."""
    said = html.escape(title)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{said}</title><style>{CHART_STYLE}{_STYLE}</style></head><body><h1>{said}</h1>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>"
    )


def section(title: str, *parts: str) -> str:
    """A heading with what stands below it; nothing where there is nothing."""
    body = "\n".join(part for part in parts if part)
    return f"<h2>{html.escape(title)}</h2>\n{body}" if body else ""


def paragraph(words: str, kind: str = "") -> str:
    """A paragraph of plain text, escaped. ``kind`` is 'lead', 'note', 'verdict good' or 'verdict bad'."""
    chosen = f' class="{kind}"' if kind else ""
    return f"<p{chosen}>{html.escape(words)}</p>"


def charts(*drawn: str) -> str:
    """Charts, or figures, side by side as far as the page is wide."""
    return f'<div class="charts">{"".join(drawn)}</div>' if any(drawn) else ""


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], *, whole: Sequence[int] = (), words: Sequence[int] = (0,)
) -> str:
    """A table of cells that are HTML already.

    Rows numbered in ``whole`` stand out as sums or means; columns numbered in ``words`` hold words, at the left.
    """
    kinds = [' class="words"' if place in words else "" for place in range(len(heads))]
    head = "".join(f"<th{kind}>{html.escape(cell)}</th>" for kind, cell in zip(kinds, heads, strict=True))
    body = ""
    for place, row in enumerate(rows):
        cells = "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True))
        body += f'<tr class="whole">{cells}</tr>' if place in whole else f"<tr>{cells}</tr>"
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def class_key(title: str, colour: str) -> str:
    """A class's name beside its colour, as HTML."""
    return f'<span class="key" style="background:{colour}"></span>{html.escape(title)}'
