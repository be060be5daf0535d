"""What must hold of every puzzle, checked as each is made.

A puzzle that fails here is thrown away with the reason and drawn again. What needs no picture is
checked before anything is rendered, and nothing needs a picture but the puzzle's own.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from typing import Any, Final

from mirbench.synth.program import answer_of, execute
from mirbench.synth.puzzle import (
    IMAGE_SIZE,
    Eyes,
    Picture,
    Puzzle,
    RejectedError,
    Twin,
    View,
    candidates,
)

MIN_PIXELS: Final = 256
"""Visible pixels of a region at the usual image size; other sizes in proportion."""
MIN_FRACTION: Final = 0.4
"""Share of a region's object that nothing may hide."""
MISMEASURED: Final = Fraction(108, 100)
"""How far the ratio of two measured values may be off."""
THROUGH: Final = 0.9
"""Share of the picture's width from which on an object counts as going right through it."""
MAX_TWINS: Final = 8
"""How many worlds are rendered in search of a fair twin."""


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RejectedError(otherwise)


def answer_is_executed(puzzle: Puzzle[Any]) -> None:
    """The program, run on the world, gives the answer that the schedule prescribes."""
    found = puzzle.subtask.answer(puzzle.world)
    _require(found == puzzle.slot.answer, "the program gives another answer")


def options_are_sound(puzzle: Puzzle[Any]) -> None:
    """Two to six different options; the true one at its letter, an error behind each other one."""
    texts = [option.text for option in puzzle.options.values()]
    wrong = {letter for letter, option in puzzle.options.items() if option.error}
    _require(2 <= len(texts) <= 6 and len(set(texts)) == len(texts), "options are not sound")
    _require(set(puzzle.options) - wrong == {puzzle.letter}, "not exactly one option is true")


def evidence_is_needed(puzzle: Puzzle[Any]) -> None:
    """Every image and every span of the text has a twin, which differs there and nowhere else."""
    pictures = puzzle.subtask.pictures(puzzle.world)
    for changed, world, _ in puzzle.twins:
        others = puzzle.subtask.pictures(world)
        differ = [
            f"image {n}"
            for n, (a, b) in enumerate(zip(pictures, others, strict=True), start=1)
            if a != b
        ]
        mine, its = puzzle.wording, puzzle.subtask.wording(world)
        differ += [span for span in mine.spans if mine.spans[span] != its.spans[span]]
        same_template = mine.template == its.template
        _require(differ == [changed] and same_template, f"the twin of {changed} differs elsewhere")


def images_stand_in_the_text(puzzle: Puzzle[Any]) -> None:
    """Two to nine images, each shown once, in the order of their numbers."""
    shown = [int(number) for number in re.findall(r"<image(\d+)>", puzzle.question)]
    _require(2 <= len(shown) <= 9, "not two to nine images")
    _require(
        shown == list(range(1, len(puzzle.subtask.pictures(puzzle.world)) + 1)),
        "the images are not shown in order",
    )


def regions_are_visible(puzzle: Puzzle[Any]) -> None:
    """Every region is large enough, inside its picture, mostly unhidden, and named once."""
    named = [(phrase, image) for phrase, image, _ in puzzle.regions]
    _require(len(set(named)) == len(named), "a phrase means two things in one image")
    least = MIN_PIXELS * puzzle.image_size**2 // IMAGE_SIZE**2
    for words, image, key in puzzle.subtask.phrases(puzzle.world):
        view, place = puzzle.views[image], f"{words} in image {image + 1}"
        _require(view.visible_pixels(key) >= least, f"{place} is too small")
        _require(view.in_frame(key) or _runs_through(view, key), f"{place} is cut off")
        _require(view.visible_fraction(key) >= MIN_FRACTION, f"{place} is hidden")


def _runs_through(view: View, key: str) -> bool:
    """Tell whether an object goes from side to side of the picture, as markings on a road do."""
    box = view.box(key)
    return box is not None and (box[2] - box[0]) >= THROUGH * view.mask(key).shape[1]


def images_show_what_is_true(puzzle: Puzzle[Any]) -> None:
    """What is compared in the end comes out of the images as it is in the world.

    Lengths in pixels and lengths in the world have different units, so only ratios must agree. A
    vehicle whose front another one hides, say, is measured wrongly though it can be seen.
    """
    values = execute(puzzle.program, puzzle.subtask.facts(puzzle.world))
    pairs = [(puzzle.trace[name], values[name]) for name in puzzle.program[-1].inputs]
    if all(isinstance(true, Fraction) for _, true in pairs):
        ratios = [seen / true for seen, true in pairs]
        _require(max(ratios) <= MISMEASURED * min(ratios), "something is measured wrongly")
    else:
        _require(all(seen == true for seen, true in pairs), "something is misread")


def images_give_the_answer(puzzle: Puzzle[Any]) -> None:
    """A second solver, which sees only pictures and words, finds this answer and no other."""
    left = puzzle.subtask.seen_answers(puzzle.world, Eyes(puzzle.views))
    _require(left == {puzzle.slot.answer}, "the images leave another answer open")


def answer_survives_shaking(puzzle: Puzzle[Any]) -> None:
    """The answer stays when every edge is seen up to one pixel off."""
    for shaking in puzzle.shakings:
        eyes = Eyes(puzzle.views, shaking)
        seen = answer_of(puzzle.program, puzzle.subtask.measure(puzzle.world, eyes))
        _require(seen == puzzle.slot.answer, "a pixel decides the answer")


def chain_leads_to_the_answer(puzzle: Puzzle[Any]) -> None:
    """The conclusion follows from the region-to-region step's own words."""
    replayed = puzzle.subtask.replay(puzzle.world, puzzle.relations)
    _require(replayed == puzzle.slot.answer, "the chain leads elsewhere")


Check = Callable[[Puzzle[Any]], None]


def twins_are_fair(puzzle: Puzzle[Any]) -> None:
    """The twins hold, too, what must hold of a puzzle's images; they take the puzzle's places.

    Pictures that a twin shares with the puzzle are not rendered again.
    """
    pictures = puzzle.subtask.pictures(puzzle.world)
    known = list(zip(pictures, puzzle.views, strict=True))
    puzzle.twins = tuple(_fair_twin(puzzle, twin.changed, known) for twin in puzzle.twins)


def _fair_twin(puzzle: Puzzle[Any], part: str, known: Sequence[tuple[Picture, View]]) -> Twin[Any]:
    for twin in islice(candidates(puzzle, part), MAX_TWINS):
        other = puzzle.with_world(twin.world, twin.answer)
        pictures = puzzle.subtask.pictures(twin.world)
        other.views = tuple(
            view if mine == picture else picture.render(puzzle.image_size)
            for picture, (mine, view) in zip(pictures, known, strict=True)
        )
        with suppress(RejectedError):
            for check in IMAGE_CHECKS:
                check(other)
            return twin
    raise RejectedError(f"no fair twin differs in {part}")


DRAWN_CHECKS: Final[tuple[Check, ...]] = (
    answer_is_executed,
    options_are_sound,
    images_stand_in_the_text,
    evidence_is_needed,
)
"""Those that need no pixel."""

IMAGE_CHECKS: Final[tuple[Check, ...]] = (
    regions_are_visible,
    images_show_what_is_true,
    images_give_the_answer,
    answer_survives_shaking,
    chain_leads_to_the_answer,
)
"""Those that look at the rendered images."""

RENDERED_CHECKS: Final[tuple[Check, ...]] = (*IMAGE_CHECKS, twins_are_fair)
