"""Depth Relationship: which hot-air balloon is closest?

Balloons hang in an empty sky, so how large one looks says nothing about how far away it is. Other
photographs show each balloon on the ground beside something whose height the text gives, or beside
another balloon. Real height over apparent height is distance, up to a common factor.

Level 1 compares two balloons, level 2 three. From level 3 heights pass from balloon to balloon and
the text changes one before take-off; level 4 has a second, zoomed photograph of the sky; level 5
has it all, with four balloons.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from itertools import product as product_of
from typing import Any, ClassVar, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import COMPARISONS, Facts, Program, Step, execute, product, quotient
from mirbench.synth.puzzle import Brief, Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Shot
from mirbench.synth.text import (
    COMMON_TIMES,
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
    COLOURS,
    HEIGHTS,
    RATIOS,
    SIZES,
    THINGS,
    Balloon,
    Balloons,
    Meeting,
    draw_places,
)
from mirbench.taxonomy import Subtask as SubtaskName

SHARES: Final = tuple(Fraction(n, 10) for n in (3, 4, 5, 6, 15, 18, 21, 25, 30))
"""How much smaller or larger a balloon looks in a twin."""
RULES: Final = {
    "nearest": "smallest",
    "farthest": "largest",
    "near_to_far": "ascending",
    "far_to_near": "descending",
}
OPPOSITE: Final = dict(
    zip(RULES, ("farthest", "nearest", "far_to_near", "near_to_far"), strict=True)
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


class DepthRelationship(Subtask[Balloons]):
    """Which balloon is closest, from real and apparent heights."""

    name: ClassVar[SubtaskName] = "Depth Relationship"
    slug: ClassVar[str] = "depth"

    def forms(self, level: int) -> Sequence[Form]:
        """Two balloons may also be equally far away; three have six orders."""
        if level == 3:
            return [Form(name=name, answers=6) for name in ("near_to_far", "far_to_near")]
        answers = {1: 3, 2: 3, 4: 3, 5: 4}[level]
        return [Form(name=name, answers=answers) for name in ("nearest", "farthest")]

    def draw(self, brief: Brief) -> Balloons:
        """Draw words and distances; then sizes in the air and ratios on the ground that fit."""
        world = _draw_words(brief)
        distances = _draw_distances(brief, len(world.balloons))
        places = draw_places(world, brief.pictures)
        world = replace(
            world,
            balloons=tuple(
                replace(one, place=place) for one, place in zip(world.balloons, places, strict=True)
            ),
        )
        return _fitted(world, distances, brief.pictures)

    def variants(self, world: Balloons, part: str) -> Iterator[Balloons]:
        """Resize a balloon in one image, or say another number."""
        kind, _, name = part.partition(" ")
        if kind == "zoom":
            yield from (replace(world, zoom=zoom) for zoom in TIMES)
        elif kind == "change":
            for at, one in enumerate(world.balloons):
                if one.colour == name:
                    yield from (_with_balloon(world, at, change=change) for change in TIMES)
        elif kind == "height":
            at = int(name) - 1 - world.num_skies
            yield from (_with_meeting(world, at, height=height) for height in HEIGHTS[1])
        elif int(name) <= world.num_skies:
            yield from _resized_in_sky(world, int(name) - 1)
        else:
            at = int(name) - 1 - world.num_skies
            ratios = (world.meetings[at].ratio * share for share in SHARES)
            within = (ratio for ratio in ratios if RATIOS[1][0] <= ratio <= RATIOS[1][1])
            yield from (_with_meeting(world, at, ratio=ratio) for ratio in within)

    def wording(self, world: Balloons) -> Wording:
        """Show the sky, say what stands beside each balloon on the ground, ask."""
        spans: dict[str, str] = {}
        told = _skies_told(world, spans)
        for number, meeting in enumerate(world.meetings, start=world.num_skies + 1):
            told.append(_meeting_told(world, meeting, number, spans))
        told.append("In each photograph on the ground, both stand equally far from the camera.")
        told += _changes_told(world, spans)
        questions = QUESTIONS[world.form]
        told.append(questions[world.manner % len(questions)])
        return Wording(template=" ".join(told), spans=spans)

    def options(self, world: Balloons, truth: int) -> Sequence[Option]:
        """Each balloon, or each order of them."""
        colours = [one.colour for one in world.balloons]
        if world.form in ("near_to_far", "far_to_near"):
            texts = [", ".join(order).capitalize() for order in permutations(colours)]
            return tagged(texts, truth, _mistakes(self, world), "swapped_balloons")
        texts = [f"The {colour} balloon" for colour in colours]
        if len(colours) == 2:
            texts.append("Both are equally far away")
        return tagged(texts, truth, _mistakes(self, world), "misjudged_ratio")

    def program(self, world: Balloons) -> Program:
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

    def facts(self, world: Balloons) -> Facts:
        """Apparent sizes as drawn; only ratios within one image mean anything."""
        facts = _said(world)
        facts |= {f"{one.colour} in image {one.sky + 1}": one.size for one in world.balloons}
        for image, meeting in enumerate(world.meetings, start=world.num_skies + 1):
            colour, other = world.pair(meeting)
            facts |= {f"{colour} in image {image}": meeting.ratio, f"{other} in image {image}": 1}
        return facts

    def measure(self, world: Balloons, eyes: Eyes) -> Facts:
        """Apparent sizes in pixels, from the boxes."""
        return _said(world) | {
            f"{key} in image {image + 1}": Fraction(eyes.height(image, key))
            for _, image, key in self.phrases(world)
        }

    def pictures(self, world: Balloons) -> Sequence[Shot]:
        """The sky first, then the ground."""
        return world.pictures()

    def phrases(self, world: Balloons) -> Sequence[Phrase]:
        """Every balloon wherever it shows, and every thing that one stands beside."""
        shown = [(one.colour, one.sky) for one in world.balloons]
        for image, meeting in enumerate(world.meetings, start=world.num_skies):
            shown += [(key, image) for key in world.pair(meeting)]
        return [Phrase(f"the {_noun(key)}", image, key) for key, image in shown]

    def summary(self, world: Balloons) -> str:
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

    def captions(self, world: Balloons) -> Sequence[str]:
        """Say which balloons each image shows and what the text adds."""
        told = []
        for sky in range(world.num_skies):
            names = listed([article(_noun(one.colour)) for one in world.in_sky(sky)])
            zoomed = f", with everything {TIMES[world.zoom]} the size" if sky else ""
            told.append(f"Image {sky + 1}: {names} in the air{zoomed}.")
        for number, meeting in enumerate(world.meetings, start=world.num_skies + 1):
            mine, its = (article(_noun(key)) for key in world.pair(meeting))
            tall = f", which is {metres(meeting.height)} tall" if meeting.thing else ""
            told.append(f"Image {number}: {mine} on the ground beside {its}{tall}.")
        return told

    def relations(self, world: Balloons, trace: Mapping[str, Any]) -> Sequence[str]:
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

    def replay(self, world: Balloons, relations: str) -> int:
        """Compare the distances that the last sentence gives."""
        found = dict(re.findall(r"(\w+) (\d[\d.]*\d|\d)", relations.splitlines()[-1]))
        distances = (Fraction(found[one.colour]) for one in world.balloons)
        return COMPARISONS[RULES[world.form]](*distances)


def _noun(key: str) -> str:
    return f"{key} balloon" if key in COLOURS else key


# Drawing a world


def _draw_words(brief: Brief) -> Balloons:
    """Draw all that the text says; sizes, places and ratios are still to come."""
    stream, level = brief.words, brief.level
    count = {1: 2, 2: 3, 3: 3, 4: 3, 5: 4}[level]
    upper = {4: 1, 5: 2}.get(level, 0)
    balloons = [
        Balloon(colour=colour, sky=int(at >= count - upper))
        for at, colour in enumerate(stream.sample(COLOURS, count))
    ]
    if level in (3, 5):
        at = stream.below(count)
        common = COMMON_TIMES if level == 3 else COMMON_TIMES[1:3]
        balloons[at] = replace(balloons[at], change=stream.choice(common))
    return Balloons(
        form=brief.form,
        manner=stream.below(60),
        balloons=tuple(stream.shuffled(balloons)),
        meetings=tuple(_draw_meetings(level, count, stream)),
        zoom=stream.choice(COMMON_TIMES[1:3]) if upper else Fraction(1),
    )


def _draw_meetings(level: int, count: int, stream: Stream) -> Iterator[Meeting]:
    """Let balloons meet things; at level 3 each other, at level 5 two things and two others."""
    order = stream.shuffled(range(count))
    for place, at in enumerate(order):
        if level == 3 and place == 0:
            continue
        if level == 3 or (place >= 2 and level == 5):
            yield Meeting(balloon=at, other=order[place - 1 if level == 3 else place - 2])
        else:
            thing, height = stream.choice(THINGS), stream.choice(HEIGHTS[0])
            yield Meeting(balloon=at, thing=thing, height=height)


def _draw_distances(brief: Brief, count: int) -> list[Fraction]:
    """Draw distances, up to a common factor, that make the answer true by a clear margin.

    The runner-up stands clear of the others too: it is the answer of some twin.
    """
    stream, answer = brief.pictures, brief.answer
    second, third, fourth = (Fraction(stream.integer(26, 27), 20) for _ in range(3))
    ranked = [Fraction(1), second, second * third, second * fourth]
    if brief.form in ("near_to_far", "far_to_near"):
        order = list(permutations(range(count)))[answer]
    elif answer < count:
        order = (answer, *stream.shuffled([at for at in range(count) if at != answer]))
    else:
        return [Fraction(1)] * count
    distances = [ranked[order.index(at)] for at in range(count)]
    far_first = brief.form in ("farthest", "far_to_near")
    return [1 / distance for distance in distances] if far_first else distances


def _fitted(world: Balloons, distances: Sequence[Fraction], stream: Stream) -> Balloons:
    """Draw apparent sizes such that every ratio on the ground can be shown.

    Height on the ground = size x reach, where reach is known for each balloon; all reaches share
    one free factor unless balloons meet only each other.
    """
    reaches = [
        distance / (world.zoom if one.sky else 1) / one.change
        for distance, one in zip(distances, world.balloons, strict=True)
    ]
    things = [meeting for meeting in world.meetings if meeting.thing]
    if things:
        needs = sorted(meeting.height / reaches[meeting.balloon] for meeting in things)
        middle = (needs[0] + needs[-1]) * stream.integer(8, 12) / 20
        reaches = [reach * middle * 9 / 2 for reach in reaches]
    for at, meeting in enumerate(world.meetings):
        if not meeting.thing and at == 0:
            world = _sized(world, meeting.other, SIZES[0], stream)
        its = meeting.height or world.balloons[meeting.other].size * reaches[meeting.other]
        limits = [ratio * its / reaches[meeting.balloon] for ratio in RATIOS[0]]
        within = (max(limits[0], SIZES[0][0]), min(limits[1], SIZES[0][1]))
        world = _sized(world, meeting.balloon, within, stream)
        ratio = world.balloons[meeting.balloon].size * reaches[meeting.balloon] / its
        world = _with_meeting(world, at, ratio=ratio, left=stream.chance())
    return world


def _sized(world: Balloons, at: int, within: Sequence[Fraction], stream: Stream) -> Balloons:
    low, high = (round(limit * 200) for limit in within)
    if low > high:
        raise RejectedError("a balloon is too tall or too small beside its neighbour")
    return _with_balloon(world, at, size=Fraction(stream.integer(low, high), 200))


# Twins and mistakes


def _with_balloon(world: Balloons, at: int, **changes: Any) -> Balloons:
    one = replace(world.balloons[at], **changes)
    return replace(world, balloons=(*world.balloons[:at], one, *world.balloons[at + 1 :]))


def _with_meeting(world: Balloons, at: int, **changes: Any) -> Balloons:
    one = replace(world.meetings[at], **changes)
    return replace(world, meetings=(*world.meetings[:at], one, *world.meetings[at + 1 :]))


def _resized_in_sky(world: Balloons, sky: int) -> Iterator[Balloons]:
    """Yield worlds in which the balloons of one sky look smaller or larger."""
    positions = [at for at, one in enumerate(world.balloons) if one.sky == sky]
    for shares in product_of((Fraction(1), *SHARES), repeat=len(positions)):
        twin = world
        for at, share in zip(positions, shares, strict=True):
            twin = _with_balloon(twin, at, size=world.balloons[at].size * share)
        if all(SIZES[1][0] <= one.size <= SIZES[1][1] for one in twin.balloons):
            yield twin


def _said(world: Balloons) -> dict[str, Any]:
    """Return what the text gives, and the height 1 from which a chain of balloons starts."""
    facts: dict[str, Any] = {"zoom 1": Fraction(1), "zoom 2": world.zoom}
    facts |= {f"change {one.colour}": one.change for one in world.balloons}
    for image, meeting in enumerate(world.meetings, start=world.num_skies + 1):
        facts[f"height {image}"] = Fraction(meeting.height)
    first = world.meetings[0]
    if not first.thing:
        facts[f"{world.balloons[first.other].colour} on the ground"] = Fraction(1)
    return facts


def _mistakes(subtask: DepthRelationship, world: Balloons) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = COMPARISONS[RULES[world.form]]
    values = execute(subtask.program(world), subtask.facts(world))
    distances = [values[f"{one.colour} distance"] for one in world.balloons]
    deaf = {name: 1 for name in _said(world) if not name.endswith("on the ground")}
    unread = execute(subtask.program(world), {**subtask.facts(world), **deaf})
    return {
        "larger_is_nearer": rule(*(1 / one.size for one in world.balloons)),
        "ignored_the_text": unread["answer"],
        "ignored_apparent_size": rule(
            *(values[f"{one.colour} in the air"] for one in world.balloons)
        ),
        "reversed": COMPARISONS[RULES[OPPOSITE[world.form]]](*distances),
    }


# English


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
    mine, its = (_noun(key) for key in world.pair(meeting))
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
                f"Before take-off the {one.colour} balloon was changed in size: in the air it has "
                f"{{change {one.colour}}} that it had on the ground."
            )


def _ratio_told(world: Balloons, meeting: Meeting, number: int, trace: Mapping[str, Any]) -> str:
    mine, its = world.pair(meeting)
    looks = [trace[f"{key} in image {number}"] for key in (mine, its)]
    height = trace[f"{mine} on the ground"]
    seen = (
        f"In image {number} the {_noun(mine)} is {looks[0]} pixels tall and the {_noun(its)} "
        f"{looks[1]}, so the balloon is {significant(trace[f'{mine} ratio'])} times as tall"
    )
    if meeting.thing:
        return f"{seen} as {metres(meeting.height)}, which is {metres(height)}."
    return f"{seen}, which is {significant(height)}."


def _distance_told(one: Balloon, world: Balloons, trace: Mapping[str, Any]) -> str:
    """Say how tall a balloon really is in the air, how tall it looks, and the quotient."""
    image = one.sky + 1
    height, looks = trace[f"{one.colour} on the ground"], trace[f"{one.colour} in image {image}"]
    factors = [significant(height)]
    factors += [decimal(one.change)] if one.change != 1 else []
    factors += [decimal(world.zoom)] if one.sky else []
    return (
        f"In image {image} the {one.colour} balloon is {looks} pixels tall: "
        f"{' x '.join(factors)} / {looks} = {significant(trace[f'{one.colour} distance'])}."
    )
