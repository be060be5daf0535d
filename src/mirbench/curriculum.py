"""Labelled samples -> the order in which to train on them.

The paper's two phases: all easy samples once, their whole chain as target; then the stages of the
guidance ladder, each on a share of the hard ones, shuffled inside a stage and never across. An
order is made of hashes of ids under a seed, so it depends on the settings and on which samples
there are, and neither on the order they come in nor on any library's random numbers.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from mirbench.errors import MirbenchError
from mirbench.stages import STAGES
from mirbench.taxonomy import Split

Overlap = Literal["free", "even", "none"]
"""How often a hard sample may come back in a later stage: `free`, each stage draws from all of
them; `even`, a sample comes back only when all others have been drawn; `none`, never."""

ORDER_VERSION: Final = "mirbench-curriculum-1"
"""Part of every hash: another way to draw would take another name."""


LABELLED: Final[tuple[Split, Split]] = ("easy", "hard")
"""The splits that a schedule is made of."""


class CurriculumError(MirbenchError, ValueError):
    """A schedule cannot be made as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurriculumSettings:
    """What determines a schedule, beside the samples.

    Attributes:
        fraction: Share of the hard samples that each stage draws.
        seed: Another seed, another draw and another order.
        ladder: The stages of the second phase, in order.
        easy_stage: The stage that easy samples are trained on in the first phase; 5 has the
            whole chain as target. None leaves the first phase out.
        overlap: Whether a hard sample may stand in several stages.
    """

    fraction: float = 0.4
    seed: int = 0
    ladder: tuple[int, ...] = STAGES
    easy_stage: int | None = STAGES[-1]
    overlap: Overlap = "free"

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise CurriculumError(f"fraction: expected 0 < fraction <= 1, found {self.fraction}")
        unknown = [stage for stage in (*self.ladder, self.easy_stage or 1) if stage not in STAGES]
        if unknown:
            known = ", ".join(map(str, STAGES))
            raise CurriculumError(f"stages: expected any of {known}, found {unknown[0]!r}")
        if self.overlap not in get_args(Overlap):
            expected = ", ".join(get_args(Overlap))
            raise CurriculumError(f"overlap: expected one of {expected}, found {self.overlap!r}")
        if self.overlap == "none" and self.fraction * len(self.ladder) > 1 + 1e-9:
            raise CurriculumError(
                f"overlap: {len(self.ladder)} stages of {self.fraction:.0%} cannot stand apart; "
                f"take fraction <= {1 / len(self.ladder):.3g}, or overlap 'even'"
            )


class Candidate(NamedTuple):
    """A sample that can be trained on.

    Attributes:
        id: The sample's id.
        split: `easy` or `hard`.
        row: Its row in that split of the `default` configuration.
    """

    id: str
    split: Literal["easy", "hard"]
    row: int


def candidates(easy: Iterable[str], hard: Iterable[str]) -> list[Candidate]:
    """Return the candidates of two splits, given their ids in the order of their rows."""
    return [
        *(Candidate(id, "easy", row) for row, id in enumerate(easy)),
        *(Candidate(id, "hard", row) for row, id in enumerate(hard)),
    ]


class ScheduleRow(NamedTuple):
    """One step of the training order.

    Attributes:
        position: Place in the order, from zero.
        phase: 1 for the easy samples, 2 for the ladder.
        stage: How the sample is asked; see `mirbench.stages`.
        id: The sample's id.
        split: The split of `default` that holds it.
        row: Its row in that split.
    """

    position: int
    phase: int
    stage: int
    id: str
    split: str
    row: int


def make_schedule(
    pool: Sequence[Candidate], settings: CurriculumSettings
) -> tuple[ScheduleRow, ...]:
    """Return the training order of some samples.

    Raises:
        CurriculumError: If no sample is labelled easy or hard.
    """
    easy = [candidate for candidate in pool if candidate.split == "easy"]
    hard = [candidate for candidate in pool if candidate.split == "hard"]
    if not pool:
        raise CurriculumError(
            "a curriculum needs samples labelled easy and hard, found none; "
            "'mirbench label' makes labels"
        )
    levels: list[tuple[int, int, list[Candidate]]] = []
    if settings.easy_stage is not None:
        levels.append((1, settings.easy_stage, _shuffled(easy, settings.seed, "easy")))
    for step, stage in enumerate(settings.ladder):
        drawn = _drawn(hard, settings, step)
        levels.append((2, stage, _shuffled(drawn, settings.seed, f"order {step}")))
    placed = ((phase, stage, each) for phase, stage, level in levels for each in level)
    return tuple(
        ScheduleRow(position, phase, stage, each.id, each.split, each.row)
        for position, (phase, stage, each) in enumerate(placed)
    )


def num_drawn(num_hard: int, settings: CurriculumSettings) -> int:
    """Return how many hard samples each stage draws: its share, but never none of some."""
    wanted = int(settings.fraction * num_hard + 0.5)
    if settings.overlap == "none" and settings.ladder:
        wanted = min(wanted, num_hard // len(settings.ladder))
    return min(num_hard, max(1, wanted))


def _drawn(hard: Sequence[Candidate], settings: CurriculumSettings, step: int) -> list[Candidate]:
    """Return the samples that one step of the ladder draws."""
    if not hard:
        return []
    num = num_drawn(len(hard), settings)
    if settings.overlap == "free":
        return _shuffled(hard, settings.seed, f"draw {step}")[:num]
    order = _shuffled(hard, settings.seed, "draw")
    return [order[(step * num + place) % len(order)] for place in range(num)]


def _shuffled(pool: Sequence[Candidate], seed: int, purpose: str) -> list[Candidate]:
    def key(candidate: Candidate) -> bytes:
        text = f"{ORDER_VERSION}\0{seed}\0{purpose}\0{candidate.id}"
        return hashlib.sha256(text.encode()).digest()

    return sorted(pool, key=key)


class Level(NamedTuple):
    """A run of the schedule with one phase and stage.

    Attributes:
        phase: 1 or 2.
        stage: The stage of all its rows.
        start: Position of its first row.
        num: Number of rows.
        num_new: How many of its samples stand nowhere before it.
    """

    phase: int
    stage: int
    start: int
    num: int
    num_new: int


def levels(schedule: Sequence[ScheduleRow], settings: CurriculumSettings) -> tuple[Level, ...]:
    """Cut a schedule into its levels, empty ones included."""
    num_easy = sum(row.phase == 1 for row in schedule)
    sizes = [] if settings.easy_stage is None else [(1, settings.easy_stage, num_easy)]
    if settings.ladder:
        num_each = (len(schedule) - num_easy) // len(settings.ladder)
        sizes += [(2, stage, num_each) for stage in settings.ladder]
    result: list[Level] = []
    seen: set[str] = set()
    start = 0
    for phase, stage, num in sizes:
        ids = {row.id for row in schedule[start : start + num]}
        result.append(Level(phase, stage, start, num, len(ids - seen)))
        seen |= ids
        start += num
    return tuple(result)
