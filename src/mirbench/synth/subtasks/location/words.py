"""The English of Location Relationship: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mirbench.synth.program import UNDECIDED
from mirbench.synth.text import NUMBER_WORDS, Wording, article, listed, plural
from mirbench.synth.worlds.tiles import Figure, Vector, is_vehicle
from mirbench.synth.worlds.town import Town, corner_of, side_of

TURNS: Final = (
    "no turn",
    "a quarter turn to the right",
    "half a turn",
    "a quarter turn to the left",
)
WAYS: Final = ("away from the camera", "to the right", "towards the camera", "to the left")
OPENINGS: Final = (
    "A toy town stands on a floor of square tiles. A vehicle faces the way that the arrow on its "
    "mat points.",
    "On a tiled floor a toy town is set up, where arrows on the mats show which way vehicles face.",
)
FIRST: Final = ("<image1> shows one part of it.", "A first part of it is in <image1>.")
LATER: Final = (
    "Then the photographer walked on, made {{turn {number}}} and took <image{number}>.",
    "Walking on, the photographer made {{turn {number}}} and took <image{number}>.",
)
SPUN: Final = (
    "After that the {name} made {{spin}} on its tile; then <image{number}> was taken from some "
    "other side.",
    "The {name} made {{spin}} without leaving its tile, before <image{number}> was taken from "
    "who knows where.",
)
UNTOLD: Final = (
    "From some other side, <image{number}> was taken.",
    "For <image{number}> the camera stood elsewhere and faced who knows where.",
)
CLOSE: Final = (
    "<image{number}> shows one thing of the town from close by.",
    "One of the things in the town is in <image{number}>.",
)
DRIVEN: Final = (
    "In the end the {car} drives {{drive}}, without turning.",
    "Now the {car} goes {{drive}} in a straight line.",
)
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "side": (
        "Seen by the driver of the {car}, on which side is the thing of image {number}?",
        "For the driver of the {car}, which way is the thing in image {number}, mostly?",
    ),
    "corner": (
        "Seen by the driver of the {car}, which way is the thing of image {number}?",
        "For the driver of the {car}, in which direction does the thing in image {number} stand?",
    ),
}


def wording(world: Town) -> Wording:
    """Show part after part, tell what does not show, ask."""
    manner, spans = world.manner, {}
    told = [OPENINGS[manner % 2], FIRST[manner // 2 % 2]]
    for number, part in enumerate(world.parts[1:], start=2):
        name = part.anchor.name
        if not is_vehicle(name):
            spans[f"turn {number}"] = TURNS[world.turns[number - 1]]
            manners: Sequence[str] = LATER
        elif number == 2 and world.spin:
            spans["spin"] = TURNS[world.spin]
            manners = SPUN
        else:
            manners = UNTOLD
        told.append(manners[(manner + number) % 2].format(name=name, number=number))
    last = len(world.parts) + 1
    told.append(CLOSE[manner // 3 % 2].format(number=last))
    if world.drive:
        spans["drive"] = drive_told(world.drive)
        told.append(DRIVEN[manner // 4 % 2].format(car=world.car))
    told.append(QUESTIONS[world.form][manner // 5 % 2].format(car=world.car, number=last))
    return Wording(template=" ".join(told), spans=spans)


def drive_told(drive: int) -> str:
    """Return `two tiles forwards` or `one tile backwards`."""
    return f"{_tiles(abs(drive))} {'forwards' if drive > 0 else 'backwards'}"


def summary(world: Town) -> str:
    """Say how parts are put together."""
    told = any(not is_vehicle(part.anchor.name) for part in world.parts)
    linked = any(is_vehicle(part.anchor.name) for part in world.parts[1:])
    plan = (
        f"Follow the way from the {world.car} over the figures that two photographs share to what "
        "the last image shows.",
        "Find out from the first image where the driver looks, and in later ones from how the "
        "photographer turned." if told else "",
        "A vehicle that shows twice tells by its arrow how the view has turned." if linked else "",
        "Allow for the turn that it made meanwhile." if world.spin else "",
        "Turn each way to how the driver sees it and add them up.",
        "Take off what the driver drives in the end." if world.drive else "",
    )  # fmt: skip
    return " ".join(filter(None, plan))


def captions(world: Town) -> Sequence[str]:
    """Say what stands where in each image, in its own terms."""
    told = []
    for number, part in enumerate(world.parts, start=1):
        anchor, *others = part.figures
        places = [f"{_named(one)} {_in_picture(one.at)}" for one in others]
        told.append(f"Image {number}: {_named(anchor)}; from there, {listed(places)}.")
    thing = world.things[world.target].name
    return [*told, f"Image {len(told) + 1}: {article(thing)} from close by."]


def relations(world: Town, trace: Mapping[str, Any]) -> Sequence[str]:
    """Say for each part where the driver faces in it and what that makes of the way across it."""
    told = []
    frame = trace[f"way of {world.car} in image 1"]
    for number, part in enumerate(world.parts, start=1):
        frame = trace.get(f"frame {number}", frame)
        last = number == len(world.parts)
        thing = world.things[trace["target"]] if last else part.figures[1]
        way = trace[f"{thing.name} in image {number}"]
        told.append(
            f"{_frame_told(world, number, trace)}, the driver of the {world.car} faces "
            f"{WAYS[frame % 4]}. There the {thing.name} is {_in_picture(way)} from the "
            f"{part.anchor.name}: for the driver {_for_driver(trace[f'seen {number}'])}."
        )
    thing = world.things[trace["target"]]
    told.append(
        f"Image {len(world.parts) + 1} shows the {thing.name}, which is altogether "
        f"{_for_driver(trace['way'])}."
    )
    if world.drive:
        told.append(f"The {world.car} drives {drive_told(world.drive)}.")
    return [*told, f"So in the end the {thing.name} is {_for_driver(trace['place'])}."]


def replay(world: Town, relations: str) -> int:
    """Say in which direction the place is that the last line gives."""
    last = relations.splitlines()[-1]
    found = re.search(r"(\w+) tiles? to the (right|left) and (\w+) tiles? (ahead|behind)", last)
    if found is None:
        return UNDECIDED
    right, ahead = (int(number) for number in (found[1], found[3]))
    place = Vector(
        right if found[2] == "right" else -right, ahead if found[4] == "ahead" else -ahead
    )
    return corner_of(place) if world.form == "corner" else side_of(place)


def _frame_told(world: Town, number: int, trace: Mapping[str, Any]) -> str:
    """Say from what one knows where the driver faces in an image."""
    if number == 1:
        return "In image 1"
    name = world.parts[number - 1].anchor.name
    if not is_vehicle(name):
        turn = TURNS[world.turns[number - 1]]
        return f"Before image {number} the photographer made {turn}, so in it"
    before, now = (trace[f"way of {name} in image {image}"] for image in (number - 1, number))
    spun = f" and made {TURNS[world.spin]} in between" if world.spin and number == 2 else ""
    return (
        f"The {name} faces {WAYS[before]} in image {number - 1} and {WAYS[now]} in image {number}"
        f"{spun}, so in image {number}"
    )


def _named(figure: Figure) -> str:
    facing = f", facing {WAYS[figure.way]}," if is_vehicle(figure.name) else ""
    return article(figure.name) + facing


def _in_picture(way: Vector) -> str:
    """Say a way in a picture's own terms."""
    right, ahead = way
    parts = [f"{_tiles(abs(right))} to the {'right' if right > 0 else 'left'}"] if right else []
    parts += [f"{_tiles(abs(ahead))} {'farther back' if ahead > 0 else 'nearer'}"] if ahead else []
    return listed(parts)


def _for_driver(way: Vector) -> str:
    """Say a way in the driver's terms."""
    right, ahead = way
    return (
        f"{_counted(abs(right))} to the {'left' if right < 0 else 'right'} and "
        f"{_counted(abs(ahead))} {'behind' if ahead < 0 else 'ahead'}"
    )


def _tiles(count: int) -> str:
    return f"{NUMBER_WORDS[count]} {'tile' if count == 1 else plural('tile')}"


def _counted(count: int) -> str:
    return f"{count} tile{'' if count == 1 else 's'}"
