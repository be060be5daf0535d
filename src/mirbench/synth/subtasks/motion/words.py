"""The English of Motion Detection: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mirbench.synth.text import NUMBER_WORDS, Wording, listed, sentence
from mirbench.synth.worlds.board import Board
from mirbench.synth.worlds.tiles import Vector

TURNS: Final = (
    "no turn",
    "a quarter turn to the right",
    "half a turn",
    "a quarter turn to the left",
)
OPENINGS: Final = (
    "Chessmen stand on a floor of square tiles, which looks the same everywhere.",
    "On a floor of square tiles that look alike there are some chessmen.",
)
FIRST: Final = ("{image} was taken first.", "First {image} was taken.")
LATER: Final = (
    "Then the camera was moved {{shift {number}}}{turned} and took {image}.",
    "For {image}, which came next, the camera was moved {{shift {number}}}{turned}.",
)
TURNED: Final = ", made {{turn {number}}} around the middle of its picture"
SHUFFLED: Final = "{images} are not in the order in which they were taken."
FRAME: Final = (
    "All moves of the camera are as seen in the picture before, where forwards is away from it."
)
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "still": (
        "Which piece stood on the same tile of the floor in all photographs?",
        "Which of the pieces never moved over the floor?",
        "Which one kept its place on the floor the whole time?",
    ),
    "count": (
        "How many pieces moved over the floor at some time?",
        "How many of the pieces did not stay on one and the same tile the whole time?",
        "Leaving the camera aside, how many pieces moved at least once?",
    ),
}


def wording(world: Board) -> Wording:
    """Say how the camera moved from one photograph to the next, then ask."""
    manner, spans = world.manner, {}
    shuffled = world.order != tuple(sorted(world.order))
    tag = "image {}" if shuffled else "<image{}>"
    told = [OPENINGS[manner % 2]]
    if shuffled:
        images = listed([f"<image{number + 1}>" for number in sorted(world.order)])
        told.append(SHUFFLED.format(images=images))
    first = FIRST[manner // 2 % 2].format(image=tag.format(world.image(0)))
    told.append(sentence(first))
    for when, move in enumerate(world.moves, start=1):
        number = world.image(when)
        spans[f"shift {number}"] = shift_told(move.shift)
        turned = ""
        if when in world.turning:
            spans[f"turn {number}"] = TURNS[move.turn]
            turned = TURNED.format(number=number)
        later = LATER[(manner + when) % 2]
        told.append(later.format(number=number, turned=turned, image=tag.format(number)))
    questions = QUESTIONS[world.form]
    told += [FRAME, questions[manner // 4 % len(questions)]]
    return Wording(template=" ".join(told), spans=spans)


def shift_told(shift: Vector) -> str:
    """Return `two tiles to the right and one tile forwards`."""
    right, ahead = shift
    parts = [f"{_tiles(right)} to the {'right' if right > 0 else 'left'}"] if right else []
    parts += [f"{_tiles(ahead)} {'forwards' if ahead > 0 else 'backwards'}"] if ahead else []
    return listed(parts) or "not at all"


def summary(world: Board) -> str:
    """Say how pieces that move are told from what the camera does."""
    shuffled = world.order != tuple(sorted(world.order))
    plan = (
        "Put the photographs in the order in which they were taken." if shuffled else "",
        "Read off each photograph on which tile each piece is, counted from the middle.",
        "From the way the camera moved, work out where a piece would be next if it stood still.",
        "Turn this the other way round where the camera turned." if world.turning else "",
        "Whatever is elsewhere has moved, even if it comes back later.",
    )
    return " ".join(filter(None, plan))


def captions(world: Board) -> Sequence[str]:
    """Say where each piece is in each image."""
    told = {}
    for when, places in enumerate(world.taken):
        where = [f"{name} at {_at(at)}" for name, at in zip(world.names, places, strict=True)]
        move = ""
        if when:
            shift, turn = world.moves[when - 1]
            turned = f" and {TURNS[turn]}" if turn else ""
            move = f", after a move of the camera {shift_told(shift)}{turned}"
        told[world.image(when)] = (
            f"Image {world.image(when)}{move}; in tiles to the right of the middle and beyond it: "
            f"{listed(where)}."
        )
    return [told[number] for number in sorted(told)]


def relations(world: Board, trace: Mapping[str, Any]) -> Sequence[str]:
    """For each move of the camera say where pieces would be and where they are; then sum up."""
    told = []
    for when in range(len(world.moves)):
        image, later = world.image(when), world.image(when + 1)
        found = []
        for name in world.names:
            expected = trace[f"{name} expected in image {later}"]
            seen = trace[f"{name} in image {later}"]
            moved = trace[f"{name} moved before image {later}"]
            is_at = f"is at {_at(seen)}, so it moved" if moved else "is there"
            found.append(f"the {name} would be at {_at(expected)} and {is_at}")
        told.append(f"From image {image} to image {later}, if it stood still, {'; '.join(found)}.")
    moved = [name for name in world.names if trace[f"{name} moved"]]
    still = [name for name in world.names if not trace[f"{name} moved"]]
    return [
        *told,
        f"Moved at some time: {', '.join(moved) or 'nothing'}. "
        f"Never moved: {', '.join(still) or 'nothing'}.",
    ]


def replay(world: Board, relations: str) -> int:
    """Read off the last line what never moved, or count what did."""
    last = relations.splitlines()[-1]
    moved, still = (
        [name for name in names.split(", ") if name != "nothing"]
        for names in re.findall(r": ([^.]+)\.", last)
    )
    if world.form == "count":
        return len(moved)
    return world.names.index(still[0]) if still else len(world.names)


def _tiles(count: int) -> str:
    number = abs(count)
    return f"{NUMBER_WORDS[number]} tile{'' if number == 1 else 's'}"


def _at(place: Vector) -> str:
    return f"({place.right}, {place.ahead})"
