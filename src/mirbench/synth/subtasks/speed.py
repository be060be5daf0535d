"""Speed Comparison: which vehicle was faster?

Photographs of a road give how far a vehicle came, counted in the dashes on the road; the text
gives when they were taken. Vehicles in the distance move fewer pixels, and photographs are not
taken at equal times, so neither the largest shift nor the shortest time is the answer.

Level 1 compares one vehicle on two intervals, level 2 on three. Level 3 has vehicles on different
intervals; level 4 two roads whose dashes differ in length; level 5 photographs out of order, and a
clock that is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any, ClassVar, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    COMPARISONS,
    Facts,
    Program,
    Step,
    difference,
    execute,
    product,
    quotient,
    total,
)
from mirbench.synth.puzzle import Brief, Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Shot
from mirbench.synth.text import COMMON_TIMES, TIMES, Wording, decimal, listed, metres, seconds
from mirbench.synth.worlds.traffic import (
    COLOURS,
    FIRST,
    LAST,
    QUARTERS,
    Road,
    Run,
    Traffic,
    Vehicle,
    draw_scenery,
    draw_vehicles,
    line_of,
)
from mirbench.taxonomy import Subtask as SubtaskName

SHAPES: Final[Mapping[int, Sequence[tuple[int, int]]]] = {
    1: [(3, 1)],
    2: [(4, 2)],
    3: [(3, 3)],
    4: [(2, 2), (2, 2)],
    5: [(3, 2), (2, 1)],
}
"""For each level and road: how many photographs and vehicles."""
ASKED: Final[Mapping[int, Sequence[Sequence[tuple[int, int]]]]] = {
    3: [[(0, 1), (1, 2), (0, 2)]],
    4: [[(0, 1), (0, 1)], [(0, 1), (0, 1)]],
    5: [[(0, 1), (1, 2)], [(0, 1)]],
}
"""For each level, road and vehicle: between which photographs it is asked about.

