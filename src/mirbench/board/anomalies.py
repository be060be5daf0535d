"""What a maintainer should look at before believing a sound submission.

A flag refuses nothing. It stands on the board beside the score until a maintainer takes it away.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

import numpy as np

from mirbench.board.questions import Questions
from mirbench.board.vectors import as_bytes, gold_vector, right
from mirbench.scoring.intervals import wilson_interval

FlagKind = Literal[
    "copy", "near_copy", "implausible", "image_free", "one_letter", "no_answers",
    "trained_on_test", "other_prompt",
]  # fmt: skip

MIN_QUESTIONS: Final = 30
"""Below this, chance alone makes vectors equal and scores perfect."""

IMPLAUSIBLE: Final = 0.97
"""People who labelled such questions disagree with their own key more often than this allows."""

NEAR_COPY: Final = 0.95
"""Two models that err alike on 19 of 20 questions that both get wrong are hardly two models."""

ONE_LETTER: Final = 0.9
MANY_WITHOUT_ANSWER: Final = 0.1


class Flag(NamedTuple):
    """Something to look at, and why."""

    kind: FlagKind
    reason: str


class Earlier(NamedTuple):
    """A submission that is already in the store: its name and predictions."""

    name: str
    answers: str
    is_image_free: bool


def find_anomalies(
    answers: str, questions: Questions, earlier: Sequence[Earlier], *, is_image_free: bool
) -> Iterator[Flag]:
    """Yield what is odd about a vector of predictions.

    Args:
        answers: The predictions; see `mirbench.board.vectors`.
        questions: What was asked.
        earlier: What the store holds of other models.
        is_image_free: Whether the run showed no images, so that such a score is no news.
    """
    if len(answers) < MIN_QUESTIONS:
        return
    gold = gold_vector(questions.samples)
    yield from _copies(answers, gold, earlier)
    num_right = int(right(answers, gold).sum())
    low = wilson_interval(num_right, len(answers)).low
    if low > IMPLAUSIBLE:
        yield Flag("implausible", f"{num_right / len(answers):.1%} of the key, nearly all of it")
    if not is_image_free:
        yield from _image_free(low, gold, questions, earlier)
    yield from _letters(answers)


def _copies(answers: str, gold: str, earlier: Iterable[Earlier]) -> Iterator[Flag]:
    mine, key = as_bytes(answers), as_bytes(gold)
    for other in earlier:
        if other.answers == answers:
            yield Flag("copy", f"the same predictions as {other.name}, all {len(answers):,}")
            continue
        theirs = as_bytes(other.answers)
        both_wrong = (mine != key) & (theirs != key)
        num = int(both_wrong.sum())
        alike = int((both_wrong & (mine == theirs)).sum())
        if num >= MIN_QUESTIONS and alike >= NEAR_COPY * num:
            yield Flag(
                "near_copy", f"the same wrong answer as {other.name} in {alike:,} of {num:,} errors"
            )


def _image_free(
    low: float, gold: str, questions: Questions, earlier: Iterable[Earlier]
) -> Iterator[Flag]:
    name, level = image_free_level(gold, questions, earlier)
    if low <= level:
        yield Flag(
            "image_free",
            f"{low:.1%}, the lower end of its interval, is not above {name} ({level:.1%}), "
            "which sees no image",
        )


def image_free_level(
    gold: str, questions: Questions, earlier: Iterable[Earlier]
) -> tuple[str, float]:
    """Return the best that is known without images: chance, one letter, or a blind run."""
    chance = float(np.mean([1 / len(sample.options) for sample in questions.samples]))
    letter, num = Counter(gold).most_common(1)[0]
    levels = [("chance", chance), (f"always {letter}", num / len(gold))]
    levels += [
        (other.name, float(right(other.answers, gold).mean()))
        for other in earlier
        if other.is_image_free
    ]
    return max(levels, key=lambda level: level[1])


def _letters(answers: str) -> Iterator[Flag]:
    letters = [letter for letter in answers if letter.isalpha()]
    missing = len(answers) - len(letters)
    if missing > MANY_WITHOUT_ANSWER * len(answers):
        yield Flag("no_answers", f"{missing:,} of {len(answers):,} responses name no single option")
    if letters:
        letter, num = Counter(letters).most_common(1)[0]
        if num > ONE_LETTER * len(letters):
            yield Flag("one_letter", f"{letter} in {num:,} of {len(letters):,} predictions")
