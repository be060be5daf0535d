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
    counted,
    decimal,
    listed,
    plural,
)
from mirbench.synth.worlds.kitchen import Job, Kitchen

OPENINGS: Final = (
    "<image1> shows what lies on the kitchen table when the cook begins.",
    "When the cook begins, the kitchen table looks as in <image1>.",
)
GOING: Final = (
    "Every {{minutes {kind}}} {a_kind} goes from the table into the pot.",
    "Into the pot goes {a_kind} every {{minutes {kind}}}.",
)
BATCHES: Final = (
    "Every {{minutes {kind}}} {kinds} go from the table into the pot, {{batch {kind}}}.",
    "Into the pot go {kinds}, {{batch {kind}}} every {{minutes {kind}}}.",
)
COMING: Final = (
    "Every {{minutes {kind}}} another {kind} comes out of the oven and onto the table.",
    "The oven gives another {kind} every {{minutes {kind}}}, which is put on the table.",
)
LATE: Final = "With the {kinds} the cook begins {{late {kind}}} later than with the rest."
FETCHED: Final = (
    "Right after image 1 was taken, {{fetched {kind}}} came from the fridge onto the table."
)
START: Final = "Of no kind does anything go or come before its first interval has passed."
LATER: Final = (
    "Later {images} were taken, each of one kind of thing only, when its number had just changed.",
    "Some time later {images} were taken. Each shows what then lies there of one kind, just after "
    "the number of it has changed.",
)
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "first": (
        "Which of these two later photographs was taken first?",
        "Which of the two later photographs is the earlier one?",
    ),
    "last": (
        "Which of these two later photographs was taken last?",
        "Which of the two later photographs shows the later moment?",
    ),
    "order": (
        "In what order were these later photographs taken, the earliest first?",
        "Which order in time is the right one for the later photographs?",
    ),
}


def wording(world: Kitchen) -> Wording:
    """Show the table at first, say what happens to it, show it later, ask."""
    spans: dict[str, str] = {}
    manner = world.manner
    told = [OPENINGS[manner % 2]]
    for number, job in enumerate(world.jobs):
        told += _job_told(job, manner + number, spans)
    images = listed([f"<image{number}>" for number, _ in enumerate(world.shown, start=2)])
    told.append(START)
    told.append(LATER[manner // 2 % 2].format(images=images))
    told.append(QUESTIONS[world.form][manner // 4 % 2])
    return Wording(template=" ".join(told), spans=spans)


def _job_told(job: Job, manner: int, spans: dict[str, str]) -> Iterator[str]:
    """Say what becomes of one kind of thing."""
    names = {"kind": job.kind, "kinds": plural(job.kind), "a_kind": article(job.kind)}
    spans[f"minutes {job.kind}"] = minutes(job.minutes)
    if job.batched:
        spans[f"batch {job.kind}"] = f"{NUMBER_WORDS[job.batch]} at a time"
    manners = COMING if job.coming else BATCHES if job.batched else GOING
    yield manners[manner % 2].format(**names)
    if job.delay:
        spans[f"late {job.kind}"] = minutes(Fraction(job.delay))
        yield LATE.format(**names)
    if job.fetched:
        spans[f"fetched {job.kind}"] = counted(job.fetched, f"more {job.kind}")
        yield FETCHED.format(**names)


def minutes(count: Fraction) -> str:
    """Write a time: `half a minute`, `1 minute`, `2.5 minutes`."""
    return "half a minute" if count == Fraction(1, 2) else _in_minutes(count)


def summary(world: Kitchen) -> str:
    """Say how numbers of things give times."""
    plan = (
        "For each kind of thing, count how many there are at first and in its later photograph.",
        "Add what was fetched meanwhile." if any(job.fetched for job in world.jobs) else "",
        "The difference is how many went into the pot or came out of the oven.",
        "Divide by how many went at a time." if any(job.batched for job in world.jobs) else "",
        "Multiply by the minutes that it takes each time.",
        "Add the minutes of a late start." if any(job.delay for job in world.jobs) else "",
        "That is when the photograph was taken; compare.",
    )
    return " ".join(filter(None, plan))


def captions(world: Kitchen) -> Sequence[str]:
    """Say how many things each image shows, and how fast they go or come."""
    rows = [counted_up(job.first, job.kind) for job in world.jobs]
    told = [f"Image 1, when the cook begins: {listed(rows)}."]
    for number, job in enumerate(world.in_pictures(), start=2):
        verb = "coming out of the oven" if job.coming else "going into the pot"
        batch = f"{NUMBER_WORDS[job.batch]} of them" if job.batch > 1 else "one of them"
        told.append(
            f"Image {number}, later: {counted_up(job.left, job.kind)}, {batch} {verb} every "
            f"{minutes(job.minutes)}."
        )
    return told


def counted_up(count: int, noun: str) -> str:
    """Return a count in digits and its noun, `9 eggs`."""
    return f"{count} {noun if count == 1 else plural(noun)}"


def relations(world: Kitchen, trace: Mapping[str, Any]) -> Sequence[str]:
    """Say for each later image when it was taken, then list the times."""
    told = [_time_told(job, number, trace) for number, job in enumerate(world.in_pictures(), 2)]
    times = [
        f"image {number} {decimal(trace[f'time of image {number}'])}"
        for number, _ in enumerate(world.shown, start=2)
    ]
    return [*told, f"Minutes since the cook began: {'; '.join(times)}."]


def replay(world: Kitchen, relations: str) -> int:
    """Compare the times that the last line gives."""
    found = re.findall(r"image \d+ (\d+(?:\.\d+)?)", relations.splitlines()[-1])
    return RULES[world.form](*map(Fraction, found))


def _time_told(job: Job, number: int, trace: Mapping[str, Any]) -> str:
    """Say how many went or came until a later image, and how long that took."""
    kind = job.kind
    first, left, done = (
        trace[f"{kind} {where}"] for where in ("in image 1", f"in image {number}", "done")
    )
    begun = f"Image 1 has {counted_up(int(first), kind)}"
    if job.fetched:
        begun += f" and {job.fetched} more were fetched"
    fate = "come out of the oven" if job.coming else "gone into the pot"
    how = f"{decimal(trace[f'{kind} times'])} x {decimal(job.minutes)}"
    if job.delay:
        how += f" + {job.delay}"
    verb = "has" if done == 1 else "have"
    batch = f", {job.batch} at a time" if job.batch > 1 else ""
    return (
        f"{begun}; image {number} has {int(left)}, so {int(done)} {verb} {fate}{batch}: "
        f"{how} = {decimal(trace[f'time of image {number}'])} minutes after the beginning."
    )


def _in_minutes(count: Fraction) -> str:
    return f"{decimal(count)} minute{'' if count == 1 else 's'}"
