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
    "Somebody photographed chessmen again and again, on a floor whose tiles all look the same.",
)
FIRST: Final = (
    "{image} was taken first.",
    "First {image} was taken.",
    "The first photograph is {image}.",
)
LATER: Final = (
    "Then the camera was moved {{shift {number}}}{turned}, and {image} was taken.",
    "For {image}, which came next, the camera was moved {{shift {number}}}{turned}.",
    "{image} was taken after the camera had been moved {{shift {number}}}{turned}.",
)
TURNED: Final = (
    " and made {{turn {number}}} around the middle of its picture",
    " and made {{turn {number}}} around the middle of its picture",
    " and had made {{turn {number}}} around the middle of its picture",
)
SHUFFLED: Final = "{images} are not in the order in which they were taken."
FRAME: Final = (
    "All moves of the camera are as seen in the picture before, where forwards is away from it."
)
LETTER: Final = (
    "At first the {piece} has a letter. Whenever another piece stands, in the next photograph, on "
    "the tile where the one with the letter stood, it has got the letter by then; otherwise nobody "
    "gets it.",
    "In the first photograph taken the {piece} holds a letter. A piece hands it on only by leaving "
    "its tile to another, which then stands right there in the next photograph.",
    "A letter is with the {piece} when the first photograph is taken. If another piece has taken "
    "the tile of the one with the letter by the next photograph, the letter is with it from then "
    "on, and otherwise it stays with the piece that had it.",
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
    "times": (
        "How often is the {piece} on another tile of the floor than in the photograph before?",
        "From one photograph to the next, how often did the {piece} go to another tile?",
        "How many times did the {piece} really move over the floor from one photograph to the "
        "next?",
    ),
    "letter": (
        "Which piece has the letter when the last photograph is taken?",
        "With which piece is the letter in the end?",
        "Who has the letter in the photograph that was taken last?",
    ),
}
OFTEN: Final = ("never", "once", "twice")


def how_often(times: int) -> str:
    """Return `never`, `once`, `twice`, `three times`."""
    return OFTEN[times] if times < len(OFTEN) else f"{NUMBER_WORDS[times]} times"


def wording(world: Board) -> Wording:
    """Say how the camera moved from one photograph to the next, then ask."""
    manner, spans = world.manner, {}
    shuffled = world.order != tuple(sorted(world.order))
    tag = "image {}" if shuffled else "<image{}>"
    told = [OPENINGS[manner % 3]]
    if shuffled:
        images = listed([f"<image{number + 1}>" for number in sorted(world.order)])
        told.append(SHUFFLED.format(images=images))
    told.append(sentence(FIRST[manner // 3 % 3].format(image=tag.format(world.image(0)))))
    for when, move in enumerate(world.moves, start=1):
        number = world.image(when)
        spans[f"shift {number}"] = shift_told(move.shift)
        turned = ""
        if when in world.turning:
            spans[f"turn {number}"] = TURNS[move.turn]
            turned = TURNED[(manner + when) % 3].format(number=number)
        later = LATER[(manner + when) % 3]
        told.append(sentence(later.format(number=number, turned=turned, image=tag.format(number))))
    told.append(FRAME)
    if world.asked is not None:
        spans["piece"] = world.names[world.asked]
    if world.form == "letter":
        told.append(LETTER[manner // 5 % 3])
    told.append(QUESTIONS[world.form][manner // 4 % 3])
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
        "See which piece stands there next: it has the letter, or nobody got it."
        if world.form == "letter"
        else "Whatever is elsewhere has moved, even if it comes back later.",
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
    if world.form == "letter":
        return _letter_told(world, trace)
    asked = world.names if world.asked is None else [world.names[world.asked]]
    told = []
    for when in range(len(world.moves)):
        image, later = world.image(when), world.image(when + 1)
        found = []
        for name in asked:
            expected = trace[f"{name} expected in image {later}"]
            seen = trace[f"{name} in image {later}"]
            moved = trace[f"{name} moved before image {later}"]
            is_at = f"is at {_at(seen)}, so it moved" if moved else "is there"
            found.append(f"the {name} would be at {_at(expected)} and {is_at}")
        told.append(f"From image {image} to image {later}, if it stood still, {'; '.join(found)}.")
    if world.form == "times":
        images = (world.image(when) for when in range(1, len(world.order)))
        when_moved = [str(n) for n in images if trace[f"{asked[0]} moved before image {n}"]]
        moved = f"before image {listed(when_moved)}" if when_moved else "at no time"
        return [*told, f"Moves of the {asked[0]} over the floor: {moved}."]
    went = [name for name in world.names if trace[f"{name} moved"]]
    stayed = [name for name in world.names if not trace[f"{name} moved"]]
    return [
        *told,
        f"Moved at some time: {', '.join(went) or 'nothing'}. "
        f"Never moved: {', '.join(stayed) or 'nothing'}.",
    ]


def _letter_told(world: Board, trace: Mapping[str, Any]) -> Sequence[str]:
    """For each move of the camera say where the letter would be, and who is there."""
    told, holder = [], trace["first"]
    for when in range(len(world.moves)):
        image, later = world.image(when), world.image(when + 1)
        before, holder = holder, trace[f"holder in image {later}"]
        name, place = world.names[before], trace[f"expected in image {later}"]
        if holder != before:
            found = f"there stands the {world.names[holder]}, which gets it"
        elif trace[f"{name} in image {later}"] == place:
            found = "there it still stands"
        else:
            found = "nobody stands there, so it keeps the letter"
        here = _at(trace[f"letter in image {image}"])
        told.append(
            f"In image {image} the {name} has the letter, at {here}. This tile is at {_at(place)} "
            f"in image {later}: {found}."
        )
    return [*told, f"In the end the letter is with the {world.names[holder]}."]


def replay(world: Board, relations: str) -> int:
    """Read off the last line what never moved, or count what did, or see where the letter is."""
    last = relations.splitlines()[-1]
    if world.form == "letter":
        return next(at for at, name in enumerate(world.names) if last.endswith(f" {name}."))
    if world.form == "times":
        return len(re.findall(r"\d+", last))
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
