"""Weighs worlds so that no picture alone tells which answer is right.

What a picture shows more often with one answer than with the others is a hint. Where a subtask can
list worlds for each of its answers, hints are weighed away: a world that shows such a thing is
drawn more rarely with that answer, and more often with those where it was too rare (iterative
proportional fitting, in small steps). What goes with one answer only remains a hint.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.rng import Stream

Integers = NDArray[np.integer]
Floats = NDArray[np.float64]

_PARTS: Final = 2**53


class Chances(NamedTuple):
    """Worlds and how often each is drawn.

    Attributes:
        worlds: Their numbers in the list.
        until: The sum of weights up to and with each of them.
    """

    worlds: Integers
    until: Floats

    def draw(self, stream: Stream) -> int:
        """Draw the number of a world."""
        at = stream.below(_PARTS) / _PARTS * self.until[-1]
        return int(self.worlds[np.searchsorted(self.until, at, "right")])


def evened_chances(
    sights: Integers,
    answers: Integers,
    num_answers: int,
    rounds: int,
    times: Sequence[int] | None = None,
) -> list[Chances]:
    """Return for each answer how often to draw each world that has it.

    Args:
        sights: What can be seen of each world, as small numbers [world, sight]. Each sight is
            evened by itself: a whole picture, or something that is measured in one.
        answers: The right answer of each world; each answer has a world.
        num_answers: How many answers there are.
        rounds: How often all worlds are weighed anew. More leave less of a hint, and fewer worlds.
        times: As how many sights each one counts, where not all can be evened; one unless given.
    """
    weights = _evened(sights, answers, num_answers, rounds, times or [1] * sights.shape[1])
    chances = []
    for answer in range(num_answers):
        worlds = np.flatnonzero(answers == answer)
        chances.append(Chances(worlds, weights[worlds].cumsum()))
    return chances


def _evened(
    sights: Integers, answers: Integers, num_answers: int, rounds: int, times: Sequence[int]
) -> Floats:
    """Weigh worlds until each sight comes with all answers about equally often.

    Only sums in order, products, quotients and roots, which are the same on every machine.
    """
    num_sights, num = sights.shape[1], int(sights.max()) + 1
    seen = sights + num * np.arange(num_sights)
    with_answer = seen + num * num_sights * answers[:, None]
    num_shares = num * num_sights * num_answers
    num_roots = max(2, sum(times).bit_length() - 1)  # many that say the same must not overshoot
    weights = np.ones(len(answers))
    for _ in range(rounds):
        weights /= np.bincount(answers, weights)[answers]
        counted = np.bincount(with_answer.ravel(), weights.repeat(num_sights), num_shares)
        shares = counted.reshape(num_answers, -1)
        mean = shares.sum(axis=0) / num_answers
        steps = np.divide(mean, shares, out=np.ones_like(shares), where=shares > 0).ravel()
        for _ in range(num_roots):
            steps = np.sqrt(steps)
        for sight, often in zip(with_answer.T, times, strict=True):
            factors = steps[sight]
            for _ in range(often):
                weights *= factors
    return weights
