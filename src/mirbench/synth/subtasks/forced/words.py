"""The English of Forced Perspective: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.program import COMPARISONS
from mirbench.synth.text import NUMBER_WORDS, TIMES, Wording, article, decimal, listed, significant
from mirbench.synth.worlds.forced import RULES, Illusion, Link, Meeting

PLACES: Final[Mapping[int, Sequence[str]]] = {2: ("left", "right"), 3: ("left", "middle", "right")}
LONG: Final[Mapping[Fraction, str]] = {
    Fraction(1): "exactly as long as",
    **{factor: f"{times.removesuffix(' of')} as long as" for factor, times in TIMES.items()},
}
OPENINGS: Final = (
    "<image1> shows {count} things behind a hedge. From there they look equally tall, but they "
    "may stand at very different distances.",
    "In <image1>, {count} things look exactly equally tall; the hedge hides how far away each of "
    "them stands.",
    "Seen from the spot where <image1> was taken, {count} things reach equally high above the "
    "hedge, whatever their true heights and distances are.",
)
QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "taller": (
        "Which of the {count} things in image 1 was really the tallest?",
        "Of the {count} things behind the hedge in image 1, which one was in truth the tallest?",
        "Judging by their true heights, which of the {count} things in image 1 was the tallest?",
    ),
    "shorter": (
        "Which of the {count} things in image 1 was really the shortest?",
        "Of the {count} things behind the hedge in image 1, which one was in truth the shortest?",
        "Judging by their true heights, which of the {count} things in image 1 was the shortest?",
    ),
}


def answers(world: Illusion) -> list[str]:
    """Return the form's answers."""
    where = {"left": "on the left", "middle": "in the middle", "right": "on the right"}
    told = [f"The one {where[place]}" for place in PLACES[len(world.shown)]]
    return [*told, f"{'Both' if len(told) == 2 else 'All three'} were equally tall"]


def wording(world: Illusion) -> Wording:
    """Show the illusion, then what stands beside the vehicles, compare those, ask."""
    spans: dict[str, str] = {}
    count = NUMBER_WORDS[len(world.shown)]
    told = [OPENINGS[world.manner % len(OPENINGS)].format(count=count)]
    told += [
        _meeting_told(meeting, number, world.manner)
        for number, meeting in enumerate(world.meetings, start=2)
    ]
    told += [_link_shown(link, index + 1) for index, link in world.shown_links()]
    told.append("In every image but image 1, everything stands equally far from the camera.")
    told += _links_told(world, spans)
    if world.grown:
        spans["growth"] = f"{TIMES[world.growth]} the height"
        told.append(
            f"Image 1 was taken years after the others: by then the {world.grown} had {{growth}} "
            f"that it has in image {world.image_of(world.grown) + 1}."
        )
    asked = QUESTIONS[world.form][world.manner // 3 % 3].format(count=count)
    told.append(_comparative(asked) if len(world.shown) == 2 else asked)
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Illusion) -> str:
    """Say how vehicles give the true heights."""
    seen = any(not link.told for link in world.links)
    plan = (
        "See in the first image which things are asked for; how tall they look there says "
        "nothing, as their distances are unknown.",
        "Compare each of them with the vehicle beside it.",
        "Work out how long the vehicles are against each other from what the text says"
        + (" and from the photograph of two vehicles." if seen else "."),
        "Apply the change in height that the text reports." if world.grown else "",
        "Multiply, and compare the true heights.",
    )
    return " ".join(filter(None, plan))


def captions(world: Illusion) -> Sequence[str]:
    """Say what each image shows and what the text adds."""
    named = listed([article(kind) for kind in world.shown])
    told = [f"Image 1: from left to right {named} behind a hedge, looking equally tall."]
    for number, meeting in enumerate(world.meetings, start=2):
        things = listed([article(beside.kind) for beside in meeting.things])
        told.append(f"Image {number}: {article(meeting.vehicle)} with {things} beside it.")
    for index, link in world.shown_links():
        pair = f"{article(link.known)} and {article(link.other)}"
        told.append(f"Image {index + 1}: {pair} parked in one row.")
    return told


def relations(world: Illusion, trace: Mapping[str, Any]) -> Sequence[str]:
    """Lengths of vehicles, then true heights."""
    told = [f"Call the length of the {world.meetings[0].vehicle} 1."]
    images = {link.other: index + 1 for index, link in world.shown_links()}
    for link in world.links:
        told.append(_length_told(link, images.get(link.other), trace))
    told += [_height_told(world, kind, trace) for kind in sorted(world.shown, key=world.image_of)]
    places = PLACES[len(world.shown)]
    heights = [
        f"{place} {significant(trace[f'{kind} height'])}"
        for place, kind in zip(places, world.shown, strict=True)
    ]
    return [*told, f"True heights of what image 1 shows, by place: {listed(heights)}."]


def replay(world: Illusion, relations: str) -> int:
    """Compare the heights that the last sentence gives."""
    found = dict(re.findall(r"(left|middle|right) (\d[\d.]*\d|\d)", relations.splitlines()[-1]))
    heights = (Fraction(found[place]) for place in PLACES[len(world.shown)])
    return COMPARISONS[RULES[world.form]](*heights)


def _comparative(question: str) -> str:
    """Say `taller` of two where `tallest` is said of three."""
    return question.replace("the tallest", "taller").replace("the shortest", "shorter")


def _meeting_told(meeting: Meeting, number: int, manner: int) -> str:
    things = listed([f"the {beside.kind}" for beside in meeting.things])
    vehicle = meeting.vehicle
    stands = "stands" if len(meeting.things) == 1 else "stand"
    return (
        f"In <image{number}>, {things} {stands} beside {article(vehicle)}.",
        f"<image{number}> shows {things} beside {article(vehicle)}.",
        f"<image{number}> shows {article(vehicle)} parked beside {things}.",
    )[(manner + number) % 3]


def _link_shown(link: Link, number: int) -> str:
    return f"<image{number}> shows the {link.known} and the {link.other} parked in one row."


def _links_told(world: Illusion, spans: dict[str, str]) -> Iterator[str]:
    for link in world.links:
        if link.told:
            spans[f"length {link.other}"] = LONG[link.factor]
            yield f"The {link.other} is {{length {link.other}}} the {link.known}."


def _length_told(link: Link, image: int | None, trace: Mapping[str, Any]) -> str:
    """Say how long a vehicle is, from the text or from an image."""
    length = significant(trace[f"{link.other} length"])
    if image is None:
        return (
            f"The text says that the {link.other} is {LONG[link.factor]} the {link.known}, so its "
            f"length is {length}."
        )
    factor = significant(trace[f"{link.other} factor"])
    looks = [trace[f"{name} in image {image}"] for name in (link.known, link.other)]
    return (
        f"In image {image} the {link.known} is {looks[0]} pixels long and the {link.other} "
        f"{looks[1]}, which is {factor} times as long: its length is {length}."
    )


def _height_told(world: Illusion, kind: str, trace: Mapping[str, Any]) -> str:
    """Say how tall a thing is against its vehicle, and its true height."""
    image, vehicle = world.image_of(kind) + 1, world.vehicle_of(kind)
    tall, long = (trace[f"{name} in image {image}"] for name in (kind, vehicle))
    factors = [significant(trace[f"{kind} ratio"]), significant(trace[f"{vehicle} length"])]
    factors += [decimal(world.growth)] if kind == world.grown else []
    return (
        f"In image {image} the {kind} is {tall} pixels tall and the {vehicle} {long} long: "
        f"{' x '.join(factors)} = {significant(trace[f'{kind} height'])}."
    )
