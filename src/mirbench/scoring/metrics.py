"""Scored responses -> accuracies with intervals. Pure functions; nothing is read or guessed here.

Every response is counted once, under what became of it. A response that names no single option is
wrong, and counted apart, so that a score can be told from a failure to follow the format.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeVar, get_args

from mirbench.errors import ScoringError
from mirbench.scoring.intervals import cluster_codes, clustered_interval, wilson_interval
from mirbench.taxonomy import CATEGORIES, DIFFICULTIES, SUBTASKS, Category, Difficulty, Subtask

KeyT = TypeVar("KeyT")

Clusters = Mapping[str, Hashable]
"""Sample id -> the cluster that it belongs to; see `mirbench.scoring.clusters`."""

Status = Literal["answered", "unparsed", "truncated", "failed"]
"""What became of a response.

`answered`: it commits to one option. `unparsed`: it does not. `truncated`: it breaks off before it
does. `failed`: the request failed, so there is no response of the model at all.
"""

STATUSES: Final[tuple[Status, ...]] = get_args(Status)

JUDGED: Final = "judged"
"""How a prediction was found that a judge read; see `mirbench.scoring.judge`."""

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
        answer: The gold letter, as it was shown.
        prediction: The letter that the response commits to, as it was shown, or None.
        how: How the prediction was found, or why there is none; see `mirbench.answers`.
        span: Where in the stripped response the prediction was read, or None.
        status: What became of the response.
        rotation: By how many places the options were rotated left when the question was asked.
        draw: Which of several responses to the same question this is.
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
    rotation: int = 0
    draw: int = 0

    @property
    def correct(self) -> bool:
        """Whether the prediction is the gold letter."""
        return self.prediction == self.answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result of one group of samples.

    Attributes:
        name: What the samples have in common.
        num: Number of responses: one a sample, unless options were rotated or responses drawn.
        num_samples: Number of samples.
        num_clusters: Number of clusters of samples that share images; that of samples where
            nobody said which do.
        num_correct: Number of right predictions.
        accuracy: Their share.
        low: Lower end of the 95 % Wilson interval of the accuracy, each response for itself.
        high: Upper end of it.
        clustered_low: Lower end of the interval that takes a cluster for one piece of evidence.
        clustered_high: Upper end of it.
        chance: Expected accuracy of drawing an option at random: the mean of 1 / options.
        num_answered: Responses that commit to an option.
        num_unparsed: Complete responses that do not.
        num_truncated: Responses that break off before they do.
        num_failed: Requests that failed.
        num_judged: Of the answered, those that only a judge could read.
    """

    name: str
    num: int
    num_samples: int
    num_clusters: int
    num_correct: int
    accuracy: float
    low: float
    high: float
    clustered_low: float
    clustered_high: float
    chance: float
    num_answered: int
    num_unparsed: int
    num_truncated: int
    num_failed: int
    num_judged: int

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


def aggregate(scored: Sequence[Scored], clusters: Clusters | None = None) -> Scores:
    """Compute all results of a run.

    Args:
        scored: Its responses.
        clusters: Which samples share images; None takes every sample for itself.

    Raises:
        ScoringError: If there is nothing to score, or a sample was scored twice.
    """
    if not scored:
        raise ScoringError("expected scored responses, found none")
    refuse_repeats(scored)

    def scores(key: Callable[[Scored], str | None], order: Sequence[str]) -> tuple[Score, ...]:
        groups = group_by(scored, lambda one: key(one) or NOT_STATED)
        names = [name for name in (*order, NOT_STATED) if name in groups]
        return tuple(score(name, groups[name], clusters) for name in names)

    nums = sorted({one.num_images for one in scored})
    return Scores(
        overall=score("overall", scored, clusters),
        category=scores(lambda one: one.category, CATEGORIES),
        subtask=scores(lambda one: one.subtask, SUBTASKS),
        difficulty=scores(lambda one: one.difficulty, DIFFICULTIES),
        num_images=scores(lambda one: str(one.num_images), [str(num) for num in nums]),
    )


def score(name: str, scored: Sequence[Scored], clusters: Clusters | None = None) -> Score:
    """Compute the result of one group, which must not be empty."""
    num = len(scored)
    num_correct = sum(one.correct for one in scored)
    wilson = wilson_interval(num_correct, num)
    codes = cluster_codes(cluster_of(one.id, clusters) for one in scored)
    clustered = clustered_interval([one.correct for one in scored], codes)
    ends = [one.status for one in scored]
    return Score(
        name=name,
        num=num,
        num_samples=len({one.id for one in scored}),
        num_clusters=int(codes.max()) + 1,
        num_correct=num_correct,
        accuracy=num_correct / num,
        low=wilson.low,
        high=wilson.high,
        clustered_low=clustered.low,
        clustered_high=clustered.high,
        chance=sum(1 / one.num_options for one in scored) / num,
        num_answered=ends.count("answered"),
        num_unparsed=ends.count("unparsed"),
        num_truncated=ends.count("truncated"),
        num_failed=ends.count("failed"),
        num_judged=sum(one.how == JUDGED for one in scored),
    )


def cluster_of(id: str, clusters: Clusters | None) -> Hashable:
    """Return the cluster of a sample; where nobody says, it is one of its own.

    Raises:
        ScoringError: If the clusters are those of other samples.
    """
    if clusters is None:
        return id
    try:
        return clusters[id]
    except KeyError:
        raise ScoringError(
            f"sample {id!r} is not in the data; give the release that the run was made on"
        ) from None


def sample_means(scored: Sequence[Scored]) -> dict[str, float]:
    """Return the share of right responses of each sample, in the order of the run."""
    groups = group_by(scored, lambda one: one.id)
    return {id: sum(one.correct for one in group) / len(group) for id, group in groups.items()}


def refuse_repeats(scored: Sequence[Scored]) -> None:
    """Check that every response is there once.

    Raises:
        ScoringError: If one is there twice.
    """
    seen: set[tuple[str, int, int]] = set()
    for one in scored:
        asked = one.id, one.rotation, one.draw
        if asked in seen:
            raise ScoringError(f"sample {one.id!r} was scored twice; expected each sample once")
        seen.add(asked)


def group_by(scored: Iterable[Scored], key: Callable[[Scored], KeyT]) -> dict[KeyT, list[Scored]]:
    """Group responses, groups in the order in which they first appear."""
    groups: dict[KeyT, list[Scored]] = {}
    for one in scored:
        groups.setdefault(key(one), []).append(one)
    return groups
