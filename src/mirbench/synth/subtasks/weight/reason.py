"""What follows from weighings: weights, bounds of weights, and which pan goes down."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.program import UNDECIDED
from mirbench.synth.text import decimal
from mirbench.synth.worlds.weighing import (
    Load,
    Scales,
    Side,
    Weighing,
    surplus,
)

LEFT, RIGHT, NEITHER = range(3)
"""The answers: which pan goes down, or that it stays level (that nobody can tell, from level 3)."""


TRIED_LEVEL: Final = range(1, 73)


TRIED_TILTED: Final = (*range(1, 41), *range(44, 100, 5), 150, 300, 1000)
"""Whole weights that the second solver tries for one kind."""


class Range(NamedTuple):
    """A weight in units of the first kind: exactly `low`, or strictly between two bounds."""

    low: Fraction
    high: Fraction | None
    """None: any weight above `low`."""

    @property
    def exact(self) -> bool:
        """Whether the weight is known."""
        return self.low == self.high

    def text(self) -> str:
        """Return the weight in words."""
        if self.high is None:
            return f"more than {decimal(self.low)}"
        if self.exact:
            return decimal(self.low)
        if self.low == 0:
            return f"less than {decimal(self.high)}"
        return f"between {decimal(self.low)} and {decimal(self.high)}"


UNIT: Final = Range(Fraction(1), Fraction(1))


def deduce(weighing: Weighing, content: Load, *weights: Range | None) -> Range | None:
    """Return the weight of the next kind; None if no weight fits.

    Everything else on the pans must be known exactly.
    """
    new = len(weights)
    loads = surplus(weighing, content, weighing.box)
    mine = loads.pop(new, 0)
    rest = Fraction(0)
    for kind, count in loads.items():
        weight = weights[kind]
        if weight is None or not weight.exact:
            return None
        rest += count * weight.low
    if mine == 0:
        return None
    bound = -rest / mine
    if weighing.tilt == 0:
        return Range(bound, bound) if bound > 0 else None
    heavier = (weighing.tilt < 0) == (mine > 0)
    if heavier:
        return Range(max(bound, Fraction(0)), None)
    return Range(Fraction(0), bound) if bound > 0 else None


def totals(
    weighing: Weighing, added: Load, side: Side, *weights: Range | None
) -> tuple[Range, Range] | None:
    """Return what both pans weigh, without what lies on both alike."""
    sums = {1: Range(Fraction(0), Fraction(0)), -1: Range(Fraction(0), Fraction(0))}
    for kind, count in surplus(weighing, added, side).items():
        weight = weights[kind]
        if weight is None:
            return None
        if count:
            way = 1 if count > 0 else -1
            low, high = sums[way]
            more = None if weight.high is None or high is None else high + abs(count) * weight.high
            sums[way] = Range(low + abs(count) * weight.low, more)
    return sums[1], sums[-1]


def tips_or_level(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes down, or that neither does; undecided if it is not known."""
    if pans is not None and pans[0] == pans[1] and pans[0].exact:
        return NEITHER
    lower = tips_or_unknown(pans)
    return UNDECIDED if lower == NEITHER else lower


def tips_or_unknown(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes down, or that it is not known; undecided if neither does.

    The bounds of a range are themselves out of reach.
    """
    if pans is None or (pans[0] == pans[1] and pans[0].exact):
        return UNDECIDED
    left, right = pans
    if right.high is not None and left.low >= right.high:
        return LEFT
    if left.high is not None and right.low >= left.high:
        return RIGHT
    return NEITHER


TIPS: Final[Mapping[str, Callable[..., int]]] = {
    "exact": tips_or_level,
    "bounded": tips_or_unknown,
}


def all_weights(weighings: Sequence[Weighing], world: Scales) -> NDArray[np.int64]:
    """Return whole weights that agree with every weighing: a row each, a column a kind.

    Level weighings come first: each leaves a few rows, in which nothing but the unit is open. A
    tilted one leaves very many, so it is tried on some of the units and with a choice of weights.
    """
    rows = np.zeros((12, len(world.kinds)), np.int64)
    rows[:, 0] = np.arange(1, 13)
    for at in sorted(range(len(weighings)), key=lambda at: (weighings[at].tilt != 0, at)):
        weighing = weighings[at]
        loads = surplus(weighing, world.content, weighing.box)
        signs = np.array([loads.get(kind, 0) for kind in range(len(world.kinds))])
        if weighing.tilt:
            rows = rows[:: max(1, len(rows) // 30)]
        tried = TRIED_TILTED if weighing.tilt else TRIED_LEVEL
        rows = np.repeat(rows, len(tried), axis=0)
        rows[:, at + 1] = np.tile(tried, len(rows) // len(tried))
        rows = rows[np.sign(rows @ signs) == -weighing.tilt]
    return rows
