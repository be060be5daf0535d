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
    steps = []
    for number, run in enumerate(world.runs, start=1):
        start, end = (f"{world.vehicle(run).name} in image {n + 1}" for n in world.ends(run))
        gaps = tuple(
            f"gap {world.image(run.road, when + 1) + 1}" for when in range(run.start, run.end)
        )
        way = (f"shift {number}", f"dash {run.road + 1}")
        steps += [
            Step(f"pixels {number}", difference, (end, start)),
            Step(f"shift {number}", quotient, (f"pixels {number}", f"dash seen {number}")),
            Step(f"way {number}", product, way),
            Step(f"shown {number}", total, gaps),
            Step(f"time {number}", product, (f"shown {number}", f"clock {run.road + 1}")),
            Step(f"speed {number}", quotient, (f"way {number}", f"time {number}")),
        ]
    speeds = tuple(f"speed {number}" for number in range(1, len(world.runs) + 1))
    return [*steps, Step("answer", COMPARISONS[RULES[world.form]], speeds)]


def facts(world: Traffic) -> Facts:
    """Positions as drawn, in dash lengths."""
    facts = _said(world)
    facts |= {f"dash seen {number}": Fraction(1) for number in range(1, len(world.runs) + 1)}
    for at, road in enumerate(world.roads):
        for when, image in enumerate(road.order):
            number = world.image(at, when) + 1
            for vehicle in road.vehicles:
                facts[f"{vehicle.name} in image {number}"] = Fraction(
                    vehicle.fronts[image], QUARTERS
                )
    return facts


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
            facts[f"gap {world.image(at, when) + 1}"] = Fraction(gap)
    return facts | {"clock 1": Fraction(1), "clock 2": world.clock}


def _mistakes(world: Traffic) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = COMPARISONS[RULES[world.form]]
    values = execute(program(world), facts(world))
    numbers = range(1, len(world.runs) + 1)
    alike = {name: Fraction(1) for name in _said(world)}
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
