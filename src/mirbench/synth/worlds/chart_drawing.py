"""Draws charts: bars upright, lying, side by side or in pieces, lines, pies and tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from mirbench.synth.canvas import Canvas, Ink, PixelBox, Shadow
from mirbench.synth.canvas.tables import Point
from mirbench.synth.drawing import Drawing
from mirbench.synth.render.trig import direction
from mirbench.synth.worlds.chart_pad import Field, Pad, lying_field, under, upright_field
from mirbench.synth.worlds.charts import FULL, Chart, Kind


@dataclass(frozen=True, slots=True)
class Plate:
    """The picture of a chart."""

    chart: Chart

    def render(self, size: int) -> Drawing:
        """Draw it; `size` is the side of a square picture with about as many pixels."""
        pad = Pad(self.chart, size)
        pad.text((14, 22), self.chart.title, 13.5, bold=True)
        _KINDS[self.chart.kind](pad)
        return pad.drawing


def _bars(pad: Pad) -> None:
    field = upright_field(pad, legend=False)
    middles = under(pad, field, pad.chart.rows)
    half = min(pad.px(24), (field.right - field.left) // len(middles) // 3)
    for row, middle in enumerate(middles):
        sides = (middle - half, middle + half)
        _stand(pad, field, (row, 0), sides, 0, pad.ink(len(pad.chart.title)))


def _grouped(pad: Pad) -> None:
    field = upright_field(pad, legend=True)
    columns = pad.chart.columns
    pad.legend(columns, 54, 44)
    wide = min(pad.px(22), (field.right - field.left) // len(pad.chart.rows) // (len(columns) + 1))
    for row, middle in enumerate(under(pad, field, pad.chart.rows)):
        left = middle - wide * len(columns) // 2
        for column in range(len(columns)):
            sides = (left + wide * column, left + wide * (column + 1) - pad.px(1.5))
            _stand(pad, field, (row, column), sides, 0, pad.ink(column))


def _stacked(pad: Pad) -> None:
    field = upright_field(pad, legend=True)
    pad.legend(pad.chart.columns, 54, 44)
    half = pad.px(22)
    for row, middle in enumerate(under(pad, field, pad.chart.rows)):
        below = 0
        for column, cell in enumerate(pad.chart.cells[row]):
            sides = (middle - half, middle + half)
            _stand(pad, field, (row, column), sides, below, pad.ink(column))
            below += cell


def _stand(
    pad: Pad, field: Field, cell: tuple[int, int], sides: tuple[int, int], below: int, ink: Ink
) -> None:
    """Draw an upright bar that begins `below` quarters above zero."""
    row, column = cell
    foot = field.bottom - below * field.quarter
    head = foot - pad.chart.cells[row][column] * field.quarter
    pad.drawing.rectangle(pad.chart.key(row, column), (sides[0], head, sides[1], foot), ink)


def _rows(pad: Pad) -> None:
    field, chart = lying_field(pad), pad.chart
    slot = (field.bottom - field.top) / len(chart.rows)
    half = min(pad.px(15), round(slot / 3))
    for row, name in enumerate(chart.rows):
        middle = round(field.top + slot * (row + 0.5))
        pad.text((70, middle / pad.size), name, 11.5, across="right")
        right = field.left + chart.cells[row][0] * field.quarter
        box = (field.left, middle - half, right, middle + half)
        pad.drawing.rectangle(chart.key(row, 0), box, pad.ink(len(chart.title)))


def _lines(pad: Pad) -> None:
    """Draw a line a row; the marks that show its values are named on their own."""
    field, chart = upright_field(pad, legend=True), pad.chart
    pad.legend(chart.rows, 54, 44)
    middles = under(pad, field, chart.columns)
    ways = [
        [
            (float(x), float(field.bottom - cell * field.quarter))
            for x, cell in zip(middles, cells, strict=True)
        ]
        for cells in chart.cells
    ]
    for row, way in enumerate(ways):
        paint = partial(_paint_line, way=way, width=3.2 * pad.size)
        pad.drawing.shape(f"{chart.rows[row]} line", paint, pad.ink(row))
    for row, way in enumerate(ways):
        for column, point in enumerate(way):
            paint = partial(_paint_mark, centre=point, radius=5.0 * pad.size)
            pad.drawing.shape(chart.key(row, column), paint, pad.ink(row))


def _paint_line(canvas: Canvas, ink: Ink, *, way: Sequence[Point], width: float) -> PixelBox:
    return canvas.polyline(way, ink, width)


def _paint_mark(canvas: Canvas, ink: Ink, *, centre: Point, radius: float) -> PixelBox:
    return canvas.circle(centre, radius, ink)


def _pie(pad: Pad) -> None:
    """Draw slices from 12 o'clock on, their shares printed on them."""
    chart = pad.chart
    centre, radius = (pad.px(132), pad.px(160)), pad.px(108)
    pad.drawing.decorate(lambda canvas: canvas.circle(centre, radius, "black", shadow=Shadow()))
    start = -90.0
    for row, (slices,) in enumerate(chart.cells):
        end = start + 360.0 * slices / FULL
        paint = partial(_paint_slice, centre=centre, radius=radius, start=start, end=end)
        pad.drawing.shape(chart.key(row, 0), paint, pad.ink(row))
        pad.drawing.inscribe(chart.key(row, 0), chart.printed(row, 0))
        c, s = direction((start + end) / 2)
        at = tuple(
            (middle + 0.66 * radius * way) / pad.size
            for middle, way in zip(centre, (c, s), strict=True)
        )
        pad.text(
            (at[0], at[1]),
            chart.printed(row, 0),
            12.5,
            across="middle",
            bold=True,
            ink=pad.style.on_ink,
        )
        start = end
    pad.legend(chart.rows, 268, 160 - 13 * (len(chart.rows) - 1), down=True)


