"""How balloons may look in the pictures, and how often they look so.

Of balloons that look alike in the air the tallest is farthest away, so tall ones mostly are far
away, and a photograph on the ground is a hint. How strong a hint depends on how often each look is
drawn. So looks are drawn for all answers, and weighed (`mirbench.synth.evened`).
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations
from math import factorial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.evened import evened_chances
from mirbench.synth.puzzle import Brief
from mirbench.synth.rng import Stream
from mirbench.synth.worlds.balloons import RATIOS, SIZES, Balloons

NUM_LOOKS: Final = 400
"""Looks drawn for each answer; those that can be shown are weighed."""
ROUNDS: Final = 100
"""How often they are weighed anew."""
ON_GROUND: Final = 5
"""As how many sights a photograph on the ground counts: it tells more than one of the sky."""
STEP: Final = Fraction(32, 25)
"""By how much the next balloon is farther away: clearly, and by no more, or looks would tell."""
STARTS: Final = tuple(ratio for n in range(20, 121) for ratio in (Fraction(n, 20), Fraction(20, n)))
"""A balloon's height over that of the first thing that stands beside one."""
TALLEST: Final = 0.74
"""Share of the picture's height that the taller thing on the ground fills at most, and ..."""
BOTH: Final = 1.16
"""... that the heights of both fill together, if that is less."""
MAX_ERROR: Final = {2: 11.5, 3: 13.0, 4: 14.0}
"""For each number of balloons, how far off a comparison of distances may be (as a share, times the
picture's height in pixels) if each length is a pixel off. Of many balloons, the two that decide are
seldom the two that are seen worst."""
WIDEST: Final = 0.72
"""How large two balloons may be together where three are in a picture."""
UNIT: Final = 200
"""Apparent sizes are whole numbers of such parts of the picture's height."""
_CHANGES: Final = np.array([0.6, 1.7, 2.1, 3.0])
"""How much taller the nearest balloon has to look so that it is not the nearest any more, and the
second, third and fourth so that they are."""
_CHANGED: Final = ((0.09, 0.48), (1 / 7.5, 7.5))
"""How large it may then look in the air, and in which ratio on the ground. Twins may go a little
farther, but are often refused there once they are seen, and that bends what was evened."""
_LOW, _HIGH = (int(size * UNIT) for size in SIZES[0])
_TALL: Final = np.arange(_LOW + 4, _HIGH, 6)
"""Apparent sizes between which no difference is made ..."""
_RATIOS: Final = np.array([float(Fraction(6, 5) ** n) for n in range(-9, 10)])
"""... and ratios of two lengths in a picture. Were these steps larger, what is evened between them
would be made up for within them, and a photograph would tell more than before."""

Integers = NDArray[np.integer]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Look(NamedTuple):
    """What decides how the pictures look.

    Attributes:
        distances: How far away each balloon is, in any unit.
        sizes: How tall each looks in the air.
        start: The ratio in the first photograph beside a thing.
    """

    distances: list[Fraction]
    sizes: list[Fraction]
    start: Fraction


class _Looks(NamedTuple):
    """Many looks: numbers for what a `Look` has as fractions.

    Attributes:
        ranks: Whether each balloon is the first, the second or a later one [look, balloon].
        sizes: [look, balloon], in parts of the picture's height.
        starts: The place in `STARTS`.
    """

    ranks: Integers
    sizes: Integers
    starts: Integers


def draw_look(world: Balloons, brief: Brief) -> Look:
    """Draw how a world with these words looks if the brief's answer is right.

    Which looks there are to choose from follows from the words alone.
    """
    stream, num_answers = brief.words.fork("looks"), _num_answers(world)
    drawn = [_drawn(world, answer, stream) for answer in range(num_answers)]
    looks = _Looks(*map(np.concatenate, zip(*drawn, strict=True)))
    answers = np.arange(num_answers).repeat(NUM_LOOKS)
    ratios = _ratios(world, looks)
    fair = np.flatnonzero(
        _can_be_shown(world, ratios, looks.sizes)
        & _can_be_measured(world, ratios, looks.sizes)
        & _can_change(world, ratios, looks)
    )
    sights = np.stack(list(_sights(world, ratios[fair], looks.sizes[fair])), axis=1)
    num_on_ground = len(world.meetings)
    times = [ON_GROUND] * num_on_ground + [1] * (sights.shape[1] - num_on_ground)
    chances = evened_chances(sights, answers[fair], num_answers, ROUNDS, times)[brief.answer]
    chosen = fair[chances.draw(brief.pictures)]
    return Look(
        [_step(world) ** rank for rank in looks.ranks[chosen].tolist()],
        [Fraction(one, UNIT) for one in looks.sizes[chosen].tolist()],
        STARTS[looks.starts[chosen]],
    )


def _drawn(world: Balloons, answer: int, stream: Stream) -> _Looks:
    """Draw looks with which an answer is right."""
    count = len(world.balloons)
    orders = _orders(world, answer)
    radices = [*[_HIGH - _LOW + 1] * count, len(STARTS), len(orders)]
    digits = _digits(np.array([stream.bits() for _ in range(NUM_LOOKS)], np.uint64), radices)
    return _Looks(np.array(orders)[digits[-1]], digits[:count].T + _LOW, digits[count])


def _num_answers(world: Balloons) -> int:
    """Return how many answers there are: balloons, of which two may be equally far, or orders."""
    count = len(world.balloons)
    return {2: 3, 3: 3, 4: 4}[count] if world.form in ("nearest", "farthest") else factorial(count)


