"""The loss of a run as one SVG, drawn here, readable in light and dark."""

import math
from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final

from mirbench.training_run.steps import Step

_WIDTH, _HEIGHT, _LEFT, _TOP = 800, 320, 60, 44
_RIGHT, _BASE = _WIDTH - 30, _TOP + _HEIGHT
_COLOURS: Final = ("#2a9d8f", "#457b9d", "#8e6bbf", "#c8553d", "#d08c20", "#6a994e")
_LEVELS_A_ROW: Final = 6
_MOST_POINTS: Final = 300
"""Of a phase and stage: a longer one is drawn as means, since nobody sees more."""

_Points = Sequence[tuple[float, float]]
_STYLE: Final = (
    "text{font:12px system-ui,sans-serif;fill:#222}.page{fill:#fff}.grid{stroke:#999;"
    "stroke-width:.4}.loss{fill:none;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.page{fill:#181818}}"
)


def loss_plot(steps: Sequence[Step]) -> str:
    """Draw the loss of every step as an SVG: a line for each phase and stage."""
    levels: dict[str, list[tuple[float, float]]] = {}
    for line in steps:
        for level in line["levels"]:
            if level["loss"] is not None:
                name = f"phase {level['phase']}, stage {level['stage']}"
                levels.setdefault(name, []).append((line["step"], level["loss"]))
    last = max((line["step"] for line in steps), default=1)
    top = max((loss for points in levels.values() for _, loss in points), default=0) or 1.0
    drawn = (
        _level_line(number, name, _thinned(points), last, top)
        for number, (name, points) in enumerate(levels.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_BASE + 70}" role="img" '
        f'aria-label="Loss of every step"><style>{_STYLE}</style>'
        f'<rect class="page" width="{_WIDTH}" height="{_BASE + 70}"/>'
        f'<text x="{_LEFT}" y="26">Mean loss of a target token, by step ({last:,} steps)</text>'
        f"{''.join(_grid(top, last))}{''.join(drawn)}</svg>\n"
    )


def _thinned(points: _Points) -> _Points:
    """Return means of neighbours where there are more points than can be told apart."""
    size = math.ceil(len(points) / _MOST_POINTS)
    groups = (points[start : start + size] for start in range(0, len(points), size))
    return [(fmean(step for step, _ in group), fmean(loss for _, loss in group))
            for group in groups]  # fmt: skip


def _grid(top: float, last: int) -> Iterator[str]:
    for quarter in range(5):
        y = _BASE - quarter / 4 * _HEIGHT
        yield f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{top * quarter / 4:.2f}</text>'
    for step in sorted({max(1, round(last * quarter / 4)) for quarter in range(5)}):
        x = _LEFT + step / last * (_RIGHT - _LEFT)
        yield f'<text x="{x:.1f}" y="{_BASE + 18}" text-anchor="middle">{step:,}</text>'


def _level_line(number: int, name: str, points: _Points, last: int, top: float) -> str:
    colour = _COLOURS[number % len(_COLOURS)]
    places = [
        (_LEFT + step / last * (_RIGHT - _LEFT), _BASE - loss / top * _HEIGHT)
        for step, loss in points
    ]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" fill="{colour}"/>' for x, y in places
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    row, column = divmod(number, _LEVELS_A_ROW)
    x, y = _LEFT + column * 120, _BASE + 42 + row * 18
    return (
        f'<polyline class="loss" stroke="{colour}" points="{line}"/>{dots}'
        f'<text x="{x}" y="{y}" style="fill:{colour}">{name}</text>'
    )
