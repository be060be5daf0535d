"""How far two label tables agree: two models, or two runs of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from mirbench.data.labels import Label
from mirbench.taxonomy import SUBTASKS, Difficulty


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement over some questions.

    Attributes:
        num_both_easy: Questions that both tables call easy.
        num_both_hard: Questions that both call hard.
        num_first_easier: Easy in the first table, hard in the second.
        num_second_easier: Hard in the first, easy in the second.
    """

    num_both_easy: int
    num_both_hard: int
    num_first_easier: int
    num_second_easier: int

    @property
    def num_questions(self) -> int:
        """All of them."""
        return self.num_agreed + self.num_first_easier + self.num_second_easier

    @property
    def num_agreed(self) -> int:
        """Questions with the same label in both tables."""
        return self.num_both_easy + self.num_both_hard

    @property
    def observed(self) -> float | None:
        """The share of questions with the same label; None where there are none."""
        return self.num_agreed / self.num_questions if self.num_questions else None

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa: the share of the agreement that chance leaves open; 1 is full agreement.

        Cohen, A coefficient of agreement for nominal scales, 1960. None where chance leaves
        nothing open, because both tables call every question the same.
        """
        if self.observed is None:
            return None
        first = (self.num_both_easy + self.num_first_easier) / self.num_questions
        second = (self.num_both_easy + self.num_second_easier) / self.num_questions
        by_chance = first * second + (1 - first) * (1 - second)
        return None if by_chance == 1 else (self.observed - by_chance) / (1 - by_chance)


class Disagreement(NamedTuple):
    """A question with two labels; rights are of the answers that were drawn."""

    id: str
    subtask: str | None
    first: Difficulty
    second: Difficulty
    first_right: str
    second_right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReport:
    """How far two tables agree.

    Attributes:
        overall: Over all questions that both tables label.
        by_subtask: The same by subtask, in the order of the taxonomy; `unknown` is last.
        disagreements: The questions with two labels, in the order of the first table.
        num_only_first: Questions that only the first table labels.
        num_only_second: Questions that only the second one labels.
    """

    overall: Agreement
    by_subtask: Mapping[str, Agreement]
    disagreements: Sequence[Disagreement]
    num_only_first: int
    num_only_second: int

    def as_dict(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            **_figures(self.overall),
            "by_subtask": {name: _figures(some) for name, some in self.by_subtask.items()},
            "disagreements": [some._asdict() for some in self.disagreements],
            "num_only_first": self.num_only_first,
            "num_only_second": self.num_only_second,
        }


def _figures(some: Agreement) -> dict[str, Any]:
    figures = {**asdict(some), "num_questions": some.num_questions}
    return {**figures, "observed": some.observed, "kappa": some.kappa}


def compare_labels(first: Mapping[str, Label], second: Mapping[str, Label]) -> AgreementReport:
    """Compare two label tables by id, over the questions that both label."""
    one = {id: label for id, label in first.items() if label.status == "labelled"}
    two = {id: label for id, label in second.items() if label.status == "labelled"}
    pairs = [(label, two[id]) for id, label in one.items() if id in two]
    subtasks = [*SUBTASKS, None]
    by_subtask = {
        subtask or "unknown": [pair for pair in pairs if pair[0].subtask == subtask]
        for subtask in subtasks
    }
    return AgreementReport(
        overall=_agreement(pairs),
        by_subtask={name: _agreement(some) for name, some in by_subtask.items() if some},
        disagreements=[_disagreement(*pair) for pair in pairs if pair[0].label != pair[1].label],
        num_only_first=len(one.keys() - two.keys()),
        num_only_second=len(two.keys() - one.keys()),
    )


def _agreement(pairs: Iterable[tuple[Label, Label]]) -> Agreement:
    labels = [(first.label, second.label) for first, second in pairs]
    return Agreement(
        num_both_easy=labels.count(("easy", "easy")),
        num_both_hard=labels.count(("hard", "hard")),
        num_first_easier=labels.count(("easy", "hard")),
        num_second_easier=labels.count(("hard", "easy")),
    )


def _disagreement(first: Label, second: Label) -> Disagreement:
    return Disagreement(
        id=first.id,
        subtask=first.subtask,
        first=first.label,
        second=second.label,
        first_right=f"{first.num_right}/{first.num_sampled}",
        second_right=f"{second.num_right}/{second.num_sampled}",
    )


def print_agreement(console: Console, report: AgreementReport, num_shown: int) -> None:
    """Print the agreement by subtask and the first disagreements."""
    table = Table(title="Agreement of two label tables")
    table.add_column("subtask")
    for name in ("questions", "same label", "kappa", "first easier", "second easier"):
        table.add_column(name, justify="right")
    for subtask, agreement in report.by_subtask.items():
        table.add_row(*_cells(subtask, agreement))
    table.add_section()
    table.add_row(*_cells("all", report.overall), style="bold")
    console.print(table)
    console.print(
        f"labelled in the first table only: {report.num_only_first:,}, "
        f"in the second only: {report.num_only_second:,}"
    )
    for each in report.disagreements[:num_shown]:
        console.print(
            f"{each.id} ({each.subtask or 'unknown'}): {each.first} ({each.first_right} right), "
            f"{each.second} ({each.second_right} right)",
            markup=False,
            highlight=False,
        )
    hidden = len(report.disagreements) - num_shown
    if num_shown and hidden > 0:
        console.print(f"and {hidden:,} more; '--show' lists them")


def _cells(name: str, some: Agreement) -> tuple[str, ...]:
    return (
        name,
        f"{some.num_questions:,}",
        _shown(some.observed, ".1%"),
        _shown(some.kappa, ".3f"),
        f"{some.num_first_easier:,}",
        f"{some.num_second_easier:,}",
    )


def _shown(number: float | None, form: str) -> str:
    return "" if number is None else format(number, form)
