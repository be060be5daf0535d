"""Questions asked more than once: with rotated options, or for several drawn responses.

Circular: a question counts as right if it is right in every rotation of its options (MMBench, arXiv
2307.06281). Sampled: pass@k, maj@k and the mean. Intervals take a question, with all that share
images with it, for one piece of evidence.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, sqrt

import numpy as np

from mirbench.errors import ScoringError
from mirbench.scoring.intervals import (
    bootstrap_means,
    cluster_codes,
    clustered_interval,
    pass_at_k,
    percentile_interval,
)
from mirbench.scoring.metrics import Clusters, Scored, cluster_of, group_by, refuse_repeats
from mirbench.taxonomy import LETTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share with its 95 % clustered interval."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBias:
    """How a letter is treated where every letter is the answer equally often.

    Attributes:
        letter: The letter, as shown.
        num_gold: How often it is the answer.
        num_chosen: How often it was chosen.
        recall: Of those where it is the answer, the share where it was chosen.
    """

    letter: str
    num_gold: int
    num_chosen: int
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Circular:
    """The result of asking every rotation.

    Attributes:
        num: Number of questions with all their rotations.
        num_incomplete: Questions of which some rotation was not asked; they are left out.
        plain: Accuracy with the options as they are.
        circular: Share of questions that are right in every rotation.
        gap: `plain` minus `circular`: what a fixed order of options flatters the model by.
        letters: By letter.
        recall_deviation: Standard deviation of the letters' recalls, 0 for a model without a
            favourite (RStd of Zheng et al., arXiv 2309.03882).
    """

    num: int
    num_incomplete: int
    plain: Estimate
    circular: Estimate
    gap: Estimate
    letters: tuple[LetterBias, ...]
    recall_deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """The result of drawing several responses.

    Attributes:
        num: Number of questions.
        num_draws: Responses drawn to each.
        mean: Mean accuracy.
        pass_at: pass@k: one of k responses at least is right.
        maj_at: maj@k: the option that most of k responses name is right. Responses that name none
            do not vote; where options tie, one of them is drawn.
    """

    num: int
    num_draws: int
    mean: Estimate
    pass_at: tuple[Estimate, ...]
    maj_at: tuple[Estimate, ...]


def is_circular(scored: Sequence[Scored]) -> bool:
    """Tell whether options were rotated."""
    return any(one.rotation for one in scored)


def is_sampled(scored: Sequence[Scored]) -> bool:
    """Tell whether several responses to a question were drawn."""
    return any(one.draw for one in scored)


def circular(scored: Sequence[Scored], clusters: Clusters | None = None) -> Circular:
    """Compute the result of asking every rotation of the options.

    Raises:
        ScoringError: If no question was asked in every rotation, or one was asked twice.
    """
    refuse_repeats(scored)
    asked = group_by(scored, lambda one: (one.id, one.draw))
    whole = {key: group for key, group in asked.items() if len(group) == group[0].num_options}
    if not whole:
        raise ScoringError("expected questions in every rotation of their options, found none")
    ids = [id for id, _ in whole]
    plain = [float(one.correct) for group in whole.values() for one in group if not one.rotation]
    every = [float(all(one.correct for one in group)) for group in whole.values()]
    letters = list(_letters([one for group in whole.values() for one in group]))
    recalls = [one.recall for one in letters]
    mean = sum(recalls) / len(recalls)
    return Circular(
        num=len(whole),
        num_incomplete=len(asked) - len(whole),
        plain=_estimate("plain", ids, plain, clusters),
        circular=_estimate("circular", ids, every, clusters),
        gap=_gap(ids, plain, every, clusters),
        letters=tuple(letters),
        recall_deviation=sqrt(sum((one - mean) ** 2 for one in recalls) / len(recalls)),
    )


def _gap(
    ids: Sequence[str], plain: Sequence[float], every: Sequence[float], clusters: Clusters | None
) -> Estimate:
    values = np.array([plain, every]).T
    codes = cluster_codes(cluster_of(id, clusters) for id in ids)
    means = bootstrap_means(values, np.ones_like(values), codes)
    interval = percentile_interval(means[:, 0] - means[:, 1])
    gap = float((values[:, 0] - values[:, 1]).mean())
    return Estimate(name="gap", value=gap, low=interval.low, high=interval.high)


def _letters(scored: Sequence[Scored]) -> Iterator[LetterBias]:
    gold = Counter(one.answer for one in scored)
    chosen = Counter(one.prediction for one in scored)
    right = Counter(one.answer for one in scored if one.correct)
    for letter in LETTERS:
        if gold[letter]:
            yield LetterBias(
                letter=letter,
                num_gold=gold[letter],
                num_chosen=chosen[letter],
                recall=right[letter] / gold[letter],
            )


def sampled(scored: Sequence[Scored], clusters: Clusters | None = None) -> Sampled:
    """Compute pass@k, maj@k and the mean of a run that drew several responses to each question.

    Raises:
        ScoringError: If questions have different numbers of responses, or one is there twice.
    """
    refuse_repeats(scored)
    asked = group_by(scored, lambda one: (one.id, one.rotation))
    sizes = {len(group) for group in asked.values()}
    if len(sizes) != 1:
        raise ScoringError(
            "expected as many responses to every question, found questions with "
            f"{min(sizes)} and with {max(sizes)}; run the missing ones"
        )
    (num,) = sizes
    ids = [id for id, _ in asked]
    right = [sum(one.correct for one in group) for group in asked.values()]
    votes = [_votes(group) for group in asked.values()]
    return Sampled(
        num=len(asked),
        num_draws=num,
        mean=_estimate("mean", ids, [one / num for one in right], clusters),
        pass_at=tuple(
            _estimate(f"pass@{k}", ids, [pass_at_k(num, one, k) for one in right], clusters)
            for k in _ks(num)
        ),
        maj_at=tuple(
            _estimate(f"maj@{k}", ids, [majority_at_k(*vote, k) for vote in votes], clusters)
            for k in _ks(num)
        ),
    )


def _ks(num: int) -> list[int]:
    """Return the powers of two up to a number, and the number."""
    return sorted({*(2**power for power in range(num.bit_length()) if 2**power <= num), num})


def _votes(group: Sequence[Scored]) -> tuple[int, tuple[int, ...], int]:
    """Return how many responses name the answer, each other option in turn, and none."""
    counts = Counter(one.prediction for one in group)
    silent = counts.pop(None, 0)
    right = counts.pop(group[0].answer, 0)
    return right, tuple(sorted(counts.values(), reverse=True)), silent


@lru_cache(maxsize=65536)
def majority_at_k(num_right: int, others: tuple[int, ...], num_silent: int, k: int) -> float:
    """Return the chance that the majority of k responses, drawn without replacement, is right.

    Exact: the ways to draw k of the responses are counted by how often the answer is among them
    and how many other options are named as often or more often.

    Args:
        num_right: Responses that name the answer.
        others: Responses that name each other option.
        num_silent: Responses that name none.
        k: How many vote.
    """
    num = num_right + sum(others) + num_silent
    ways = 0.0
    for won in range(1, min(num_right, k) + 1):
        # States: (responses left to draw, options that tie) -> ways; none may have more votes.
        states = {(k - won, 0): 1}
        for count in others:
            after: dict[tuple[int, int], int] = {}
            for (left, ties), so_far in states.items():
                for votes in range(min(count, won, left) + 1):
                    state = left - votes, ties + (votes == won)
                    after[state] = after.get(state, 0) + so_far * comb(count, votes)
            states = after
        share = sum(
            so_far * comb(num_silent, left) / (1 + ties) for (left, ties), so_far in states.items()
        )
        ways += comb(num_right, won) * share
    return ways / comb(num, k)


def _estimate(
    name: str, ids: Sequence[str], values: Sequence[float], clusters: Clusters | None
) -> Estimate:
    codes = cluster_codes(cluster_of(id, clusters) for id in ids)
    interval = clustered_interval(values, codes)
    mean = sum(values) / len(values)
    return Estimate(name=name, value=mean, low=interval.low, high=interval.high)
