"""The English of Cooking Process: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.text import (
    NUMBER_WORDS,
    Wording,
    article,
    decimal,
    listed,
    plural,
)
from mirbench.synth.worlds.kitchen import Job, Kitchen

OPENINGS: Final = (
    "<image1> shows what lies on the kitchen table when the cook begins.",
    "When the cook begins, the kitchen table looks as in <image1>.",
    "A cook sets to work; <image1> is the kitchen table at the beginning.",
)
GOING: Final = (
    "Every {{minutes {kind}}} {a_kind} goes from the table into the pot.",
    "Into the pot goes {a_kind} every {{minutes {kind}}}.",
    "The cook drops {a_kind} from the table into the pot every {{minutes {kind}}}.",
)
BATCHES: Final = (
    "Every {{minutes {kind}}} {kinds} go from the table into the pot, {{batch {kind}}}.",
    "Into the pot go {kinds}, {{batch {kind}}} every {{minutes {kind}}}.",
    "The cook drops {kinds} from the table into the pot, {{batch {kind}}} every "
    "{{minutes {kind}}}.",
)
COMING: Final = (
    "Every {{minutes {kind}}} another {kind} comes out of the oven and onto the table.",
    "The oven gives another {kind} every {{minutes {kind}}}, which is put on the table.",
    "One more {kind} is taken from the oven to the table every {{minutes {kind}}}.",
)
FETCHED: Final = (
    "Right after image 1 was taken, more {kinds} came from the fridge onto the table: those in "
    "{image}.",
    "{image} shows the {kinds} that were fetched from the fridge in addition, at the very "
    "beginning.",
    "The {kinds} in {image} were still in the fridge when image 1 was taken, and were put on the "
    "table right after that.",
)
WAITS: Final = (
    "With the {kinds} the cook begins only when the number of {others} on the table has just come "
    "to what {image} shows.",
    "The cook waits with the {kinds} until there are as many {others} on the table as in {image}, "
    "and begins with them that very minute.",
    "{image} was taken at the moment when the number of {others} had just changed to what it "
    "shows; only then does the cook begin with the {kinds}.",
)
START: Final = (
    "Nothing goes or comes before its first interval has passed.",
    "The first of each kind goes or comes when its first interval is over.",
)
LATER: Final = (
    "Later {images} were taken, each of one kind of thing only, when its number had just changed.",
    "Some time later {images} were taken. Each shows what then lies there of one kind, just after "
    "the number of it has changed.",
    "{images} are later photographs; each was taken just after the number of what it shows had "
    "changed on the table.",
)
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "first": (
        "Which of these two later photographs was taken first?",
        "Which of the two later photographs is the earlier one?",
        "Of the two later photographs, which one was there before the other?",
    ),
    "last": (
        "Which of these two later photographs was taken last?",
        "Which of the two later photographs shows the later moment?",
        "Of the two later photographs, which one did the photographer take after the other?",
    ),
    "order": (
        "In what order were these later photographs taken, the earliest first?",
        "Which order in time is the right one for the later photographs?",
        "Put the later photographs in the order in which they were taken: which order is it?",
    ),
}


def wording(world: Kitchen) -> Wording:
    """Show the table at first, say what happens to it, show it later, ask."""
    spans: dict[str, str] = {}
    manner = world.manner
    told = [OPENINGS[manner % 3]]
    for number, job in enumerate(world.jobs):
        told += _job_told(world, job, manner + number, spans)
    images = listed([f"<image{world.image_of('later', job.kind)}>" for job in world.in_pictures()])
    told.append(START[manner // 3 % 2])
    told.append(LATER[manner // 4 % 3].format(images=images))
    told.append(QUESTIONS[world.form][manner // 5 % 3])
    return Wording(template=" ".join(told), spans=spans)


def _job_told(world: Kitchen, job: Job, manner: int, spans: dict[str, str]) -> Iterator[str]:
    """Say what becomes of one kind of thing."""
    names = {"kind": job.kind, "kinds": plural(job.kind), "a_kind": article(job.kind)}
    spans[f"minutes {job.kind}"] = minutes(job.minutes)
    if job.batched:
        spans[f"batch {job.kind}"] = f"{NUMBER_WORDS[job.batch]} at a time"
    manners = COMING if job.coming else BATCHES if job.batched else GOING
    yield manners[manner % 3].format(**names)
    if job.fetched:
        image = f"<image{world.image_of('fetched', job.kind)}>"
        yield FETCHED[manner // 3 % 3].format(**names, image=image)
    if job.after:
        image = f"<image{world.image_of('start', job.kind)}>"
        yield WAITS[manner // 2 % 3].format(**names, image=image, others=plural(job.after))


def minutes(count: Fraction) -> str:
    """Write a time: `half a minute`, `1 minute`, `2.5 minutes`."""
    return "half a minute" if count == Fraction(1, 2) else _in_minutes(count)


def summary(world: Kitchen) -> str:
    """Say how numbers of things give times."""
    waits = any(job.after for job in world.jobs)
    plan = (
        "For each kind of thing, count how many there are at first and in its later photograph.",
        "Add what was fetched meanwhile." if any(job.fetched for job in world.jobs) else "",
        "The difference is how many went into the pot or came out of the oven.",
        "Divide by how many went at a time." if any(job.batched for job in world.jobs) else "",
        "Multiply by the minutes that it takes each time.",
        "Find out in the same way when the cook began with what had to wait." if waits else "",
        "Add the times, and compare when photographs were taken."
        if waits
        else "That is when the photograph was taken; compare.",
    )
    return " ".join(filter(None, plan))


def captions(world: Kitchen) -> Sequence[str]:
    """Say how many things each image shows, and how fast they go or come."""
    rows = [counted_up(job.first, job.kind) for job in world.jobs]
    told = [f"Image 1, when the cook begins: {listed(rows)}."]
    for number, (what, job, count, starts) in enumerate(world.photos(), start=2):
        shown = counted_up(count, job.kind)
        verb = "coming out of the oven" if job.coming else "going into the pot"
        batch = f"{NUMBER_WORDS[job.batch]} of them" if job.batch > 1 else "one of them"
        pace = f"{batch} {verb} every {minutes(job.minutes)}"
        told.append(
            {
                "fetched": f"Image {number}, right after the beginning: {shown} more, in front of "
                "the fridge.",
                "start": f"Image {number}, when the cook begins with the {plural(starts)}: "
                f"{shown}, {pace}.",
                "later": f"Image {number}, later: {shown}, {pace}.",
            }[what]
        )
    return told


def counted_up(count: int, noun: str) -> str:
    """Return a count in digits and its noun, `9 eggs`."""
    return f"{count} {noun if count == 1 else plural(noun)}"


def relations(world: Kitchen, trace: Mapping[str, Any]) -> Sequence[str]:
    """Say when each image was taken, those first with which the cook begins; list the times."""
    told, times = [], []
    for job in world.jobs:
        if job.after:
            start, other = world.image_of("start", job.kind), world.job_of(job.after)
            begun = f", when the cook begins with the {plural(job.kind)}"
            told.append(f"{_time_told(world, other, start, trace)}{begun}.")
        told.append(f"{_time_told(world, job, world.image_of('later', job.kind), trace)}.")
    for job in world.in_pictures():
        number = world.image_of("later", job.kind)
        times.append(f"image {number} {decimal(trace[f'time of image {number}'])}")
    return [*told, f"Minutes since the cook began: {'; '.join(times)}."]


def replay(world: Kitchen, relations: str) -> int:
    """Compare the times that the last line gives."""
    found = re.findall(r"image \d+ (\d+(?:\.\d+)?)", relations.splitlines()[-1])
    return RULES[world.form](*map(Fraction, found))


def _time_told(world: Kitchen, job: Job, number: int, trace: Mapping[str, Any]) -> str:
    """Say how many went or came until an image, and how long after the beginning that was."""
    kind = job.kind
    begun = f"Image 1 has {counted_up(int(trace[f'{kind} in image 1']), kind)}"
    if job.fetched:
        fetched = world.image_of("fetched", kind)
        begun += f" and image {fetched} {int(trace[f'{kind} in image {fetched}'])} more"
    left, done = (
        int(trace[name]) for name in (f"{kind} in image {number}", f"done by image {number}")
    )
    how = f"{decimal(trace[f'times by image {number}'])} x {decimal(job.minutes)}"
    if job.after:
        begin = trace[f"time of image {world.image_of('start', kind)}"]
        how = f"{decimal(begin)} + {how}"
    verb = "has" if done == 1 else "have"
    fate = "come out of the oven" if job.coming else "gone into the pot"
    batch = f", {job.batch} at a time" if job.batch > 1 else ""
    return (
        f"{begun}; image {number} has {left}, so {done} {verb} {fate}{batch}: "
        f"{how} = {decimal(trace[f'time of image {number}'])} minutes after the beginning"
    )


def _in_minutes(count: Fraction) -> str:
    return f"{decimal(count)} minute{'' if count == 1 else 's'}"
