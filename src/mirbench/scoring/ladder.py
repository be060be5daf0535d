"""The guidance ladder: how accuracy rises with each step given, and which one it waits for.

The tasks `mir_stage1` to `mir_stage4` give four steps to one; `mir_cot` gives none. All ask the
same questions, so what a step adds is measured question by question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from mirbench.scoring.intervals import Interval, Values, percentile_interval
from mirbench.scoring.metrics import Clusters, Scored
from mirbench.scoring.paired import Table
from mirbench.stages import STAGES, given_steps
from mirbench.taxonomy import Step

STAGE_OF_TASK: Final[Mapping[str, int]] = {
    **{f"mir_stage{stage}": stage for stage in STAGES[:-1]},
    "mir_cot": STAGES[-1],
}
"""Task -> its stage; the last stage gives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One stage of the ladder.

    Attributes:
        stage: Its number.
        num_given: How many steps its prompt gives.
        accuracy: The accuracy with them.
        low: Lower end of its 95 % interval, by a bootstrap over clusters.
        high: Upper end of it.
    """

    stage: int
    num_given: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """What the accuracy gains when steps move from the target to the prompt.

    Attributes:
        steps: What the easier stage is given and the harder one is not: one step, or several
            where the stages between were not run.
        difference: By how much accuracy rises.
        low: Lower end of its 95 % interval.
        high: Upper end of it.
        support: Share of resamples in which no other jump of the group is larger.
    """

    steps: tuple[Step, ...]
    difference: float
    low: float
    high: float
    support: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """The ladder of one group of samples.

    Attributes:
        name: What the samples have in common.
        num: Number of samples.
        rungs: From nothing given to most given.
        jumps: What each rung after the first adds to the one before.
    """

    name: str
    num: int
    rungs: tuple[Rung, ...]
    jumps: tuple[Jump, ...]

    @property
    def bottleneck(self) -> Jump | None:
        """The largest jump: the model waits for this step. None if it may be no jump at all."""
        largest = max(self.jumps, key=lambda jump: jump.difference)
        return largest if largest.low > 0 else None


def climbs(
    scored_of: Mapping[int, Sequence[Scored]], clusters: Clusters | None = None
) -> tuple[Climb, ...]:
    """Compute the ladder, overall and by subtask.

    Args:
        scored_of: Stage -> responses; two stages at least, on the same samples.
        clusters: Which samples share images.

    Raises:
        ScoringError: If the stages are not on the same samples.
    """
    stages = sorted(scored_of, reverse=True)
    table = Table([scored_of[stage] for stage in stages], clusters)
    resampled = table.resampled()
    return tuple(
        _climb(name, stages, table.values[members > 0], resampled[name])
        for name, members in table.groups.items()
    )


def _climb(name: str, stages: Sequence[int], values: Values, resampled: Values) -> Climb:
    means = [float(mean) for mean in values.mean(axis=0)]
    bounds = [percentile_interval(resampled[:, place]) for place in range(len(stages))]
    valid = resampled[~np.isnan(resampled).any(axis=1)]
    rises = valid[:, 1:] - valid[:, :-1]
    largest = np.bincount(rises.argmax(axis=1), minlength=len(stages) - 1) / len(rises)
    given = [given_steps(stage) for stage in stages]
    return Climb(
        name=name,
        num=len(values),
        rungs=tuple(
            Rung(stage=stage, num_given=len(steps), accuracy=mean, low=bound.low, high=bound.high)
            for stage, steps, mean, bound in zip(stages, given, means, bounds, strict=True)
        ),
        jumps=tuple(
            _jump(more[len(fewer) :], after - before, percentile_interval(rises[:, place]), share)
            for place, ((fewer, more), (before, after), share) in enumerate(
                zip(pairwise(given), pairwise(means), largest, strict=True)
            )
        ),
    )


def _jump(steps: tuple[Step, ...], rise: float, interval: Interval, support: float) -> Jump:
    return Jump(
        steps=steps,
        difference=rise,
        low=interval.low,
        high=interval.high,
        support=float(support),
    )
