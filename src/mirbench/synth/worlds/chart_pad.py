"""The paper that charts are drawn on: colours, text, legends, axes.

Marks stand on whole pixels, and a quarter of a gridline step is a whole number of them, so that a
value can be read exactly.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from mirbench.synth.canvas import Canvas, Ink
from mirbench.synth.canvas.canvas import Across
from mirbench.synth.canvas.tables import Point
from mirbench.synth.drawing import Drawing
from mirbench.synth.worlds.charts import FULL, QUARTERS, TICKS, Chart

SCALE: Final = "scale"
"""The key of the field between an axis's zero and its last gridline."""


class Style(NamedTuple):
    """Colours of paper, plot, grid, text, and of what is plotted."""

    paper: Ink
    plot: Ink
    grid: Ink
    text: Ink
    on_ink: Ink
    """Text on what is plotted."""
    inks: tuple[Ink, ...]


STYLES: Final = (
    Style("#ffffff", "#ffffff", "#d9d9d9", "#2b2b2b", "#ffffff",
          ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd")),
    Style("#fbf7ef", "#fffdf8", "#e3d9c6", "#4a3b2a", "#ffffff",
          ("#8c4a2f", "#d9a441", "#5b7f5e", "#3f5f7f", "#a76d8f")),
    Style("#ffffff", "#eaeaf2", "#ffffff", "#333344", "#ffffff",
          ("#4c72b0", "#dd8452", "#55a868", "#c44e52", "#8172b3")),
    Style("#f4f7fa", "#ffffff", "#d5dde6", "#22313f", "#ffffff",
          ("#16697a", "#ffa62b", "#489fb5", "#9a3b5b", "#6a8d2f")),
    Style("#263238", "#2f3d44", "#4a5b63", "#eceff1", "#1b262c",
          ("#4fc3f7", "#ffb74d", "#aed581", "#f06292", "#ba9bd9")),
)  # fmt: skip


class Pad:
    """A chart while it is drawn. Lengths are in 1/294 of the picture's height."""

    def __init__(self, chart: Chart, size: int) -> None:
        self.chart, self.style = chart, STYLES[chart.style]
        self.width, self.height = size * 8 // 7, size * 7 // 8
        self.size = self.height / 294
        self.drawing = Drawing(self.width, self.height, self.style.paper)

    def px(self, length: float) -> int:
        """Return a length in whole pixels."""
        return round(length * self.size)

    def text(
        self,
        at: Point,
        text: str,
        size: float,
        *,
        across: Across = "left",
        bold: bool = False,
        ink: Ink | None = None,
    ) -> None:
        """Write words, their middle as high as `at` says."""
        place = (at[0] * self.size, at[1] * self.size)
        ink = ink or self.style.text
        self.drawing.decorate(
            lambda canvas: canvas.text(
                place, text, ink, size * self.size, bold=bold, upright="middle", across=across
            )
        )

    def line(self, start: Point, end: Point) -> None:
        """Draw a line of the grid, in pixels."""
        width = 1.2 * self.size
        self.drawing.decorate(lambda canvas: canvas.line(start, end, self.style.grid, width))

    def ink(self, number: int) -> Ink:
        """Return the colour of a row or column."""
        return self.style.inks[number % len(self.style.inks)]

    def legend(self, names: Sequence[str], left: float, top: float, *, down: bool = False) -> None:
        """Write what the colours mean, side by side or one below the other."""
        step = 302 / max(len(names), 3)
        for number, name in enumerate(names):
            x, y = (left, top + 26 * number) if down else (left + step * number, top)
            paint = partial(_paint_swatch, at=(x, y), size=self.size, ink=self.ink(number))
            self.drawing.decorate(paint)
            self.text((x + 15, y), name, 11.5)


def _paint_swatch(canvas: Canvas, *, at: Point, size: float, ink: Ink) -> None:
    x, y = at[0] * size, at[1] * size
    canvas.rounded_rectangle(x, y - 5 * size, x + 10 * size, y + 5 * size, 2.0, ink)


class Field(NamedTuple):
    """Where values are plotted, in pixels."""

    left: int
    top: int
    right: int
    bottom: int
    quarter: int
    """Pixels to a quarter of a gridline step."""


def upright_field(pad: Pad, legend: bool) -> Field:
    """Draw an axis from the bottom up with its gridlines."""
    quarter = max(pad.px(9 if legend else 10), 1)
    bottom, left, right = pad.height - pad.px(34), pad.px(52), pad.width - pad.px(16)
    top = bottom - FULL * quarter
    pad.drawing.rectangle(SCALE, (left, top, right, bottom), pad.style.plot)
    for tick in range(TICKS + 1):
        y = bottom - tick * QUARTERS * quarter
        pad.line((left, y), (right, y))
        pad.text((46, y / pad.size), str(tick * pad.chart.tick), 11, across="right")
    return Field(left, top, right, bottom, quarter)


def lying_field(pad: Pad) -> Field:
    """Draw an axis from left to right with its gridlines."""
    quarter = max(pad.px(14), 1)
    left, top, bottom = pad.px(76), pad.px(42), pad.height - pad.px(32)
    right = left + FULL * quarter
    pad.drawing.rectangle(SCALE, (left, top, right, bottom), pad.style.plot)
    for tick in range(TICKS + 1):
        x = left + tick * QUARTERS * quarter
        pad.line((x, top), (x, bottom))
        pad.text((x / pad.size, 276), str(tick * pad.chart.tick), 11, across="middle")
    return Field(left, top, right, bottom, quarter)


def under(pad: Pad, field: Field, names: Sequence[str]) -> list[int]:
    """Write names below the field and return the middle of the slot of each, in pixels."""
    slot = (field.right - field.left) / len(names)
    middles = [round(field.left + slot * (number + 0.5)) for number in range(len(names))]
    for middle, name in zip(middles, names, strict=True):
        pad.text((middle / pad.size, 274), name, 11.5, across="middle")
    return middles
