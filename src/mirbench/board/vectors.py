"""All predictions of a submission as one text: a character a question, in the release's order.

That is what a verdict keeps, what the board compares and what its page loads: 22,257 questions are
22,257 bytes. A letter is a prediction; the other signs say why there is none.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from mirbench.record import Sample
from mirbench.scoring.metrics import Scored, Status

SIGN_OF: Final[dict[Status, str]] = {"unparsed": "-", "truncated": "~", "failed": "!"}


def vector(scored: Iterable[Scored]) -> str:
    """Write predictions as one text."""
    return "".join(one.prediction or SIGN_OF[one.status] for one in scored)


def gold_vector(samples: Iterable[Sample]) -> str:
    """Write the right answers as one text."""
    return "".join(sample.answer for sample in samples)


def as_bytes(answers: str) -> npt.NDArray[np.uint8]:
    """Return a vector as an array, one byte a question."""
    return np.frombuffer(answers.encode("ascii"), dtype=np.uint8)


def right(answers: str, gold: str) -> npt.NDArray[np.bool_]:
    """Say for each question whether it was answered rightly."""
    return np.equal(as_bytes(answers), as_bytes(gold))


def num_with(answers: str, signs: Sequence[str]) -> int:
    """Count the questions whose character is one of `signs`."""
    return sum(answers.count(sign) for sign in signs)
