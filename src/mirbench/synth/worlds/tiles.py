"""Figures on a floor of plain square tiles, seen at a slant from so far that tiles look alike.

The floor shows nothing but its joints, which are the same everywhere: a picture tells where figures
stand against each other, and not where on the floor it was taken or which way the camera faced.
Each figure stands on a mat that fills its tile; an arrow on a vehicle's mat points where it faces.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Final, NamedTuple

from mirbench.synth.prefabs import (
    bus,
    bush,
    car,
    conifer,
    house,
    palm,
    person,
    skyscraper,
    tower,
    tree,
    truck,
    van,
)
from mirbench.synth.prefabs.chessmen import bishop, pawn, queen, rook
from mirbench.synth.prefabs.park import fountain
from mirbench.synth.render import Box, Material, Object, Wedge
from mirbench.synth.render.textures import GroundKind
from mirbench.synth.render.trig import cos_degrees, sin_degrees, tan_of_half
from mirbench.synth.shot import Setting, Shot, snapped
from mirbench.synth.worlds.landmarks import lighthouse, windmill

JOINTS: Final = "joints"
"""The key of all the joints."""
GROUNDS: Final[Sequence[GroundKind]] = ("sand", "concrete", "wood", "asphalt")
"""What a floor may be like; of its texture only the colour is left."""
PAINTS: Final = ("red", "blue", "yellow", "green", "orange", "white")
"""What vehicles and chessmen are painted."""

_FOV, _PITCH, _PLAIN = 6, 52, 1 / 128
MAT: Final = 0.92
"""Side of a mat in tiles."""
_MAT_TOP, _JOINT = 0.02, 0.03
_JOINTS = Material((0.20, 0.19, 0.18), gloss=0.0)
_CLOTH = Material((0.16, 0.18, 0.24), gloss=0.05)
_ARROW = Material((0.85, 0.85, 0.82), gloss=0.1, glow=0.15)
_LENGTH, _BACK = 0.72, 0.11
"""Length of a vehicle, and how far behind the middle of its mat it stands, in tiles."""


class _Kind(NamedTuple):
    """A kind of thing: how it is made, its height and width in metres, where its front is."""

    make: Callable[..., Object]
    height: float
    width: float
    heading: int = 0


_KINDS: Final[Mapping[str, _Kind]] = {
    "fir tree": _Kind(conifer, 4.0, 2.1),
    "oak tree": _Kind(tree, 4.3, 3.0),
    "palm tree": _Kind(palm, 4.3, 3.1),
    "bush": _Kind(bush, 1.1, 1.8),
    "house": _Kind(house, 6.2, 8.6, 270),
    "stone tower": _Kind(tower, 10.0, 2.7),
    "office block": _Kind(skyscraper, 18.5, 7.5),
    "lighthouse": _Kind(lighthouse, 10.0, 2.9),
    "windmill": _Kind(windmill, 8.7, 5.4),
    "fountain": _Kind(fountain, 2.6, 3.2),
    "man": _Kind(partial(person, colour="purple"), 1.8, 0.8, 270),
}
_MODELS: Final[Mapping[str, tuple[Callable[..., Object], float]]] = {
    "car": (car, 4.28),
    "van": (van, 5.29),
    "lorry": (truck, 7.08),
    "bus": (bus, 9.07),
}
KINDS: Final = tuple(_KINDS)
_MEN: Final[Mapping[str, Callable[..., Object]]] = {
    "pawn": pawn,
    "rook": rook,
    "bishop": bishop,
    "queen": queen,
}
MEN: Final = tuple(_MEN)
"""Chessmen, which are round too; they are painted as vehicles are."""
ROUND: Final = ("fir tree", "stone tower", "office block", "fountain")
"""Kinds that look the same from all four sides."""
MODELS: Final = tuple(_MODELS)


class Vector(NamedTuple):
    """A way over the floor in tiles: to the right and ahead, of a picture or of a driver."""

    right: int
    ahead: int

    def turned(self, quarters: int) -> "Vector":
        """Return it turned clockwise by quarter turns."""
        right, ahead = self
        for _ in range(quarters % 4):
            right, ahead = ahead, -right
        return Vector(right, ahead)

    def plus(self, other: "Vector") -> "Vector":
        """Return the sum."""
        return Vector(self.right + other.right, self.ahead + other.ahead)

    def minus(self, other: "Vector") -> "Vector":
        """Return the difference."""
        return Vector(self.right - other.right, self.ahead - other.ahead)

    def far(self) -> int:
        """Return the larger of both ways."""
        return max(abs(self.right), abs(self.ahead))


class Figure(NamedTuple):
    """Something on a tile.

    Attributes:
        name: A kind of thing, or a vehicle as in `red car`.
        at: Where it stands in the picture's own terms: tiles to the right, tiles farther away.
        way: Where a vehicle faces in the picture: 0 away, 1 right, 2 to the camera, 3 left.
    """

    name: str
    at: Vector
    way: int = 0


def is_vehicle(name: str) -> bool:
    """Tell whether something of that name faces somewhere."""
    return name.split()[-1] in _MODELS


def mat_of(name: str) -> str:
    """Return the key of the mat under a figure."""
    return f"{name} mat"


def arrow_of(name: str) -> str:
    """Return the key of the arrow in front of a vehicle."""
    return f"{name} arrow"


def side_by_side(a: Vector, b: Vector) -> bool:
    """Tell whether two tiles share an edge or are one: the nearer figure may hide the other."""
    return abs(a.right - b.right) + abs(a.ahead - b.ahead) <= 1


def floor_shot(
    figures: Iterable[Figure], middle: tuple[float, float], span: float, setting: Setting
) -> Shot:
    """Photograph figures so that `span` tiles fill the picture's width around `middle`."""
    far = span / (2 * tan_of_half(_FOV))
    x, y = middle
    objects = [_joints(round(x), round(y), int(span) + 2)]
    for figure in figures:
        objects += _placed(figure)
    return Shot(
        objects=tuple(objects),
        setting=setting,
        eye=(x, y - snapped(far * cos_degrees(_PITCH)), snapped(far * sin_degrees(_PITCH))),
        target=(x, y, 0.2),
        fov=_FOV,
        haze=50_000.0,
        repeat=_PLAIN,
    )


