"""Draws illusions that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import Final

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.text import TIMES
from mirbench.synth.worlds.forced import (
    KINDS,
    LENGTHS,
    PLANTS,
    RATIOS,
    Beside,
    Illusion,
    Link,
    Meeting,
    draw_vehicles,
    natural_length,
)

PAIRS: Final = {
    Fraction(1): [("car", "car"), ("van", "van"), ("lorry", "lorry"), ("bus", "bus")],
    Fraction(3, 2): [("car", "lorry"), ("van", "bus"), ("van", "lorry")],
    Fraction(2): [("car", "bus")],
}
"""For each factor, vehicles of which the second may well be that many times as long."""
SHARES: Final = tuple(Fraction(n, 20) for n in (8, 10, 12, 14, 28, 32, 36, 42, 50))
"""How much smaller or larger something looks in a twin."""
SLIM: Final = "street lamp"
"""Too thin to be seen well where it has to shrink beside a vehicle, as at level 5."""
GROWTHS: Final = (Fraction(3, 2), Fraction(2))


def draw(brief: Brief) -> Illusion:
    """Draw the words, then ratios that make the answer true."""
    world = _draw_words(brief)
    stream = brief.pictures
    world = replace(
        world,
        setting=draw_setting(stream, ("grass", "sand"), ("day", "overcast", "dusk")),
        links=tuple(_drawn_link(link, stream) for link in world.links),
    )
    return _fitted(world, brief)


def variants(world: Illusion, part: str) -> Iterator[Illusion]:
    """Show other things, resize something in one picture, or say another number."""
    kind, _, name = part.partition(" ")
    if kind == "growth":
        yield from (replace(world, growth=factor) for factor in TIMES)
    elif kind == "length":
        at = next(at for at, link in enumerate(world.links) if link.other == name)
        yield from (_with_link(world, at, factor) for factor in (*TIMES, Fraction(1)))
    elif int(name) == 1:
        for shown in permutations(world.kinds, len(world.shown)):
            if not world.grown or world.grown in shown:
                yield replace(world, shown=shown)
    elif int(name) <= 1 + len(world.meetings):
        yield from _resized(world, int(name) - 2)
    else:
        link = dict(world.shown_links())[int(name) - 1]
        factors = (link.factor * share for share in SHARES)
        within = (factor for factor in factors if LENGTHS[1][0] <= factor <= LENGTHS[1][1])
        yield from (_with_link(world, world.links.index(link), factor) for factor in within)


def _draw_words(brief: Brief) -> Illusion:
    """Draw all that the text says; ratios are still to come."""
    stream, level = brief.words, brief.level
    count = 3 if level == 5 else 2
    vehicles, links = _draw_links(level, stream)
    wide = [kind for kind in KINDS if kind != SLIM]
    kinds = list(stream.sample(wide if level == 5 else KINDS, count + 1))
    grown = ""
    if level in (3, 5):
        # What has grown stands beside a short vehicle, so that the true heights stay comparable.
        lengths = [natural_length(vehicle) for vehicle in vehicles]
        at = lengths.index(min(lengths)) if level == 3 else 2
        grown = stream.choice(PLANTS)
        rest = [kind for kind in kinds if kind != grown][:count]
        kinds = [*rest[:at], grown, *rest[at:]]
    meetings = [
        Meeting(vehicle=vehicle, things=(Beside(kind, Fraction(1)),))
        for vehicle, kind in zip(vehicles, kinds, strict=False)
    ]
    at = stream.choice([number for number in range(count) if kinds[number] != grown])
    things = stream.shuffled((*meetings[at].things, Beside(kinds[-1], Fraction(1))))
    meetings[at] = replace(meetings[at], things=things)
    return Illusion(
        form=brief.form,
        manner=stream.below(60),
        shown=stream.shuffled(kinds[:count]),
        meetings=tuple(meetings),
        links=tuple(links),
        grown=grown,
        growth=stream.choice(GROWTHS) if level == 3 else GROWTHS[0],
    )


def _draw_links(level: int, stream: Stream) -> tuple[list[str], list[Link]]:
    """Return the vehicles that things stand beside, and how their lengths are linked."""
    one = Fraction(1)
    factor = one if level == 1 else stream.choice([Fraction(3, 2), Fraction(2)])
    if level == 5:
        factor = Fraction(3, 2)
    first, second = stream.choice(PAIRS[factor])
    if stream.chance():
        first, second, factor = second, first, 1 / factor
    if level <= 2:
        a, b = draw_vehicles([first, second], stream)
        return [a, b], [Link(a, b, factor, told=True)]
    if level == 3:
        a, b = draw_vehicles([first, second], stream)
        return [a, b], [Link(a, b, one, told=False)]
    last = second if level == 4 else "car"
    a, b, c, d = draw_vehicles([first, first, second, last], stream)
    shown = Link(a, b, one, told=False), Link(c, d, one, told=False)
    links = [shown[0], Link(b, c, factor, told=True), shown[1]]
    return ([a, d] if level == 4 else [a, c, d]), links


def _drawn_link(link: Link, stream: Stream) -> Link:
    """Draw how long a vehicle looks beside another, not far from what one expects."""
    if link.told:
        return link
    usual = natural_length(link.other) / natural_length(link.known)
    factor = usual * Fraction(stream.integer(17, 23), 20)
    return link._replace(factor=factor, left=stream.chance())


def _draw_heights(brief: Brief, count: int) -> list[Fraction]:
    """Draw heights from left to right, up to a common factor, that make the answer true.

    The runner-up stands clear of the others too: it is the answer of some twin.
    """
    stream, answer = brief.pictures, brief.answer
    if answer == count:
        return [Fraction(1)] * count
    second, third = (Fraction(stream.integer(27, 30 if count == 2 else 28), 20) for _ in range(2))
    ranked = [Fraction(1), 1 / second, 1 / second / third]
    order = (answer, *stream.shuffled([at for at in range(count) if at != answer]))
    heights = [ranked[order.index(at)] for at in range(count)]
    return heights if brief.form == "taller" else [1 / height for height in heights]


def _fitted(world: Illusion, brief: Brief) -> Illusion:
    """Draw ratios that give the heights, all within what a photograph can show."""
    stream = brief.pictures
    lengths = lengths_of(world)
    heights = dict(zip(world.shown, _draw_heights(brief, len(world.shown)), strict=True))
    needed = {
        kind: height / lengths[world.vehicle_of(kind)] / _growth(world, kind)
        for kind, height in heights.items()
    }
    low = RATIOS[0][0] / min(needed.values())
    high = RATIOS[0][1] / max(needed.values())
    if low > high:
        raise RejectedError("the ratios do not fit into photographs")
    common = low + (high - low) * stream.integer(0, 20) / 20
    ratios = {kind: ratio * common for kind, ratio in needed.items()}
    ratios |= _decoy_ratio(world, ratios, stream)
    meetings = []
    for meeting in world.meetings:
        things = tuple(Beside(beside.kind, ratios[beside.kind]) for beside in meeting.things)
        place = stream.integer(0, len(things))
        meetings.append(replace(meeting, things=things, place=place))
    return replace(world, meetings=tuple(meetings))


def _decoy_ratio(
    world: Illusion, ratios: dict[str, Fraction], stream: Stream
) -> dict[str, Fraction]:
    """Make the thing that nobody asks for clearly taller or shorter than its neighbour.

    Among three it is so in the direction of the question, so that it would win in their stead.
    """
    decoy = next(kind for kind in world.kinds if kind not in world.shown)
    beside = next(m for m in world.meetings if decoy in [one.kind for one in m.things])
    neighbour = next(one.kind for one in beside.things if one.kind != decoy)
    share = Fraction(stream.integer(28, 34), 20)
    taller = stream.chance() if len(world.shown) == 2 else world.form == "taller"
    ratio = ratios[neighbour] * (share if taller else 1 / share)
    if not RATIOS[1][0] <= ratio <= RATIOS[1][1]:
        raise RejectedError("a thing is too tall or too small beside a vehicle")
    return {decoy: ratio}


def lengths_of(world: Illusion) -> dict[str, Fraction]:
    """Return the length of every vehicle, where the first one's is 1."""
    lengths = {world.meetings[0].vehicle: Fraction(1)}
    for link in world.links:
        lengths[link.other] = lengths[link.known] * link.factor
    return lengths


def _growth(world: Illusion, kind: str) -> Fraction:
    return world.growth if kind == world.grown else Fraction(1)


def _with_link(world: Illusion, at: int, factor: Fraction) -> Illusion:
    link = world.links[at]._replace(factor=factor)
    return replace(world, links=(*world.links[:at], link, *world.links[at + 1 :]))


def _resized(world: Illusion, at: int) -> Iterator[Illusion]:
    """Yield worlds in which a thing in one photograph is smaller or larger."""
    meeting = world.meetings[at]
    for number, beside in enumerate(meeting.things):
        for share in SHARES:
            ratio = beside.ratio * share
            if RATIOS[1][0] <= ratio <= RATIOS[1][1]:
                things: Sequence[Beside] = (
                    *meeting.things[:number],
                    Beside(beside.kind, ratio),
                    *meeting.things[number + 1 :],
                )
                changed = replace(meeting, things=tuple(things))
                meetings = (*world.meetings[:at], changed, *world.meetings[at + 1 :])
                yield replace(world, meetings=meetings)
