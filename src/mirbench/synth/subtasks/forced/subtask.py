"""Forced Perspective: which is really taller, of things that look equally tall?

Behind a hedge things look equally tall, though nobody can tell how far away each stands. Other
photographs show each beside a vehicle, and how long the vehicles are against each other follows
from the text or from further photographs. Which things are asked for only the first picture says:
one thing more stands beside the vehicles.

Level 1 has two vehicles of one length, level 2 of two lengths. At level 3 a photograph compares
the vehicles, and one thing has grown since; at level 4 the chain runs over four vehicles: picture,
text, picture. Level 5 compares three things, with such a chain and a growth.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    COMPARISONS,
    Facts,
    Program,
    Step,
    answer_of,
    execute,
    product,
    quotient,
)
from mirbench.synth.puzzle import Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.subtasks.forced import words
from mirbench.synth.subtasks.forced.draw import draw, lengths_of, variants
from mirbench.synth.worlds.forced import RULES, Illusion

SAME_LOOK: Final = Fraction(41, 40)
"""By which factor things that look equally tall may differ: 3 pixels at the usual size."""


def forms(level: int) -> Sequence[Form]:
    """Each of the things may be the one, or all are equally tall."""
    return [Form(name=name, answers=4 if level == 5 else 3) for name in RULES]


def options(world: Illusion, truth: int) -> Sequence[Option]:
    """Places in the first picture, and that it is no illusion at all."""
    return tagged(words.answers(world), truth, _mistakes(world), "misjudged_ratio")


def program(world: Illusion) -> Program:
    """Height = ratio to the vehicle x the vehicle's length x growth."""
    steps = []
    images = {link.other: image + 1 for image, link in world.shown_links()}
    for link in world.links:
        factor = f"{link.other} factor"
        if not link.told:
            seen = tuple(f"{name} in image {images[link.other]}" for name in link[1::-1])
            steps.append(Step(factor, quotient, seen))
        steps.append(Step(f"{link.other} length", product, (factor, f"{link.known} length")))
    for kind in sorted(world.shown, key=world.image_of):
        image, vehicle = world.image_of(kind) + 1, world.vehicle_of(kind)
        seen = (f"{kind} in image {image}", f"{vehicle} in image {image}")
        size = (f"{kind} ratio", f"{vehicle} length", f"{kind} growth")
        steps += [Step(f"{kind} ratio", quotient, seen), Step(f"{kind} height", product, size)]
    heights = tuple(f"{kind} height" for kind in world.shown)
    return [*steps, Step("answer", COMPARISONS[RULES[world.form]], heights)]


def facts(world: Illusion) -> Facts:
    """Sizes as drawn; only ratios within one image mean anything."""
    facts = _said(world)
    for image, meeting in enumerate(world.meetings, start=2):
        facts[f"{meeting.vehicle} in image {image}"] = Fraction(1)
        facts |= {f"{kind} in image {image}": ratio for kind, ratio in meeting.things}
    for index, link in world.shown_links():
        facts[f"{link.known} in image {index + 1}"] = Fraction(1)
        facts[f"{link.other} in image {index + 1}"] = link.factor
    return facts


def measure(world: Illusion, eyes: Eyes) -> Facts:
    """Heights of things and lengths of vehicles in pixels, from the boxes."""
    facts = _said(world)
    for phrase in phrases(world):
        x0, y0, x1, y1 = eyes.box(phrase.image, phrase.key)
        extent = y1 - y0 if phrase.key in world.kinds else x1 - x0
        facts[f"{phrase.key} in image {phrase.image + 1}"] = Fraction(extent)
    return facts


def answers_left(world: Illusion, eyes: Eyes) -> set[int]:
    """Read off the first picture what is asked for; all of it has to look equally tall."""
    boxes = {kind: eyes.box(0, kind) for kind in world.kinds if eyes.sees(0, kind)}
    looks = [y1 - y0 for _, y0, _, y1 in boxes.values()]
    if max(looks) > min(looks) * SAME_LOOK:
        raise RejectedError("things do not look equally tall")
    seen = replace(world, shown=tuple(sorted(boxes, key=boxes.__getitem__)))
    return {answer_of(program(seen), measure(seen, eyes))}


def phrases(world: Illusion) -> Sequence[Phrase]:
    """What is asked for, wherever it shows, and every vehicle."""
    found = [Phrase(f"the {kind}", 0, kind) for kind in world.shown]
    for image, meeting in enumerate(world.meetings, start=1):
        asked = [beside.kind for beside in meeting.things if beside.kind in world.shown]
        found += [Phrase(f"the {key}", image, key) for key in (*asked, meeting.vehicle)]
    for image, link in world.shown_links():
        found += [Phrase(f"the {key}", image, key) for key in (link.known, link.other)]
    return found


def _said(world: Illusion) -> dict[str, Any]:
    """Return what the text gives, and the length 1 from which the chain starts."""
    facts: dict[str, Any] = {f"{world.meetings[0].vehicle} length": Fraction(1)}
    facts |= {f"{link.other} factor": link.factor for link in world.links if link.told}
    growths = {world.grown: world.growth}
    return facts | {f"{kind} growth": growths.get(kind, Fraction(1)) for kind in world.kinds}


def _mistakes(world: Illusion) -> dict[str, int]:
    """Return the answers of someone who believes the picture, or leaves out a part."""
    rule = COMPARISONS[RULES[world.form]]
    opposite = {"largest": "smallest", "smallest": "largest"}[RULES[world.form]]
    values = execute(program(world), facts(world))
    deaf = execute(program(world), {**facts(world), **dict.fromkeys(_said(world), Fraction(1))})
    heights = {kind: values[f"{kind} height"] for kind in world.shown}
    return {
        "believed_the_illusion": len(world.shown),
        "ignored_the_text": deaf["answer"],
        "took_vehicles_as_equal": rule(*(values[f"{kind} ratio"] for kind in world.shown)),
        "compared_vehicles_only": rule(
            *(lengths_of(world)[world.vehicle_of(kind)] for kind in world.shown)
        ),
        "reversed": COMPARISONS[opposite](*heights.values()),
    }


FORCED: Final[Subtask[Illusion]] = Subtask(
    name="Forced Perspective",
    slug="forced",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Illusion.pictures,
    phrases=phrases,
    program=program,
    facts=facts,
    measure=measure,
    answers_left=answers_left,
    wording=words.wording,
    options=options,
    summary=words.summary,
    captions=words.captions,
    relations=words.relations,
    replay=words.replay,
)
