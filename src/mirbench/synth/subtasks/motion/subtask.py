"""Motion Detection: what has moved, when the camera has moved too?

Chessmen stand on a floor that looks the same everywhere. From photograph to photograph the camera
is moved, and the text says how; a piece that stands still moves in the picture, and one that seems
to stay may have moved. Pieces also go away and come back, so that every photograph counts.

Level 1 has three pieces and three photographs, and asks for the piece that never moved (there may
be none) or for how many did (it may be that only the camera did). At level 2 the camera moves
aslant, and of one piece is asked how often it moved over five photographs; at level 3 the camera is
turned, too, and there are six. From level 3 on a letter is handed on from piece to piece: whoever
takes the tile of the one that has it gets it, so each photograph is compared with the next under
what came out before. Level 4 does so over seven photographs of five pieces with two turns, level 5
over nine with three, which are not in the order in which they were taken.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import UNDECIDED, Facts, Program, Step, answer_of, execute
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.motion import words
from mirbench.synth.subtasks.motion.draw import GAPS, PIECES, draw, variants
from mirbench.synth.text import NUMBER_WORDS, sentence
from mirbench.synth.worlds.board import Board, Move
from mirbench.synth.worlds.tiles import Vector
from mirbench.synth.worlds.tiles_seen import tiles_from_middle


def forms(level: int) -> Sequence[Form]:
    """Each piece may be the one; none may; any number of them, or of times, is possible."""
    pieces = PIECES[level]
    if level == 1:
        return [
            Form(name="still", answers=pieces + 1),
            Form(name="count", answers=pieces + 1, ranked=True),
        ]
    times = Form(name="times", answers=GAPS[level] + 1, ranked=True)
    letter = Form(name="letter", answers=pieces)
    return {2: [times], 3: [times, letter]}.get(level, [letter])


def options(world: Board, truth: int) -> Sequence[Option]:
    """Each piece (or none of them), or every number of pieces or of times."""
    if world.form in ("still", "letter"):
        texts = [f"The {name}" for name in world.names]
        texts += ["None of them"] if world.form == "still" else []
    elif world.form == "count":
        texts = ["None", *(sentence(NUMBER_WORDS[n]) for n in range(1, len(world.names) + 1))]
    else:
        texts = [sentence(words.how_often(n)) for n in range(len(world.moves) + 1)]
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
    """Return how many moved, or how often one did."""
    return sum(moved)


def place_of(piece: int, *places: Vector) -> Vector:
    """Return where one of the pieces is."""
    return places[piece]


def standing_at(place: Vector, piece: int, *places: Vector) -> int:
    """Return which piece is in a place; the given one if none is."""
    return places.index(place) if place in places else piece


def the_last(piece: int) -> int:
    """Return which piece has the letter in the end."""
    return piece


RULES: Final[Mapping[str, Callable[..., int]]] = {
    "still": the_still_one,
    "count": number_moved,
    "times": number_moved,
}


def program(world: Board) -> Program:
    """Compare where pieces are with where they would be if they stood still."""
    if world.form == "letter":
        return list(_steps_of_letter(world))
    if world.asked is not None:
        steps, moved = _steps_of_piece(world, world.names[world.asked])
        return [*steps, Step("answer", RULES[world.form], tuple(moved))]
    steps = []
    for name in world.names:
        own, moved = _steps_of_piece(world, name)
        steps += [*own, Step(f"{name} moved", at_some_time, tuple(moved))]
    compared = tuple(f"{name} moved" for name in world.names)
    return [*steps, Step("answer", RULES[world.form], compared)]


def _steps_of_piece(world: Board, name: str) -> tuple[list[Step], list[str]]:
    """Return the steps that say when a piece moved, and the names of what they find."""
    steps, moved = [], []
    for when in range(len(world.moves)):
        image, later = world.image(when), world.image(when + 1)
        expected = f"{name} expected in image {later}"
        inputs = (f"{name} in image {image}", f"shift {later}", f"turn {later}")
        steps.append(Step(expected, where_it_would_be, inputs))
        moved.append(f"{name} moved before image {later}")
        steps.append(Step(moved[-1], differs, (f"{name} in image {later}", expected)))
    return steps, moved


def _steps_of_letter(world: Board) -> Iterator[Step]:
    """Yield the steps that follow the letter from piece to piece."""
    holder = "first"
    for when in range(len(world.moves)):
        image, later = world.image(when), world.image(when + 1)
        before, after = (
            tuple(f"{name} in image {number}" for name in world.names) for number in (image, later)
        )
        place, expected = f"letter in image {image}", f"expected in image {later}"
        yield Step(place, place_of, (holder, *before))
        yield Step(expected, where_it_would_be, (place, f"shift {later}", f"turn {later}"))
        yield Step(f"holder in image {later}", standing_at, (expected, holder, *after))
        holder = f"holder in image {later}"
    yield Step("answer", the_last, (holder,))


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
    facts: dict[str, Any] = {"first": world.asked}
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
    mistakes = {
        "forgot_that_the_camera_moved": moving([still] * len(world.moves)),
        "took_the_camera_the_other_way": moving(
            [Move(move.shift.turned(2), move.turn) for move in world.moves]
        ),
        "forgot_the_turn": moving([Move(move.shift) for move in world.moves]),
    }
    if world.form == "letter":
        values = execute(program(world), facts(world))
        images = (world.image(when) for when in range(1, len(world.moves)))
        early = [values[f"holder in image {image}"] for image in images]
        return mistakes | {
            "stopped_one_photograph_early": early[-1],
            "stopped_two_photographs_early": early[-2],
            "left_the_letter_where_it_was": values["first"],
            "stopped_half_way": early[len(early) // 2],
        }
    if world.form == "times":
        return mistakes
    rule = RULES[world.form]
    ends = [
        differs(last, _carried(first, world.moves))
        for first, last in zip(world.taken[0], world.taken[-1], strict=True)
    ]
    begins = [
        differs(after, world.moves[0].seen(before))
        for before, after in zip(*world.taken[:2], strict=True)
    ]
    return mistakes | {
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
