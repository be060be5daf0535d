"""Motion Detection: what has moved, when the camera has moved too?

Chessmen stand on a floor that looks the same everywhere. From photograph to photograph the camera
is moved, and the text says how; a piece that stands still moves in the picture, and one that seems
to stay may have moved. Pieces also go away and come back, so that every photograph counts. Either
the one piece is asked for that never moved (there may be none), or how many moved at some time (it
may be that only the camera did).

Level 1 has three pieces and three photographs, level 2 four pieces and the camera moves aslant; at
level 3 it is turned as well. Level 4 has four photographs of five pieces; at level 5 these are out
of order and the camera is turned twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import UNDECIDED, Facts, Program, Step, answer_of
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.motion import words
from mirbench.synth.subtasks.motion.draw import PIECES, draw, variants
from mirbench.synth.text import NUMBER_WORDS, sentence
from mirbench.synth.worlds.board import Board, Move
from mirbench.synth.worlds.tiles import Vector
from mirbench.synth.worlds.tiles_seen import tiles_from_middle


def forms(level: int) -> Sequence[Form]:
    """Each piece may be the one, or none; any number of them may have moved."""
    answers = PIECES[level] + 1
    return [Form(name="still", answers=answers), Form(name="count", answers=answers, ranked=True)]


def options(world: Board, truth: int) -> Sequence[Option]:
    """Each piece and none of them, or every number of pieces."""
    if world.form == "still":
        texts = [f"The {name}" for name in world.names] + ["None of them"]
    else:
        texts = ["None", *(sentence(NUMBER_WORDS[n]) for n in range(1, len(world.names) + 1))]
    return tagged(texts, truth, _mistakes(world), "misjudged_a_distance")


def where_it_would_be(before: Vector, shift: Vector, turn: int) -> Vector:
    """Return where in the next picture something is that stands still."""
    return Move(shift, turn).seen(before)


def differs(seen: Vector, expected: Vector) -> bool:
    """Tell whether a piece is elsewhere."""
    return seen != expected


def at_some_time(*moved: bool) -> bool:
    """Tell whether a piece ever moved."""
    return any(moved)


def the_still_one(*moved: bool) -> int:
    """Return which piece never moved; the number of pieces if there is none."""
    still = [at for at, one in enumerate(moved) if not one]
    return UNDECIDED if len(still) > 1 else (*still, len(moved))[0]


def number_moved(*moved: bool) -> int:
    """Return how many pieces moved."""
    return sum(moved)


RULES: Final[Mapping[str, Callable[..., int]]] = {"still": the_still_one, "count": number_moved}


def program(world: Board) -> Program:
    """For each piece, compare where it is with where it would be if it stood still."""
    steps = []
    for name in world.names:
        moved = []
        for when in range(len(world.moves)):
            image, later = world.image(when), world.image(when + 1)
            expected = f"{name} expected in image {later}"
            inputs = (f"{name} in image {image}", f"shift {later}", f"turn {later}")
            steps.append(Step(expected, where_it_would_be, inputs))
            moved.append(f"{name} moved before image {later}")
            steps.append(Step(moved[-1], differs, (f"{name} in image {later}", expected)))
        steps.append(Step(f"{name} moved", at_some_time, tuple(moved)))
    compared = tuple(f"{name} moved" for name in world.names)
    return [*steps, Step("answer", RULES[world.form], compared)]


def facts(world: Board) -> Facts:
    """Places as drawn."""
    return _said(world) | {
        f"{name} in image {world.image(when)}": place
        for when, places in enumerate(world.taken)
        for name, place in zip(world.names, places, strict=True)
    }


def measure(world: Board, eyes: Eyes) -> Facts:
    """Places in tiles from the middle of the picture."""
    return _said(world) | {
        f"{name} in image {image + 1}": tiles_from_middle(eyes, image, name)
        for image in world.order
        for name in world.names
    }


def phrases(world: Board) -> Sequence[Phrase]:
    """Every piece in every picture."""
    images = range(len(world.order))
    return [Phrase(f"the {name}", image, name) for image in images for name in world.names]


def _said(world: Board) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {}
    for when, (shift, turn) in enumerate(world.moves, start=1):
        later = world.image(when)
        facts |= {f"shift {later}": shift, f"turn {later}": turn}
    return facts


def _mistakes(world: Board) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""

    def moving(moves: Sequence[Move]) -> int:
        changed = replace(world, moves=tuple(moves))
        return answer_of(program(changed), facts(changed))

    still = Move(Vector(0, 0))
    ends = [
        differs(last, _carried(first, world.moves))
        for first, last in zip(world.taken[0], world.taken[-1], strict=True)
    ]
    begins = [
        differs(after, world.moves[0].seen(before))
        for before, after in zip(*world.taken[:2], strict=True)
    ]
    rule = RULES[world.form]
    return {
        "forgot_that_the_camera_moved": moving([still] * len(world.moves)),
        "took_the_camera_the_other_way": moving(
            [Move(move.shift.turned(2), move.turn) for move in world.moves]
        ),
        "forgot_the_turn": moving([Move(move.shift) for move in world.moves]),
        "compared_first_and_last_only": rule(*ends),
        "compared_the_first_two_only": rule(*begins),
    }


def _carried(place: Vector, moves: Sequence[Move]) -> Vector:
    for move in moves:
        place = move.seen(place)
    return place


MOTION: Final[Subtask[Board]] = Subtask(
    name="Motion Detection",
    slug="motion",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Board.pictures,
    phrases=phrases,
    program=program,
    facts=facts,
    measure=measure,
    wording=words.wording,
    options=options,
    summary=words.summary,
    captions=words.captions,
    relations=words.relations,
    replay=words.replay,
)
