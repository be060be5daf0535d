"""The English of Speed Comparison: its question and its steps."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.program import (
    COMPARISONS,
)
from mirbench.synth.text import TIMES, Wording, article, decimal, listed, metres, seconds
from mirbench.synth.worlds.traffic import (
    RULES,
    Traffic,
)

ONE_PLACE: Final = (
    "The camera did not move. The gaps between the dashes on the road are as long as the dashes."
)
TWO_PLACES: Final = (
    "Neither camera moved. On each road the gaps between the dashes are as long as the dashes."
)
DAYS: Final = ("on one day", "on the next day, from the same spot")
INTERVALS: Final[Mapping[str, Sequence[str]]] = {
    "fastest": (
        "In which of the two intervals did the {name} drive faster?",
        "When was the average speed of the {name} higher?",
    ),
    "slowest": (
        "In which of the two intervals did the {name} drive more slowly?",
        "When was the average speed of the {name} lower?",
    ),
}
"""How to ask about two intervals."""


def wording(world: Traffic) -> Wording:
    """Say when each photograph was taken, then ask."""
    spans: dict[str, str] = {}
    told = [_road_told(world, at, spans) for at in range(len(world.roads))]
    told.append(ONE_PLACE if world.one_place else TWO_PLACES)
    if world.clock != 1:
        spans["clock"] = TIMES[world.clock]
        told.append(
            "The clock on the second road was wrong: the time that really passed there is "
            "{clock} the time given above."
        )
    told.append(_question(world))
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Traffic) -> str:
    """Say how dashes and seconds give speeds."""
    wrong = world.clock != 1
    moved = any(road.order != tuple(sorted(road.order)) for road in world.roads)
    plan = (
        "Put the photographs in the order in which they were taken." if moved else "",
        "For each " + ("interval" if world.one_vehicle else "vehicle")
        + ", count by how many dash lengths the front of the vehicle moves.",
        "Turn dash lengths into metres with the length of a dash on that road."
        if not world.one_place else "",
        "Add up the seconds between the photographs.",
        "Set right the time that a wrong clock gives." if wrong else "",
        "Divide the way by the time and compare the speeds.",
    )  # fmt: skip
    return " ".join(filter(None, plan))


def captions(world: Traffic) -> Sequence[str]:
    """Say what drives where, and when the photograph was taken."""
    told: dict[int, str] = {}
    for at, road in enumerate(world.roads):
        names = listed([article(vehicle.name) for vehicle in road.vehicles])
        what = "day" if world.one_place else "road"
        place = f" on the {('first', 'second')[at]} {what}" if len(world.roads) > 1 else ""
        for when in range(len(road.order)):
            image = world.image(at, when)
            after = f"{seconds(road.gaps[when - 1])} after image {world.image(at, when - 1) + 1}"
            taken = after if when else "the first to be taken"
            told[image] = f"Image {image + 1}, {taken}: {names}{place}."
    return [told[image] for image in sorted(told)]


def relations(world: Traffic, trace: Mapping[str, Any]) -> Sequence[str]:
    """One sentence a run: shift, way, time, speed."""
    told = [_run_told(world, number, trace) for number in range(1, len(world.runs) + 1)]
    unit = "dash lengths" if world.one_place else "metres"
    speeds = "; ".join(
        f"{world.label(run)} {decimal(trace[f'speed {number}'])}"
        for number, run in enumerate(world.runs, start=1)
    )
    return [*told, f"Speeds in {unit} a second: {speeds}."]


def replay(world: Traffic, relations: str) -> int:
    """Compare the speeds that the last line gives."""
    last = relations.splitlines()[-1].removesuffix(".").partition(": ")[2]
    found = dict(part.rsplit(" ", 1) for part in last.split("; "))
    speeds = (Fraction(found[world.label(run)]) for run in world.runs)
    return COMPARISONS[RULES[world.form]](*speeds)


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
        later = [f"{name} {gap} after that" for gap, name in zip(gaps, names[1:], strict=True)]
        later[0] = later[0].replace("after that", "later")
        told = listed([f"{names[0]} was taken first", *later])
    if not in_order:
        shown = listed([f"<image{number}>" for number in sorted(numbers)])
        told = f"{shown} are not in the order in which they were taken: {told}"
    if road.dash:
        spans[f"dash {at + 1}"] = metres(road.dash)
        place = ("one", "another")[at]
        told = f"on {place} road, where each dash is {{dash {at + 1}}} long, {told}"
    elif len(world.roads) > 1:
        told = f"{DAYS[at]}, {told}"
    return f"{told[0].upper()}{told[1:]}."


def _question(world: Traffic) -> str:
    """Ask for the fastest or slowest, among intervals or among vehicles."""
    fast, manner = world.form == "fastest", world.manner // 2
    if world.one_vehicle:
        name = world.vehicle(world.runs[0]).name
        asked = INTERVALS[world.form][manner % 2]
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
    road = world.roads[run.road]
    pixels, dash = trace[f"pixels {number}"], decimal(trace[f"dash seen {number}"], 1)
    way = f"{pixels} / {dash} = {decimal(trace[f'shift {number}'])} dash lengths"
    if road.dash:
        way += f" of {metres(road.dash)}"
    time = " + ".join(decimal(gap) for gap in road.gaps[run.start : run.end])
    if run.road and world.clock != 1:
        time += f" x {decimal(world.clock)}"
    return (
        f"From image {start} to image {end} the front of the {name} moves {pixels} pixels, where a "
        f"dash is {dash} long: {way} in {time} s, and {decimal(trace[f'way {number}'])} / "
        f"{decimal(trace[f'time {number}'])} = {decimal(trace[f'speed {number}'])}."
    )
