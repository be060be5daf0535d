"""The English of Depth Relationship: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.program import COMPARISONS
from mirbench.synth.text import (
    TIMES,
    Wording,
    article,
    counted,
    decimal,
    listed,
    metres,
    significant,
)
from mirbench.synth.worlds.balloons import (
    RULES,
    Balloon,
    Balloons,
    Meeting,
    name_of,
)

QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "nearest": (
        "Which balloon in the air was closest to the camera?",
        "Of the balloons in the air, which one had the shortest distance to the photographer?",
        "Which of the flying balloons was nearest?",
    ),
    "farthest": (
        "Which balloon in the air was farthest from the camera?",
        "Of the balloons in the air, which one had the longest distance to the photographer?",
        "Which of the flying balloons was the most distant?",
    ),
    "near_to_far": (
        "In what order were the balloons in the air, from the closest to the farthest?",
        "Put the flying balloons in order of distance from the camera, the nearest first.",
    ),
    "far_to_near": (
        "In what order were the balloons in the air, from the farthest to the closest?",
        "Put the flying balloons in order of distance from the camera, the farthest first.",
    ),
}


def wording(world: Balloons) -> Wording:
    """Show the sky, say what stands beside each balloon on the ground, ask."""
    spans: dict[str, str] = {}
    told = _skies_told(world, spans)
    for number, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        told.append(_meeting_told(world, meeting, number, spans))
    told.append(
        "In every photograph taken on the ground, the two stand equally far from the camera."
    )
    told += _changes_told(world, spans)
    questions = QUESTIONS[world.form]
    told.append(questions[world.manner % len(questions)])
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Balloons) -> str:
    """Say how real and apparent heights give the distances."""
    chained = any(meeting.other >= 0 for meeting in world.meetings)
    changed = any(one.change != 1 for one in world.balloons)
    plan = (
        "Find each balloon's height on the ground by comparing it with what stands beside it.",
        "Where two balloons stand together, pass the height on." if chained else "",
        "Apply the change that the text reports before take-off." if changed else "",
        "Undo the zoom of the second photograph of the sky." if world.num_skies > 1 else "",
        "Divide each height by how tall the balloon looks in the air: that is in proportion "
        "to its distance. Compare.",
    )
    return " ".join(filter(None, plan))


def captions(world: Balloons) -> Sequence[str]:
    """Say which balloons each image shows and what the text adds."""
    told = []
    for sky in range(world.num_skies):
        names = listed([article(name_of(one.colour)) for one in world.in_sky(sky)])
        zoomed = f", with everything {TIMES[world.zoom]} the size" if sky else ""
        told.append(f"Image {sky + 1}: {names} in the air{zoomed}.")
    for number, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        mine, its = (article(name_of(key)) for key in world.pair(meeting))
        tall = f", which is {metres(meeting.height)} tall" if meeting.thing else ""
        told.append(f"Image {number}: {mine} on the ground beside {its}{tall}.")
    return told


def relations(world: Balloons, trace: Mapping[str, Any]) -> Sequence[str]:
    """Heights on the ground, then heights and distances in the air."""
    first = world.meetings[0]
    start = f"Call the height of the {world.balloons[first.other].colour} balloon 1."
    told = [] if first.thing else [start]
    for number, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        told.append(_ratio_told(world, meeting, number, trace))
    told += [_distance_told(one, world, trace) for one in world.balloons]
    distances = [
        f"{one.colour} {significant(trace[f'{one.colour} distance'])}" for one in world.balloons
    ]
    return [*told, f"The larger this number, the farther away: {listed(distances)}."]


def replay(world: Balloons, relations: str) -> int:
    """Compare the distances that the last sentence gives."""
    found = dict(re.findall(r"(\w+) (\d[\d.]*\d|\d)", relations.splitlines()[-1]))
    distances = (Fraction(found[one.colour]) for one in world.balloons)
    return COMPARISONS[RULES[world.form]](*distances)


def _skies_told(world: Balloons, spans: dict[str, str]) -> list[str]:
    if world.num_skies == 1:
        number = counted(len(world.balloons), "hot-air balloon")
        manners = (f"<image1> shows {number} in the air.", f"In <image1>, {number} are flying.")
        return [manners[world.manner // 6 % 2]]
    spans["zoom"] = f"{TIMES[world.zoom]} the size"
    return [
        "<image1> and <image2> show hot-air balloons in the air. Both were taken from the same "
        "spot, but for image 2 the zoom was changed: everything in it has {zoom} that it would "
        "have in image 1."
    ]


def _meeting_told(world: Balloons, meeting: Meeting, number: int, spans: dict[str, str]) -> str:
    mine, its = (name_of(key) for key in world.pair(meeting))
    if not meeting.thing:
        return (
            f"In <image{number}> the {mine} stands on the ground beside the {its}.",
            f"<image{number}> shows the {mine} and the {its} on the ground.",
        )[(world.manner + number) % 2]
    slot = f"height {number}"
    spans[slot] = f"{metres(meeting.height)} tall"
    return (
        f"In <image{number}> the {mine} stands on the ground beside {article(its)} that is "
        f"{{{slot}}}.",
        f"<image{number}> shows the {mine} on the ground; the {its} beside it is {{{slot}}}.",
        f"The {its} next to the {mine} in <image{number}> is {{{slot}}}.",
    )[(world.manner + number) % 3]


def _changes_told(world: Balloons, spans: dict[str, str]) -> Iterator[str]:
    for one in world.balloons:
        if one.change != 1:
            spans[f"change {one.colour}"] = f"{TIMES[one.change]} the height"
            yield (
                f"Before take-off the {one.colour} balloon was resized: in the air it has "
                f"{{change {one.colour}}} that it had on the ground."
            )


def _ratio_told(world: Balloons, meeting: Meeting, number: int, trace: Mapping[str, Any]) -> str:
    mine, its = world.pair(meeting)
    looks = [trace[f"{key} in image {number}"] for key in (mine, its)]
    known = trace[f"height {number}" if meeting.thing else f"{its} on the ground"]
    heights = [_height(world, height) for height in (known, trace[f"{mine} on the ground"])]
    return (
        f"In image {number} the {name_of(mine)} is {looks[0]} pixels tall and the {name_of(its)} "
        f"{looks[1]}, so its height is {looks[0]} / {looks[1]} x {heights[0]} = {heights[1]}."
    )


def _height(world: Balloons, height: Fraction) -> str:
    """Return a height in metres, or in heights of the balloon that is taken as 1."""
    return metres(100 * height) if world.meetings[0].thing else significant(height)


def _distance_told(one: Balloon, world: Balloons, trace: Mapping[str, Any]) -> str:
    """Say how tall a balloon really is in the air, how tall it looks, and the quotient."""
    image = one.sky + 1
    looks = trace[f"{one.colour} in image {image}"]
    factors = [_height(world, trace[f"{one.colour} on the ground"])]
    factors += [decimal(one.change)] if one.change != 1 else []
    factors += [decimal(world.zoom)] if one.sky else []
    return (
        f"In image {image} the {one.colour} balloon is {looks} pixels tall: "
        f"{' x '.join(factors)} / {looks} = {significant(trace[f'{one.colour} distance'])}."
    )
