"""What follows from weighings: weights, bounds of weights, and which pan goes down."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
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
"""The answers: which pan goes down (goes up, if that is asked), or that the balance stays level
(that nobody can tell, from level 3)."""


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
    terms = []
    for kind, count in loads.items():
        weight = weights[kind]
        if weight is None or not weight.exact:
            return None
        terms.append((count, weight.low))
    if mine == 0:
        return None
    bound = _summed(terms) / -mine
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
    pans: tuple[list[tuple[int, Range]], list[tuple[int, Range]]] = ([], [])
    for kind, count in surplus(weighing, added, side).items():
        weight = weights[kind]
        if weight is None:
            return None
        if count:
            pans[count < 0].append((abs(count), weight))
    return _weight_of(pans[0]), _weight_of(pans[1])


def _weight_of(loads: Sequence[tuple[int, Range]]) -> Range:
    """Return what so many of each weigh together."""
    low = _summed([(count, weight.low) for count, weight in loads])
    highs = [(count, weight.high) for count, weight in loads if weight.high is not None]
    return Range(low, _summed(highs) if len(highs) == len(loads) else None)


def _summed(terms: Sequence[tuple[int, Fraction]]) -> Fraction:
    """Add up so many times each, as whole numbers of a common unit: that is much faster."""
    unit = lcm(*(value.denominator for _, value in terms))
    whole = sum(count * value.numerator * (unit // value.denominator) for count, value in terms)
    return Fraction(whole, unit)


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


def rises_or_level(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes up, or that neither does; undecided if it is not known."""
    return opposite(tips_or_level(pans))


def rises_or_unknown(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes up, or that it is not known; undecided if neither does."""
    return opposite(tips_or_unknown(pans))


def opposite(answer: int) -> int:
    """Return the other pan, if the answer is a pan."""
    return {LEFT: RIGHT, RIGHT: LEFT}.get(answer, answer)


TIPS: Final[Mapping[str, Callable[..., int]]] = {
    "sinks": tips_or_level,
    "rises": rises_or_level,
    "may_sink": tips_or_unknown,
    "may_rise": rises_or_unknown,
}
"""For each form of question, how it compares the pans."""


def asks_for_bounds(form: str) -> bool:
    """Tell whether weights may be known within bounds only, so that nobody can tell."""
    return form in ("may_sink", "may_rise")


def asked_of(form: str, lower: int) -> int:
    """Return the answer, given which pan goes down."""
    return opposite(lower) if form in ("rises", "may_rise") else lower


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
