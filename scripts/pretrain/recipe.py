"""What determines the demo's model: its questions, and how it learns from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from .data import FORMS

QUESTIONS: Final[Mapping[tuple[str, int], int]] = {
    ("view3d", 1): 1400,
    ("weight", 1): 600,
    ("speed", 1): 600,
    ("view3d", 2): 1200,
    ("forced", 1): 600,
    ("view3d", 3): 1200,
}
"""(subtask, level) -> how many questions the pool holds; each comes back a few times."""
SEED: Final = 101
"""Whose questions these are: no release, test or demo of ours has this seed."""
FOCUS: Final = (("view3d", 1), ("view3d", 2), ("view3d", 3))
"""What the later steps are for: half an hour of one core is too short to learn all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What determines the model, beside the questions."""

    steps: int = 600
    focus_from: int = 150
    """From this step on, questions are those of `FOCUS` alone."""
    batch: int = 32
    rate: float = 4e-3
    warm_up: int = 30
    decay_from: int = 420
    """From this step on, the rate falls to zero."""
    chain_every: int = 4
    """One batch in so many is asked for the five steps, the others for choice and reason."""
    end_from: int = 250
    """From this step on, the last tokens of an answer count more: what comes out, and the choice.
    They are few among many, and what is hardest to work out."""
    end_weight: float = 8.0
    seed: int = 0

    def rate_at(self, step: int) -> float:
        """Return the share of the learning rate at a step."""
        left = (self.steps - step) / (self.steps - self.decay_from)
        return min((step + 1) / self.warm_up, 1.0, left)

    def end_weight_at(self, step: int) -> float:
        """Return how much the last tokens of an answer count at a step."""
        return self.end_weight if step >= self.end_from else 1.0

    def form_at(self, step: int) -> str:
        """Return what the questions of a step are asked for."""
        return FORMS[step % self.chain_every == self.chain_every - 1]

    def places_at(self, step: int, num: int) -> list[int]:
        """Return which of `num` questions a step learns from: all of them, then all again."""
        start = step if step < self.focus_from else step - self.focus_from
        places = range(start * self.batch, (start + 1) * self.batch)
        orders = {
            turn: np.random.default_rng([self.seed, turn]).permutation(num)
            for turn in {place // num for place in places}
        }
        return [int(orders[place // num][place % num]) for place in places]