def _paint_slice(
    canvas: Canvas, ink: Ink, *, centre: Point, radius: float, start: float, end: float
) -> PixelBox:
    return canvas.sector(centre, radius, start, end, ink)


def _table(pad: Pad) -> None:
    chart = pad.chart
    left, right, top = pad.px(20), pad.width - pad.px(20), pad.px(46)
    heads = [
        "",
        *(name or ("Price" if chart.role == "price" else "Number") for name in chart.columns),
    ]
    tall = min(pad.px(40), (pad.height - pad.px(20) - top) // (len(chart.rows) + 1))
    wide = (right - left) // len(heads)
    right = left + wide * len(heads)
    pad.drawing.decorate(lambda canvas: canvas.rectangle(left, top, right, top + tall, pad.ink(0)))
    for row in range(len(chart.rows) + 1):
        y = top + tall * row
        for column, head in enumerate(heads):
            text = head if row == 0 else chart.rows[row - 1]
            if row and column:
                box = (left + wide * column, y, left + wide * (column + 1), y + tall)
                text = chart.printed(row - 1, column - 1)
                pad.drawing.rectangle(chart.key(row - 1, column - 1), box, pad.style.plot)
                pad.drawing.inscribe(chart.key(row - 1, column - 1), text)
            middle = ((left + wide * (column + 0.5)) / pad.size, (y + tall / 2) / pad.size)
            if text:
                pad.text(
                    middle,
                    text,
                    12.5,
                    across="middle",
                    bold=row * column == 0,
                    ink=None if row else pad.style.on_ink,
                )
    for row in range(1, len(chart.rows) + 2):
        pad.line((left, top + tall * row), (right, top + tall * row))


_KINDS: Final[Mapping[Kind, Callable[[Pad], None]]] = {
    "bars": _bars,
    "rows": _rows,
    "grouped": _grouped,
    "stacked": _stacked,
    "lines": _lines,
    "pie": _pie,
    "table": _table,
}
