"""Speed Comparison: which vehicle was faster?

Photographs of a road give how far a vehicle came, counted in the dashes on the road; the text
gives when they were taken. Vehicles in the distance move fewer pixels, and photographs are not
taken at equal times, so neither the largest shift nor the shortest time is the answer.

Level 1 compares one vehicle on two intervals, level 2 vehicles on two days, level 3 vehicles on
intervals that overlap, and on another day, level 4 vehicles on two roads whose dashes differ in
length; at level 5 photographs are out of order as well, and a clock is wrong.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    COMPARISONS,
    Facts,
    Program,
    Step,
    difference,
    execute,
    product,
    quotient,
    total,
)
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.shot import Shot
from mirbench.synth.subtasks.speed import words
from mirbench.synth.subtasks.speed.draw import draw, variants
from mirbench.synth.worlds.traffic import (
    QUARTERS,
    RULES,
    Traffic,
    line_of,
)

ONE: Final = Fraction(1)


def forms(level: int) -> Sequence[Form]:
    """Two intervals may also be equally fast."""
    answers = 3 if level <= 2 else 4
    return [Form(name=name, answers=answers) for name in RULES]


def options(world: Traffic, truth: int) -> Sequence[Option]:
    """Each run, and at level 1 that both were equally fast."""
    texts = [world.label(run) for run in world.runs]
    if len(texts) == 2:
        texts.append("equally fast in both")
    texts = [text[0].upper() + text[1:] for text in texts]
    return tagged(texts, truth, _mistakes(world), "miscounted_dashes")


def program(world: Traffic) -> Program:
    """Speed = dashes passed x length of a dash / seconds."""
    named = tuple(
        (
            world.vehicle(run).name,
            run.road,
            tuple(world.image(run.road, when) for when in range(run.start, run.end + 1)),
        )
        for run in world.runs
    )
    return _program(RULES[world.form], named)


@lru_cache  # hundreds of worlds are tried in search of a twin, and few differ in this
def _program(rule: str, runs: tuple[tuple[str, int, tuple[int, ...]], ...]) -> Program:
    """Return the program for runs: which vehicle, on which road, in which images in turn."""
    steps = []
    for number, (vehicle, road, images) in enumerate(runs, start=1):
        start, end = (f"{vehicle} in image {image + 1}" for image in (images[0], images[-1]))
        gaps = tuple(f"gap {image + 1}" for image in images[1:])
        way = (f"shift {number}", f"dash {road + 1}")
        steps += [
            Step(f"pixels {number}", difference, (end, start)),
            Step(f"shift {number}", quotient, (f"pixels {number}", f"dash seen {number}")),
            Step(f"way {number}", product, way),
            Step(f"shown {number}", total, gaps),
            Step(f"time {number}", product, (f"shown {number}", f"clock {road + 1}")),
            Step(f"speed {number}", quotient, (f"way {number}", f"time {number}")),
        ]
    speeds = tuple(f"speed {number}" for number in range(1, len(runs) + 1))
    return (*steps, Step("answer", COMPARISONS[rule], speeds))


def facts(world: Traffic) -> Facts:
    """Positions as drawn, in dash lengths."""
    facts = _said(world)
    facts |= {f"dash seen {number}": ONE for number in range(1, len(world.runs) + 1)}
    for at, road in enumerate(world.roads):
        for when, image in enumerate(road.order):
            number = world.image(at, when) + 1
            for vehicle in road.vehicles:
                facts[f"{vehicle.name} in image {number}"] = _dashes(vehicle.fronts[image])
    return facts


@lru_cache  # the same object each time, which tells at once that nothing has changed
def _dashes(quarters: int) -> Fraction:
    return Fraction(quarters, QUARTERS)


def measure(world: Traffic, eyes: Eyes) -> Facts:
    """Positions and lengths of dashes in pixels, counted the way a vehicle drives."""
    facts = _said(world)
    for number, run in enumerate(world.runs, start=1):
        vehicle = world.vehicle(run)
        facts[f"dash seen {number}"] = eyes.stripe(world.ends(run)[0], line_of(vehicle.lane))
        for image in world.ends(run):
            x0, _, x1, _ = eyes.box(image, vehicle.name)
            front = x1 if vehicle.rightwards else -x0
            facts[f"{vehicle.name} in image {image + 1}"] = Fraction(front)
    return facts


def phrases(world: Traffic) -> Sequence[Phrase]:
    """Each vehicle at the ends of its runs, and the dashes it is measured by."""
    found: dict[Phrase, None] = {}
    for run in world.runs:
        vehicle = world.vehicle(run)
        for image in world.ends(run):
            found[Phrase(f"the {vehicle.name}", image, vehicle.name)] = None
        line = f"the dashes in front of the {vehicle.name}'s lane"
        found[Phrase(line, world.ends(run)[0], line_of(vehicle.lane))] = None
    return list(found)


def _said(world: Traffic) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {}
    for at, road in enumerate(world.roads):
        facts[f"dash {at + 1}"] = Fraction(road.dash or 100, 100)
        for when, gap in enumerate(road.gaps, start=1):
            facts[f"gap {world.image(at, when) + 1}"] = gap
    return facts | {"clock 1": ONE, "clock 2": world.clock}


def _mistakes(world: Traffic) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = COMPARISONS[RULES[world.form]]
    values = execute(program(world), facts(world))
    numbers = range(1, len(world.runs) + 1)
    alike = {name: ONE for name in _said(world)}
    unread = execute(program(world), {**facts(world), **alike})
    shortest = "smallest" if world.form == "fastest" else "largest"
    opposite = {"largest": "smallest", "smallest": "largest"}[RULES[world.form]]
    return {
        "ignored_the_text": unread["answer"],
        "compared_shifts_only": rule(*(values[f"shift {n}"] for n in numbers)),
        "compared_times_only": COMPARISONS[shortest](*(values[f"time {n}"] for n in numbers)),
        "reversed": COMPARISONS[opposite](*(values[f"speed {n}"] for n in numbers)),
    }


def pictures(world: Traffic) -> Sequence[Shot]:
    """Road after road."""
    return [shot for road in world.roads for shot in road.pictures()]


SPEED: Final[Subtask[Traffic]] = Subtask(
    name="Speed Comparison",
    slug="speed",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=pictures,
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