def _orders(world: Balloons, answer: int) -> list[list[int]]:
    """Return in which ways balloons may be ranked where an answer is right.

    The runner-up stands clear of the others too: it is the answer of some twin. And what the text
    says of two balloons together, a zoom or a height, must not move just the first two.
    """
    count = len(world.balloons)
    orders = list(permutations(range(count)))
    if world.form in ("near_to_far", "far_to_near"):
        return [[orders[answer].index(at) for at in range(count)]]
    if answer == count:
        return [[0] * count]
    together = [{meeting.balloon, meeting.other} for meeting in world.meetings]
    together += [{at for at in range(count) if world.balloons[at].sky == sky} for sky in (0, 1)]
    return [
        [min(order.index(at), 3 if set(order[:2]) in together else 2) for at in range(count)]
        for order in orders
        if order[0] == answer
    ]


def _step(world: Balloons) -> Fraction:
    return 1 / STEP if world.form in ("farthest", "far_to_near") else STEP


def _digits(bits: NDArray[np.uint64], radices: list[int]) -> Integers:
    """Take random numbers apart, into one below each radix [radix, number]."""
    digits = []
    for radix in radices:
        digits.append((bits % np.uint64(radix)).astype(np.int64))
        bits = bits // np.uint64(radix)
    return np.stack(digits)


def _ratios(world: Balloons, looks: _Looks) -> Floats:
    """Return height over the neighbour's height [look, meeting]."""
    distances = np.array([float(_step(world) ** rank) for rank in range(len(world.balloons))])
    known = [float(reach) for reach in reaches(world, [Fraction(1)] * len(world.balloons))]
    heights = looks.sizes * np.array(known) * distances[looks.ranks]
    first = next((meeting for meeting in world.meetings if meeting.thing), None)
    if first:
        start = np.array([float(ratio) for ratio in STARTS])[looks.starts] * first.height
        heights *= (start / heights[:, first.balloon])[:, None]
    return np.stack(
        [
            heights[:, one.balloon] / (one.height if one.thing else heights[:, one.other])
            for one in world.meetings
        ],
        axis=1,
    )


def reaches(world: Balloons, distances: list[Fraction]) -> list[Fraction]:
    """Return how tall each balloon is on the ground for each unit that it looks tall in the air."""
    return [
        distance / (world.zoom if one.sky else 1) / one.change
        for distance, one in zip(distances, world.balloons, strict=True)
    ]


def _can_be_shown(world: Balloons, ratios: Floats, sizes: Integers) -> Booleans:
    """Tell where nothing is too tall beside its neighbour, and no balloon in front of another."""
    low, high = map(float, RATIOS[0])
    lowest: Floats = ratios.min(axis=1)
    highest: Floats = ratios.max(axis=1)
    two_largest: Integers = np.sort(sizes, axis=1)[:, -2:].sum(axis=1)
    apart = (two_largest <= WIDEST * UNIT) | (len(world.in_sky(0)) < 3)
    return (lowest >= low) & (highest <= high) & apart


def _can_be_measured(world: Balloons, ratios: Floats, sizes: Integers) -> Booleans:
    """Tell where distances can be compared, though every length is a little off.

    What is small in one photograph has to be large in the others.
    """
    on_ground = np.zeros(sizes.shape)
    for meeting, ratio in zip(world.meetings, ratios.T, strict=True):
        share = np.minimum(ratio, 1 / ratio)
        taller = np.minimum(TALLEST, BOTH / (1 + share))
        on_ground[:, meeting.balloon] = (1 + 1 / share**2) / taller**2
        if not meeting.thing:
            on_ground[:, meeting.balloon] += on_ground[:, meeting.other]
    errors = on_ground + 1 / (sizes / UNIT) ** 2
    two_worst: Floats = np.sort(errors, axis=1)[:, -2:].sum(axis=1)
    return two_worst <= MAX_ERROR[len(world.balloons)] ** 2


def _can_change(world: Balloons, ratios: Floats, looks: _Looks) -> Booleans:
    """Tell where another balloon comes first in some twin of each photograph."""
    possible = np.ones(len(ratios), np.bool_)
    if len(world.balloons) == 2 or world.form not in ("nearest", "farthest"):
        return possible
    changes = _CHANGES[looks.ranks] if world.form == "nearest" else 1 / _CHANGES[looks.ranks]
    sizes = looks.sizes / UNIT * changes
    low, high = _CHANGED[0]
    fair = (sizes >= low) & (sizes <= high)
    for sky in range(world.num_skies):
        shown = [at for at, one in enumerate(world.balloons) if one.sky == sky]
        possible &= fair[:, shown].any(axis=1)
    low, high = _CHANGED[1]
    changed = ratios / changes[:, [meeting.balloon for meeting in world.meetings]]
    possible &= ((changed >= low) & (changed <= high)).all(axis=1)
    return possible


def _sights(world: Balloons, ratios: Floats, sizes: Integers) -> Iterator[Integers]:
    """Yield what photographs tell: ratios on the ground, sizes and their ratios in the air."""
    yield from (np.searchsorted(_RATIOS, ratio) for ratio in ratios.T)
    yield from (np.searchsorted(_TALL, size) for size in sizes.T)
    for (one, size), (other, its) in combinations(zip(world.balloons, sizes.T, strict=True), 2):
        if one.sky == other.sky:
            yield np.searchsorted(_RATIOS, size / its)
