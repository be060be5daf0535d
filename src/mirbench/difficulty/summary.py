"""What came of a labelling run: counts for people and programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from mirbench.data.labels import Label
from mirbench.taxonomy import SUBTASKS

NUM_BINS = 10


class Row(NamedTuple):
    """The labels of one subtask."""

    subtask: str
    num_easy: int
    num_hard: int
    num_failed: int

    @property
    def easy_share(self) -> float | None:
        """Easy ones among those with a label."""
        labelled = self.num_easy + self.num_hard
        return self.num_easy / labelled if labelled else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The counts of a label table.

    Attributes:
        rows: By subtask, in the order of the taxonomy; those without questions are left out.
        total: All of them.
        histogram: Labelled questions by the share of right answers among those drawn, in ten
            bins; a share of 1 is in the last one.
        num_draws: Answers drawn.
        num_all_draws: Answers that drawing all would have taken for the labelled questions.
        num_unparsed: Answers that name no single option.
        num_truncated: Answers that were cut off.
        num_tokens: Tokens of all answers.
        failures: Failed questions by reason.
        examples: The detail of the first failure of each reason.
    """

    rows: Sequence[Row]
    total: Row
    histogram: Sequence[int]
    num_draws: int
    num_all_draws: int
    num_unparsed: int
    num_truncated: int
    num_tokens: int
    failures: dict[str, int]
    examples: dict[str, str]


def summarise(labels: Sequence[Label]) -> Summary:
    """Count a label table."""
    names: list[str | None] = [*SUBTASKS, None]
    rows = [
        _row(name or "unknown", [label for label in labels if label.subtask == name])
        for name in names
    ]
    labelled = [label for label in labels if label.status == "labelled"]
    histogram = [0] * NUM_BINS
    for label in labelled:
        histogram[min(NUM_BINS - 1, label.num_right * NUM_BINS // label.num_sampled)] += 1
    failed = [label for label in labels if label.reason]
    examples: dict[str, str] = {}
    for label in failed:
        examples.setdefault(label.reason or "", f"{label.id}: {label.detail}")
    return Summary(
        rows=[row for row in rows if any(row[1:])],
        total=_row("all", labels),
        histogram=histogram,
        num_draws=sum(label.num_sampled for label in labels),
        num_all_draws=sum(label.sampling.num_draws for label in labelled),
        num_unparsed=sum(label.num_unparsed for label in labels),
        num_truncated=sum(label.num_truncated for label in labels),
        num_tokens=sum(label.num_tokens for label in labels),
        failures=dict(Counter(label.reason or "" for label in failed)),
        examples=examples,
    )


def _row(name: str, labels: Sequence[Label]) -> Row:
    found = [label.label for label in labels]
    return Row(name, found.count("easy"), found.count("hard"), found.count("unlabelled"))


def print_summary(console: Console, summary: Summary) -> None:
    """Print the labels by subtask, the histogram of pass rates and what went wrong."""
    table = Table(title="Difficulty by subtask")
    table.add_column("subtask")
    for name in ("easy", "hard", "failed", "easy share"):
        table.add_column(name, justify="right")
    for row in summary.rows:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(summary.total), style="bold")
    console.print(table)
    console.print(_histogram(summary))
    console.print(
        f"{summary.num_draws:,} answers, {summary.num_unparsed:,} of them name no single option, "
        f"{summary.num_truncated:,} were cut off; {summary.num_tokens:,} tokens"
    )
    if summary.failures:
        reasons = ", ".join(f"{num:,} {reason}" for reason, num in summary.failures.items())
        console.print(f"failed: {reasons}; '--retry-failed' tries them again", style="yellow")
        for reason, example in summary.examples.items():
            console.print(f"  {reason}, such as {example}", markup=False, highlight=False)


def _cells(row: Row) -> tuple[str, ...]:
    share = "" if row.easy_share is None else f"{row.easy_share:.1%}"
    return (row.subtask, f"{row.num_easy:,}", f"{row.num_hard:,}", f"{row.num_failed:,}", share)


def _histogram(summary: Summary) -> Table:
    table = Table(title="Right among the answers drawn", show_header=False, box=None)
    most = max(1, *summary.histogram)
    for position, num in enumerate(summary.histogram):
        low, high = position * 100 // NUM_BINS, (position + 1) * 100 // NUM_BINS
        table.add_row(f"{low}-{high} %", f"{num:,}", "█" * round(30 * num / most), style="cyan")
    return table
