"""Draws stackings that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from mirbench.synth.puzzle import Brief
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.view3d.boards import NUM_OPTIONS, SQUARES, draw_stacks
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

ADDED: Final = (range(2, 5), range(1, 8))
"""How many blocks are added: what is drawn, and what is still fair."""
OUTER: Final = tuple(square for square in SQUARES if square != (SIZE // 2, SIZE // 2))
"""Those that may be cleared: where it is the middle one, another would seldom do."""
FIRST: Final = {1: (12, 16), 2: (12, 16), 3: (12, 16), 4: (8, 12), 5: (8, 11)}
"""For each level, the range of the smallest number among the options, before any are added."""


def draw(brief: Brief) -> Blocks:
    """Draw the words, then a board on which as many blocks are possible as the answer says."""
    world = _draw_words(brief)
    stream = brief.pictures
    world = replace(
        world,
        paint=stream.choice(PAINTS),
        setting=draw_setting(stream, ("wood", "tiles", "concrete"), ("studio", "day", "overcast")),
    )
    return _showing(world, _draw_stacks(brief, world))


def number_of(world: Blocks) -> int | None:
    """Return the number that is asked for; None if no stacking looks like this."""
    most = most_of(world)
    return FULL - most if most is not None and world.form == "missing" else most


def most_of(world: Blocks) -> int | None:
    """Return the most blocks there can be in the end; None if no stacking looks like this."""
    stacks = highest_stacks(evidence_of(world))
    if not stacks or (world.cleared and world.cleared not in stacks):
        return None
    return sum(stacks.values()) - (stacks[world.cleared] if world.cleared else 0) + world.added


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


def _draw_stacks(brief: Brief, world: Blocks) -> list[list[int]]:
    """Draw stacks, row after row, of which so many are possible as the answer says."""
    first, answer = world.first, brief.answer
    if brief.form == "missing":
        first, answer = FULL - first - NUM_OPTIONS + 1, NUM_OPTIONS - 1 - answer
    return draw_stacks(first - world.added, world.cleared, answer, brief.pictures)


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
