"""`steps.jsonl`: what each optimiser step of a run was made of."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypedDict

from mirbench.curriculum import ScheduleRow
from mirbench.errors import MirbenchError

STEPS_NAME: Final = "steps.jsonl"

REASONS: Final = (
    "kept",
    "longer than max_length",
    "image does not decode",
    "control token in the text",
)
"""What happens to a place in the order: it is trained on, or left out, and why."""

KEPT, TOO_LONG, BROKEN_IMAGE, CONTROL_TOKEN = range(len(REASONS))


class OrderError(MirbenchError):
    """A step was not the next slice of the schedule."""


class Place(NamedTuple):
    """What a place in the order was to its step. Numbers only, so that ranks can share them.

    Attributes:
        position: In the schedule, from zero.
        outcome: Index in `REASONS`.
        num_tokens: Tokens the model read.
        num_targets: Those of them that the loss counts.
        loss: Sum of their losses.
    """

    position: int
    outcome: int
    num_tokens: int
    num_targets: int
    loss: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Place":
        """Read a place from the numbers that ranks shared."""
        position, outcome, num_tokens, num_targets = map(int, numbers[:4])
        return cls(position, outcome, num_tokens, num_targets, numbers[4])


class Sums(TypedDict):
    """Sums over samples; `loss` is the mean of all target tokens, null where there are none."""

    num_samples: int
    loss: float | None
    num_tokens: int
    num_targets: int


class Level(Sums):
    """The part of a step that belongs to one phase and stage."""

    phase: int
    stage: int


class Step(Sums):
    """A line of the file. `ids` are the step's samples in order, `left_out` says why of some.

    `dealt` is the order in which they went to batches and ranks: indices of `ids`.
    """

    step: int
    ids: list[str]
    dealt: list[int]
    left_out: dict[str, str]
    levels: list[Level]
    learning_rate: float
    seconds: float


def step_line(
    step: int,
    places: Sequence[Place],
    schedule: Sequence[ScheduleRow],
    *,
    learning_rate: float,
    seconds: float,
) -> Step:
    """Return the line of a step, from what the model was given in it, as it was dealt."""
    places, dealt = sorted(places), [place.position for place in places]
    levels: dict[tuple[int, int], list[Place]] = {}
    for place in places:
        row = schedule[place.position]
        levels.setdefault((row.phase, row.stage), []).append(place)
    return Step(
        step=step,
        ids=[schedule[place.position].id for place in places],
        dealt=[position - min(dealt) for position in dealt],
        left_out={
            schedule[place.position].id: REASONS[place.outcome]
            for place in places
            if place.outcome != KEPT
        },
        **_sums(places),
        levels=[
            Level(phase=phase, stage=stage, **_sums(level))
            for (phase, stage), level in levels.items()
        ],
        learning_rate=learning_rate,
        seconds=round(seconds, 3),
    )


def require_order(places: Sequence[Place], start: int) -> None:
    """Make sure that places are the ones from a position on, however they were dealt.

    Raises:
        OrderError: If they are not.
    """
    found, expected = sorted(place.position for place in places), range(start, start + len(places))
    if found != list(expected):
        raise OrderError(
            f"a step left the order: expected positions {list(expected)}, found {found}"
        )


def level_losses(step: Step) -> dict[str, float]:
    """Name the losses of a step's phases and stages, for a board."""
    return {
        f"phase{level['phase']}_stage{level['stage']}_loss": level["loss"]
        for level in step["levels"]
        if level["loss"] is not None
    }


def _sums(places: Sequence[Place]) -> Sums:
    kept = [place for place in places if place.outcome == KEPT]
    num_targets = sum(place.num_targets for place in kept)
    return Sums(
        num_samples=len(places),
        loss=sum(place.loss for place in kept) / num_targets if num_targets else None,
        num_tokens=sum(place.num_tokens for place in kept),
        num_targets=num_targets,
    )


def read_steps(path: Path) -> Iterator[Step]:
    """Read the steps of a run, if it has any; a last line that a kill cut off is passed over."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            step: Step = json.loads(line)
            yield step
