"""Draws stones that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from math import isqrt
from typing import Any, Final, NamedTuple

from mirbench.synth.puzzle import Brief
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.text import TIMES
from mirbench.synth.worlds.stones import HEIGHTS, INDOORS, LOOKS, Row, Stones

RANKS: Final = 5
"""Stones in a row."""
MIDDLE: Final = (1, 2, 3)
"""Ranks within a row of the stones that are asked for, and of those that say how large a row is."""
ENDS: Final = (0, RANKS - 1)
"""Ranks of the stones by which a row is linked to the next; nobody asks for these."""
GAPS: Final = (-1, 0, 1)
"""By how many steps the stones of the first row are larger than those of the second."""
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
    2: Recipe((0, 2), 3, bare=(0,)),
    3: Recipe((0, 2), 4, bare=(0, 2), related=True),
    4: Recipe((0, 3), 5, bare=(0, 1, 3)),
    5: Recipe((0, 3), 6, bare=(0, 1, 3, 4), related=True),
}
SPREAD: Final = tuple(Fraction(n, 100) for n in (28, 32, 37, 43, 49, 56, 65, 75, 86))
"""How large stones are beside things, on the whole."""
FACTORS: Final = tuple(TIMES)[:4]
OTHER_HEIGHTS: Final = tuple(Fraction(n, 10) for n in (20, 5, 15, 6, 30, 3, 40, 2, 13, 7))
"""What a height may be multiplied by in a twin."""
OTHER_SCALES: Final = tuple(Fraction(n, 10) for n in (25, 4, 20, 5, 15, 7))
"""What all sizes of a row may be multiplied by in a twin."""


def draw(brief: Brief) -> Stones:
    """Draw the words, then rows of stones, then which of them is asked for.

    The answer decides nothing but this last thing: the rows are the same whatever it is. So a row
    says nothing of it, and a close-up, which could be of any stone, neither.
    """
    world, stream = _draw_words(brief), brief.pictures
    gap = stream.choice(GAPS)
    setting = draw_setting(stream, ("sand", "concrete", "grass"), ("day", "overcast", "dusk"))
    rows, names = _draw_rows(world, gap, stream)
    ranks = _draw_ranks(brief, gap)
    return replace(
        world,
        setting=setting,
        rows=rows,
        asked=tuple(own[rank] for own, rank in zip(names, ranks, strict=True)),
    )


def _draw_ranks(brief: Brief, gap: int) -> tuple[int, int]:
    """Draw the ranks within their rows of the stones that are asked for: alike, or a step apart."""
    larger = 0 if brief.answer == 2 else 1 if brief.answer == 0 else -1
    apart = (larger if brief.form == "largest" else -larger) - gap
    pairs = [(a, b) for a, b in product(MIDDLE, repeat=2) if a - b == apart]
    return brief.pictures.fork("asked").choice(pairs)


def _draw_rows(
    world: Stones, gap: int, stream: Stream
) -> tuple[tuple[Row, ...], list[tuple[str, ...]]]:
    """Draw true sizes and looks, and return the rows, and the looks in each home by their ranks.

    How large stones are beside things varies far more than they differ.
    """
    looks = list(stream.shuffled(LOOKS))
    heights = heights_of(world)
    known = sorted(heights.values())
    middle = Fraction(isqrt(int(known[0] * known[-1] * 10000)), 100) * stream.choice(SPREAD)
    rows, homes = list(world.rows), []
    for home, steps in zip(world.homes, (max(gap, 0), max(-gap, 0)), strict=True):
        smallest = middle * STEP ** (steps - RANKS // 2)
        names = [looks.pop() for _ in range(RANKS)]
        homes.append(tuple(names))
        rows[home] = _filled(rows[home], names, smallest, stream)
        at = home
        while not world.rows[at].thing:
            link, rank = stream.choice(ENDS), stream.choice(MIDDLE)
            smallest *= STEP ** (link - rank)
            names = [names[link] if at == rank else looks.pop() for at in range(RANKS)]
            at += 1
            rows[at] = _filled(rows[at], names, smallest, stream)
    measured = (_measured_by(row, heights[at]) if row.thing else row for at, row in enumerate(rows))
    return tuple(measured), homes


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
    """Put all sizes into a row, in random order; `scale` is the smallest."""
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
    """Yield rows in which two stones have each other's size, or all others beside the thing."""
    for a, b in combinations(range(RANKS), 2):
        sizes = list(row.sizes)
        sizes[a], sizes[b] = sizes[b], sizes[a]
        yield replace(row, sizes=tuple(sizes))
    for factor in OTHER_SCALES if row.thing else ():
        yield replace(row, sizes=tuple(size * factor for size in row.sizes))


def _with(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*values[:at], value, *values[at + 1 :])
