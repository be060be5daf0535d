"""The plot of a label table: one SVG, drawn here, readable in light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from mirbench.difficulty.summary import NUM_BINS, Row, Summary

_WIDTH: Final = 720
_LEFT: Final = 170
_BAR: Final = _WIDTH - _LEFT - 110
_ROW: Final = 24
_HEIGHT_OF_BINS: Final = 130

_STYLE: Final = """\
text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.small{font-size:11px}
.easy{fill:#2a9d8f}.hard{fill:#c8553d}.failed{fill:#999}.bin{fill:#457b9d}
.page{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#ddd}.page{fill:#181818}}"""


def write_plot(path: Path, summary: Summary, title: str) -> None:
    """Write the labels by subtask and the histogram of pass rates as an SVG."""
    rows = [*summary.rows, summary.total]
    bins_top = 70 + len(rows) * _ROW + 40
    height = bins_top + _HEIGHT_OF_BINS + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label="{escape(title, {chr(34): "&quot;"})}"><style>{_STYLE}</style>',
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
        f'<text class="title" x="16" y="26">{escape(title)}</text>',
        *_legend(),
        *(part for index, row in enumerate(rows) for part in _subtask_bar(row, 70 + index * _ROW)),
        f'<text x="16" y="{bins_top - 12}">Questions by right among the answers drawn</text>',
        *_bins(summary, bins_top),
        "</svg>\n",
    ]
    path.write_text("".join(parts), encoding="utf-8")


def _legend() -> Iterator[str]:
    for index, name in enumerate(("easy", "hard", "failed")):
        x = _LEFT + index * 80
        yield f'<rect class="{name}" x="{x}" y="42" width="12" height="12" rx="2"/>'
        yield f'<text class="small" x="{x + 17}" y="52">{name}</text>'


def _subtask_bar(row: Row, y: int) -> Iterator[str]:
    yield f'<text x="{_LEFT - 10}" y="{y + 14}" text-anchor="end">{escape(row.subtask)}</text>'
    total = sum(row[1:])
    x = float(_LEFT)
    for name, num in zip(("easy", "hard", "failed"), row[1:], strict=True):
        width = _BAR * num / max(total, 1)
        if num:
            yield f'<rect class="{name}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="18">'
            yield f"<title>{num:,} {name}</title></rect>"
        x += width
    share = "" if row.easy_share is None else f"{row.easy_share:.0%} of "
    yield f'<text class="small" x="{_LEFT + _BAR + 8}" y="{y + 13}">{share}{total:,}</text>'


def _bins(summary: Summary, top: int) -> Iterator[str]:
    most = max(1, *summary.histogram)
    step = (_WIDTH - 32) / NUM_BINS
    base = top + _HEIGHT_OF_BINS
    for index, num in enumerate(summary.histogram):
        height = (_HEIGHT_OF_BINS - 16) * num / most
        x, middle = 16 + index * step, 16 + (index + 0.5) * step
        yield f'<rect class="bin" x="{x + 2:.1f}" y="{base - height:.1f}" '
        yield f'width="{step - 4:.1f}" height="{height:.1f}"/>'
        yield f'<text class="small" x="{middle:.1f}" y="{base - height - 4:.1f}" '
        yield f'text-anchor="middle">{num:,}</text>'
        low, high = index * 100 // NUM_BINS, (index + 1) * 100 // NUM_BINS
        yield f'<text class="small" x="{middle:.1f}" y="{base + 16}" '
        yield f'text-anchor="middle">{low}-{high} %</text>'
