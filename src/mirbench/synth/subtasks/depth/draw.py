"""Draws balloons that fit a question and its answer, and their twins."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product as product_of
from typing import Any, Final

from mirbench.synth.puzzle import Brief
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.depth.looks import Look, draw_look, reaches
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

SHARES: Final = tuple(Fraction(n, 20) for n in (6, 8, 9, 10, 12, 34, 36, 42, 50, 60))
"""How much smaller or larger a balloon looks in a twin."""


def draw(brief: Brief) -> Balloons:
    """Draw words and how it all looks; ratios on the ground follow."""
    world = _draw_words(brief)
    look = draw_look(world, brief)
    places = draw_places(world, brief.pictures)
    world = replace(
        world,
        setting=draw_setting(brief.pictures, ("grass", "sand"), ("day", "overcast", "dusk")),
        balloons=tuple(
            replace(one, place=place, size=size)
            for one, place, size in zip(world.balloons, places, look.sizes, strict=True)
        ),
    )
    return _met(world, look, brief.pictures)


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


def _met(world: Balloons, look: Look, stream: Stream) -> Balloons:
    """Photograph the balloons on the ground, as tall as they have to be.

    Height on the ground = size x reach, up to a factor for all, which one ratio decides.
    """
    heights = [
        one.size * reach
        for one, reach in zip(world.balloons, reaches(world, look.distances), strict=True)
    ]
    first = next((meeting for meeting in world.meetings if meeting.thing), None)
    scale = look.start * first.height / heights[first.balloon] if first else Fraction(1)
    for at, meeting in enumerate(world.meetings):
        its = meeting.height / scale if meeting.thing else heights[meeting.other]
        ratio = heights[meeting.balloon] / its
        world = _with_meeting(world, at, ratio=ratio, left=stream.chance())
    return world


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
