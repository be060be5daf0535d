"""Roads with dashed lines, seen across by a camera that does not move, and what drives on them.

Positions are counted in quarters of a dash length along a vehicle's own way; a dash is as long as
the gap after it. The camera looks straight across the road, so along one line of dashes a dash
length is the same number of pixels everywhere; vehicles keep close to the line in front of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, partial
from typing import Final, NamedTuple

from mirbench.synth.prefabs import bush, car, conifer, house, tree, van
from mirbench.synth.prefabs import road as tar
from mirbench.synth.render import Box, Material, Object
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Setting, Shot, snapped

COLOURS: Final = ("red", "blue", "yellow", "white", "green", "orange")
RULES: Final[Mapping[str, str]] = {"fastest": "largest", "slowest": "smallest"}
"""For each form of question, how it compares speeds."""
NUM_LANES: Final = 3
QUARTERS: Final = 4
FIRST, LAST = 17, 88
"""Where the front of a vehicle may be, in quarters of a dash length from the picture's border."""

_DASH = 1.5
_WIDTH = 3.4
_DEPTH = NUM_LANES * _WIDTH
_HALF = 18.0
_PAINT = Material((0.78, 0.78, 0.76), gloss=0.2)


class _Model(NamedTuple):
    """A kind of vehicle: how it is made, its length and how far its middle is from its side."""

    make: Callable[..., Object]
    length: float
    half_width: float


_MODELS: Final[Mapping[str, _Model]] = {
    "car": _Model(car, 4.26, 0.9),
    "van": _Model(van, 5.3, 0.98),
}
MODELS: Final = tuple(_MODELS)


