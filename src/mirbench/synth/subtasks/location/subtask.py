"""Location Relationship: in which direction is what no photograph shows together with the driver?

A toy town stands on a floor of tiles. Each photograph shows a part of it from another side and
shares one figure with the photograph before: a vehicle, whose arrow tells how the view has turned,
or something that looks the same from all sides, where the text tells it. The last photograph shows
which thing is asked for, and the answer is in the driver's terms: ahead, behind, left, right.

Level 1 has two parts and one turn that the text tells: three images. Level 2 has four parts and
three such turns, which add up. At level 3, with five parts, some links are vehicles, which turn on
their tiles between two photographs. At level 4, with six, the driver drives on in the end; at level
5 this driver turns then, too, and there are eight parts: nine images.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import Facts, Program, Step, answer_of, execute
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.location import words
from mirbench.synth.subtasks.location.draw import draw, variants
from mirbench.synth.text import sentence
from mirbench.synth.worlds.tiles import Vector, is_vehicle
from mirbench.synth.worlds.tiles_seen import tiles_between, way_of
from mirbench.synth.worlds.town import CORNERS, SIDES, Town, corner_of, side_of

SECTORS: Final[Mapping[str, Callable[[Vector], int]]] = {"side": side_of, "corner": corner_of}
TEXTS: Final[Mapping[str, Sequence[str]]] = {
    "side": [f"mostly {side}" for side in SIDES],
    "corner": CORNERS,
}


def forms(level: int) -> Sequence[Form]:
    """Four sides, or four corners."""
    return [Form(name=name, answers=4) for name in SECTORS]


def options(world: Town, truth: int) -> Sequence[Option]:
    """All directions."""
    texts = [sentence(text) for text in TEXTS[world.form]]
    return tagged(texts, truth, _mistakes(world), "misjudged_direction")


def turned_back(frame: int, turn: int) -> int:
    """Return where the driver faces in a picture whose camera has turned right by `turn`."""
    return (frame - turn) % 4


def carried_over(frame: int, now: int, before: int, turn: int) -> int:
    """Return where the driver faces in a picture that shows a vehicle `now` another way round."""
    return (frame + now - before - turn) % 4


def seen_by_driver(offset: Vector, frame: int) -> Vector:
    """Return a way in a picture as a driver sees it who faces `frame` there."""
    return offset.turned(-frame)


def chosen(target: int, *offsets: Vector) -> Vector:
    """Return the offset of what is asked for."""
    return offsets[target]


def summed(*ways: Vector) -> Vector:
    """Return one way after the other."""
    total = Vector(0, 0)
    for way in ways:
        total = total.plus(way)
    return total


def driven_on(way: Vector, drive: int) -> Vector:
    """Return the rest of a way after driving ahead."""
    return way.minus(Vector(0, drive))


def veered(way: Vector, turn: int) -> Vector:
    """Return a way as it is seen after a turn to the right."""
    return way.turned(-turn)


def program(world: Town) -> Program:
    """Turn the way across each part to how the driver sees it, and add up."""
    frame = f"way of {world.car} in image 1"
    steps = []
    for number, part in enumerate(world.parts, start=1):
        if number > 1:
            name = part.anchor.name
            now, before = (f"way of {name} in image {image}" for image in (number, number - 1))
            inputs: tuple[str, ...] = (frame, f"turn {number}")
            if is_vehicle(name):
                inputs = (frame, now, before, f"turn {number}")
            frame = f"frame {number}"
            steps.append(Step(frame, carried_over if is_vehicle(name) else turned_back, inputs))
        offset = f"{part.figures[1].name} in image {number}"
        if number == len(world.parts):
            things = tuple(f"{thing.name} in image {number}" for thing in world.things)
            steps.append(Step("thing", chosen, ("target", *things)))
            offset = "thing"
        steps.append(Step(f"seen {number}", seen_by_driver, (offset, frame)))
    seen = tuple(f"seen {number}" for number, _ in enumerate(world.parts, start=1))
    return [
        *steps,
        Step("way", summed, seen),
        Step("rest", driven_on, ("way", "drive")),
        Step("place", veered, ("rest", "veer")),
        Step("answer", SECTORS[world.form], ("place",)),
    ]


def facts(world: Town) -> Facts:
    """Places and ways as drawn."""
    facts = _said(world) | {"target": world.target}
    for number, part in enumerate(world.parts, start=1):
        for figure in part.figures:
            facts[f"{figure.name} in image {number}"] = figure.at
            facts[f"way of {figure.name} in image {number}"] = figure.way
    return facts


def measure(world: Town, eyes: Eyes) -> Facts:
    """Places in tiles from the mats, ways from the arrows, and which thing is shown close up."""
    first = eyes.sees(len(world.parts), world.things[0].name)
    facts = _said(world) | {"target": 0 if first else 1}
    for image, part in enumerate(world.parts):
        for figure in part.figures:
            way = tiles_between(eyes, image, part.anchor.name, figure.name)
            facts[f"{figure.name} in image {image + 1}"] = way
            if is_vehicle(figure.name):
                seen = way_of(eyes, image, figure.name)
                facts[f"way of {figure.name} in image {image + 1}"] = seen
    return facts


def phrases(world: Town) -> Sequence[Phrase]:
    """Every figure wherever it shows."""
    shown = [(one.name, image) for image, part in enumerate(world.parts) for one in part.figures]
    shown.append((world.things[world.target].name, len(world.parts)))
    return [Phrase(f"the {name}", image, name) for name, image in shown]


def _said(world: Town) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {"drive": world.drive, "veer": world.veer}
    return facts | {f"turn {number}": turn for number, turn in enumerate(world.turns, start=1)}


def _mistakes(world: Town) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    sector = SECTORS[world.form]
    place: Vector = execute(program(world), facts(world))["place"]
    deaf = {name: 0 for name in _said(world)}
    ways = [part.figures[1].at for part in world.parts[:-1]]
    plain = summed(*ways, world.things[world.target].at)
    return {
        "ignored_the_text": answer_of(program(world), {**facts(world), **deaf}),
        "took_all_pictures_for_one_view": sector(plain),
        "looked_for_the_other_thing": answer_of(
            program(world), facts(replace(world, target=1 - world.target))
        ),
        "mirrored": sector(Vector(-place.right, place.ahead)),
        "looked_back_from_there": sector(place.turned(2)),
    }


LOCATION: Final[Subtask[Town]] = Subtask(
    name="Location Relationship",
    slug="location",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Town.pictures,
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
