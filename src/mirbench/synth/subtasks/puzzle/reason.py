"""Works out where roads lead: the program, its leaves, and reading them off the pictures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from mirbench.synth.program import Facts, Program, Step
from mirbench.synth.puzzle import Eyes
from mirbench.synth.worlds.jigsaw import PLACES, Jigsaw, road_of

Lanes = Sequence[int]
"""For each lane on the left, from the top, the lane on the right that its road leads to."""


def lane_of(places: Sequence[str], place: str) -> int:
    """Return the lane at which a place lies."""
    return places.index(place)


def place_at(places: Sequence[str], lane: int) -> str:
    """Return the place that lies at a lane."""
    return places[lane]


def follow(ways: Lanes, upside_down: bool, lane: int) -> int:
    """Follow a road to the right; upside down, right is left and the top is the bottom."""
    if not upside_down:
        return ways[lane]
    last = len(ways) - 1
    return last - ways.index(last - lane)


def trace_back(ways: Lanes, upside_down: bool, lane: int) -> int:
    """Follow a road back to the left."""
    return [follow(ways, upside_down, start) for start in range(len(ways))].index(lane)


def position(place: str, names: Sequence[str]) -> int:
    """Return which of the answers a place is."""
    return names.index(place)


def same(place: str, goal: str) -> bool:
    """Tell whether the road leads where it is to lead."""
    return place == goal


def which(first: bool, second: bool) -> int:
    """Return 0 for only the first, 1 for only the second, 2 for both, 3 for neither."""
    return {(True, False): 0, (False, True): 1, (True, True): 2, (False, False): 3}[first, second]


def program(world: Jigsaw) -> Program:
    """From the place that is given, piece by piece, to the place at the other end."""
    return _program(world.form, world.rows)


@lru_cache(maxsize=64)
def _program(form: str, rows: tuple[tuple[int, ...], ...]) -> Program:
    steps: list[Step] = []
    for number, row in enumerate(rows, start=1):
        steps += _steps_along(form, row, number)
    if form == "gap":
        numbers = range(1, len(rows) + 1)
        steps += [Step(f"fits {n}", same, (f"place {n}", "goal")) for n in numbers]
        return [*steps, Step("answer", which, tuple(f"fits {n}" for n in numbers))]
    names = "starts" if form == "from" else "goals"
    return [*steps, Step("answer", position, ("place 1", names))]


def _steps_along(form: str, row: Sequence[int], number: int) -> Iterator[Step]:
    """Yield the steps along one row; the road that `lane k` enters is that of its k-th piece."""
    back = form == "from"
    given, sought = ("right", "left") if back else ("left", "right")
    go: Callable[..., int] = trace_back if back else follow
    lane = f"lane 0 of row {number}"
    yield Step(lane, lane_of, (given, "goal" if back else "start"))
    for at, image in enumerate(reversed(row) if back else row, start=1):
        inputs = (f"ways {image + 1}", f"upside down {image + 1}", lane)
        lane = f"lane {at} of row {number}"
        yield Step(lane, go, inputs)
    yield Step(f"place {number}", place_at, (sought, lane))


def facts(world: Jigsaw) -> Facts:
    """Roads and places as they were drawn."""
    ways = {f"ways {image + 1}": piece.ways for image, piece in enumerate(world.pieces)}
    first, last = (world.pieces[world.rows[0][end]] for end in (0, -1))
    return {**_said(world), **ways, **_sides(first.left, last.right)}


def measure(world: Jigsaw, eyes: Eyes) -> Facts:
    """Roads and places in the order in which they are seen, from the top."""
    ways: dict[str, Any] = {}
    for image, piece in enumerate(world.pieces):
        ends = [eyes.ends(image, road_of(road)) for road in range(len(piece.ways))]
        right = sorted(end for _, end in ends)
        ways[f"ways {image + 1}"] = tuple(right.index(end) for _, end in sorted(ends))
    first, last = world.rows[0][0], world.rows[0][-1]
    return {**_said(world), **ways, **_sides(_places(first, eyes), _places(last, eyes))}


def _sides(left: Sequence[str], right: Sequence[str]) -> dict[str, Any]:
    return {
        "left": left,
        "right": right,
        "starts": tuple(sorted(left)),
        "goals": tuple(sorted(right)),
    }


def _places(image: int, eyes: Eyes) -> tuple[str, ...]:
    """Return the places that an image shows, from the top."""
    seen = [place for place in PLACES if eyes.sees(image, place)]
    return tuple(sorted(seen, key=lambda place: eyes.box(image, place)[1]))


def _said(world: Jigsaw) -> dict[str, Any]:
    """Return what the text gives."""
    turned = {f"upside down {n}": flag for n, flag in enumerate(world.upside_down, start=1)}
    return {"start": world.start, "goal": world.goal, **turned}


OPTIONS: Final[Mapping[int, str]] = {
    0: "Only the piece in image {0}",
    1: "Only the piece in image {1}",
    2: "Both of them, {0} and {1}",
    3: "Neither image {0} nor {1}",
}
"""What may fit a gap."""
