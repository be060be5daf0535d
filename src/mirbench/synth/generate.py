"""From (subtask, level, index) to a puzzle: the same one whoever asks, whenever and wherever."""

from typing import Any, Final

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
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks import subtask_named

MAX_DRAWS: Final = 400
"""Worlds drawn for one sample; arithmetic alone rejects most of those that do not do."""
MAX_RENDERED: Final = 50
"""Of those, how many are rendered; a subtask that needs more is badly made, and says so."""


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
    maker, slot = _slot(subtask, level, index)
    rejected: list[str] = []
    rendered = 0
    while len(rejected) < MAX_DRAWS and rendered < MAX_RENDERED:
        try:
            puzzle = _drawn(maker, level, index, slot, image_size, rejected)
            rendered += 1
            for check in RENDERED_CHECKS:
                check(puzzle)
            return puzzle
        except RejectedError as why:
            rejected.append(str(why))
    raise _exhausted(maker, level, index, rejected)


def sketch(subtask: str, level: int, index: int) -> Puzzle[Any]:
    """Make a puzzle without rendering: same question, options and letter as `generate` gives.

    Pictures are drawn until the words come out true, and not looked at; they may differ.

    Raises:
        SynthError: As for `generate`.
    """
    maker, slot = _slot(subtask, level, index)
    rejected: list[str] = []
    while len(rejected) < MAX_DRAWS:
        try:
            return Puzzle(
                maker,
                level,
                index,
                slot,
                maker.draw(_brief(maker, level, index, slot, len(rejected))),
            )
        except RejectedError as why:
            rejected.append(str(why))
    raise _exhausted(maker, level, index, rejected)


def _slot(subtask: str, level: int, index: int) -> tuple[Subtask[Any], Slot]:
    """Return the subtask, and what the schedule prescribes for one of its samples."""
    maker = subtask_named(subtask)
    if level not in LEVELS or index < 0:
        raise SynthError(
            f"expected a level of {LEVELS} and an index of 0 or more, found {level}, {index}"
        )
    return maker, slot_at(maker.forms(level), index, VERSION, maker.slug, level)


def _brief(maker: Subtask[Any], level: int, index: int, slot: Slot, attempt: int) -> Brief:
    """Return the order for one attempt: new pictures, the same words."""
    stream = Stream(VERSION, maker.slug, level, index)
    return Brief(
        level=level,
        form=slot.form.name,
        answer=slot.answer,
        words=stream.fork("words"),
        pictures=stream.fork("pictures", attempt),
    )


def _exhausted(maker: Subtask[Any], level: int, index: int, rejected: list[str]) -> SynthError:
    return SynthError(
        f"{maker.name}, level {level}, index {index}: no fair puzzle in {len(rejected)} draws; "
        f"the last was rejected because {rejected[-1]}"
    )


def _drawn(
    maker: Subtask[Any], level: int, index: int, slot: Slot, image_size: int, rejected: list[str]
) -> Puzzle[Any]:
    """Draw one world, and check of it what needs no picture."""
    world = maker.draw(_brief(maker, level, index, slot, len(rejected)))
    puzzle = Puzzle(maker, level, index, slot, world, image_size=image_size, rejected=rejected)
    for check in DRAWN_CHECKS:
        check(puzzle)
    return puzzle
