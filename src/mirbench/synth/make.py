"""From (subtask, level, index) to a puzzle: the same one whoever asks, whenever and wherever."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from mirbench.synth.checks import DRAWN_CHECKS, RENDERED_CHECKS
from mirbench.synth.options import Slot, slot_at
from mirbench.synth.puzzle import (
    IMAGE_SIZE,
    LEVELS,
    VERSION,
    Brief,
    Puzzle,
    RejectedError,
    Subtask,
    SynthError,
)
from mirbench.synth.registry import subtask_named
from mirbench.synth.rng import Stream

MAX_DRAWS: Final = 400
"""Worlds drawn for one sample; arithmetic alone rejects most of those that do not do."""
MAX_RENDERED: Final = 50
"""Of those, how many are rendered; a subtask that needs more is badly made, and says so."""
MAX_WORDINGS: Final = 3
"""How often words are drawn at most: now and then there are some that no picture suits."""


def generate(subtask: str, level: int, index: int, *, image_size: int = IMAGE_SIZE) -> Puzzle[Any]:
    """Make one puzzle.

    Args:
        subtask: Name or slug of the subtask, as in `Depth Relationship` or `depth`.
        level: 1 to 5: what has to be reasoned.
        index: Any whole number from 0 on; the samples before it are not needed.
        image_size: Side in pixels of a square picture; other shapes have as many pixels.

    Raises:
        SynthError: If there is no such subtask, level or index, or no draw makes a fair puzzle.
    """
    order = _order(subtask, level, index, image_size)
    rejected: list[str] = []
    for wording in range(MAX_WORDINGS):
        last_draw, rendered = len(rejected) + MAX_DRAWS, 0
        while len(rejected) < last_draw and rendered < MAX_RENDERED:
            try:
                puzzle = order.draw(rejected, wording)
                for check in DRAWN_CHECKS:
                    check(puzzle)
                rendered += 1
                for check in RENDERED_CHECKS:
                    check(puzzle)
                return puzzle
            except RejectedError as why:
                rejected.append(str(why))
    raise order.failure(rejected)


def sketch(subtask: str, level: int, index: int) -> Puzzle[Any]:
    """Make a puzzle without rendering: same question, options and letter as `generate` gives.

    Its pictures are the first that make the answer true; nothing else about them is checked. So
    where `generate` had to draw other words (2 in 1,000 of Speed Comparison), these are the first.

    Raises:
        SynthError: As for `generate`.
    """
    order = _order(subtask, level, index, IMAGE_SIZE)
    rejected: list[str] = []
    while len(rejected) < MAX_DRAWS:
        try:
            return order.draw(rejected)
        except RejectedError as why:
            rejected.append(str(why))
    raise order.failure(rejected)


class _Order(NamedTuple):
    """One sample to be made."""

    maker: Subtask[Any]
    level: int
    number: int
    slot: Slot
    image_size: int

    def draw(self, rejected: Sequence[str], wording: int = 0) -> Puzzle[Any]:
        """Draw a world: new pictures each time, the same words in the same wording."""
        stream = Stream(VERSION, self.maker.slug, self.level, self.number)
        brief = Brief(
            level=self.level,
            form=self.slot.form.name,
            answer=self.slot.answer,
            words=stream.fork("words", wording) if wording else stream.fork("words"),
            pictures=stream.fork("pictures", len(rejected)),
        )
        return Puzzle(
            self.maker,
            self.level,
            self.number,
            self.slot,
            self.maker.draw(brief),
            image_size=self.image_size,
            rejected=rejected,
        )

    def failure(self, rejected: Sequence[str]) -> SynthError:
        """Return the error that says that nothing came of it."""
        return SynthError(
            f"{self.maker.name}, level {self.level}, index {self.number}: no fair puzzle in "
            f"{len(rejected)} draws; the last was rejected because {rejected[-1]}"
        )


def _order(subtask: str, level: int, index: int, image_size: int) -> _Order:
    maker = subtask_named(subtask)
    if level not in LEVELS or index < 0:
        raise SynthError(
            f"expected a level of {LEVELS} and an index of 0 or more, found {level}, {index}"
        )
    slot = slot_at(maker.forms(level), index, VERSION, maker.slug, level)
    return _Order(maker, level, index, slot, image_size)
