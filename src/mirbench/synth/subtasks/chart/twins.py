"""Twins of charts: one value changed, two codes swapped, or something else said."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Final

from mirbench.synth.worlds.charts import CLASSES, FULL, REST, Chart, Charts

UNITS: Final = (2, 30, 3, 20, 4, 15, 60, 5, *range(6, 30), 100)
WHOLES: Final = (100, 2000, 200, 1500, 300, 1000, *range(400, 2000, 100))
"""What the text may say instead, the likeliest to matter first."""
OTHER_FEWEST: Final = range(2, 20)


def variants(world: Charts, part: str) -> Iterator[Charts]:
    """Change one value in one image, give two each other's code, or say something else."""
    if part == "unit":
        units = WHOLES if world.is_pie else UNITS
        yield from (replace(world, unit=unit) for unit in units)
    elif part == "left out":
        columns = range(len(world.chart("made").columns))
        yield from (replace(world, left_out=column) for column in columns)
    elif part == "fewest":
        yield from (replace(world, fewest=fewest) for fewest in OTHER_FEWEST)
    else:
        chart = world.charts[int(part.removeprefix("image ")) - 1]
        others = {"list": _other_codes, "classes": _other_classes}.get(chart.role, _other_charts)
        yield from (with_chart(world, other) for other in others(chart))


def _other_codes(chart: Chart) -> Iterator[Chart]:
    """Yield lists in which two have swapped codes."""
    for a, b in combinations(range(len(chart.rows)), 2):
        rows = list(chart.cells)
        rows[a], rows[b] = rows[b], rows[a]
        yield replace(chart, cells=tuple(rows))


def _other_classes(chart: Chart) -> Iterator[Chart]:
    """Yield lists in which one code is of another class."""
    for row, (cell,) in enumerate(chart.cells):
        for other in {*range(len(CLASSES))} - {cell}:
            yield replace(chart, cells=(*chart.cells[:row], (other,), *chart.cells[row + 1 :]))


def _other_charts(chart: Chart) -> Iterator[Chart]:
    """Yield charts with another value in one place (in a pie, the rest makes up for it)."""
    for value in (FULL, 2, 16, 5, *range(3, FULL, 2)):
        for row, cells in enumerate(chart.cells):
            for column, cell in enumerate(cells):
                if value == cell or chart.rows[row] == REST:
                    continue
                changed = (*cells[:column], value, *cells[column + 1 :])
                rows = (*chart.cells[:row], changed, *chart.cells[row + 1 :])
                other = with_rest(replace(chart, cells=rows))
                if is_legal(other):
                    yield other


def with_chart(world: Charts, chart: Chart) -> Charts:
    """Return the world with another chart of the same role."""
    charts = (chart if other.role == chart.role else other for other in world.charts)
    return replace(world, charts=tuple(charts))


def with_rest(chart: Chart) -> Chart:
    """Let the last slice of a pie be what the others leave."""
    if chart.kind != "pie":
        return chart
    given = chart.cells[:-1]
    return replace(chart, cells=(*given, (FULL - sum(slices for (slices,) in given),)))


def is_legal(chart: Chart) -> bool:
    """Tell whether a chart can be drawn so that every value can be read."""
    if any(not 2 <= cell <= FULL for cells in chart.cells for cell in cells):
        return False
    if chart.kind == "stacked":
        return all(sum(cells) <= FULL for cells in chart.cells)
    if chart.kind == "lines":
        columns = zip(*chart.cells, strict=True)
        return all(abs(a - b) >= 2 for cells in columns for a, b in combinations(cells, 2))
    return True
