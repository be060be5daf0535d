"""What determines the demo's model: its questions, and how it learns from them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .data import FORMS

QUESTIONS: Final[Mapping[tuple[str, int], int]] = {
    ("weight", 1): 1200,
    ("view3d", 1): 1000,
    ("forced", 1): 1200,
    ("weight", 2): 1200,
    ("speed", 1): 1200,
    ("depth", 1): 1200,
    ("view3d", 2): 1000,
    ("forced", 2): 1200,
    ("view3d", 3): 800,
}
"""(subtask, level) -> how many questions the pool holds; each comes back a few times."""
SEED: Final = 101
"""Whose questions these are: no release, test or demo of ours has this seed or the next."""
MORE: Final[Mapping[tuple[str, int], int]] = {
    ("view3d", 1): 300,
    ("view3d", 2): 200,
    ("view3d", 3): 200,
}
"""What a finished model goes on with (`--more`), with the seed after: MIR-Synth may have grown."""
FOCUS: Final = (("view3d", 1), ("view3d", 2), ("view3d", 3), ("forced", 1))
"""What the later steps are for: an hour of one core is too short to learn all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What determines the model, beside the questions."""

    steps: int = 850
    focus_from: int = 300
    """From this step on, questions are those of `FOCUS` alone."""
    batch: int = 32
    rate: float = 4e-3
    warm_up: int = 30
    decay_from: int = 650
    """From this step on, the rate falls to zero."""
    chain_every: int = 4
    """One batch in so many is asked for the five steps, the others for choice and reason."""
    end_from: int = 500
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


def further(recipe: Recipe, steps: int) -> Recipe:
    """Return how a model that is done learns on: from a lower rate, which falls to zero."""
    return replace(
        recipe,
        steps=recipe.steps + steps,
        focus_from=recipe.steps,
        decay_from=recipe.steps,
        rate=recipe.rate / 2,
        end_from=0,
    )
