"""Draws balloons that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from itertools import product as product_of
from typing import Any, Final

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.text import (
    COMMON_TIMES,
    TIMES,
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

SHARES: Final = tuple(Fraction(n, 10) for n in (3, 4, 5, 6, 15, 18, 21, 25, 30))
"""How much smaller or larger a balloon looks in a twin."""


def draw(brief: Brief) -> Balloons:
    """Draw words and distances; then sizes in the air and ratios on the ground that fit."""
    world = _draw_words(brief)
    distances = _draw_distances(brief, len(world.balloons))
    places = draw_places(world, brief.pictures)
    world = replace(
        world,
        setting=draw_setting(brief.pictures, ("grass", "sand"), ("day", "overcast", "dusk")),
        balloons=tuple(
            replace(one, place=place) for one, place in zip(world.balloons, places, strict=True)
        ),
    )
    return _fitted(world, distances, brief.pictures)


def variants(world: Balloons, part: str) -> Iterator[Balloons]:
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
