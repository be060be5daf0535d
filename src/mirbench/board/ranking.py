"""Verdicts -> the rows of the board: scores by group, ranks, and who is tied with the leader.

Everything is computed from the predictions that the store keeps and the answers of the release at
hand. A row's order says little where models are close, so each is tested against the leader on the
same questions (McNemar, exact), with Holm's correction for the number of tests: who cannot be told
from the leader is tied with it. The best of the others leads the next group.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mirbench.board.questions import Questions
from mirbench.board.store import Accepted
from mirbench.board.submission import RANKED_TASKS, Property
from mirbench.board.vectors import SIGN_OF, as_bytes, gold_vector, num_with
from mirbench.errors import ScoringError
from mirbench.record import Sample
from mirbench.scoring.intervals import Interval, holm, mcnemar_p, wilson_interval
from mirbench.scoring.metrics import NOT_STATED
from mirbench.taxonomy import CATEGORIES, DIFFICULTIES, SUBTASKS

ALPHA: Final = 0.05
_FAR_APART: Final = 100.0
"""Above this, McNemar's statistic means p < 1e-22, and the exact sum would take long."""

Mask = npt.NDArray[np.bool_]


class Group(NamedTuple):
    """Questions that have a property in common."""

    of: Property
    name: str
    members: Mask

    @property
    def num(self) -> int:
        """How many they are."""
        return int(self.members.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A submission on the board.

    Attributes:
        accepted: The submission and the verdict on it.
        num: Number of questions.
        num_correct: Right predictions; as claimed where there are no responses.
        interval: The 95 % Wilson interval of the accuracy.
        by_group: Right predictions of each group, in the board's order; None without responses.
        num_unparsed: Complete responses that name no single option.
        num_truncated: Responses that break off before they name one.
        num_failed: Requests that failed.
        rank: Place among the ranked models, from 1; equal accuracies share one. None: not ranked.
        tie: Number of its group of ties, from 1; None: not ranked.
        p: Of the test against the leader of all, after Holm; None: not ranked.
    """

    accepted: Accepted
    num: int
    num_correct: int
    interval: Interval
    by_group: tuple[int, ...] | None
    num_unparsed: int
    num_truncated: int
    num_failed: int
    rank: int | None = None
    tie: int | None = None
    p: float | None = None

    @property
    def accuracy(self) -> float:
        """Share of right predictions."""
        return self.num_correct / self.num


class Standing(NamedTuple):
    """Where a ranked model stands; `p` is against the leader of all, after Holm."""

    rank: int
    tie: int
    p: float


def groups_of(samples: Sequence[Sample]) -> tuple[Group, ...]:
    """Return the groups by category, subtask, difficulty and number of images."""
    orders: dict[Property, Iterable[str]] = {
        "category": (*CATEGORIES, NOT_STATED),
        "subtask": (*SUBTASKS, NOT_STATED),
        "difficulty": DIFFICULTIES,
    }
    names: dict[Property, list[str]] = {
        "category": [sample.category or NOT_STATED for sample in samples],
        "subtask": [sample.subtask or NOT_STATED for sample in samples],
        "difficulty": [sample.difficulty for sample in samples],
    }
    counts = np.array([len(set(sample.image_refs)) for sample in samples])
    groups = [
        Group(of, name, members)
        for of, order in orders.items()
        for name in order
        if (members := np.array([one == name for one in names[of]])).any()
    ]
    groups += [Group("num_images", str(num), counts == num) for num in np.unique(counts)]
    return tuple(groups)


def rows_of(
    accepted: Sequence[Accepted], questions: Questions, groups: Sequence[Group]
) -> list[Row]:
    """Return the rows of the board, the best first; models that are ranked before the others.

    Raises:
        ScoringError: If a submission was checked against other questions.
    """
    key = as_bytes(gold_vector(questions.samples))
    right: dict[str, Mask] = {}
    rows = []
    for one in accepted:
        verdict = one.verdict
        if verdict.fingerprint != questions.fingerprint:
            raise ScoringError(
                f"{one.id}: was checked against other questions than those of {questions.name}; "
                "give the release that the store is about"
            )
        if verdict.answers:
            right[one.id] = as_bytes(verdict.answers) == key
        rows.append(_row(one, len(questions.samples), right.get(one.id), groups))
    ranked = [row for row in rows if _is_ranked(row)]
    standings = standings_of({row.accepted.id: right[row.accepted.id] for row in ranked})
    return sorted((_placed(row, standings) for row in rows), key=_order)


def _row(one: Accepted, num: int, right: Mask | None, groups: Sequence[Group]) -> Row:
    claims, answers = one.submission.claims, one.verdict.answers
    num_correct = claims.num_correct if right is None else int(right.sum())
    return Row(
        accepted=one,
        num=num,
        num_correct=num_correct,
        interval=wilson_interval(num_correct, num),
        by_group=None
        if right is None
        else tuple(int((right & group.members).sum()) for group in groups),
        num_unparsed=num_with(answers, SIGN_OF["unparsed"]) if answers else claims.num_unparsed,
        num_truncated=num_with(answers, SIGN_OF["truncated"]) if answers else claims.num_truncated,
        num_failed=num_with(answers, SIGN_OF["failed"]) if answers else claims.num_failed,
    )


def _is_ranked(row: Row) -> bool:
    """Say whether a row competes: a model, its responses there, asked without any step given."""
    submission = row.accepted.submission
    return (
        submission.kind == "model"
        and submission.harness.task in RANKED_TASKS
        and bool(row.accepted.verdict.answers)
    )


def _placed(row: Row, standings: Mapping[str, Standing]) -> Row:
    standing = standings.get(row.accepted.id)
    if standing is None:
        return row
    return replace(row, rank=standing.rank, tie=standing.tie, p=standing.p)


def _order(row: Row) -> tuple[bool, float, str]:
    return row.rank is None, -row.num_correct, row.accepted.id


def standings_of(right: Mapping[str, Mask]) -> dict[str, Standing]:
    """Rank models by their right predictions and group those that cannot be told apart.

    Args:
        right: For each model, which questions it has right.
    """
    names = sorted(right, key=lambda name: (-int(right[name].sum()), name))
    if not names:
        return {}
    against_best = dict(zip(names, adjusted_p(right[names[0]], right, names), strict=True))
    tie_of = dict(_ties(right, names))
    standings, rank, last = {}, 0, -1
    for place, name in enumerate(names, 1):
        num = int(right[name].sum())
        rank, last = (rank, last) if num == last else (place, num)
        standings[name] = Standing(rank, tie_of[name], against_best[name])
    return standings


def _ties(right: Mapping[str, Mask], names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the group of each model; the first that differs from its leader leads the next."""
    left, tie = list(names), 0
    while left:
        tie += 1
        p_values = adjusted_p(right[left[0]], right, left)
        rest = []
        for name, p in zip(left, p_values, strict=True):
            if p < ALPHA:
                rest.append(name)
            else:
                yield name, tie
        left = rest


def adjusted_p(leader: Mask, right: Mapping[str, Mask], names: Sequence[str]) -> list[float]:
    """Return the p-value of each model against the first of them, after Holm; the first has 1."""
    p_values = [_paired_p(leader, right[name]) for name in names[1:]]
    return [1.0, *holm(p_values)]


def _paired_p(first: Mask, second: Mask) -> float:
    won, lost = int((first & ~second).sum()), int((second & ~first).sum())
    if won + lost and (won - lost) ** 2 / (won + lost) > _FAR_APART:
        return 0.0
    return mcnemar_p(won, lost)
