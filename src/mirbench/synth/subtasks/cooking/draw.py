"""Draws kitchens in which photographs were taken as the answer says, and their twins."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Final

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.worlds.kitchen import COMING, GOING, MOST, Job, Kitchen

JOBS: Final[Mapping[int, int]] = {1: 2, 2: 3, 3: 3, 4: 3, 5: 3}
"""For each level, how many kinds of things there are."""
WITH_OVEN: Final = (3, 5)
FETCHED: Final = (3, 4, 5)
LATE: Final = (4, 5)
IN_BATCHES: Final = (5,)
"""Levels at which one kind comes out of the oven, is fetched, begins late, goes several at a time.
"""
MINUTES: Final = (
    tuple(map(Fraction, (2, 3, 4, 5))),
    tuple(Fraction(half, 2) for half in range(1, 25)),
)
DELAYS: Final = (range(4, 8), range(1, 31))
EXTRA: Final = (range(3, 5), range(1, 8))
"""Minutes each time, minutes of a late start, number fetched: what is drawn, what is still fair."""
BATCHES: Final = (1, 2, 3, 4, 6)
LEFT: Final = (3, 4)
"""How many are left of what goes into the pot."""
DONE: Final = 7
"""How many go or come at most until a photograph is taken."""
GAPS: Final = (1, 7)
"""Minutes between one photograph and the next, at least and at most: a little changes the order."""
ANSWERS: Final = {2: 2, 3: 6}
LEAST: Final = {2: 8, 3: 4}
"""For so many later photographs: how many answers there are; in how many ways each has to come out
true, at least, whichever of them is asked for."""
TRIES: Final = 100

Endings = dict[int, list[tuple[Job, ...]]]
"""For each answer, jobs of which it is true."""


def draw(brief: Brief) -> Kitchen:
    """Draw the words, and what later photographs show; then what lay there at first.

    What a later photograph shows is drawn once, like the words, so that it cannot depend on the
    answer, not even through the draws that are thrown away.
    """
    world, endings = _draw_words(brief)
    stream = brief.pictures
    return replace(
        world,
        jobs=stream.choice(endings[brief.answer]),
        setting=draw_setting(stream, ("wood", "concrete"), ("studio", "day")),
    )


def variants(world: Kitchen, part: str) -> Iterator[Kitchen]:
    """Show another number of things, or say another number."""
    kind, _, name = part.partition(" ")
    counts = range(1, MOST + 1)
    if part == "image 1":
        for at in range(len(world.jobs)):
            yield from _with_job(world, at, "first", counts)
    elif kind == "image":
        yield from _with_job(world, world.shown[int(name) - 2], "left", counts)
    else:
        field, values = _SPANS[kind]
        at = [job.kind for job in world.jobs].index(name)
        yield from _with_job(world, at, field, values)


_SPANS: Final[Mapping[str, tuple[str, Sequence[Any]]]] = {
    "minutes": ("minutes", MINUTES[1]),
    "late": ("delay", DELAYS[1]),
    "fetched": ("fetched", EXTRA[1]),
    "batch": ("batch", BATCHES),
}
"""For each kind of span, the field of a job that it gives, and what may stand there."""


def _with_job(world: Kitchen, at: int, field: str, values: Sequence[Any]) -> Iterator[Kitchen]:
    """Yield worlds in which one number of a job is another one, the most different first."""
    job = world.jobs[at]
    now = getattr(job, field)
    for value in sorted(values, key=lambda value: -abs(value - now)):
        changed = replace(job, **{field: value})
        if changed.fits() and value != now:
            yield replace(world, jobs=(*world.jobs[:at], changed, *world.jobs[at + 1 :]))


def _draw_words(brief: Brief) -> tuple[Kitchen, Endings]:
    """Draw all that the text says, which job each later image shows, and how many it shows.

    All this is drawn again until any answer can come of it: it must not tell which one does.
    """
    stream, count = brief.words, JOBS[brief.level]
    for _ in range(TRIES):
        jobs = stream.shuffled(_draw_jobs(brief.level, stream))
        world = Kitchen(
            form=brief.form,
            manner=stream.below(60),
            jobs=tuple(jobs),
            shown=stream.shuffled(range(count)),
        )
        endings = _endings(world)
        if min(len(endings[answer]) for answer in range(ANSWERS[count])) >= LEAST[count]:
            return world, endings
    raise RejectedError("no words leave every answer open")


def _draw_jobs(level: int, stream: Stream) -> list[Job]:
    """Draw what the text says of each kind of thing."""
    count, oven = JOBS[level], level in WITH_OVEN
    kinds = [*stream.sample(GOING, count - oven), *stream.sample(COMING, int(oven))]
    paces = stream.sample(MINUTES[0], count)
    if level in LATE:
        # Fast is what begins late; slow is what goes several at a time, so a few times only.
        fast, middle, slow = sorted(paces)
        paces = (middle, slow, fast)
    jobs = [_draw_job(kind, pace, stream) for kind, pace in zip(kinds, paces, strict=True)]
    if level in FETCHED:
        jobs[0] = replace(jobs[0], fetched=stream.choice(EXTRA[0]))
    if level in IN_BATCHES:
        jobs[1] = replace(jobs[1], batch=2, batched=True)
    if level in LATE:
        jobs[-1] = replace(jobs[-1], delay=stream.choice(DELAYS[0]))
    return jobs


def _draw_job(kind: str, pace: Fraction, stream: Stream) -> Job:
    """Draw how many things a later photograph shows."""
    left = stream.integer(*LEFT)
    if kind in COMING:
        left = MOST + 1 - left
    return Job(kind=kind, left=left, minutes=pace)


def _endings(world: Kitchen) -> Endings:
    """List for each answer how many of each kind there may have been at first."""
    endings: Endings = defaultdict(list)
    rule = RULES[world.form]
    # As drawn, all times are whole minutes, which compare much faster than fractions.
    timed = [[(job, int(job.time)) for job in _begun(one)] for one in world.jobs]
    for ways in product(*timed):
        times = [ways[at][1] for at in world.shown]
        gaps = [after - before for before, after in pairwise(sorted(times))]
        if min(gaps) >= GAPS[0] and max(gaps) <= GAPS[1]:
            endings[rule(*times)].append(tuple(job for job, _ in ways))
    return endings


def _begun(job: Job) -> list[Job]:
    """List how many there may have been at first, by how many went or came since."""
    since = range(job.batch, DONE + 1, job.batch)
    firsts = (job.left - n if job.coming else job.left + n - job.fetched for n in since)
    begun = (replace(job, first=first) for first in firsts)
    return [one for one in begun if one.fits()]
