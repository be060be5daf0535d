"""Things that look equally tall behind a hedge, and photographs that give their true heights.

The first picture is drawn from names alone: every thing in it looks as tall as the others. Scaling
a thing and its distance together leaves that picture the same to the byte, and a hedge hides where
things stand; so it cannot tell which is taller. Elsewhere each thing stands beside a vehicle.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from mirbench.synth.prefabs import bus, car, conifer, palm, street_lamp, tower, tree, truck
from mirbench.synth.prefabs import van as van_of
from mirbench.synth.render import Box, Material, Object
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Setting, Shot, snapped
from mirbench.synth.worlds.landmarks import lighthouse, windmill

RULES: Final[Mapping[str, str]] = {"taller": "largest", "shorter": "smallest"}
"""For each form of question, how it compares heights."""
PAINTS: Final = ("red", "blue", "yellow", "white", "green", "orange")


class _Kind(NamedTuple):
    """A kind of thing: how it is made, its height, and how far it reaches left and right."""

    make: Callable[..., Object]
    height: float
    left: float
    right: float


class _Model(NamedTuple):
    """A kind of vehicle: how it is made, its length, height, and half its width."""

    make: Callable[..., Object]
    length: float
    height: float
    half_width: float


_KINDS: Final[Mapping[str, _Kind]] = {
    "fir tree": _Kind(conifer, 3.99, 1.03, 1.03),
    "oak tree": _Kind(tree, 4.29, 1.45, 1.45),
    "palm tree": _Kind(palm, 4.28, 0.73, 2.33),
    "street lamp": _Kind(street_lamp, 5.07, 0.09, 1.53),
    "tower": _Kind(tower, 9.95, 1.31, 1.31),
    "lighthouse": _Kind(lighthouse, 10.0, 1.41, 1.41),
    "windmill": _Kind(windmill, 8.67, 2.6, 2.6),
}
_MODELS: Final[Mapping[str, _Model]] = {
    "car": _Model(car, 4.28, 1.43, 0.9),
    "van": _Model(van_of, 5.29, 2.2, 0.98),
    "lorry": _Model(truck, 7.08, 3.08, 1.2),
    "bus": _Model(bus, 9.07, 2.96, 1.22),
}
KINDS: Final = tuple(_KINDS)
PLANTS: Final = KINDS[:3]
MODELS: Final = tuple(_MODELS)

# The first range of each is what is drawn; the wider second one is what is still fair, so that
# every picture can be changed until the answer changes.
RATIOS: Final = ((Fraction(3, 5), Fraction(9, 5)), (Fraction(2, 5), Fraction(5, 2)))
"""Height of a thing over the length of the vehicle beside it."""
LENGTHS: Final = ((Fraction(2, 5), Fraction(5, 2)), (Fraction(1, 4), Fraction(4)))
"""Length of a vehicle over that of the vehicle beside it."""

_FOV, _DISTANCE, _HAZE = 24, 22.0, 160.0
_WIDEST, _TALLEST, _GAP = 7.8, 3.7, 0.45
_HEDGE_FROM, _HEDGE_HEIGHT, _LOOK = -4.0, 1.15, 4.3


class Link(NamedTuple):
    """How long a vehicle is against one whose length is known by then.

    Attributes:
        known: The vehicle whose length is known.
        other: The vehicle whose length follows.
        factor: Length of `other` over that of `known`.
        told: Whether the text says so; otherwise a photograph shows both.
        left: Whether `other` stands on the left in that photograph.
    """

    known: str
    other: str
    factor: Fraction
    told: bool
    left: bool = False


class Beside(NamedTuple):
    """A thing beside a vehicle, and its height over the vehicle's length."""

    kind: str
    ratio: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A photograph of a vehicle and one or two things beside it.

    Attributes:
        vehicle: The vehicle.
        things: What stands beside it.
        place: How many of the things are on the vehicle's left.
    """

    vehicle: str
    things: tuple[Beside, ...]
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Illusion:
    """What looks equally tall, and what gives the true heights.

    Attributes:
        form: The kind of question; see `RULES`.
        manner: Which wording of it.
        shown: Kinds in the first picture, from left to right.
        meetings: Photographs beside vehicles, in the order of their images.
        links: How the vehicles compare, each from one that is known by then.
        grown: The kind whose height has changed since its photograph; empty if none has.
        growth: Its height in the first picture over that in its photograph.
        setting: Where and when the photographs were taken.
    """

    form: str
    manner: int
    shown: tuple[str, ...]
    meetings: tuple[Meeting, ...]
    links: tuple[Link, ...]
    grown: str = ""
    growth: Fraction = Fraction(1)
    setting: Setting = field(default_factory=Setting)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind that stands beside a vehicle, also one that nobody asks for."""
        return tuple(beside.kind for meeting in self.meetings for beside in meeting.things)

    def image_of(self, kind: str) -> int:
        """Return the index of the image that shows a kind beside a vehicle."""
        return 1 + next(
            at
            for at, meeting in enumerate(self.meetings)
            if kind in [beside.kind for beside in meeting.things]
        )

    def vehicle_of(self, kind: str) -> str:
        """Return the vehicle that a kind stands beside."""
        return self.meetings[self.image_of(kind) - 1].vehicle

    def shown_links(self) -> Iterator[tuple[int, Link]]:
        """Yield the links that a photograph shows, with the index of its image."""
        links = [link for link in self.links if not link.told]
        return enumerate(links, start=1 + len(self.meetings))

    def pictures(self) -> list[Shot]:
        """Return the pictures in the order of their numbers."""
        shots = [_illusion_shot(self.shown, self.setting)]
        shots += [_meeting_shot(meeting, self.setting) for meeting in self.meetings]
        return shots + [_link_shot(link, self.setting) for _, link in self.shown_links()]


