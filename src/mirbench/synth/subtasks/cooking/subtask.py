"""Cooking Process: in which order were these photographs of a kitchen table taken?

The first image shows the table when the cook begins. From then on things go into the pot or come
out of the oven, each kind at its own pace, which the text tells. Every later photograph shows what
lies there of one kind; how many went or came since, and how fast, says when it was taken. Fewer
left need not mean later.

Level 1 compares two photographs: three images. From level 2 on three are put in order, and one
more photograph shows what was fetched of one kind meanwhile. At level 3 some things come out of the
oven, and with one kind the cook waits until there is as much of another as a photograph shows. At
level 4 the cook waits with two kinds, at two moments of the third; at level 5 more is fetched of
both, too, and one of them goes in two at a time: eight images.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    Facts,
    Program,
    Step,
    difference,
    product,
    quotient,
    total,
)
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.cooking import words
from mirbench.synth.subtasks.cooking.draw import draw, variants
from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.text import listed, plural, sentence
from mirbench.synth.worlds.kitchen import Job, Kitchen


def forms(level: int) -> Sequence[Form]:
    """One of two photographs, or one of the six orders of three.

    That two show the same moment is no answer: the first image would give away that they may.
    """
    if level == 1:
        return [Form(name="first", answers=2), Form(name="last", answers=2)]
    return [Form(name="order", answers=6)]


def options(world: Kitchen, truth: int) -> Sequence[Option]:
    """Each later image, or each order of them."""
    images = [f"image {number}" for number in _numbers(world)]
    if world.form == "order":
        texts = [sentence(listed(order, "then")) for order in permutations(images)]
        return tagged(texts, truth, _mistakes(world), "swapped_two")
    texts = [f"The one in {image}" for image in images]
    return tagged(texts, truth, _mistakes(world), "miscounted")


def _numbers(world: Kitchen) -> list[int]:
    """Return the numbers of the later images."""
    return [world.image_of("later", job.kind) for job in world.in_pictures()]


def program(world: Kitchen) -> Program:
    """Time = when the cook begins with it + minutes x how many went or came / how many at a time.

    The photograph that tells when the cook begins with a kind has a time like any other.
    """
    steps: list[Step] = []
    for job in world.jobs:
        if job.fetched:
            fetched = f"{job.kind} in image {world.image_of('fetched', job.kind)}"
            steps.append(Step(_lay(job), total, (f"{job.kind} in image 1", fetched)))
    for job in world.jobs:
        if job.after:
            start = world.image_of("start", job.kind)
            steps += _steps_until(world, world.job_of(job.after), start)
        steps += _steps_until(world, job, world.image_of("later", job.kind))
    times = tuple(f"time of image {number}" for number in _numbers(world))
    return [*steps, Step("answer", RULES[world.form], times)]


def _lay(job: Job) -> str:
    return f"{job.kind} at first" if job.fetched else f"{job.kind} in image 1"


def _steps_until(world: Kitchen, job: Job, image: int) -> Iterator[Step]:
    """Yield the steps that say when a photograph of one kind was taken."""
    kind, lay, left = job.kind, _lay(job), f"{job.kind} in image {image}"
    done, times = f"done by image {image}", f"times by image {image}"
    lasted, time = f"lasted by image {image}", f"time of image {image}"
    yield Step(done, difference, (left, lay) if job.coming else (lay, left))
    yield Step(times, quotient, (done, f"{kind} at a time"))
    if job.after:
        yield Step(lasted, product, (times, f"{kind} minutes"))
        begin = f"time of image {world.image_of('start', kind)}"
        yield Step(time, total, (begin, lasted))
    else:
        yield Step(time, product, (times, f"{kind} minutes"))


def facts(world: Kitchen) -> Facts:
    """Numbers of things as drawn."""
    facts = _said(world)
    facts |= {f"{job.kind} in image 1": Fraction(job.first) for job in world.jobs}
    for number, photo in enumerate(world.photos(), start=2):
        facts[f"{photo.job.kind} in image {number}"] = Fraction(photo.num)
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
    shown += [(photo.job.kind, image) for image, photo in enumerate(world.photos(), start=1)]
    return [Phrase(f"the {plural(kind)}", image, kind) for kind, image in shown]


def _said(world: Kitchen) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {}
    for job in world.jobs:
        facts[f"{job.kind} minutes"] = job.minutes
        facts[f"{job.kind} at a time"] = Fraction(job.batch)
    return facts


def _mistakes(world: Kitchen) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = RULES[world.form]
    jobs = world.in_pictures()

    def without(**changes: Any) -> int:
        other = replace(world, jobs=tuple(replace(job, **changes) for job in world.jobs))
        return rule(*map(other.time_of, other.in_pictures()))

    return {
        "counted_what_is_done_only": rule(*(Fraction(job.done(job.left)) for job in jobs)),
        "forgot_that_the_cook_waits": without(after=""),
        "forgot_what_was_fetched": without(fetched=0),
        "forgot_how_many_at_a_time": without(batch=1),
        "counted_what_is_left_only": rule(*(Fraction(-job.left) for job in jobs)),
        "compared_the_minutes_only": rule(*(job.minutes for job in jobs)),
        "reversed": rule(*(-world.time_of(job) for job in jobs)),
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
