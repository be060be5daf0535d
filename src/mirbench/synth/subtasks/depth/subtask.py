"""Depth Relationship: which hot-air balloon is closest?

Balloons hang in an empty sky, so how large one looks says nothing about how far away it is. Other
photographs show each balloon on the ground beside something whose height the text gives, or beside
another balloon. Real height over apparent height is distance, up to a common factor.

Level 1 compares two balloons, level 2 three. From level 3 heights pass from balloon to balloon and
the text changes one before take-off; level 4 has a second, zoomed photograph of the sky; level 5
has it all, with four balloons.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import COMPARISONS, Facts, Program, Step, execute, product, quotient
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.depth import words
from mirbench.synth.subtasks.depth.draw import draw, variants
from mirbench.synth.worlds.balloons import (
    RULES,
    Balloons,
    name_of,
)

OPPOSITE: Final = dict(
    zip(RULES, ("farthest", "nearest", "far_to_near", "near_to_far"), strict=True)
)


def forms(level: int) -> Sequence[Form]:
    """Two balloons may also be equally far away; three have six orders."""
    if level == 3:
        return [Form(name=name, answers=6) for name in ("near_to_far", "far_to_near")]
    answers = {1: 3, 2: 3, 4: 3, 5: 4}[level]
    return [Form(name=name, answers=answers) for name in ("nearest", "farthest")]


def options(world: Balloons, truth: int) -> Sequence[Option]:
    """Each balloon, or each order of them."""
    colours = [one.colour for one in world.balloons]
    if world.form in ("near_to_far", "far_to_near"):
        texts = [", ".join(order).capitalize() for order in permutations(colours)]
        return tagged(texts, truth, _mistakes(world), "swapped_balloons")
    texts = [f"The {colour} balloon" for colour in colours]
    if len(colours) == 2:
        texts.append("Both are equally far away")
    return tagged(texts, truth, _mistakes(world), "misjudged_ratio")


def program(world: Balloons) -> Program:
    """Height = ratio x height of the neighbour; distance ~ height / apparent height."""
    steps = []
    for image, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        colour, other = world.pair(meeting)
        known = f"height {image}" if meeting.thing else f"{other} on the ground"
        seen = (f"{colour} in image {image}", f"{other} in image {image}")
        steps.append(Step(f"{colour} ratio", quotient, seen))
        steps.append(Step(f"{colour} on the ground", product, (f"{colour} ratio", known)))
    for one in world.balloons:
        height = (f"{one.colour} on the ground", f"change {one.colour}", f"zoom {one.sky + 1}")
        ratio = (f"{one.colour} in the air", f"{one.colour} in image {one.sky + 1}")
        steps.append(Step(f"{one.colour} in the air", product, height))
        steps.append(Step(f"{one.colour} distance", quotient, ratio))
    distances = tuple(f"{one.colour} distance" for one in world.balloons)
    return [*steps, Step("answer", COMPARISONS[RULES[world.form]], distances)]


def facts(world: Balloons) -> Facts:
    """Apparent sizes as drawn; only ratios within one image mean anything."""
    facts = _said(world)
    facts |= {f"{one.colour} in image {one.sky + 1}": one.size for one in world.balloons}
    for image, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        colour, other = world.pair(meeting)
        facts |= {f"{colour} in image {image}": meeting.ratio, f"{other} in image {image}": 1}
    return facts


def measure(world: Balloons, eyes: Eyes) -> Facts:
    """Apparent sizes in pixels, from the boxes."""
    return _said(world) | {
        f"{key} in image {image + 1}": Fraction(eyes.height(image, key))
        for _, image, key in phrases(world)
    }


def phrases(world: Balloons) -> Sequence[Phrase]:
    """Every balloon wherever it shows, and every thing that one stands beside."""
    shown = [(one.colour, one.sky) for one in world.balloons]
    for image, meeting in enumerate(world.meetings, start=world.num_skies):
        shown += [(key, image) for key in world.pair(meeting)]
    return [Phrase(f"the {name_of(key)}", image, key) for key, image in shown]


def _said(world: Balloons) -> dict[str, Any]:
    """Return what the text gives, and the height 1 from which a chain of balloons starts."""
    facts: dict[str, Any] = {"zoom 1": Fraction(1), "zoom 2": world.zoom}
    facts |= {f"change {one.colour}": one.change for one in world.balloons}
    for image, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        facts[f"height {image}"] = Fraction(meeting.height, 100)
    first = world.meetings[0]
    if not first.thing:
        facts[f"{world.balloons[first.other].colour} on the ground"] = Fraction(1)
    return facts


def _mistakes(world: Balloons) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = COMPARISONS[RULES[world.form]]
    values = execute(program(world), facts(world))
    distances = [values[f"{one.colour} distance"] for one in world.balloons]
    deaf = {name: 1 for name in _said(world) if not name.endswith("on the ground")}
    unread = execute(program(world), {**facts(world), **deaf})
    return {
        "judged_by_looks": rule(*(1 / one.size for one in world.balloons)),
        "ignored_the_text": unread["answer"],
        "ignored_apparent_size": rule(
            *(values[f"{one.colour} in the air"] for one in world.balloons)
        ),
        "reversed": COMPARISONS[RULES[OPPOSITE[world.form]]](*distances),
    }


DEPTH: Final[Subtask[Balloons]] = Subtask(
    name="Depth Relationship",
    slug="depth",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Balloons.pictures,
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
