"""The English of Location Relationship: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

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
    "Somebody took photographs of a toy town on a floor of square tiles. The arrow on a vehicle's "
    "mat shows where its front is.",
)
FIRST: Final = (
    "<image1> shows one part of it.",
    "A first part of it is in <image1>.",
    "The first photograph is <image1>.",
)
LATER: Final = (
    "Then the photographer walked on, made {{turn {number}}} and took <image{number}>.",
    "Walking on, the photographer made {{turn {number}}} and took <image{number}>.",
    "<image{number}> was taken farther on, after the photographer had made {{turn {number}}}.",
)
SPUN: Final = (
    "After that the {name} made {{turn {number}}} on its tile; then <image{number}> was taken from "
    "some other side.",
    "The {name} made {{turn {number}}} without leaving its tile, before <image{number}> was taken "
    "from who knows where.",
    "Before the photographer took <image{number}>, perhaps from another side, the {name} made "
    "{{turn {number}}} where it stood.",
)
UNTOLD: Final = (
    "From some other side, <image{number}> was taken.",
    "For <image{number}> the camera stood elsewhere and faced who knows where.",
    "Nobody knows from which side <image{number}> was taken.",
)
CLOSE: Final = (
    "<image{number}> shows one thing of the town from close by.",
    "One of the things in the town is in <image{number}>.",
    "Last comes <image{number}>, a close-up of one thing in the town.",
)
DRIVEN: Final = (
    "In the end the {car} drives {{drive}} in a straight line{veer}.",
    "Now the {car} goes straight on by {{drive}}{veer}.",
    "After all that the {car} moves {{drive}} without turning{veer}.",
)
VEERED: Final = " and then makes {veer} on the spot"
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "side": (
        "Seen by the driver of the {car}, on which side is the thing of image {number}?",
        "For the driver of the {car}, which way is the thing in image {number}, mostly?",
        "In which direction, mostly, would the driver of the {car} have to look for the thing in "
        "image {number}?",
    ),
    "corner": (
        "Seen by the driver of the {car}, which way is the thing of image {number}?",
        "For the driver of the {car}, in which direction does the thing in image {number} stand?",
        "Where would the driver of the {car} have to look for the thing in image {number}?",
    ),
}


def wording(world: Town) -> Wording:
    """Show part after part, tell what does not show, ask."""
    manner, spans = world.manner, {}
    told = [OPENINGS[manner % 3], FIRST[manner // 2 % 3]]
    for number, part in enumerate(world.parts[1:], start=2):
        name, turn = part.anchor.name, world.turns[number - 1]
        manners = LATER
        if is_vehicle(name):
            manners = SPUN if turn else UNTOLD
        if manners is not UNTOLD:
            spans[f"turn {number}"] = TURNS[turn]
        told.append(manners[(manner + number) % 3].format(name=name, number=number))
    last = len(world.parts) + 1
    told.append(CLOSE[manner // 3 % 3].format(number=last))
    if world.drive:
        spans["drive"] = drive_told(world.drive)
        if world.veer:
            spans["veer"] = TURNS[world.veer]
        veer = VEERED if world.veer else ""
        told.append(DRIVEN[manner // 4 % 3].format(car=world.car, veer=veer))
    told.append(QUESTIONS[world.form][manner // 5 % 3].format(car=world.car, number=last))
    return Wording(template=" ".join(told), spans=spans)


def drive_told(drive: int) -> str:
    """Return `two tiles forwards` or `one tile backwards`."""
    return f"{_tiles(abs(drive))} {'forwards' if drive > 0 else 'backwards'}"


def summary(world: Town) -> str:
    """Say how parts are put together."""
    told = any(not is_vehicle(part.anchor.name) for part in world.parts)
    links = zip(world.parts[1:], world.turns[1:], strict=True)
    linked = [turn for part, turn in links if is_vehicle(part.anchor.name)]
    plan = (
        f"Follow the way from the {world.car} over the figures that two photographs share to what "
        "the last image shows.",
        "Find out from the first image where the driver looks, and in later ones from how the "
        "photographer turned." if told else "",
        "A vehicle that shows twice tells by its arrow how the view has turned." if linked else "",
        "Allow for the turns that vehicles made meanwhile." if any(linked) else "",
        "Turn each way to how the driver sees it and add them up.",
        "Take off what the driver drives in the end." if world.drive else "",
        "Allow for the last turn." if world.veer else "",
    )  # fmt: skip
    return " ".join(filter(None, plan))


def captions(world: Town) -> Sequence[str]:
    """Say what stands where in each image, in its own terms."""
    told = []
    for number, part in enumerate(world.parts, start=1):
        anchor, *others = part.figures
        places = [f"{_named(one)} {_in_picture(one.at)}" for one in others]
        named = _named(anchor).rstrip(",")
        told.append(f"Image {number}: {named}; from there, {listed(places)}.")
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
        veer = f" and makes {TURNS[world.veer]}" if world.veer else ""
        told.append(f"The {world.car} drives {drive_told(world.drive)}{veer}.")
    return [*told, f"So in the end the {thing.name} is {_for_driver(trace['place'])}."]


def replay(world: Town, relations: str) -> int:
    """Say in which direction the place is that the last line gives."""
    last = relations.splitlines()[-1]
    steps = {"right": (1, 0), "left": (-1, 0), "ahead": (0, 1), "behind": (0, -1)}
    place = Vector(0, 0)
    for count, way in re.findall(r"(\d+) tiles? (?:to the )?(right|left|ahead|behind)", last):
        right, ahead = steps[way]
        place = place.plus(Vector(int(count) * right, int(count) * ahead))
    return corner_of(place) if world.form == "corner" else side_of(place)


def _frame_told(world: Town, number: int, trace: Mapping[str, Any]) -> str:
    """Say from what one knows where the driver faces in an image."""
    if number == 1:
        return "In image 1"
    name = world.parts[number - 1].anchor.name
    if not is_vehicle(name):
        made = TURNS[world.turns[number - 1]]
        return f"Before image {number} the photographer made {made}, so in it"
    before, now = (trace[f"way of {name} in image {image}"] for image in (number - 1, number))
    turn = world.turns[number - 1]
    spun = f" and made {TURNS[turn]} in between" if turn else ""
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
    parts = [f"{_counted(abs(right))} to the {'left' if right < 0 else 'right'}"] if right else []
    parts += [f"{_counted(abs(ahead))} {'behind' if ahead < 0 else 'ahead'}"] if ahead else []
    return listed(parts) or "right there"


def _tiles(count: int) -> str:
    return f"{NUMBER_WORDS[count]} {'tile' if count == 1 else plural('tile')}"


def _counted(count: int) -> str:
    return f"{count} tile{'' if count == 1 else 's'}"