Every gap in time is all the time of some vehicle, so that it can be changed until it decides.
"""
UNORDERED: Final = tuple(permutations(range(3)))[1:]
"""Orders of three photographs other than their own."""
LEAST: Final = (8, 14)
MOST: Final = 56
"""Shortest way drawn (from, to) and longest way of all, in quarters of a dash length."""
TOO_SHORT: Final = 5
"""A shorter way cannot be measured well."""
OUTSIDE: Final = (8, 14)
"""What a vehicle moves from one photograph to the next where nobody asks."""
SHORTEST: Final = 1
"""What a vehicle moves at least between two photographs."""
RULES: Final = {"fastest": "largest", "slowest": "smallest"}
GAPS: Final = (
    tuple(Fraction(n, 5) for n in (2, 3, 4)),
    tuple(Fraction(n, 10) for n in range(1, 31)),
)
DASHES: Final = (range(125, 201, 25), range(50, 501, 25))
"""Seconds between photographs and centimetres of a dash: what is drawn, and what is still fair."""


INTERVALS: Final[Mapping[tuple[str, int], Sequence[str]]] = {
    ("fastest", 2): (
        "In which of the two intervals did the {name} drive faster?",
        "When was the average speed of the {name} higher?",
    ),
    ("slowest", 2): (
        "In which of the two intervals did the {name} drive more slowly?",
        "When was the average speed of the {name} lower?",
    ),
    ("fastest", 3): (
        "In which interval did the {name} drive fastest?",
        "When was the average speed of the {name} the highest?",
    ),
    ("slowest", 3): (
        "In which interval did the {name} drive most slowly?",
        "When was the average speed of the {name} the lowest?",
    ),
}
"""How to ask, by form and number of intervals."""


class SpeedComparison(Subtask[Traffic]):
    """Which vehicle or interval was the fastest, from dashes and seconds."""

    name: ClassVar[SubtaskName] = "Speed Comparison"
    slug: ClassVar[str] = "speed"

    def forms(self, level: int) -> Sequence[Form]:
        """Two intervals may also be equally fast."""
        answers = {1: 3, 2: 3, 3: 3, 4: 4, 5: 3}[level]
        return [Form(name=name, answers=answers) for name in RULES]

    def draw(self, brief: Brief) -> Traffic:
        """Draw the words, then shifts that make the answer true, then where they begin."""
        world = _draw_words(brief)
        return _drive(world, _draw_shifts(world, brief), brief.pictures)

    def variants(self, world: Traffic, part: str) -> Iterator[Traffic]:
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

    def wording(self, world: Traffic) -> Wording:
        """Say when each photograph was taken, then ask."""
        spans: dict[str, str] = {}
        told = [_road_told(world, at, spans) for at in range(len(world.roads))]
        told.append("The camera did not move. The gaps between the dashes on the road are as long "
                    "as the dashes." if len(told) == 1 else
                    "Neither camera moved. On each road the gaps between the dashes are as long "
                    "as the dashes.")  # fmt: skip
        if world.clock != 1:
            spans["clock"] = TIMES[world.clock]
            told.append(
                "The clock on the second road was wrong: the time that really passed there is "
                "{clock} the time given above."
            )
        told.append(_question(world))
        return Wording(template=" ".join(told), spans=spans)

    def options(self, world: Traffic, truth: int) -> Sequence[Option]:
        """Each run, and at level 1 that both were equally fast."""
        texts = [world.label(run) for run in world.runs]
        if len(texts) == 2:
            texts.append("equally fast in both")
        texts = [text[0].upper() + text[1:] for text in texts]
        return tagged(texts, truth, _mistakes(self, world), "miscounted_dashes")

    def program(self, world: Traffic) -> Program:
        """Speed = dashes passed x length of a dash / seconds on the move."""
        steps = []
        for number, run in enumerate(world.runs, start=1):
            start, end = (f"{world.vehicle(run).name} in image {n + 1}" for n in world.ends(run))
            gaps = tuple(
                f"gap {world.image(run.road, when + 1) + 1}" for when in range(run.start, run.end)
            )
            way = (f"shift {number}", f"dash {run.road + 1}")
            steps += [
                Step(f"shift {number}", difference, (end, start)),
                Step(f"way {number}", product, way),
                Step(f"shown {number}", total, gaps),
                Step(f"time {number}", product, (f"shown {number}", f"clock {run.road + 1}")),
                Step(f"speed {number}", quotient, (f"way {number}", f"time {number}")),
            ]
        speeds = tuple(f"speed {number}" for number in range(1, len(world.runs) + 1))
        return [*steps, Step("answer", COMPARISONS[RULES[world.form]], speeds)]

    def facts(self, world: Traffic) -> Facts:
        """Positions as drawn, in dash lengths."""
        facts = _said(world)
        for at, road in enumerate(world.roads):
            for when, image in enumerate(road.order):
                number = world.image(at, when) + 1
                for vehicle in road.vehicles:
                    facts[f"{vehicle.name} in image {number}"] = Fraction(
                        vehicle.fronts[image], QUARTERS
                    )
        return facts

    def measure(self, world: Traffic, eyes: Eyes) -> Facts:
        """Positions in pixels over the length of a dash in pixels, counted the way it drives."""
        facts = _said(world)
        for run in world.runs:
            vehicle = world.vehicle(run)
            for image in world.ends(run):
                x0, _, x1, _ = eyes.box(image, vehicle.name)
                front = x1 if vehicle.rightwards else -x0
                dash = eyes.stripe(image, line_of(vehicle.lane))
                facts[f"{vehicle.name} in image {image + 1}"] = Fraction(front) / dash
        return facts

    def pictures(self, world: Traffic) -> Sequence[Shot]:
        """Road after road."""
        return [shot for road in world.roads for shot in road.pictures()]

    def phrases(self, world: Traffic) -> Sequence[Phrase]:
        """Each vehicle at the ends of its runs, and the dashes it is measured by."""
        found: dict[Phrase, None] = {}
        for run in world.runs:
            vehicle = world.vehicle(run)
            for image in world.ends(run):
                found[Phrase(f"the {vehicle.name}", image, vehicle.name)] = None
        return list(found)

    def summary(self, world: Traffic) -> str:
        """Say how dashes and seconds give speeds."""
        several, wrong = len(world.roads) > 1, world.clock != 1
        moved = any(road.order != tuple(sorted(road.order)) for road in world.roads)
        plan = (
            "Put the photographs in the order in which they were taken." if moved else "",
            "For each " + ("interval" if world.one_vehicle else "vehicle")
            + ", count by how many dash lengths the front of the vehicle moves.",
            "Turn dash lengths into metres with the length of a dash on that road."
            if several else "",
            "Add up the seconds between the photographs.",
            "Set right the time that a wrong clock gives." if wrong else "",
            "Divide the way by the time and compare the speeds.",
        )  # fmt: skip
        return " ".join(filter(None, plan))

    def captions(self, world: Traffic) -> Sequence[str]:
        """Say what drives where, and when the photograph was taken."""
        told: dict[int, str] = {}
        for at, road in enumerate(world.roads):
            names = listed([f"a {vehicle.name}" for vehicle in road.vehicles])
            place = f" on the {('first', 'second')[at]} road" if len(world.roads) > 1 else ""
            for when in range(len(road.order)):
                image = world.image(at, when)
                after = (
                    f"{seconds(road.gaps[when - 1])} after image {world.image(at, when - 1) + 1}"
                )
                taken = after if when else "the first to be taken"
                told[image] = f"Image {image + 1}, {taken}: {names}{place}."
        return [told[image] for image in sorted(told)]

    def relations(self, world: Traffic, trace: Mapping[str, Any]) -> Sequence[str]:
        """One sentence a run: shift, way, time, speed."""
        told = [_run_told(world, number, trace) for number in range(1, len(world.runs) + 1)]
        unit = "metres" if len(world.roads) > 1 else "dash lengths"
        speeds = "; ".join(
            f"{world.label(run)} {decimal(trace[f'speed {number}'])}"
            for number, run in enumerate(world.runs, start=1)
        )
        return [*told, f"Speeds in {unit} a second: {speeds}."]

    def replay(self, world: Traffic, relations: str) -> int:
        """Compare the speeds that the last line gives."""
        last = relations.splitlines()[-1].removesuffix(".").partition(": ")[2]
        found = dict(part.rsplit(" ", 1) for part in last.split("; "))
        speeds = (Fraction(found[world.label(run)]) for run in world.runs)
        return COMPARISONS[RULES[world.form]](*speeds)


# Drawing a world


def _draw_words(brief: Brief) -> Traffic:
    """Draw all that the text says; positions are still to come."""
    stream, level = brief.words, brief.level
    colours = stream.sample(COLOURS, 5)
    roads: list[Road] = []
    for frames, count in SHAPES[level]:
        order = tuple(range(frames))
        roads.append(
            Road(
                vehicles=draw_vehicles(stream, [colours[len(roads) * 2 + n] for n in range(count)]),
                order=stream.choice(UNORDERED) if level == 5 and frames == 3 else order,
                gaps=tuple(stream.choice(GAPS[0]) for _ in order[1:]),
                dash=stream.choice(DASHES[0]) if len(SHAPES[level]) > 1 else 0,
            )
        )
    world = Traffic(
        form=brief.form,
        manner=stream.below(60),
        roads=tuple(roads),
        runs=(),
        clock=stream.choice(COMMON_TIMES[1:3]) if level == 5 else Fraction(1),
    )
    return replace(world, runs=_draw_runs(level, world, stream))


def _draw_runs(level: int, world: Traffic, stream: Stream) -> tuple[Run, ...]:
    """Draw what is compared; every photograph is an end of some run."""
    if level <= 2:
        vehicle = stream.below(len(world.roads[0].vehicles))
        return tuple(Run(0, vehicle, when, when + 1) for when in range(level + 1))
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
    second, third, fourth = (Fraction(stream.integer(26, 27), 20) for _ in range(3))
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
    roads = []
    for at, road in enumerate(world.roads):
        vehicles = []
        for number, vehicle in enumerate(road.vehicles):
            steps = [stream.integer(*OUTSIDE) for _ in road.gaps]
            for run, shift in zip(world.runs, shifts, strict=True):
                if (run.road, run.vehicle) == (at, number):
                    steps[run.start : run.end] = _split(shift, run.end - run.start, stream)
            fronts = _fronts(road, steps, stream)
            vehicles.append(replace(vehicle, fronts=fronts))
        roads.append(
            replace(
                road,
                vehicles=tuple(vehicles),
                offset=stream.below(8),
                scenery=draw_scenery(stream),
            )
        )
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


# Twins and mistakes


def _with_road(world: Traffic, at: int, **changes: Any) -> Traffic:
    road = replace(world.roads[at], **changes)
    return replace(world, roads=(*world.roads[:at], road, *world.roads[at + 1 :]))


def _moved(world: Traffic, image: int) -> Iterator[Traffic]:
    """Yield worlds in which one vehicle is elsewhere in one image; none ever drives backwards."""
    at = max(at for at in range(len(world.roads)) if world.first_image(at) <= image)
    road, here = world.roads[at], image - world.first_image(at)
    for number, one in enumerate(road.vehicles):
        for shift in range(-MOST, MOST + 1, 2):
            fronts = (*one.fronts[:here], one.fronts[here] + shift, *one.fronts[here + 1 :])
            moved = replace(one, fronts=fronts)
            if _goes_on(road, moved):
                vehicles = (*road.vehicles[:number], moved, *road.vehicles[number + 1 :])
                yield _with_road(world, at, vehicles=vehicles)


def _goes_on(road: Road, vehicle: Vehicle) -> bool:
    fronts = [vehicle.fronts[image] for image in road.order]
    inside = fronts[0] >= FIRST and fronts[-1] <= LAST
    return inside and all(after - before >= SHORTEST for before, after in pairwise(fronts))


def _said(world: Traffic) -> dict[str, Any]:
    """Return what the text gives."""
    facts: dict[str, Any] = {}
    for at, road in enumerate(world.roads):
        facts[f"dash {at + 1}"] = Fraction(road.dash or 100, 100)
        for when, gap in enumerate(road.gaps, start=1):
            facts[f"gap {world.image(at, when) + 1}"] = Fraction(gap)
    return facts | {"clock 1": Fraction(1), "clock 2": world.clock}


def _mistakes(subtask: SpeedComparison, world: Traffic) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    rule = COMPARISONS[RULES[world.form]]
    values = execute(subtask.program(world), subtask.facts(world))
    numbers = range(1, len(world.runs) + 1)
    alike = {name: Fraction(1) for name in _said(world)}
    unread = execute(subtask.program(world), {**subtask.facts(world), **alike})
    shortest = "smallest" if world.form == "fastest" else "largest"
    opposite = {"largest": "smallest", "smallest": "largest"}[RULES[world.form]]
    return {
        "ignored_the_text": unread["answer"],
        "compared_shifts_only": rule(*(values[f"shift {n}"] for n in numbers)),
        "compared_times_only": COMPARISONS[shortest](*(values[f"time {n}"] for n in numbers)),
        "reversed": COMPARISONS[opposite](*(values[f"speed {n}"] for n in numbers)),
    }


# English


def _road_told(world: Traffic, at: int, spans: dict[str, str]) -> str:
    """Show the photographs of one road and say when each was taken."""
    road = world.roads[at]
    numbers = [world.image(at, when) + 1 for when in range(len(road.order))]
    in_order = numbers == sorted(numbers)
    names = [f"<image{number}>" if in_order else f"image {number}" for number in numbers]
    for number, gap in zip(numbers[1:], road.gaps, strict=True):
        spans[f"gap {number}"] = seconds(gap)
    gaps = [f"{{gap {number}}}" for number in numbers[1:]]
    if in_order and world.manner % 2:
        later = [f"{gap} later {name}" for gap, name in zip(gaps, names[1:], strict=True)]
        later[1:] = [f"another {one}" for one in later[1:]]
        told = listed([f"a camera took {names[0]}", *later])
    else:
        later = [f"{name} {gap} later" for gap, name in zip(gaps, names[1:], strict=True)]
        told = listed([f"{names[0]} was taken first", *later])
    if not in_order:
        shown = listed([f"<image{number}>" for number in sorted(numbers)])
        told = f"{shown} are not in the order in which they were taken: {told}"
    if not road.dash:
        return f"{told[0].upper()}{told[1:]}."
    spans[f"dash {at + 1}"] = metres(road.dash)
    place = ("one", "another")[at]
    return f"On {place} road, where each dash is {{dash {at + 1}}} long, {told}."


def _question(world: Traffic) -> str:
    """Ask for the fastest or slowest, among intervals or among vehicles."""
    fast, manner = world.form == "fastest", world.manner // 2
    if world.one_vehicle:
        name = world.vehicle(world.runs[0]).name
        asked = INTERVALS[world.form, len(world.runs)][manner % 2]
        return asked.format(name=name)
    runs = [
        f"the {world.vehicle(run).name} from image {world.ends(run)[0] + 1} to image "
        f"{world.ends(run)[1] + 1}"
        for run in world.runs
    ]
    compared = (
        f"Compare {listed(runs)}: which had the {'highest' if fast else 'lowest'} average speed?",
        f"Which was the {'fastest' if fast else 'slowest'} on average: {listed(runs, 'or')}?",
    )
    return compared[manner % 2]


def _run_told(world: Traffic, number: int, trace: Mapping[str, Any]) -> str:
    """Say how far one run goes, in what time, and how fast that is."""
    run = world.runs[number - 1]
    start, end = (image + 1 for image in world.ends(run))
    name = world.vehicle(run).name
    way = f"{decimal(trace[f'shift {number}'], 1)} dash lengths"
    road = world.roads[run.road]
    if road.dash:
        way += f" of {metres(road.dash)}"
    time = " + ".join(decimal(gap) for gap in road.gaps[run.start : run.end])
    if run.road and world.clock != 1:
        time += f" x {decimal(world.clock)}"
    return (
        f"From image {start} to image {end} the front of the {name} moves {way} in "
        f"{time} s: {decimal(trace[f'way {number}'])} / {decimal(trace[f'time {number}'])} = "
        f"{decimal(trace[f'speed {number}'])}."
    )