_SCENERY: Final[Mapping[str, Callable[..., Object]]] = {
    "fir": conifer,
    "oak": tree,
    "bush": bush,
    "house": partial(house, heading=270),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle and where its front is in each image of its road.

    Attributes:
        colour: Its colour.
        model: `car` or `van`.
        lane: 0 is the lane closest to the camera.
        rightwards: Which way it drives.
        fronts: Quarters of a dash length, one an image of its road, in the order of the images.
    """

    colour: str
    model: str
    lane: int
    rightwards: bool
    fronts: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What the text calls it."""
        return f"{self.colour} {self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """One road and the photographs taken of it.

    Attributes:
        vehicles: Those that drive on it.
        order: Positions of its images in the order in which they were taken.
        gaps: Seconds between one photograph and the next.
        dash: Length of a dash in centimetres, as the text gives it; 0 if it does not.
        offset: Where dashes begin, in eighths of a dash length.
        setting: Where and when the photographs were taken.
        scenery: What stands beyond the road, and how many metres to the right of the middle.
    """

    vehicles: tuple[Vehicle, ...]
    order: tuple[int, ...]
    gaps: tuple[Fraction, ...]
    dash: int = 0
    offset: int = 0
    setting: Setting = field(default_factory=Setting)
    scenery: tuple[tuple[str, int], ...] = ()

    def pictures(self) -> list[Shot]:
        """Return its photographs in the order of their numbers."""
        return [_shot(self, image) for image in range(len(self.order))]


class Run(NamedTuple):
    """A vehicle on its way from one photograph to a later one.

    Attributes:
        road: Position of the road.
        vehicle: Position of the vehicle on it.
        start: When it begins: 0 is the first photograph taken of that road.
        end: When it ends.
    """

    road: int
    vehicle: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """Roads, and the runs to compare.

    Attributes:
        form: The kind of question.
        manner: Which wording of it.
        roads: The roads, or one road on several days; their images follow each other.
        runs: What is compared, in the order in which the text names it.
        clock: Time that really passed over time given, on the second road.
    """

    form: str
    manner: int
    roads: tuple[Road, ...]
    runs: tuple[Run, ...]
    clock: Fraction = Fraction(1)

    def first_image(self, road: int) -> int:
        """Return the index of a road's first image."""
        return sum([len(earlier.order) for earlier in self.roads[:road]]) if road else 0

    def image(self, road: int, when: int) -> int:
        """Return the index of the image of a road that was taken `when`-th."""
        return self.first_image(road) + self.roads[road].order[when]

    def vehicle(self, run: Run) -> Vehicle:
        """Return the vehicle of a run."""
        return self.roads[run.road].vehicles[run.vehicle]

    def ends(self, run: Run) -> tuple[int, int]:
        """Return the indices of the images between which a run is."""
        return self.image(run.road, run.start), self.image(run.road, run.end)

    def time(self, run: Run) -> Fraction:
        """Return the seconds that really passed between the ends of a run."""
        shown = sum(self.roads[run.road].gaps[run.start : run.end], start=Fraction(0))
        return shown * self.clock if run.road else shown

    @property
    def one_place(self) -> bool:
        """Whether all photographs show one and the same road, perhaps on several days."""
        return not any(road.dash for road in self.roads)

    @property
    def one_vehicle(self) -> bool:
        """Whether the runs are intervals of one and the same vehicle."""
        return len({(run.road, run.vehicle) for run in self.runs}) == 1

    def label(self, run: Run) -> str:
        """Return what the steps call a run."""
        start, end = self.ends(run)
        where = f"from image {start + 1} to image {end + 1}"
        return where if self.one_vehicle else f"the {self.vehicle(run).name}"


def draw_vehicles(stream: Stream, colours: Sequence[str]) -> tuple[Vehicle, ...]:
    """Return a vehicle of each colour, each in a lane of its own."""
    lanes = stream.sample(range(NUM_LANES), len(colours))
    return tuple(
        Vehicle(colour=colour, model=stream.choice(MODELS), lane=lane, rightwards=stream.chance())
        for colour, lane in zip(colours, lanes, strict=True)
    )


def draw_scenery(stream: Stream) -> tuple[tuple[str, int], ...]:
    """Return what stands beyond a road, nothing in front of anything else."""
    places = [-24, -16, -8, 0, 8, 16, 24]
    chosen = stream.sample(places, stream.integer(2, 4))
    return tuple((stream.choice(list(_SCENERY)), x + stream.integer(-2, 2)) for x in chosen)


def line_of(lane: int) -> str:
    """Return the key of the dashed line in front of a lane."""
    return f"line {lane}"


def _shot(road: Road, image: int) -> Shot:
    """Photograph a road: its tar, a dashed line in front of each lane, and its vehicles."""
    objects = [
        _tar(),
        *(_dashes(road.offset, lane) for lane in range(NUM_LANES)),
        *(_scenery(kind, x) for kind, x in road.scenery),
        *(_placed(vehicle, image) for vehicle in road.vehicles),
    ]
    return Shot(
        objects=tuple(objects),
        eye=(0.0, -31.0, 19.0),
        target=(0.0, _DEPTH / 2 + 1.5, 0.0),
        fov=51,
        wide=True,
        setting=road.setting,
        haze=250.0,
    )


# What stands still is made once: twins and successive photographs share it.


@cache
def _tar() -> Object:
    place = (0.0, _DEPTH / 2 - 0.3)
    return tar("tar", position=place, length=120.0, lanes=NUM_LANES, lane_width=_WIDTH)


@cache
def _dashes(offset: int, lane: int) -> Object:
    start = -30.0 + offset * _DASH / 8
    size = (_DASH, 0.36, 0.02)
    middles = (snapped(start + (2 * number + 0.5) * _DASH) for number in range(20))
    boxes = (Box(centre=(x, lane * _WIDTH, 0.0), size=size, material=_PAINT) for x in middles)
    return Object(key=line_of(lane), parts=tuple(boxes), casts_shadow=False)


@cache
def _scenery(kind: str, x: int) -> Object:
    return _SCENERY[kind](f"{kind} {x}", position=(float(x), _DEPTH + 4.0 + abs(x) % 4))


@cache
def _unplaced(name: str, colour: str, model: str, heading: int) -> Object:
    return _MODELS[model].make(name, colour=colour, heading=heading)


def _placed(vehicle: Vehicle, image: int) -> Object:
    """Put a vehicle's front where it belongs; one that drives left counts from the right."""
    model = _MODELS[vehicle.model]
    way = 1 if vehicle.rightwards else -1
    front = vehicle.fronts[image] * _DASH / QUARTERS - _HALF
    place = (way * (front - model.length / 2), vehicle.lane * _WIDTH + 0.35 + model.half_width)
    thing = _unplaced(vehicle.name, vehicle.colour, vehicle.model, 0 if way > 0 else 180)
    return replace(thing, position=(snapped(place[0]), snapped(place[1]), 0.0))