def draw_vehicles(models: Sequence[str], stream: Stream) -> list[str]:
    """Return a name for a vehicle of each model; no two have one colour."""
    paints = stream.sample(PAINTS, len(models))
    return [f"{paint} {model}" for paint, model in zip(paints, models, strict=True)]


def natural_length(name: str) -> Fraction:
    """Return how long a vehicle of that name usually is, in metres."""
    return Fraction(str(_MODELS[name.split()[1]].length))


class _Part(NamedTuple):
    """Something in a row: its name, height or length as compared, and what it takes up."""

    name: str
    size: float
    left: float
    right: float
    height: float


def _part(name: str, size: Fraction) -> _Part:
    if name in _KINDS:
        kind = _KINDS[name]
        scale = float(size) / kind.height
        return _Part(name, float(size), kind.left * scale, kind.right * scale, float(size))
    model = _MODELS[name.split()[1]]
    half = float(size) / 2
    return _Part(name, float(size), half, half, float(size) * model.height / model.length)


def _made(part: _Part, x: float, scale: float) -> Object:
    """Make a part `scale` times as large; the side of a vehicle is as far away as a thing."""
    size = part.size * scale
    if part.name in _KINDS:
        kind = _KINDS[part.name]
        return kind.make(part.name, position=(snapped(x), 0.0), scale=size / kind.height)
    paint, name = part.name.split()
    model = _MODELS[name]
    shrunk = size / model.length
    place = (snapped(x), snapped(model.half_width * shrunk))
    return model.make(part.name, position=place, scale=shrunk, colour=paint)


def _row(parts: Sequence[_Part], scale: float, gap: float) -> tuple[Object, ...]:
    """Put parts side by side, the whole row in the middle."""
    x = -(sum(part.left + part.right for part in parts) * scale + gap * (len(parts) - 1)) / 2
    objects = []
    for part in parts:
        objects.append(_made(part, x + part.left * scale, scale))
        x += (part.left + part.right) * scale + gap
    return tuple(objects)


def _row_shot(parts: Sequence[_Part], setting: Setting) -> Shot:
    """Photograph a row so that it fills the picture, whatever its real size."""
    room = _WIDEST - _GAP * (len(parts) - 1)
    wide = room / sum(part.left + part.right for part in parts)
    scale = min(wide, _TALLEST / max(part.height for part in parts))
    return Shot(
        objects=_row(parts, scale, _GAP),
        setting=setting,
        eye=(0.0, -_DISTANCE, 1.0),
        target=(0.0, 0.0, 1.7),
        fov=_FOV,
        wide=True,
        haze=_HAZE,
    )


def _meeting_shot(meeting: Meeting, setting: Setting) -> Shot:
    parts = [_part(beside.kind, beside.ratio) for beside in meeting.things]
    parts.insert(meeting.place, _part(meeting.vehicle, Fraction(1)))
    return _row_shot(parts, setting)


def _link_shot(link: Link, setting: Setting) -> Shot:
    parts = [_part(link.known, Fraction(1)), _part(link.other, link.factor)]
    return _row_shot(parts[::-1] if link.left else parts, setting)


def _illusion_shot(shown: Sequence[str], setting: Setting) -> Shot:
    """Let each thing look equally tall; the hedge reaches above the horizon."""
    parts = [_part(kind, Fraction(1)) for kind in shown]
    width = sum(part.left + part.right for part in parts) * _LOOK
    gap = (_WIDEST + 0.9 - width) / (len(parts) + 1)
    objects = (*_row(parts, _LOOK, max(gap, 0.2)), _hedge())
    return Shot(
        objects=objects,
        setting=setting,
        eye=(0.0, -_DISTANCE, 1.0),
        target=(0.0, 0.0, 2.4),
        fov=_FOV,
        wide=True,
        haze=_HAZE,
    )


def _hedge() -> Object:
    """Return a clipped hedge across the whole picture."""
    leaf = Material((0.05, 0.17, 0.04), gloss=0.1, grain=0.8, grain_scale=9.0)
    size = (14.0, 0.9, _HEDGE_HEIGHT)
    box = Box(centre=(0.0, 0.0, _HEDGE_HEIGHT / 2), size=size, material=leaf)
    return Object(key="hedge", parts=(box,), position=(0.0, _HEDGE_FROM, 0.0))
