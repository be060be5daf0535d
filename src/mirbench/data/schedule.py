"""The training order of a release, and an explanation of it."""

from dataclasses import dataclass
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mirbench.curriculum import (
    LABELLED,
    CurriculumSettings,
    Level,
    ScheduleRow,
    candidates,
    levels,
    make_schedule,
)
from mirbench.data.index import Index
from mirbench.stages import given_steps, written_steps

_PLOT_WIDTH: Final = 60


def index_schedule(index: Index, settings: CurriculumSettings) -> tuple[ScheduleRow, ...]:
    """Return the training order of indexed samples.

    Raises:
        CurriculumError: If no sample is labelled easy or hard.
    """
    easy, hard = ([entry.id for entry in index.of_split(split)] for split in LABELLED)
    return make_schedule(candidates(easy, hard), settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A schedule in words and numbers.

    Attributes:
        settings: What it was made with.
        num_easy: Easy samples there are.
        num_hard: Hard samples there are.
        levels: Its levels in order.
    """

    settings: CurriculumSettings
    num_easy: int
    num_hard: int
    levels: tuple[Level, ...]

    @property
    def num_rows(self) -> int:
        """Length of the schedule."""
        return sum(level.num for level in self.levels)

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for programs."""
        names = ("fraction", "seed", "ladder", "easy_stage", "overlap")
        return {
            "settings": {name: getattr(self.settings, name) for name in names},
            "num_easy": self.num_easy,
            "num_hard": self.num_hard,
            "num_rows": self.num_rows,
            "levels": [
                {**level._asdict(), "given": given_steps(level.stage),
                 "written": written_steps(level.stage)}
                for level in self.levels
            ],
        }  # fmt: skip


def explain(index: Index, settings: CurriculumSettings) -> Explanation:
    """Explain the training order of indexed samples.

    Raises:
        CurriculumError: If no sample is labelled easy or hard.
    """
    return Explanation(
        settings=settings,
        num_easy=len(index.of_split("easy")),
        num_hard=len(index.of_split("hard")),
        levels=levels(index_schedule(index, settings), settings),
    )


def explanation_panel(found: Explanation) -> RenderableType:
    """Return a table of the levels and a plot of the schedule from its first row to its last."""
    numbers = ("phase", "stage", "rows", "first row", "first seen")
    table = Table(*numbers, "given in the prompt", "to be written")
    for column in table.columns[: len(numbers)]:
        column.justify = "right"
    for level in found.levels:
        table.add_row(
            str(level.phase), str(level.stage), f"{level.num:,}", f"{level.start:,}",
            f"{level.num_new:,}", ", ".join(given_steps(level.stage)) or "(question only)",
            ", ".join(written_steps(level.stage)),
        )  # fmt: skip
    settings = found.settings
    easy = f"all {found.num_easy:,} easy" if settings.easy_stage else "no easy"
    num_stages = len(settings.ladder)
    hard = f"{settings.fraction:.0%} of {found.num_hard:,} hard at each of {num_stages} stages"
    chance = f"overlap {settings.overlap}, seed {settings.seed}"
    title = f"{found.num_rows:,} rows: {easy}, then {hard} ({chance})"
    return Group(Text(title), table, Text(), _plot(found))


def _plot(found: Explanation) -> Text:
    """Draw each level where it stands in the schedule: full where its samples are new."""
    plot = Text()
    scale = _PLOT_WIDTH / max(1, found.num_rows)
    for level in found.levels:
        start, end = round(level.start * scale), round((level.start + level.num) * scale)
        new = min(end - start, round(level.num_new * scale))
        name = "easy" if level.phase == 1 else "hard"
        plot.append(f"{name} stage {level.stage} ", style="dim")
        plot.append(" " * start)
        plot.append("█" * new, style="green" if level.phase == 1 else "blue")
        plot.append("░" * (end - start - new), style="blue")
        plot.append("\n")
    plot.append(f"{'':13}█ samples seen for the first time  ░ seen before", style="dim")
    return plot
