"""Draws traffic that fits a question and its answer, and its twins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any, Final

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.text import COMMON_TIMES, TIMES
from mirbench.synth.worlds.traffic import (
    COLOURS,
    FIRST,
    LAST,
    Road,
    Run,
    Traffic,
    draw_scenery,
    draw_vehicles,
)

SHAPES: Final[Mapping[int, Sequence[tuple[int, int]]]] = {
    1: [(3, 1)],
    2: [(2, 2), (2, 1)],
    3: [(3, 3), (2, 1)],
    4: [(3, 2), (3, 2)],
    5: [(3, 2), (3, 2)],
}
"""For each level and road: how many photographs and vehicles."""


ASKED: Final[Mapping[int, Sequence[Sequence[tuple[int, int]]]]] = {
    2: [[(0, 1), (0, 1)], [(0, 1)]],
    3: [[(0, 1), (1, 2), (0, 2)], [(0, 1)]],
    4: [[(0, 1), (1, 2)], [(0, 1), (1, 2)]],
    5: [[(0, 1), (1, 2)], [(0, 1), (1, 2)]],
}
"""For each level, road and vehicle: between which photographs it is asked about.

Every gap in time is all the time of some vehicle, so that it can be changed until it decides.
"""


UNORDERED: Final = tuple(permutations(range(3)))[1:]
"""Orders of three photographs other than their own."""


LEAST: Final = (6, 14)


MOST: Final = 34
"""Shortest way drawn (from, to) and longest way of all, in quarters of a dash length."""


TOO_SHORT: Final = 6
"""A shorter way cannot be measured well."""


OUTSIDE: Final = (12, 26)
"""What a vehicle moves from one photograph to the next where nobody asks."""


SHORTEST: Final = 4
"""What a vehicle moves at least between two photographs."""


GAPS: Final = (
    tuple(Fraction(n, 5) for n in (2, 3, 4)),
    tuple(Fraction(n, 10) for n in range(1, 31)),
)


DASHES: Final = (range(125, 201, 25), range(50, 501, 25))
"""Seconds between photographs and centimetres of a dash: what is drawn, and what is still fair."""


def draw(brief: Brief) -> Traffic:
    """Draw the words, then shifts that make the answer true, then where they begin."""
    world = _draw_words(brief)
    return _drive(world, _draw_shifts(world, brief), brief.pictures)


def variants(world: Traffic, part: str) -> Iterator[Traffic]:
    """Move vehicles in one image, or say another number."""
    kind, _, name = part.partition(" ")
    if kind == "image":
        yield from _moved(world, int(name) - 1)
    for at, road in enumerate(world.roads):
        if kind == "dash" and int(name) == at + 1:
            yield from (_with_road(world, at, dash=dash) for dash in DASHES[1])
        for when in range(len(road.gaps)):
            if kind == "gap" and int(name) == world.image(at, when + 1) + 1:
                for gap in GAPS[1]:
                    gaps = (*road.gaps[:when], gap, *road.gaps[when + 1 :])
                    yield _with_road(world, at, gaps=gaps)
    if kind == "clock":
        yield from (replace(world, clock=clock) for clock in TIMES)


def _draw_words(brief: Brief) -> Traffic:
    """Draw all that the text says; positions are still to come."""
    stream, level = brief.words, brief.level
    colours = stream.sample(COLOURS, 5)
    clock = stream.choice(COMMON_TIMES[1:3]) if level == 5 else Fraction(1)
    roads: list[Road] = []
    for frames, count in SHAPES[level]:
        order = tuple(range(frames))
        used = sum(len(road.vehicles) for road in roads)
        gaps, dashes = _comparable(clock if roads and level == 5 else None)
        roads.append(
            Road(
                vehicles=draw_vehicles(stream, colours[used : used + count]),
                order=stream.choice(UNORDERED) if level == 5 and frames == 3 else order,
                gaps=stream.sample(gaps, frames - 1),
                dash=stream.choice(dashes) if level >= 4 else 0,
            )
        )
    world = Traffic(
        form=brief.form,
        manner=stream.below(60),
        roads=tuple(roads),
        runs=(),
        clock=clock,
    )
    return replace(world, runs=_draw_runs(level, world, stream))


def _comparable(clock: Fraction | None) -> tuple[Sequence[Fraction], Sequence[int]]:
    """Return what seconds and dashes are drawn from for a road, with its clock if it has one.

    Times, dashes and clock multiply. Ways must still differ by so little that the longest fits into
    a picture in which the shortest can be measured.
    """
    if clock is None:
        return GAPS[0], DASHES[0][:3]
    return (GAPS[0][:2], DASHES[0][1:]) if clock > 1 else (GAPS[0][1:], DASHES[0][:3])


def _draw_runs(level: int, world: Traffic, stream: Stream) -> tuple[Run, ...]:
    """Draw what is compared; every photograph is an end of some run."""
    if level == 1:
        return (Run(0, 0, 0, 1), Run(0, 0, 1, 2))
    runs = [
        Run(road, vehicle, *ends)
        for road, asked in enumerate(ASKED[level])
        for vehicle, ends in enumerate(asked)
    ]
    return stream.shuffled(runs)


def _draw_shifts(world: Traffic, brief: Brief) -> list[int]:
    """Draw how far each run goes, in quarters of a dash length, so that the answer is true.

    Speeds stand clear of each other, the second also of the third: it is the answer of some twin.
    """
    stream, count = brief.pictures, len(world.runs)
    second, third, fourth = (Fraction(stream.integer(27, 28), 20) for _ in range(3))
    ranked = [Fraction(1), 1 / second, 1 / second / third, 1 / second / fourth]
    if brief.answer == count:
        ranked = [Fraction(1)] * count
    order = (brief.answer, *stream.shuffled([at for at in range(count) if at != brief.answer]))
    speeds = [ranked[order.index(at)] for at in range(count)] if brief.answer < count else ranked
    if world.form == "slowest":
        speeds = [1 / speed for speed in speeds]
    ways = [
        speed * world.time(run) / (world.roads[run.road].dash or 1)
        for speed, run in zip(speeds, world.runs, strict=True)
    ]
    room = MOST / (sum(ways) if world.one_vehicle else max(ways))
    scale = min(stream.integer(*LEAST) / min(ways), room)
    if scale * min(ways) < TOO_SHORT:
        raise RejectedError("a vehicle goes too short a way")
    return [round(way * scale) for way in ways]


def _drive(world: Traffic, shifts: Sequence[int], stream: Stream) -> Traffic:
    """Spread the shift of each run over the photographs, and choose where vehicles begin."""
    roads: list[Road] = []
    for at, road in enumerate(world.roads):
        vehicles = []
        for number, vehicle in enumerate(road.vehicles):
            steps = [stream.integer(*OUTSIDE) for _ in road.gaps]
            for run, shift in zip(world.runs, shifts, strict=True):
                if (run.road, run.vehicle) == (at, number):
                    steps[run.start : run.end] = _split(shift, run.end - run.start, stream)
            vehicles.append(replace(vehicle, fronts=_fronts(road, steps, stream)))
        placed = replace(
            road,
            vehicles=tuple(vehicles),
            offset=stream.below(8),
            scenery=draw_scenery(stream),
            setting=draw_setting(stream, ("grass", "sand"), ("day", "overcast", "dusk")),
        )
        if at and world.one_place:
            ground, first = roads[0].setting.ground, roads[0]
            setting = replace(placed.setting, ground=ground)
            placed = replace(placed, offset=first.offset, scenery=first.scenery, setting=setting)
        roads.append(placed)
    return replace(world, roads=tuple(roads))


def _split(shift: int, parts: int, stream: Stream) -> list[int]:
    """Split a shift into parts that are all long enough."""
    spare = shift - parts * SHORTEST
    if spare < 0:
        raise RejectedError("a vehicle goes too short a way")
    cuts = sorted(stream.integer(0, spare) for _ in range(parts - 1))
    return [SHORTEST + end - start for start, end in pairwise([0, *cuts, spare])]


def _fronts(road: Road, steps: Sequence[int], stream: Stream) -> tuple[int, ...]:
    """Return where a vehicle is in each image, from how far it goes from one to the next."""
    room = LAST - FIRST - sum(steps)
    if room < 0:
        raise RejectedError("a vehicle drives out of the picture")
    front = FIRST + stream.integer(room // 4, room - room // 4)
    fronts = [front] * len(road.order)
    for image, step in zip(road.order[1:], steps, strict=True):
        front += step
        fronts[image] = front
    return tuple(fronts)


def _with_road(world: Traffic, at: int, **changes: Any) -> Traffic:
    road = replace(world.roads[at], **changes)
    return replace(world, roads=(*world.roads[:at], road, *world.roads[at + 1 :]))


def _moved(world: Traffic, image: int) -> Iterator[Traffic]:
    """Yield worlds in which one vehicle is elsewhere in one image; none ever drives backwards."""
    at = max(at for at in range(len(world.roads)) if world.first_image(at) <= image)
    road, here = world.roads[at], image - world.first_image(at)
    for number, one in enumerate(road.vehicles):
        for shift in range(FIRST - LAST, LAST - FIRST + 1, 2):
            fronts = (*one.fronts[:here], one.fronts[here] + shift, *one.fronts[here + 1 :])
            if _goes_on(road, fronts):
                moved = replace(one, fronts=fronts)
                vehicles = (*road.vehicles[:number], moved, *road.vehicles[number + 1 :])
                yield _with_road(world, at, vehicles=vehicles)


def _goes_on(road: Road, fronts: Sequence[int]) -> bool:
    """Tell whether a vehicle stays in the picture and goes far enough each time."""
    ordered = [fronts[image] for image in road.order]
    inside = ordered[0] >= FIRST and ordered[-1] <= LAST
    return inside and all(after - before >= SHORTEST for before, after in pairwise(ordered))
