"""An observer who misreads: how many questions does it still get right?

It reasons without a fault, but now and then it takes one thing for another. Every region that the
reasoning needs, and every number or name that the text adds, is misread with the same probability;
whatever is misread turns the picture, or the text, into one of its legal variants, those that twins
are chosen from, in which something else follows: another ratio, another weight, another neighbour.
The answer may yet be the same; but the more facts have to be chained, the more of them can break
the chain. So what an observer gets right says how much has to be reasoned, and it has to fall from
level to level. Nothing is rendered.
"""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar

from mirbench.synth.make import sketch
from mirbench.synth.program import answer_of, execute
from mirbench.synth.puzzle import Puzzle, RejectedError, Subtask
from mirbench.synth.rng import Stream

W = TypeVar("W")

MOST_VARIANTS: Final = 200
"""Of so many variants a misreading is one."""
SIGMAS: Final = 3
"""How many standard deviations above zero a fall has to be."""
START: Final = 500_000
"""The observer is shown questions that no other check has seen."""


class Seen(NamedTuple):
    """What an observer made of some questions.

    Attributes:
        subtask: Slug of the subtask.
        level: 1 to 5.
        num: How many questions.
        right: How many of them it got right.
        facts: How many things have to be read for a question, on the average.
        images: How many images a question has, on the average.
    """

    subtask: str
    level: int
    num: int
    right: int
    facts: float
    images: float

    @property
    def accuracy(self) -> float:
        """The share that was right."""
        return self.right / self.num


def observe(subtask: str, level: int, *, num: int, percent: int, looks: int = 4) -> Seen:
    """Let an observer who misreads so many per cent of all things answer `num` questions.

    Making a question costs more than reading it, so each is answered `looks` times.

    Raises:
        SynthError: As for `generate`.
    """
    right = facts = images = 0
    for index in range(START, START + num):
        puzzle = sketch(subtask, level, index)
        things = things_to_read(puzzle)
        facts += things.total()
        images += len(puzzle.subtask.pictures(puzzle.world))
        for look in range(looks):
            stream = Stream(puzzle.id, "observer", look)
            right += misread_answer(puzzle, things, percent, stream) == puzzle.slot.answer
    return Seen(subtask, level, num * looks, right, facts / num, images / num)


def things_to_read(puzzle: Puzzle[Any]) -> Counter[str]:
    """Return for each image how many regions have to be read, and one for each span of the text."""
    regions = Counter(
        f"image {phrase.image + 1}" for phrase in puzzle.subtask.phrases(puzzle.world)
    )
    return Counter({part: regions[part] or 1 for part in puzzle.subtask.parts(puzzle.world)})


def misread_answer(
    puzzle: Puzzle[Any], things: Counter[str], percent: int, stream: Stream
) -> int | None:
    """Return the answer of an observer for whom each thing is misread so often; None if none."""
    world, subtask = puzzle.world, puzzle.subtask
    try:
        for part in things.elements():
            if stream.below(100) < percent:
                world = _misread(subtask, world, part, stream)
        return answer_of(subtask.program(world), subtask.facts(world))
    except (RejectedError, ZeroDivisionError, LookupError):  # it makes no sense of what it read
        return None


def _misread(subtask: Subtask[W], world: W, part: str, stream: Stream) -> W:
    """Return a world that differs in one part, and in something that follows from it."""
    inferred = _inferred(subtask, world)
    variants = tuple(islice(subtask.variants(world, part), MOST_VARIANTS))
    others = (other for other in stream.shuffled(variants) if _inferred(subtask, other) != inferred)
    return next(others, world)


def _inferred(subtask: Subtask[W], world: W) -> list[Any]:
    """Return all that the program works out."""
    program = subtask.program(world)
    values = execute(program, subtask.facts(world))
    return [values[step.name] for step in program]


class Trend(NamedTuple):
    """By how much accuracy falls from one level to the next.

    Attributes:
        fall: The slope of the least-squares line through the levels, downwards.
        error: Its standard deviation.
    """

    fall: float
    error: float

    @property
    def certain(self) -> bool:
        """Whether it falls, and not by chance."""
        return self.fall > SIGMAS * self.error


def trend_of(seen: Sequence[Seen]) -> Trend:
    """Return how accuracy changes over the levels of a subtask; there must be two at least."""
    middle = sum(one.level for one in seen) / len(seen)
    spread = sum((one.level - middle) ** 2 for one in seen)
    slope = sum((one.level - middle) * one.accuracy for one in seen) / spread
    variance = sum(
        ((one.level - middle) / spread) ** 2 * one.accuracy * (1 - one.accuracy) / one.num
        for one in seen
    )
    return Trend(-slope, math.sqrt(variance))
