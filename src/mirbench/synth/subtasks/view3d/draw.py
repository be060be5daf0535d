"""Draws stackings that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.worlds.blocks import (
    FULL,
    HIGHEST,
    PAINTS,
    SIDES,
    SIZE,
    Blocks,
    Elevation,
    Plan,
    Side,
    Square,
    evidence_of,
    highest_stacks,
)

NUM_OPTIONS: Final = 4
ADDED: Final = (range(2, 5), range(1, 8))
"""How many blocks are added: what is drawn, and what is still fair."""
SQUARES: Final = tuple((row, column) for row in range(SIZE) for column in range(SIZE))
OUTER: Final = tuple(square for square in SQUARES if square != (SIZE // 2, SIZE // 2))
"""Those that may be cleared: where it is the middle one, another would seldom do."""
EMPTY: Final = tuple(chosen for count in (1, 2, 3) for chosen in combinations(SQUARES, count))
"""Which squares may be left empty together."""
HEIGHTS: Final = tuple(min(pair) for pair in product(range(1, HIGHEST + 1), repeat=2))
"""Heights of which one is drawn, the lower ones more often."""
SAID: Final = ("side 1", "side 2", "up")
FIRST: Final = {1: (9, 14), 2: (9, 14), 3: (9, 14), 4: (8, 12), 5: (8, 11)}
"""For each level, the range of the smallest number among the options, before any are added."""
MAX_STACKINGS: Final = 1000
"""Stackings tried in one draw until their number is the one that has to come out ..."""
AT_ONCE: Final = 50
"""... and how many of them are worked out together."""

Stackings = NDArray[np.int64]
Number = TypeVar("Number", int, Stackings)


def draw(brief: Brief) -> Blocks:
    """Draw the words, then stacks until as many blocks are possible as the answer says."""
    world = _draw_words(brief)
    stream = brief.pictures
    world = replace(
        world,
        paint=stream.choice(PAINTS),
        setting=draw_setting(stream, ("wood", "tiles", "concrete"), ("studio", "day", "overcast")),
    )
    wanted = world.first + brief.answer
    spans = (*SAID, "cleared") if world.cleared else SAID
    for _ in range(MAX_STACKINGS // AT_ONCE):
        stackings = _draw_stackings(world, stream)
        numbers = _asked_of(world, _most_beside(stackings, world))
        for stacks in stackings[numbers == wanted].tolist():
            shown = _showing(world, stacks)
            if all(_matters(span, shown) for span in spans):
                return shown
    raise RejectedError("no stacking has that many blocks")


def number_of(world: Blocks) -> int | None:
    """Return the number that is asked for; None if no stacking looks like this."""
    most = most_of(world)
    return None if most is None else _asked_of(world, most)


def _asked_of(world: Blocks, most: Number) -> Number:
    return most if world.form == "most" else FULL - most


def most_of(world: Blocks) -> int | None:
    """Return the most blocks there can be in the end; None if no stacking looks like this."""
    stacks = highest_stacks(evidence_of(world))
    if not stacks or (world.cleared and world.cleared not in stacks):
        return None
    return sum(stacks.values()) - (stacks[world.cleared] if world.cleared else 0) + world.added


def _most_beside(stackings: Stackings, world: Blocks) -> Stackings:
    """Return what `most_of` will say of each, without a picture: most draws end here."""
    rows, columns = stackings.max(axis=2), stackings.max(axis=1)
    highest = np.minimum(rows[:, :, None], columns[:, None, :]) * (stackings > 0)
    if world.cleared:
        highest[:, world.cleared[0], world.cleared[1]] = 0
    most: Stackings = highest.sum(axis=(1, 2)) + world.added
    return most


def _matters(span: str, world: Blocks) -> bool:
    """Tell whether another side in the text gives another number; few stackings are like that."""
    numbers = {number_of(twin) for twin in variants(world, span)} - {number_of(world), None}
    return any(world.first <= number < world.first + NUM_OPTIONS for number in numbers if number)


def variants(world: Blocks, part: str) -> Iterator[Blocks]:
    """Change a column or a square in one picture, or name another side or square."""
    if part == "cleared":
        twins = [replace(world, cleared=square) for square in world.plan.squares()]
    elif part == "added":
        twins = [replace(world, added=number) for number in ADDED[1]]
    elif part == "up":
        twins = [replace(world, plan=replace(world.plan, up=side)) for side in SIDES]
    elif part == "image 3":
        twins = [replace(world, plan=plan) for plan in _other_plans(world.plan)]
    else:
        kind, _, number = part.partition(" ")
        name = "along" if (number == "1") == world.along_first else "across"
        seen = world.along if name == "along" else world.across
        others = [_mirrored(seen)] if kind == "side" else _other_heights(seen)
        twins = [
            replace(world, along=other) if name == "along" else replace(world, across=other)
            for other in others
        ]
    yield from (twin for twin in twins if most_of(twin) is not None)


def _draw_words(brief: Brief) -> Blocks:
    """Draw all that the text says; what the pictures show is still to come."""
    stream, level = brief.words, brief.level
    across: Side = stream.choice(("north", "south")) if level >= 2 else "south"
    along: Side = stream.choice(("east", "west")) if level >= 2 else "east"
    up: Side = stream.choice(SIDES) if level >= 3 else "north"
    square = stream.choice(OUTER)
    added = stream.choice(ADDED[0]) if level == 5 else 0
    empty = (0,) * SIZE
    return Blocks(
        form=brief.form,
        manner=stream.below(60),
        first=_draw_first(brief, added),
        across=Elevation(side=across, heights=empty),
        along=Elevation(side=along, heights=empty),
        plan=Plan(up=up, filled=((False,) * SIZE,) * SIZE),
        along_first=stream.chance(),
        cleared=square if level >= 4 else None,
        added=added,
    )


def _draw_first(brief: Brief, added: int) -> int:
    """Draw the smallest number among the options."""
    low, high = FIRST[brief.level]
    first = brief.words.integer(low, high) + added
    return first if brief.form == "most" else FULL - first - NUM_OPTIONS + 1


def _draw_stackings(world: Blocks, stream: Stream) -> Stackings:
    """Draw stackings [AT_ONCE, row, column], low stacks more often, a few squares empty.

    Two random numbers make one of them, and many are made at once, as most are thrown away.
    """
    drawn = [(stream.bits(), stream.choice(EMPTY)) for _ in range(AT_ONCE)]
    bits = np.array([bits for bits, _ in drawn], np.uint64)[:, None]
    digits = bits >> np.arange(0, 4 * len(SQUARES), 4, dtype=np.uint64) & np.uint64(15)
    stackings: Stackings = np.array(HEIGHTS)[digits].reshape(AT_ONCE, SIZE, SIZE)
    for stacks, (_, empty) in zip(stackings, drawn, strict=True):
        for square in empty:
            if square != world.cleared:
                stacks[square] = 0
    return stackings


def _showing(world: Blocks, stacks: Sequence[Sequence[int]]) -> Blocks:
    """Photograph stacks, given row after row, from the sides that the text names."""
    ends = range(SIZE)
    rows = [max(row) for row in stacks]
    columns = [max(column) for column in zip(*stacks, strict=True)]
    return replace(
        world,
        along=replace(world.along, heights=_seen(world.along, rows)),
        across=replace(world.across, heights=_seen(world.across, columns)),
        plan=replace(
            world.plan,
            filled=tuple(
                tuple(_stack_at(stacks, world.plan.square(row, place)) > 0 for place in ends)
                for row in ends
            ),
        ),
    )


def _stack_at(stacks: Sequence[Sequence[int]], square: Square) -> int:
    return stacks[square[0]][square[1]]


def _seen(elevation: Elevation, lines: Sequence[int]) -> tuple[int, ...]:
    return tuple(lines[elevation.line(place)] for place in range(len(lines)))


def _mirrored(seen: Elevation) -> Elevation:
    """Return the same picture, said to be from the opposite side."""
    return replace(seen, side=SIDES[(SIDES.index(seen.side) + 2) % 4])


def _other_heights(seen: Elevation) -> list[Elevation]:
    found = product(*(range(1, HIGHEST + 1) if height else (0,) for height in seen.heights))
    return [replace(seen, heights=heights) for heights in found if heights != seen.heights]


def _other_plans(plan: Plan) -> Iterator[Plan]:
    """Yield plans in which one square is empty that was not, or the other way round."""
    for row, place in product(range(SIZE), repeat=2):
        rows = [list(line) for line in plan.filled]
        rows[row][place] = not rows[row][place]
        yield replace(plan, filled=tuple(map(tuple, rows)))
