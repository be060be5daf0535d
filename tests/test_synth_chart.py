"""Chart Analysis: what its pictures show, and what its figures follow from."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from mirbench.synth import Puzzle, generate
from mirbench.synth.make import sketch
from mirbench.synth.program import UNDECIDED
from mirbench.synth.puzzle import LEVELS, Eyes
from mirbench.synth.subtasks.chart.reason import least, measure, most, second
from mirbench.synth.worlds.chart_drawing import Plate
from mirbench.synth.worlds.chart_pad import STYLES
from mirbench.synth.worlds.charts import Chart, Kind

ROWS = ("North", "South", "East")
KINDS: tuple[Kind, ...] = ("bars", "rows", "grouped", "stacked", "lines", "pie", "table")


def test_a_figure_must_be_clearly_ahead() -> None:
    assert most(100, 110, 90) == 1
    assert most(100, 109, 90) == UNDECIDED
    assert least(100, 99, 110) == UNDECIDED
    assert second(100, 80, 120) == 0
    assert second(100, 99, 120) == UNDECIDED
    assert second(100, 80, 101) == UNDECIDED


def test_who_does_not_count_cannot_win() -> None:
    assert most(100, None, 50) == 0
    assert least(100, None, 50) == 2
    assert second(None, 100, 50) == 2


@pytest.mark.parametrize("size", [224, 336, 672])
@pytest.mark.parametrize("level", [1, 3, 5])
def test_values_are_read_off_the_pictures_exactly(level: int, size: int) -> None:
    puzzle = generate("chart", level, 0, image_size=size)
    assert measure(puzzle.world, Eyes(puzzle.views)) == puzzle.subtask.facts(puzzle.world)


@pytest.mark.parametrize("kind", KINDS)
def test_equal_charts_are_equal_pictures_in_every_style(kind: Kind) -> None:
    cells, columns = ((4,), (6,), (10,)), ("",)
    if kind in ("grouped", "stacked", "lines"):
        cells, columns = ((4, 6), (8, 10), (2, 3)), ("Mon", "Tue")
    files = set()
    for style in range(len(STYLES)):
        chart = Chart(
            role="made", kind=kind, title="Lamps built", rows=ROWS, columns=columns,
            cells=cells, tick=20, style=style,
        )  # fmt: skip
        first, again = (Plate(chart).render(336).jpeg() for _ in range(2))
        assert first == again
        files.add(first)
    assert len(files) == len(STYLES)


@pytest.mark.parametrize("level", LEVELS)
def test_the_order_of_rows_means_nothing(level: int) -> None:
    for index in range(6):
        puzzle = sketch("chart", level, index)
        charts = tuple(
            replace(chart, rows=chart.rows[::-1], cells=chart.cells[::-1])
            for chart in puzzle.world.charts
        )
        assert puzzle.subtask.answer(replace(puzzle.world, charts=charts)) == puzzle.slot.answer


# Blind to all but one image


@cache
def samples() -> list[Puzzle]:
    return [sketch("chart", level, index) for level in LEVELS for index in range(40)]


def guesses(puzzle: Puzzle) -> Iterator[tuple[str, str]]:
    """Yield guesses from one image and the text: a name of whoever guesses, and a letter."""
    letters = {option.text: letter for letter, option in puzzle.options.items()}
    for chart in puzzle.world.charts:
        if chart.role == "classes":
            for code, (cell,) in enumerate(chart.cells):
                yield f"class {cell} of row {code}", "ABCD"[code]
        elif chart.role == "list":
            for name, cells in zip(chart.rows, chart.cells, strict=True):
                yield f"list row {chart.rows.index(name)}", letters[name]
                for column, cell in enumerate(cells):
                    yield f"list {column} {cell}", letters[name]
                if sum(cells[1:] == other[1:] for other in chart.cells) > 1:
                    yield "list: shares a class", letters[name]
        else:
            order = sorted(range(len(chart.cells)), key=lambda at: sum(chart.cells[at]))
            for rank, at in enumerate(order):
                yield f"{chart.role} rank {rank}", "ABCDE"[at]


def test_one_image_alone_leaves_the_answer_to_chance() -> None:
    hits: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for puzzle in samples():
        for who, letter in guesses(puzzle):
            tries[who] += 1
            hits[who] += letter == puzzle.letter
    for who, count in tries.items():
        assert hits[who] <= count / 4 + 3 * math.sqrt(count * 3 / 16), who


def test_every_distractor_has_a_mistake_of_its_own() -> None:
    tags = Counter(
        option.error for puzzle in samples() for option in puzzle.options.values() if option.error
    )
    assert tags["misread_a_value"] < 0.05 * tags.total()
    assert len(tags) >= 10
