"""Draws kitchens in which photographs were taken as the answer says, and their twins."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from typing import Any, Final, NamedTuple

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.worlds.kitchen import COMING, GOING, MOST, Job, Kitchen


class Recipe(NamedTuple):
    """What happens at a level.

    Attributes:
        jobs: How many kinds of things there are.
        fetched: Of how many kinds more is fetched.
        waits: With how many kinds the cook waits for another one.
        oven: Whether one kind comes out of the oven.
        batches: Whether one goes several at a time.
    """

    jobs: int
    fetched: int = 0
    waits: int = 0
    oven: bool = False
    batches: bool = False


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(2),
    2: Recipe(3, fetched=1),
    3: Recipe(3, fetched=1, waits=1, oven=True),
    4: Recipe(3, fetched=1, waits=2, oven=True),
    5: Recipe(3, fetched=2, waits=2, batches=True),
}
MINUTES: Final = (
    tuple(map(Fraction, (2, 3, 4, 5))),
    tuple(Fraction(half, 2) for half in range(1, 25)),
)
"""Minutes each time: what is drawn, what is still fair."""
EXTRA: Final = (2, 5)
"""How many are fetched, at least and at most."""
BATCHES: Final = (1, 2, 3, 4, 5, 6, 7, 8)
LEFT: Final = (3, 4)
"""How many are left of what goes into the pot; as many are wanting where things come."""
MARKS: Final = (2, 3)
"""How many go or come, after the cook began with another kind, until the later photograph."""
DONE: Final = 8
"""How often some go or come at most until a photograph is taken."""
GAPS: Final = (1, 8)
"""Minutes between one photograph and the next, at least and at most: a little changes the order."""
ANSWERS: Final = {2: 2, 3: 6}
LEAST: Final = {2: 4, 3: 2}
"""For so many later photographs: how many answers there are; in how many ways each has to come out
true, at least, whichever of them is asked for."""
TRIES: Final = 400

Endings = dict[int, list[tuple[Job, ...]]]
"""For each answer, jobs of which it is true."""


def draw(brief: Brief) -> Kitchen:
    """Draw the words, and what all photographs but the first show; then what lay there at first.

    What they show is drawn once, like the words, so that it cannot depend on the answer, not even
    through the draws that are thrown away.
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
        for job in world.jobs:
            yield from _with_job(world, job.kind, "first", counts)
    elif kind == "image":
        photo = world.photos()[int(name) - 2]
        field = {"fetched": "fetched", "start": "mark", "later": "left"}[photo.what]
        yield from _with_job(world, photo.starts or photo.job.kind, field, counts)
    else:
        yield from _with_job(world, name, kind, {"minutes": MINUTES[1], "batch": BATCHES}[kind])


def _with_job(world: Kitchen, kind: str, field: str, values: Sequence[Any]) -> Iterator[Kitchen]:
    """Yield worlds in which one number of a job is another one, the most different first."""
    now = getattr(world.job_of(kind), field)
    for value in sorted(values, key=lambda value: -abs(value - now)):
        jobs = (replace(j, **{field: value}) if j.kind == kind else j for j in world.jobs)
        changed = replace(world, jobs=tuple(jobs))
        if value != now and changed.fits():
            yield changed


def _draw_words(brief: Brief) -> tuple[Kitchen, Endings]:
    """Draw all that the text says, and what all photographs but the first show.

    All this is drawn again until any answer can come of it: it must not tell which one does.
    """
    stream, recipe = brief.words, RECIPES[brief.level]
    for _ in range(TRIES):
        world = Kitchen(
            form=brief.form,
            manner=stream.below(60),
            jobs=stream.shuffled(_draw_jobs(recipe, stream)),
            shown=stream.shuffled(range(recipe.jobs)),
        )
        endings = _endings(world)
        ways = [len(endings[answer]) for answer in range(ANSWERS[recipe.jobs])]
        if min(ways) >= LEAST[recipe.jobs]:
            return world, endings
    raise RejectedError("no words leave every answer open")


