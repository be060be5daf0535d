"""What the study compares: its arms, the order each is trained in, and on what."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from mirbench.curriculum import CurriculumSettings, ScheduleRow, candidates, make_schedule

ROOT: Final = Path(__file__).resolve().parent.parent.parent
START: Final = ROOT / "scripts" / "demo_model"
ARMS: Final = {
    "untrained": "no training",
    "shuffled": "shuffled, whole chains",
    "easy_to_hard": "easy to hard, whole chains",
    "curriculum": "easy to hard, in stages: the curriculum",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is compared on what.

    Attributes:
        num: Questions of the release.
        test_fraction: Share of them that is held out.
        subtasks: Slugs of the subtasks; 3D View is what the model can read.
        levels: 1 and 2 are easy, 3 to 5 hard.
        seeds: Each trains every arm once, in an order of its own.
        data_seed: Which questions.
        batch: Samples of an optimiser step.
        rate: Learning rate of AdamW, chosen on other questions (data seeds 11 and 12), in shuffled
            order: 1e-3 and 2e-4 unlearn in 300 steps what the model can do.
    """

    num: int = 2000
    test_fraction: float = 0.25
    subtasks: tuple[str, ...] = ("view3d",)
    levels: tuple[int, ...] = (1, 2, 3, 4, 5)
    seeds: tuple[int, ...] = (0, 1, 2)
    data_seed: int = 13
    batch: int = 8
    rate: float = 5e-5


QUICK: Final = Design(num=160, test_fraction=0.5)


class Cell(NamedTuple):
    """One model of the study."""

    arm: str
    seed: int

    @property
    def name(self) -> str:
        """Of its folder."""
        return self.arm if self.arm == "untrained" else f"{self.arm}-{self.seed}"


def cells(design: Design) -> Iterator[Cell]:
    """Yield the models: one without training, and each other arm with every seed."""
    yield Cell("untrained", 0)
    for seed in design.seeds:
        yield from (Cell(arm, seed) for arm in ARMS if arm != "untrained")


def arm_order(
    arm: str, easy: Sequence[str], hard: Sequence[str], seed: int
) -> tuple[ScheduleRow, ...]:
    """Return what an arm is trained on, in order, given the ids of easy and of hard samples.

    All arms have the rows of the curriculum: easy samples once, hard ones twice. `easy_to_hard`
    has them in its order too, but each asks for the whole chain; `shuffled` has not even the order.
    """
    settings = CurriculumSettings(seed=seed, overlap="even")
    rows = make_schedule(candidates(easy, hard), settings)
    if arm == "curriculum":
        return rows
    whole = [row._replace(stage=5) for row in rows]
    if arm == "shuffled":
        whole.sort(key=lambda row: hashlib.sha256(f"{seed} {row.position}".encode()).digest())
        whole = [row._replace(phase=1) for row in whole]
    return tuple(row._replace(position=place) for place, row in enumerate(whole))
