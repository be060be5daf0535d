"""Works out a question about charts: the program, its leaves, and reading them off the pictures."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any, Final

from mirbench.synth.program import UNDECIDED, Facts, Program, Step
from mirbench.synth.puzzle import Eyes, RejectedError
from mirbench.synth.worlds.chart_pad import SCALE
from mirbench.synth.worlds.charts import FULL, Chart, Charts, Role

AMOUNTS: Final[Sequence[Role]] = ("made", "more", "lost")
MOST_PRINTED: Final = 200
"""The largest number that the second solver looks for in print."""
CLEAR: Final = 10
"""Two figures are clearly apart if they differ by at least one part in so many."""

_CONSTANTS: Final = {"one": 1, "none": 0, "nothing": -1, "first": 0}

Table = Mapping[str, tuple[Any, ...]]
"""What a chart shows: for each row its values."""


def look_up(table: Table, row: str, column: int) -> Any:
    """Return one value of a chart."""
    return table[row][column]


def summed(table: Table, row: str, left_out: int, unit: int) -> int:
    """Add up a row of a chart without one column (-1: with all), in single pieces."""
    total: int = unit * sum(value for at, value in enumerate(table[row]) if at != left_out)
    return total


def balance(made: int, more: int, lost: int) -> int:
    """Return what is left."""
    return made + more - lost


def times(*factors: int) -> int:
    """Multiply."""
    return prod(factors)


def less(takings: int, rent: int) -> int:
    """Return what is left of the takings."""
    return takings - rent


def kept(score: int, staff: int, fewest: int) -> int | None:
    """Return the score; None for those that have too few staff to count."""
    return score if staff >= fewest else None


def _ranked(scores: Sequence[int | None], rank: int) -> int:
    """Return the position of the score of a rank among those that count; undecided if close."""
    counting = sorted((score for score in scores if score is not None), reverse=True)
    if len(counting) < 2 or counting[-1] <= 0:
        return UNDECIDED
    at = rank % len(counting)
    near = [pair for pair in ((at - 1, at), (at, at + 1)) if 0 <= pair[0] < len(counting) - 1]
    if not all(CLEAR * counting[a] >= (CLEAR + 1) * counting[b] for a, b in near):
        return UNDECIDED
    return scores.index(counting[at])


def most(*scores: int | None) -> int:
    """Return the position of the largest score among those that count; undecided if close."""
    return _ranked(scores, 0)


def second(*scores: int | None) -> int:
    """Return the position of the second largest score, or undecided."""
    return _ranked(scores, 1)


def least(*scores: int | None) -> int:
    """Return the position of the smallest score, or undecided."""
    return _ranked(scores, -1)


RULES: Final[Mapping[str, Callable[..., int]]] = {"most": most, "second": second, "least": least}


def program(world: Charts) -> Program:
    """(made + more - lost) x price - rent under a code; leave out who does not count; compare."""
    return _program(world.form, world.names, tuple(world.roles), world.counted_in, world.by_class)


@lru_cache(maxsize=64)
def _program(
    form: str, names: tuple[str, ...], roles: tuple[Role, ...], counted_in: Role, by_class: bool
) -> Program:
    steps: list[Step] = []
    for name in names:
        code = f"{name} code"
        steps.append(Step(code, look_up, ("list", name, "first")))
        for role in AMOUNTS:
            if role in roles:
                without = "left out" if role == "made" else "nothing"
                unit = "unit" if role == counted_in else "one"
                steps.append(Step(f"{name} {role}", summed, (role, code, without, unit)))
        terms = (f"{name} {role}" if role in roles else "none" for role in AMOUNTS)
        steps.append(Step(f"{name} net", balance, tuple(terms)))
        row = code
        if by_class:
            row = f"{name} class"
            steps.append(Step(row, look_up, ("classes", code, "first")))
        if "price" in roles:
            steps.append(Step(f"{name} price", look_up, ("price", row, "first")))
        price = f"{name} price" if "price" in roles else "one"
        takings = f"{name} takings" if "rent" in roles else f"{name} score"
        steps.append(Step(takings, times, (f"{name} net", price)))
        if "rent" in roles:
            steps.append(Step(f"{name} rent", look_up, ("rent", code, "first")))
            steps.append(Step(f"{name} score", less, (takings, f"{name} rent")))
        if "staff" in roles:
            steps.append(Step(f"{name} staff", look_up, ("staff", code, "first")))
            inputs = (f"{name} score", f"{name} staff", "fewest")
            steps.append(Step(f"{name} kept", kept, inputs))
    result = "kept" if "staff" in roles else "score"
    return (*steps, Step("answer", RULES[form], tuple(f"{name} {result}" for name in names)))


def facts(world: Charts) -> Facts:
    """Values as the charts were made from."""
    tables = {
        chart.role: {
            row: tuple(chart.value(at, column) for column in range(len(chart.columns)))
            for at, row in enumerate(chart.rows)
        }
        for chart in world.charts
    }
    return _CONSTANTS | {name: name for name in world.names} | facts_said(world) | tables


def measure(world: Charts, eyes: Eyes) -> Facts:
    """Values as bars, marks and print show them."""
    tables = {
        chart.role: {
            row: tuple(
                _seen(chart, image, eyes, chart.key(at, column))
                for column in range(len(chart.columns))
            )
            for at, row in enumerate(chart.rows)
        }
        for image, chart in enumerate(world.charts)
    }
    return _CONSTANTS | {name: name for name in world.names} | facts_said(world) | tables


def facts_said(world: Charts) -> dict[str, Any]:
    """Return what the text gives. The total of a pie comes in per cent."""
    return {
        "unit": world.unit // 100 if world.is_pie else world.unit,
        "left out": world.left_out,
        "fewest": world.fewest,
    }


def _seen(chart: Chart, image: int, eyes: Eyes, key: str) -> Any:
    """Return what a chart shows: its print, or the length or height of a mark in quarters."""
    if chart.kind in ("table", "pie"):
        return _read(chart, image, eyes, key)
    x0, y0, x1, y1 = eyes.box(image, key)
    left, top, right, bottom = eyes.box(image, SCALE)
    share = {
        "rows": Fraction(x1 - x0, right - left),
        "lines": Fraction(2 * bottom - y0 - y1, 2 * (bottom - top)),
    }.get(chart.kind, Fraction(y1 - y0, bottom - top))
    return round(share * FULL) * chart.quarter


def _read(chart: Chart, image: int, eyes: Eyes, key: str) -> Any:
    """Return what is in print: a word of the list, or a number."""
    words = [entry for entries in chart.entries for entry in entries]
    sign = "%" if chart.kind == "pie" else ""
    for text in words or range(MOST_PRINTED + 1):
        if eyes.sees(image, f"{key}: {text}{sign}"):
            return text
    raise RejectedError(f"{key} cannot be read in image {image + 1}")
