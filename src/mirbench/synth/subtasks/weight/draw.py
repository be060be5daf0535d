"""Draws weighings that fit a question and its answer, and their twins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, NamedTuple

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.weight.reason import TIPS, UNIT, Range, deduce, totals
from mirbench.synth.worlds.weighing import (
    MOST,
    PAINTS,
    SHAPES,
    SIDES,
    Kind,
    Load,
    Scales,
    Weighing,
    surplus,
)

WEIGHTS: Final = tuple(Fraction(n, 2) for n in range(1, 13))
"""What a kind may weigh, in units of the first."""


CLOSE: Final = Fraction(2)
"""By how much the pans of the last balance differ at most, in the same units."""


NUM_DRAWS: Final = 100
"""Draws of what lies on two pans within one attempt; few of them balance."""


class Recipe(NamedTuple):
    """What a level is made of."""

    balanced: int
    tilted: int
    box: bool
    degrees: int
    """How far a balance tilts whose pans differ."""


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(2, 0, False, 12),
    2: Recipe(3, 0, True, 12),
    3: Recipe(3, 1, True, 10),
    4: Recipe(4, 1, True, 8),
    5: Recipe(4, 2, True, 6),
}


def draw(brief: Brief) -> Scales:
    """Draw the words, a weighing for each kind, and a last one that gives the answer."""
    world, stream = _draw_words(brief), brief.pictures
    kinds = range(len(world.kinds))
    world = replace(world, setting=draw_setting(stream, ("wood", "tiles"), ("studio", "day")))
    tilted = _draw_tilted(world, RECIPES[brief.level].tilted, stream)
    weights: list[Range | None] = [UNIT]
    for new in kinds[1:]:
        weighing, weight = _draw_weighing(world, weights, new in tilted, stream)
        world = replace(world, weighings=(*world.weighings, weighing))
        weights.append(weight)
    for _ in range(NUM_DRAWS):
        last = _draw_last(world, stream)
        sums = totals(last, world.added, world.added_to, *weights)
        if TIPS[world.form](sums) == brief.answer and _matters(world, last, sums):
            return replace(world, weighings=(*world.weighings, last))
    raise RejectedError("no last weighing gives the answer")


def variants(world: Scales, part: str) -> Iterator[Scales]:
    """Change what lies on a pan or how it tilts in one image, or say something else."""
    if part == "content":
        for load in _other_loads(range(world.box_at + 1)):
            yield replace(world, content=load)
    elif part == "added":
        for load in _other_loads(range(len(world.kinds))):
            yield from (replace(world, added=load, added_to=side) for side in SIDES)
    else:
        image = int(part.removeprefix("image ")) - 1
        at = world.order[image] if image < len(world.order) else len(world.order)
        for weighing in _other_weighings(world, at):
            if weighing.fits():
                others = (*world.weighings[:at], weighing, *world.weighings[at + 1 :])
                yield replace(world, weighings=others)


def _draw_words(brief: Brief) -> Scales:
    """Draw all that the text says; weighings are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    count = recipe.balanced + recipe.tilted
    shapes = stream.shuffled((*SHAPES, *SHAPES))
    paints = PAINTS if count < len(PAINTS) else (*PAINTS, "white")
    names = zip(stream.sample(paints, count + 1), shapes[: count + 1], strict=True)
    kinds = tuple(
        Kind(colour=colour, shape=shape, size=stream.integer(18, 21)) for colour, shape in names
    )
    box_at = stream.below(recipe.balanced) if recipe.box else -1
    return Scales(
        degrees=recipe.degrees,
        form=brief.form,
        manner=stream.below(60),
        kinds=kinds,
        order=stream.shuffled(range(count)),
        box_at=box_at,
        content=Load(stream.below(box_at + 1) if recipe.box else 0, stream.integer(1, 3)),
        added=Load(stream.below(len(kinds)), stream.integer(1, 2)),
        added_to=stream.choice(SIDES),
    )


