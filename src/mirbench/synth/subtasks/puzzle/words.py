"""The English of Image Puzzle: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mirbench.synth.subtasks.puzzle.reason import which
from mirbench.synth.text import ORDINALS, Wording, article, listed, sentence
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
    ),
}
UP: Final = ("the right way up", "upside down")


def wording(world: Jigsaw) -> Wording:
    """Say what each image shows, how the pieces lie, and ask."""
    spans: dict[str, str] = {}
    told = [_OPENINGS[world.manner // 6 % len(_OPENINGS)]]
    told += [_piece_told(world, image, spans) for image in range(len(world.pieces))]
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
        what = "a piece of the map"
        for places, side in ((piece.left, "left"), (piece.right, "right")):
            if places:
                names = listed([article(place) for place in places])
                what = f"the {side} end of the map, from the top with {names}"
        up = f", photographed {UP[world.upside_down[image]]}" if image in _turnable(world) else ""
        told.append(f"Image {image + 1}: {what}{up}.")
    return told


def relations(world: Jigsaw, trace: Mapping[str, Any]) -> Sequence[str]:
    """Follow the road through each row, a line a row; then say where it ends."""
    told = [" ".join(_way_told(world, number, trace)) for number, _ in enumerate(world.rows, 1)]
    if world.form != "gap":
        return [*told, f"The road ends there: the {trace['place 1']}."]
    ends = [
        f"with image {image + 1} the road ends at the {trace[f'place {number}']}"
        for number, image in enumerate(world.candidates, start=1)
    ]
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


def _turnable(world: Jigsaw) -> Sequence[int]:
    """Return the images of which the text says how they were photographed."""
    return world.middles if world.turns else ()


def _piece_told(world: Jigsaw, image: int, spans: dict[str, str]) -> str:
    tag = f"<image{image + 1}>"
    if image == world.rows[0][0]:
        return f"{tag} is the left end of the row, where the roads begin."
    if image == world.rows[0][-1]:
        return f"{tag} is the right end of the row, where the roads arrive."
    if image not in _turnable(world):
        return (f"{tag} is another piece.", f"{tag} shows one of the pieces.")[world.manner % 2]
    spans[f"turn {image + 1}"] = UP[world.upside_down[image]]
    return f"The piece in {tag} was photographed {{turn {image + 1}}}."


def _row_told(world: Jigsaw, spans: dict[str, str]) -> str:
    """Say how the pieces lie, from left to right."""
    middles = world.rows[0][1:-1]
    if world.form == "gap":
        within = [
            "a gap" if image in world.candidates else f"the piece of image {image + 1}"
            for image in middles
        ]
        first, second = (image + 1 for image in world.candidates)
        return (
            f"From left to right lie the left end, {', '.join(within)} and the right end; the gap "
            f"is as wide as one piece, and that of image {first} or that of image {second} "
            "goes there."
        )
    if len(middles) == 1:
        return f"The piece of image {middles[0] + 1} lies between the ends."
    spans["order"] = listed([str(image + 1) for image in middles])
    return "Between the ends lie, from left to right, the pieces of images {order}."


def _way_told(world: Jigsaw, number: int, trace: Mapping[str, Any]) -> Iterator[str]:
    """Say where the road enters and leaves each piece of a row."""
    back, row = world.form == "from", world.rows[number - 1]
    for at, image in enumerate(reversed(row) if back else row):
        enters, leaves = (trace[f"lane {k} of row {number}"] for k in (at, at + 1))
        turned = ", turned round," if world.upside_down[image] else ""
        end = image in (row[0], row[-1])
        if at == 0:
            place = world.goal if back else world.start
            yield (
                f"In image {image + 1} the {place} is the {ORDINALS[enters]} from the top, and its "
                f"road is the {ORDINALS[leaves]} on the other side."
            )
        elif end:
            yield (
                f"In image {image + 1} it is the {ORDINALS[enters]} road from the top and ends at "
                f"the {trace[f'place {number}']}."
            )
        else:
            yield (
                f"In image {image + 1}{turned} it is the {ORDINALS[enters]} road from the top and "
                f"leaves as the {ORDINALS[leaves]}."
            )