def framed_shot(figures: Iterable[Figure], setting: Setting) -> Shot:
    """Photograph figures so that they fill the picture."""
    shown = tuple(figures)
    rights, aheads = ([one.at[axis] for one in shown] for axis in (0, 1))
    middle = ((min(rights) + max(rights)) / 2, (min(aheads) + max(aheads)) / 2)
    span = max(max(rights) - min(rights), max(aheads) - min(aheads), 2) + 1.8
    return floor_shot(shown, middle, span, setting)


def close_shot(kind: str, setting: Setting) -> Shot:
    """Photograph a single thing from close by."""
    return floor_shot([Figure(kind, Vector(0, 0))], (0.0, 0.3), 1.9, setting)


def _placed(figure: Figure) -> list[Object]:
    """Put a figure on its tile, with its mat and, if it faces somewhere, its arrow."""
    x, y = (float(value) for value in figure.at)
    heading = 90 - 90 * figure.way
    found = [_mat(figure.name, x, y)]
    if is_vehicle(figure.name):
        found.append(_arrow(figure.name, x, y, heading))
        place = (x - _BACK * cos_degrees(heading), y - _BACK * sin_degrees(heading), _MAT_TOP)
        found.append(_vehicle(figure.name, place, heading))
    else:
        found.append(_thing(figure.name, (x, y, _MAT_TOP)))
    return found


# What stands still is made once: twins and successive photographs share it.


@cache
def _joints(x: int, y: int, reach: int) -> Object:
    """Return the joints between tiles around a place."""
    length = 2.0 * reach + 1.0
    places = [k - reach - 0.5 for k in range(2 * reach + 2)]
    parts = [
        Box(centre=(x + at, float(y), 0.002), size=(_JOINT, length, 0.006), material=_JOINTS)
        for at in places
    ]
    parts += [
        Box(centre=(float(x), y + at, 0.002), size=(length, _JOINT, 0.006), material=_JOINTS)
        for at in places
    ]
    return Object(key=JOINTS, parts=tuple(parts), casts_shadow=False)


@cache
def _mat(name: str, x: float, y: float) -> Object:
    cloth = Box(centre=(x, y, _MAT_TOP / 2), size=(MAT, MAT, _MAT_TOP), material=_CLOTH)
    return Object(key=mat_of(name), parts=(cloth,), casts_shadow=False)


@cache
def _arrow(name: str, x: float, y: float, heading: int) -> Object:
    tip = Wedge(
        centre=(0.365, 0.0, _MAT_TOP + 0.004),
        bottom=(0.008, 0.36),
        top=(0.008, 0.0),
        height=0.17,
        turn=(0, 90, 0),
        material=_ARROW,
    )
    return Object(
        key=arrow_of(name),
        parts=(tip,),
        position=(x, y, 0.0),
        heading=heading,
        casts_shadow=False,
    )


@cache
def _vehicle(name: str, place: tuple[float, float, float], heading: int) -> Object:
    paint, model = name.split()
    make, length = _MODELS[model]
    return make(name, position=place, heading=heading, scale=_LENGTH / length, colour=paint)


@cache
def _thing(name: str, place: tuple[float, float, float]) -> Object:
    paint, _, shape = name.partition(" ")
    if shape in _MEN:
        return _MEN[shape](name, position=place, scale=1.05, colour=paint)
    kind = _KINDS[name]
    scale = min(1.25 / kind.height, 0.8 / kind.width)
    return replace(kind.make(name, position=place, scale=scale), heading=kind.heading)