def _draw_tilted(world: Scales, count: int, stream: Stream) -> frozenset[int]:
    """Draw the kinds that only a tilted balance shows; the box cannot hold one of them."""
    inside = {world.content.kind} if world.box_at >= 0 else set()
    return frozenset(stream.sample(sorted(set(range(1, len(world.kinds))) - inside), count))


def _draw_weighing(
    world: Scales, weights: Sequence[Range | None], tilted: bool, stream: Stream
) -> tuple[Weighing, Range]:
    """Draw a weighing that brings in one more kind, and return what that kind then weighs."""
    new = len(weights)
    known = [kind for kind, weight in enumerate(weights) if weight is not None and weight.exact]
    for _ in range(NUM_DRAWS):
        loads = [Load(kind, stream.integer(1, 3)) for kind in stream.sample(known, 3)]
        apart = stream.integer(1, 2)
        mine = Load(new, 1 if tilted else stream.integer(1, 3))
        left, right = stream.shuffled((tuple(loads[:apart]), (mine, *loads[apart:])))
        weighing = Weighing(
            left=left,
            right=right,
            tilt=stream.choice((-1, 1)) if tilted else 0,
            box=stream.choice(SIDES) if world.box_at == new - 1 else None,
        )
        weight = deduce(weighing, world.content, *weights)
        bound = weight.low or weight.high if weight else None
        if weighing.fits() and weight is not None and bound in WEIGHTS:
            return weighing, weight
    raise RejectedError("no weighing gives a fair weight")


def _draw_last(world: Scales, stream: Stream) -> Weighing:
    """Draw the last weighing: all kinds that no other weighing needs, and perhaps some more."""
    unused = set(range(1, len(world.kinds))) - _used(world.weighings)
    more = set(stream.sample(range(len(world.kinds)), stream.integer(1, 2)))
    pans: tuple[list[Load], list[Load]] = ([], [])
    for kind in stream.shuffled(sorted(unused | more)):
        pans[stream.below(2)].append(Load(kind, stream.integer(1, 2)))
    return Weighing(left=tuple(pans[0]), right=tuple(pans[1]), held=True)


def _matters(world: Scales, last: Weighing, pans: tuple[Range, Range] | None) -> bool:
    """Say whether every kind has a part in the last weighing, and a small change can decide it."""
    unused = set(range(1, len(world.kinds))) - _used(world.weighings)
    loads = surplus(last, world.added, world.added_to)
    if pans is None or not last.fits() or not all(loads.get(kind) for kind in unused):
        return False
    left, right = pans
    gaps = [abs(a.low - b.high) for a, b in ((left, right), (right, left)) if b.high is not None]
    return left.high != 0 and right.high != 0 and min(gaps, default=CLOSE + 1) <= CLOSE


def _used(weighings: Sequence[Weighing]) -> set[int]:
    """Return the kinds that weighings need beside the one that each brings in."""
    return {
        load.kind
        for new, weighing in enumerate(weighings, start=1)
        for load in (*weighing.left, *weighing.right)
        if load.kind != new
    }


def _other_loads(kinds: Iterable[int]) -> Iterator[Load]:
    for kind in kinds:
        yield from (Load(kind, count) for count in range(1, MOST + 1))


def _other_weighings(world: Scales, at: int) -> Iterator[Weighing]:
    """Yield weighings with another count of one kind on one pan, or with another tilt."""
    weighing = world.weighings[at]
    kinds = range(len(world.kinds) if weighing.held else at + 2)
    for load in _other_loads(kinds):
        yield replace(weighing, left=_with_load(weighing.left, load))
        yield replace(weighing, right=_with_load(weighing.right, load))
    needed = _used(world.weighings[:-1]) | {world.content.kind}
    if not weighing.held and at + 1 not in needed:
        yield from (replace(weighing, tilt=tilt) for tilt in (-1, 0, 1))


def _with_load(loads: tuple[Load, ...], load: Load) -> tuple[Load, ...]:
    """Return the loads with as many of one kind as `load` says, at the end if it is new."""
    if any(other.kind == load.kind for other in loads):
        return tuple(load if other.kind == load.kind else other for other in loads)
    return (*loads, load)