def _draw_jobs(recipe: Recipe, stream: Stream) -> list[Job]:
    """Draw what the text says of each kind of thing, and what photographs but the first show."""
    going = stream.sample(GOING, recipe.jobs - recipe.oven)
    kinds = stream.shuffled((*going, *stream.sample(COMING, int(recipe.oven))))
    # What the cook waits with goes fast, or it would hardly ever come first.
    paces = sorted(stream.sample(MINUTES[0], recipe.jobs), reverse=True)
    # With all that waits the cook waits for the same kind, the slowest of all.
    awaited = kinds[0] if recipe.waits else ""
    # More of that kind would make everything later, and so nothing different.
    others = [kind for kind in going if kind != awaited]
    batched = others[: int(recipe.batches)]
    fetched = stream.sample(others, recipe.fetched)
    jobs = [
        Job(
            kind=kind,
            left=_left(kind, stream.integer(*LEFT)),
            minutes=pace,
            batch=2 if kind in batched else 1,
            batched=kind in batched,
            fetched=stream.integer(*EXTRA) if kind in fetched else 0,
        )
        for kind, pace in zip(kinds, paces, strict=True)
    ]
    marks = stream.sample(MARKS, recipe.waits)
    for at, mark in enumerate(marks, start=recipe.jobs - recipe.waits):
        before = jobs[0].left + (-mark if jobs[0].coming else mark)
        jobs[at] = replace(jobs[at], after=awaited, mark=before)
    return jobs


def _left(kind: str, count: int) -> int:
    """Return how many things a photograph shows when so many are left, or are still to come."""
    return MOST + 1 - count if kind in COMING else count


def _endings(world: Kitchen) -> Endings:
    """List for each answer how many of each kind there may have been at first.

    Only those are listed in which every photograph but the first, and every batch, is needed.
    """
    endings: Endings = defaultdict(list)
    rule = RULES[world.form]
    kinds = [job.kind for job in world.jobs]
    awaited = [kinds.index(job.after) if job.after else None for job in world.jobs]
    for ways in product(*(_begun(world, job) for job in world.jobs)):
        begun = [
            0 if other is None else ways[other].lasted[job.mark]
            for job, other in zip(world.jobs, awaited, strict=True)
        ]
        times = [start + way.lasted[way.job.left] for start, way in zip(begun, ways, strict=True)]
        gaps = [after - before for before, after in pairwise(sorted(times))]
        if min(gaps) < GAPS[0] or max(gaps) > GAPS[1]:
            continue
        for at, (way, other) in enumerate(zip(ways, awaited, strict=True)):
            starts = [] if other is None else [list(ways[other].lasted.values())]
            lasted = way.lasted[way.job.left]
            shifted = [[begun[at] + one for one in ones] for ones in way.otherwise]
            shifted += [[start + lasted for start in ones] for ones in starts]
            if not all(_matter(ones, at, times) for ones in shifted):
                break
        else:
            answer = rule(*(times[at] for at in world.shown))
            endings[answer].append(tuple(way.job for way in ways))
    return endings


def _matter(others: Sequence[int], at: int, times: Sequence[int]) -> bool:
    """Tell whether one of other times, for the photograph `at`, gives another order."""
    rest = [time for when, time in enumerate(times) if when != at]
    rank = sum(time < times[at] for time in rest)
    return any(one not in rest and sum(time < one for time in rest) != rank for one in others)


class _Way(NamedTuple):
    """How many there may have been at first, and how long the cook is at it then.

    As drawn, all times are whole minutes, which compare much faster than fractions.
    """

    job: Job
    lasted: Mapping[int, int]
    """How long it lasts until so many lie there."""
    otherwise: Sequence[Sequence[int]]
    """How long until the later photograph if that, or more fetched, or a batch were different."""


def _begun(world: Kitchen, job: Job) -> list[_Way]:
    """List how many there may have been at first, by how many went or came since."""
    since = (times * job.batch for times in range(1, DONE + 1))
    firsts = (job.left - n if job.coming else job.left + n - job.fetched for n in since)
    begun = (replace(job, first=first) for first in firsts)
    marks = [other.mark for other in world.jobs if other.after == job.kind]
    return [_way(one) for one in begun if one.fits() and all(map(one.reaches, marks))]


def _way(job: Job) -> _Way:
    pace, done = int(job.minutes), job.done(job.left)
    reached = [left for left in range(1, MOST + 1) if job.reaches(left)]
    lasted = {left: pace * job.done(left) // job.batch for left in reached}
    otherwise = [list(lasted.values())]
    if job.fetched:
        counts = (done - job.fetched + fetched for fetched in range(1, MOST + 1))
        otherwise.append([pace * n // job.batch for n in counts if n > 0 and n % job.batch == 0])
    if job.batched:
        otherwise.append([pace * done // batch for batch in BATCHES if done % batch == 0])
    return _Way(job, lasted, otherwise)
