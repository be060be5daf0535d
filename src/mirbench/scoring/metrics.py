"""Scored responses -> accuracies with intervals. Pure functions; nothing is read or guessed here.

Every response is counted once, under what became of it. A response that names no single option is
wrong, and counted apart, so that a score can be told from a failure to follow the format.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Final, Literal, NamedTuple, TypeVar, get_args

from mirbench.errors import ScoringError
from mirbench.taxonomy import CATEGORIES, DIFFICULTIES, SUBTASKS, Category, Difficulty, Subtask

KeyT = TypeVar("KeyT")

Status = Literal["answered", "unparsed", "truncated", "failed"]
"""What became of a response.

`answered`: it commits to one option. `unparsed`: it does not. `truncated`: it breaks off before it
does. `failed`: the request failed, so there is no response of the model at all.
"""

STATUSES: Final[tuple[Status, ...]] = get_args(Status)

CONFIDENCE: Final = 0.95
NOT_STATED: Final = "not stated"
"""The group of samples whose source names no category or subtask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One response, scored.

    Attributes:
        id: The sample's id.
        question_hash: Names what was asked; see `mirbench.scoring.responses`.
        category: One of the paper's three, or None where the source does not say.
        subtask: One of the paper's twelve, or None where the source does not say.
        difficulty: The sample's difficulty.
        num_images: Number of different images that the question shows.
        num_options: Number of options to choose from.
        answer: The gold letter.
        prediction: The letter that the response commits to, or None.
        how: How the prediction was found, or why there is none; see `mirbench.answers`.
        span: Where in the stripped response the prediction was read, or None.
        status: What became of the response.
    """

    id: str
    question_hash: str
    category: Category | None
    subtask: Subtask | None
    difficulty: Difficulty
    num_images: int
    num_options: int
    answer: str
    prediction: str | None
    how: str
    span: tuple[int, int] | None
    status: Status

    @property
    def correct(self) -> bool:
        """Whether the prediction is the gold letter."""
        return self.prediction == self.answer


class Interval(NamedTuple):
    """A confidence interval of a proportion."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result of one group of samples.

    Attributes:
        name: What the samples have in common.
        num: Number of samples.
        num_correct: Number of right predictions.
        accuracy: Their share.
        low: Lower end of the 95 % Wilson interval of the accuracy.
        high: Upper end of it.
        chance: Expected accuracy of drawing an option at random: the mean of 1 / options.
        num_answered: Responses that commit to an option.
        num_unparsed: Complete responses that do not.
        num_truncated: Responses that break off before they do.
        num_failed: Requests that failed.
    """

    name: str
    num: int
    num_correct: int
    accuracy: float
    low: float
    high: float
    chance: float
    num_answered: int
    num_unparsed: int
    num_truncated: int
    num_failed: int

    def num_of(self, status: Status) -> int:
        """Return the number of responses that ended so."""
        counts: dict[Status, int] = {
            "answered": self.num_answered,
            "unparsed": self.num_unparsed,
            "truncated": self.num_truncated,
            "failed": self.num_failed,
        }
        return counts[status]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """A run's results: overall, and by each property of the samples that the paper reports."""

    overall: Score
    category: tuple[Score, ...]
    subtask: tuple[Score, ...]
    difficulty: tuple[Score, ...]
    num_images: tuple[Score, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the results as plain values, for JSON."""
        return asdict(self)


def aggregate(scored: Sequence[Scored]) -> Scores:
    """Compute all results of a run.

    Raises:
        ScoringError: If there is nothing to score, or a sample was scored twice.
    """
    if not scored:
        raise ScoringError("expected scored responses, found none")
    _refuse_repeats(scored)
    by_num_images = _grouped(scored, lambda one: one.num_images)
    return Scores(
        overall=score("overall", scored),
        category=_scores(scored, lambda one: one.category, CATEGORIES),
        subtask=_scores(scored, lambda one: one.subtask, SUBTASKS),
        difficulty=_scores(scored, lambda one: one.difficulty, DIFFICULTIES),
        num_images=tuple(score(str(num), by_num_images[num]) for num in sorted(by_num_images)),
    )


def score(name: str, scored: Sequence[Scored]) -> Score:
    """Compute the result of one group, which must not be empty."""
    num = len(scored)
    num_correct = sum(one.correct for one in scored)
    interval = wilson_interval(num_correct, num)
    ends = [one.status for one in scored]
    return Score(
        name=name,
        num=num,
        num_correct=num_correct,
        accuracy=num_correct / num,
        low=interval.low,
        high=interval.high,
        chance=sum(1 / one.num_options for one in scored) / num,
        num_answered=ends.count("answered"),
        num_unparsed=ends.count("unparsed"),
        num_truncated=ends.count("truncated"),
        num_failed=ends.count("failed"),
    )


def wilson_interval(num_correct: int, num: int, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a proportion, without continuity correction.

    Unlike the plain normal interval it stays inside [0, 1] and is sound at 0, at 1 and for few
    samples. Wilson (1927); compared with others in Newcombe, Statistics in Medicine 17 (1998).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = num_correct / num
    centre = share + z * z / (2 * num)
    margin = z * sqrt(share * (1 - share) / num + z * z / (4 * num * num))
    scale = 1 + z * z / num
    low, high = (centre - margin) / scale, (centre + margin) / scale
    # At the ends the bound is 0 or 1 in exact arithmetic; rounding may miss it by a hair.
    return Interval(0.0 if num_correct == 0 else low, 1.0 if num_correct == num else high)


def _refuse_repeats(scored: Sequence[Scored]) -> None:
    seen: set[str] = set()
    for one in scored:
        if one.id in seen:
            raise ScoringError(f"sample {one.id!r} was scored twice; expected each sample once")
        seen.add(one.id)


def _scores(
    scored: Sequence[Scored], key: Callable[[Scored], str | None], order: Sequence[str]
) -> tuple[Score, ...]:
    """Score each group, in the order of the taxonomy, what the source does not state last."""
    groups = _grouped(scored, lambda one: key(one) or NOT_STATED)
    return tuple(score(name, groups[name]) for name in (*order, NOT_STATED) if name in groups)


def _grouped(
    scored: Iterable[Scored], key: Callable[[Scored], KeyT]
) -> Mapping[KeyT, list[Scored]]:
    groups: dict[KeyT, list[Scored]] = {}
    for one in scored:
        groups.setdefault(key(one), []).append(one)
    return groups
