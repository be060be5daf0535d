"""The English of Image Puzzle: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mirbench.synth.subtasks.puzzle.reason import which
from mirbench.synth.text import NUMBER_WORDS, ORDINALS, Wording, article, listed, sentence
from mirbench.synth.worlds.jigsaw import Jigsaw

QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "to": (
        "Follow the road from the {start} to the right: which place does it lead to?",
        "Somebody sets out from the {start} and stays on the same road. Where does the road end?",
        "Once the pieces lie side by side, to which place does the road from the {start} lead?",
    ),
    "from": (
        "Follow the road that ends at the {goal} back to the left: which place does it come from?",
        "Somebody arrives at the {goal} and never left the road. From where did the road come?",
        "Once the pieces lie side by side, at which place does the road to the {goal} begin?",
    ),
    "gap": (
        "With which piece in the gap does the road from the {start} lead to the {goal}?",
        "Which piece may fill the gap if the road from the {start} is to end at the {goal}?",
        "Somebody wants to get from the {start} to the {goal} on one and the same road. Which "
        "piece has to be laid into the gap?",
    ),
}
UP: Final = ("the right way up", "upside down")
UPRIGHT: Final = "All other pieces were photographed the right way up."
INSIDE: Final = (
    "{tag} is another piece.",
    "{tag} shows one of the pieces.",
    "One more piece is in {tag}.",
)
TURNED: Final = (
    "The piece in {tag} was photographed {{turn {number}}}.",
    "{tag} shows a piece that lay {{turn {number}}}.",
    "Another piece is in {tag}, taken {{turn {number}}}.",
)


def wording(world: Jigsaw) -> Wording:
    """Say what each image shows, how the pieces lie, and ask."""
    spans: dict[str, str] = {}
    told = [_OPENINGS[world.manner // 6 % len(_OPENINGS)]]
    told += [_piece_told(world, image, spans) for image in range(len(world.pieces))]
    if world.turns and len(world.turns) < len(world.rows[0]) - 2:
        told.append(UPRIGHT)
    told.append(_row_told(world, spans))
    questions = QUESTIONS[world.form]
    told.append(questions[world.manner % len(questions)])
    spans |= {name: place for name, place in _asked(world).items() if place}
    return Wording(template=" ".join(told), spans=spans)


_OPENINGS: Final = (
    "A map was cut into pieces that lie side by side in a row; a road that leaves one piece goes "
    "on in the next one at the same height. Where roads cross, one passes over the other.",
    "The images show pieces of a map. Laid side by side in a row, they join: every road goes on at "
    "the same height in the next piece. Roads cross on bridges and never meet.",
)


def summary(world: Jigsaw) -> str:
    """Say how to follow a road."""
    way = "from the right to the left" if world.form == "from" else "from the left to the right"
    plan = (
        f"Lay the pieces in the order that the text gives and follow the road {way}.",
        "Turn round those that were photographed upside down." if world.turns else "",
        "In each piece find the road at the height at which it enters, follow it over its bridges, "
        "and see at which height it leaves.",
        "Do so with either piece in the gap, and see where the road ends."
        if world.form == "gap"
        else "See at which place it ends.",
    )
    return " ".join(filter(None, plan))


def captions(world: Jigsaw) -> Sequence[str]:
    """Say which piece each image shows."""
    told = []
    for image, piece in enumerate(world.pieces):
        what = "a piece from inside the map"
        for places, side in ((piece.left, "left"), (piece.right, "right")):
            if places:
                names = listed([article(place) for place in places])
                what = f"the {side} end of the map, from the top with {names}"
        up = f", photographed {UP[world.upside_down[image]]}" if image in world.turns else ""
        roads = f"its {NUMBER_WORDS[len(piece.ways)]} roads {_crossing(piece.crossings)}"
        told.append(f"Image {image + 1}: {what}{up}; {roads}.")
    return told


def _crossing(times: int) -> str:
    return (
        ("never cross", "cross once", "cross twice")[times]
        if times < 3
        else (f"cross {NUMBER_WORDS[times]} times")
    )


def relations(world: Jigsaw, trace: Mapping[str, Any]) -> Sequence[str]:
    """Follow the road, from the gap on once for each piece that may fill it; say where it ends."""
    told = [" ".join(_way_told(world, 1, trace, slice(world.forks_after)))]
    if world.form == "from":
        return [*told, f"So the road to the {world.goal} begins at the {trace['place 1']}."]
    if world.form == "to":
        return [*told, f"So the road from the {world.start} ends at the {trace['place 1']}."]
    ends = []
    for number, image in enumerate(world.candidates, start=1):
        told.append(" ".join(_way_told(world, number, trace, slice(world.forks_after, None))))
        ends.append(
            f"with image {image + 1} the road ends at the {trace[f'place {number}']}",
        )
    return [*told, f"{sentence(listed(ends))}; it is to end at the {world.goal}."]


def replay(world: Jigsaw, relations: str) -> int:
    """Compare the places in the last line."""
    *ends, last = re.findall(r"the (\w+)(?=,|\.| and|;|$)", relations.splitlines()[-1])
    if world.form == "gap":
        first, second = ends
        return which(first == last, second == last)
    return (world.starts if world.form == "from" else world.goals).index(last)


def _asked(world: Jigsaw) -> dict[str, str]:
    return {"start": world.start, "goal": world.goal}


def _piece_told(world: Jigsaw, image: int, spans: dict[str, str]) -> str:
    tag = f"<image{image + 1}>"
    if image == world.rows[0][0]:
        return f"{tag} is the left end of the row, where the roads begin."
    if image == world.rows[0][-1]:
        return f"{tag} is the right end of the row, where the roads arrive."
    if image not in world.turns:
        return INSIDE[(world.manner + image) % len(INSIDE)].format(tag=tag)
    spans[f"turn {image + 1}"] = UP[world.upside_down[image]]
    return TURNED[(world.manner + image) % len(TURNED)].format(tag=tag, number=image + 1)


def _row_told(world: Jigsaw, spans: dict[str, str]) -> str:
    """Say how the pieces lie, from left to right."""
    middles = world.rows[0][1:-1]
    if len(middles) == 1:
        return f"The piece of image {middles[0] + 1} lies between the ends."
    if world.form != "gap":
        spans["order"] = listed([str(image + 1) for image in middles])
        return "Between the ends lie, from left to right, the pieces of images {order}."
    lying = [
        "a gap" if image in world.candidates else f"the piece of image {image + 1}"
        for image in middles
    ]
    spans["order"] = listed(lying)
    first, second = (image + 1 for image in world.candidates)
    return (
        "Between the ends lie, from left to right, {order}; the gap is as wide as one piece, and "
        f"that of image {first} or that of image {second} goes there."
    )


def _way_told(world: Jigsaw, number: int, trace: Mapping[str, Any], part: slice) -> Iterator[str]:
    """Say where the road enters and leaves each piece in a part of a row."""
    back, row = world.form == "from", world.rows[number - 1]
    way = list(enumerate(reversed(row) if back else row))
    for at, image in way[part]:
        enters, leaves = (trace[f"lane {k} of row {number}"] for k in (at, at + 1))
        if at == 0:
            place = world.goal if back else world.start
            yield (
                f"In image {image + 1} the {place} is the {ORDINALS[enters]} from the top, and its "
                f"road is the {ORDINALS[leaves]} on the other side."
            )
        elif at == len(row) - 1:
            yield (
                f"In image {image + 1} it is the {ORDINALS[enters]} road from the top and "
                f"{'begins' if back else 'ends'} at the {trace[f'place {number}']}."
            )
        else:
            turned = ", turned round," if world.upside_down[image] else ""
            yield (
                f"In image {image + 1}{turned} it is the {ORDINALS[enters]} road from the top and "
                f"{'comes in' if back else 'leaves'} as the {ORDINALS[leaves]}."
            )
