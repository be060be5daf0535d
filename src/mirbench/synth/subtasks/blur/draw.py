"""Draws stones that fit a question and its answer, and their twins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import isqrt
from typing import Any, Final, NamedTuple

from mirbench.synth.puzzle import Brief
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.text import TIMES
from mirbench.synth.worlds.stones import HEIGHTS, INDOORS, LOOKS, Row, Stones

RANKS: Final = 4
"""Stones in a row."""
MIDDLE: Final = (1, 2)
"""Ranks within a row of the stones that are asked for, whatever the answer: their neighbours in
the row show nothing of it."""
STEP: Final = Fraction(7, 5)
"""Ratio of one size to the next."""


class Recipe(NamedTuple):
    """What a level is made of.

    Attributes:
        homes: For each stone that is asked for, the position of its row.
        bare: The rows with nothing of known height, but a stone that the next row shows too.
        rows: How many rows there are.
        related: Whether the text gives one height as a multiple of another.
    """

    homes: tuple[int, ...]
    rows: int
    bare: tuple[int, ...] = ()
    related: bool = False


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe((0, 1), 2),
    2: Recipe((0, 1), 2, related=True),
    3: Recipe((0, 2), 3, bare=(0,)),
    4: Recipe((0, 2), 4, bare=(0, 2)),
    5: Recipe((0, 2), 4, bare=(0, 2), related=True),
}
SPREAD: Final = tuple(Fraction(n, 100) for n in (28, 32, 37, 43, 49, 56, 65, 75, 86, 99, 114, 131))
"""How large stones are beside things, on the whole."""
FACTORS: Final = tuple(TIMES)[:4]
OTHER_HEIGHTS: Final = tuple(Fraction(n, 10) for n in (20, 5, 15, 6, 30, 3, 40, 2, 13, 7))
"""What a height may be multiplied by in a twin."""
OTHER_SCALES: Final = tuple(Fraction(n, 10) for n in (25, 4, 20, 5, 15, 7))
"""What all sizes of a row may be multiplied by in a twin."""


def draw(brief: Brief) -> Stones:
    """Draw the words, then true sizes that give the answer, and rows around them."""
    world, recipe, stream = _draw_words(brief), RECIPES[brief.level], brief.pictures
    looks = list(stream.sample(LOOKS, RANKS * recipe.rows))
    heights = heights_of(world)
    rows = list(world.rows)
    asked = []
    for home, size in zip(recipe.homes, _draw_sizes(brief, heights.values()), strict=True):
        rank = stream.choice(MIDDLE)
        names = [looks.pop() for _ in range(RANKS)]
        asked.append(names[rank])
        rows[home] = _filled(rows[home], names, size / STEP**rank, stream)
        if home in recipe.bare:
            link = stream.choice([other for other in range(1, RANKS) if other != rank])
            size *= STEP ** (link - rank)
            rank = stream.choice(MIDDLE)
            others = [looks.pop() for _ in range(RANKS)]
            others[rank] = names[link]
            rows[home + 1] = _filled(rows[home + 1], others, size / STEP**rank, stream)
    return replace(
        world,
        setting=draw_setting(stream, ("sand", "concrete", "grass"), ("day", "overcast", "dusk")),
        asked=tuple(asked),
        rows=tuple(
            _measured_by(row, heights[at]) if row.thing else row for at, row in enumerate(rows)
        ),
    )


def _draw_sizes(brief: Brief, heights: Iterable[Fraction]) -> tuple[Fraction, Fraction]:
    """Draw the true sizes of the two stones: alike, or a step apart.

    How large they are beside things varies far more than they differ, or one row would do.
    """
    known = sorted(heights)
    middle = Fraction(isqrt(int(known[0] * known[-1] * 10000)), 100)
    size = middle * brief.pictures.choice(SPREAD)
    if brief.answer == 2:
        return size, size
    larger, smaller = size * Fraction(7, 6), size * Fraction(5, 6)
    first_is_larger = (brief.answer == 0) == (brief.form == "largest")
    return (larger, smaller) if first_is_larger else (smaller, larger)


def _measured_by(row: Row, height: Fraction) -> Row:
    """Give sizes as multiples of the height of what stands there."""
    return replace(row, sizes=tuple(size / height for size in row.sizes))


def _draw_words(brief: Brief) -> Stones:
    """Draw all that the text says; stones are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    indoors = stream.chance()
    kinds = [name for name in HEIGHTS if (name in INDOORS) == indoors]
    measured = [row for row in range(recipe.rows) if row not in recipe.bare]
    while True:
        things = dict(zip(measured, stream.sample(kinds, len(measured)), strict=True))
        heights = {row: stream.choice(HEIGHTS[thing]) for row, thing in things.items()}
        if max(heights.values()) <= 2 * min(heights.values()):
            break
    times = stream.choice(FACTORS) if recipe.related else Fraction(0)
    return Stones(
        form=brief.form,
        manner=stream.below(60),
        asked=("",) * len(recipe.homes),
        homes=recipe.homes,
        rows=tuple(
            Row(stones=(), sizes=(), thing=things.get(row, ""), left=stream.chance())
            for row in range(recipe.rows)
        ),
        heights=tuple(0 if recipe.related else heights.get(row, 0) for row in range(recipe.rows)),
        times=times,
    )


def heights_of(world: Stones) -> dict[int, Fraction]:
    """Return for each row with a thing how tall that is; the first is 1 where none is told."""
    if not world.times:
        return {row: Fraction(world.heights[row]) for row in world.measured}
    first, second = world.measured
    return {first: Fraction(1), second: world.times}


def _filled(row: Row, names: Sequence[str], scale: Fraction, stream: Stream) -> Row:
    """Put four sizes into a row, in random order; `scale` is the smallest."""
    order = stream.shuffled(range(RANKS))
    return replace(
        row,
        stones=tuple(names[rank] for rank in order),
        sizes=tuple(scale * STEP**rank for rank in order),
    )


# Twins


def variants(world: Stones, part: str) -> Iterator[Stones]:
    """Show another stone close up, resize stones of one row, or say something else."""
    kind, _, number = part.partition(" ")
    if kind == "times":
        yield from (replace(world, times=times) for times in TIMES)
    elif kind == "height":
        row = int(number) - 1 - len(world.asked)
        for factor in OTHER_HEIGHTS:
            height = round(world.heights[row] * factor)
            yield replace(world, heights=_with(world.heights, row, height))
    elif int(number) <= len(world.asked):
        at = int(number) - 1
        for look in world.rows[world.homes[at]].stones:
            if look not in world.asked:
                yield replace(world, asked=_with(world.asked, at, look))
    else:
        at = int(number) - 1 - len(world.asked)
        for resized in _resized(world.rows[at]):
            yield replace(world, rows=_with(world.rows, at, resized))


def _resized(row: Row) -> Iterator[Row]:
    """Yield rows in which two stones have each other's size, or all are smaller or larger."""
    for a, b in combinations(range(RANKS), 2):
        sizes = list(row.sizes)
        sizes[a], sizes[b] = sizes[b], sizes[a]
        yield replace(row, sizes=tuple(sizes))
    for factor in OTHER_SCALES:
        yield replace(row, sizes=tuple(size * factor for size in row.sizes))


def _with(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*values[:at], value, *values[at + 1 :])
