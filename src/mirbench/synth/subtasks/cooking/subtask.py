"""Cooking Process: in which order were these photographs of a kitchen table taken?

The first image shows the table when the cook begins. From then on things go into the pot or come
out of the oven, each kind at its own pace, which the text tells. Every later photograph shows what
lies there of one kind; how many went or came since, and how fast, says when it was taken. Fewer
left need not mean later.

Level 1 compares two photographs, from level 2 three are put in order. At level 3 some things come
out of the oven and others are fetched meanwhile; at level 4 the cook begins late with one kind; at
level 5 all of this happens, and things go in several at a time.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
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
from mirbench.synth.subtasks.cooking import words
from mirbench.synth.subtasks.cooking.draw import draw, variants
from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.text import listed, plural, sentence
from mirbench.synth.worlds.kitchen import Kitchen


def forms(level: int) -> Sequence[Form]:
    """One of two photographs, or one of the six orders of three.

    That two show the same moment is no answer: the first image would give away that they may.
    """
    if level == 1:
        return [Form(name="first", answers=2), Form(name="last", answers=2)]
    return [Form(name="order", answers=6)]


def options(world: Kitchen, truth: int) -> Sequence[Option]:
    """Each later image, or each order of them."""
    images = [f"image {number}" for number, _ in enumerate(world.shown, start=2)]
    if world.form == "order":
        texts = [sentence(listed(order, "then")) for order in permutations(images)]
        return tagged(texts, truth, _mistakes(world), "swapped_two")
    texts = [f"The one in {image}" for image in images]
    return tagged(texts, truth, _mistakes(world), "miscounted")


def program(world: Kitchen) -> Program:
    """Time = late start + minutes x how many went or came / how many at a time."""
    steps = []
    for job in world.jobs:
        kind, image = job.kind, world.image_of(job)
        left, lay = f"{kind} in image {image}", f"{kind} at first"
        if not job.coming:
            steps.append(Step(lay, total, (f"{kind} in image 1", f"{kind} fetched")))
        ends = (left, f"{kind} in image 1") if job.coming else (lay, left)
        steps += [
            Step(f"{kind} done", difference, ends),
            Step(f"{kind} times", quotient, (f"{kind} done", f"{kind} at a time")),
            Step(f"{kind} lasted", product, (f"{kind} times", f"{kind} minutes")),
            Step(f"time of image {image}", total, (f"{kind} lasted", f"{kind} late")),
        ]
    times = tuple(f"time of image {number}" for number, _ in enumerate(world.shown, start=2))
    return [*steps, Step("answer", RULES[world.form], times)]


def facts(world: Kitchen) -> Facts:
    """Numbers of things as drawn."""
    facts = _said(world)
    for job in world.jobs:
        facts[f"{job.kind} in image 1"] = Fraction(job.first)
        facts[f"{job.kind} in image {world.image_of(job)}"] = Fraction(job.left)
    return facts


def measure(world: Kitchen, eyes: Eyes) -> Facts:
    """Numbers of things, counted in the images."""
    return _said(world) | {
        f"{kind} in image {image + 1}": Fraction(eyes.count(image, kind))
        for _, image, kind in phrases(world)
    }


def phrases(world: Kitchen) -> Sequence[Phrase]:
    """The things of each kind, at first and later."""
    shown = [(job.kind, 0) for job in world.jobs]
    shown += [(job.kind, image) for image, job in enumerate(world.in_pictures(), start=1)]
    return [Phrase(f"the {plural(kind)}", image, kind) for kind, image in shown]


def _said(world: Kitchen) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {}
    for job in world.jobs:
        facts[f"{job.kind} minutes"] = job.minutes
        facts[f"{job.kind} at a time"] = Fraction(job.batch)
        facts[f"{job.kind} late"] = Fraction(job.delay)
        facts[f"{job.kind} fetched"] = Fraction(job.fetched)
    return facts


def _mistakes(world: Kitchen) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = RULES[world.form]
    values = execute(program(world), facts(world))
    jobs = world.in_pictures()
    prompt = {f"{job.kind} late": Fraction(0) for job in jobs}
    unfetched = {f"{job.kind} fetched": Fraction(0) for job in jobs}
    singly = {f"{job.kind} at a time": Fraction(1) for job in jobs}

    def without(facts_missed: Mapping[str, Any]) -> int:
        return int(execute(program(world), {**facts(world), **facts_missed})["answer"])

    return {
        "counted_what_is_done_only": rule(*(values[f"{job.kind} done"] for job in jobs)),
        "forgot_the_late_start": without(prompt),
        "forgot_what_was_fetched": without(unfetched),
        "forgot_how_many_at_a_time": without(singly),
        "counted_what_is_left_only": rule(*(Fraction(-job.left) for job in jobs)),
        "compared_the_minutes_only": rule(*(job.minutes for job in jobs)),
        "reversed": rule(*(-job.time for job in jobs)),
    }


COOKING: Final[Subtask[Kitchen]] = Subtask(
    name="Cooking Process",
    slug="cooking",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Kitchen.pictures,
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
