"""Options and the balanced schedule that decides them before anything else is drawn.

Rejection sampling bends whatever it touches: were the scene drawn first, scenes that are easy to
make would favour some answers. So form, answer and letter come first, from a schedule in which
every combination turns up exactly once a block, and the scene is drawn to fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from mirbench.synth.rng import Stream
from mirbench.taxonomy import LETTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of question that a subtask asks at some level.

    Attributes:
        name: What the subtask calls it, as in `nearest`.
        answers: How many answers there are; each is right equally often, and each is an option.
        ranked: Whether options are shown in their own order (numbers from small to large), so
            that the letter follows from the answer.
    """

    name: str
    answers: int
    ranked: bool = False

    def combinations(self) -> list["Slot"]:
        """Return every pair of answer and letter."""
        ranks = range(self.answers)
        pairs = zip(ranks, ranks, strict=True) if self.ranked else product(ranks, ranks)
        return [Slot(self, answer, LETTERS[letter]) for answer, letter in pairs]


class Slot(NamedTuple):
    """What the schedule prescribes for one sample.

    Attributes:
        form: The kind of question.
        answer: Position of the true answer among the form's answers.
        letter: The letter under which it is shown.
    """

    form: Form
    answer: int
    letter: str


class Option(NamedTuple):
    """An option before it has a letter.

    Attributes:
        text: What is shown.
        error: The mistake that leads to it; empty for the true one.
    """

    text: str
    error: str


def slot_at(forms: Sequence[Form], index: int, *key: str | int) -> Slot:
    """Return the slot of sample `index`: each run of all combinations is shuffled on its own."""
    combinations = [slot for form in forms for slot in form.combinations()]
    block, position = divmod(index, len(combinations))
    return Stream(*key, "schedule", block).shuffled(combinations)[position]


def tagged(
    texts: Sequence[str], truth: int, mistakes: Mapping[str, int], otherwise: str
) -> tuple[Option, ...]:
    """Make options, each distractor tagged with the first mistake that leads to it.

    Args:
        texts: The text of each answer.
        truth: Position of the true one.
        mistakes: Name of a mistake -> the answer it leads to.
        otherwise: The tag of a distractor that none of them leads to.
    """
    errors: dict[int, str] = {}
    for name, answer in mistakes.items():
        errors.setdefault(answer, name)
    return tuple(
        Option(text, "" if position == truth else errors.get(position, otherwise))
        for position, text in enumerate(texts)
    )


def lettered(options: Sequence[Option], slot: Slot, stream: Stream) -> dict[str, Option]:
    """Give each option its letter: the true one that of the slot, the others at random."""
    letters = LETTERS[: len(options)]
    if slot.form.ranked:
        return dict(zip(letters, options, strict=True))
    others = list(stream.shuffled([o for i, o in enumerate(options) if i != slot.answer]))
    others.insert(letters.index(slot.letter), options[slot.answer])
    return dict(zip(letters, others, strict=True))
