"""A balance with two pans. Seen from -y its right pan is the one at +x."""

from __future__ import annotations

from typing import NamedTuple

from mirbench.synth.prefabs._shared import BRASS, WOOD, Place, placed
from mirbench.synth.render import Box, Cylinder, Object, Primitive, Rod, Sphere, Vector
from mirbench.synth.render.trig import cos_degrees, sin_degrees

_PIVOT = 1.85
_ARM = 1.25
_STRING = 0.95
_PAN_RADIUS = 0.55
_PAN_THICKNESS = 0.05


class Pans(NamedTuple):
    """The middles of the two pans' upper faces, in the world: where loads stand."""

    left: Vector
    right: Vector


def balance(
    key: str, position: Place = (0.0, 0.0), heading: int = 0, scale: float = 1.0, tilt: int = 0
) -> Object:
    """Return a balance, 2 m high; with `tilt` degrees above 0 the right pan (+x) hangs lower."""
    along = (cos_degrees(tilt), 0.0, -sin_degrees(tilt))
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.06), radius=0.5, height=0.12, flatten=0.7, material=WOOD),
        Cylinder(centre=(0.0, 0.0, 0.14), radius=0.3, height=0.06, flatten=0.7, material=WOOD),
        Rod(start=(0.0, 0.0, 0.12), end=(0.0, 0.0, _PIVOT), radius=0.06, tip=0.045, material=BRASS),
        Sphere(centre=(0.0, 0.0, _PIVOT + 0.03), radius=0.1, material=BRASS),
        Box(
            centre=(0.0, 0.0, _PIVOT),
            size=(2.0 * _ARM + 0.1, 0.06, 0.09),
            turn=(0, tilt, 0),
            material=BRASS,
        ),
        Rod(
            start=(0.0, -0.07, _PIVOT),
            end=(0.18 * along[2], -0.07, _PIVOT - 0.62 * along[0]),
            radius=0.018,
            tip=0.004,
            material=WOOD,
        ),
    ]
    for side in (-1.0, 1.0):
        parts += _hanging_pan((side * _ARM * along[0], 0.0, _PIVOT + side * _ARM * along[2]))
    return placed(key, parts, position, heading, scale)


def pans(position: Place = (0.0, 0.0), heading: int = 0, scale: float = 1.0, tilt: int = 0) -> Pans:
    """Return where loads stand on the pans of a `balance` placed with the same arguments."""
    z = position[2] if len(position) == 3 else 0.0
    found: list[Vector] = []
    for side in (-1.0, 1.0):
        x = side * _ARM * cos_degrees(tilt)
        height = _PIVOT - side * _ARM * sin_degrees(tilt) - _STRING + _PAN_THICKNESS / 2.0
        found.append(
            (
                position[0] + scale * x * cos_degrees(heading),
                position[1] + scale * x * sin_degrees(heading),
                z + scale * height,
            )
        )
    return Pans(*found)


def _hanging_pan(hook: Vector) -> list[Primitive]:
    """Return three strings from `hook` and the pan that they hold."""
    x, y, z = hook
    floor = z - _STRING
    parts: list[Primitive] = [
        Cylinder(centre=(x, y, floor), radius=_PAN_RADIUS, height=_PAN_THICKNESS, material=BRASS),
        Sphere(centre=hook, radius=0.05, material=BRASS),
    ]
    for angle in (30, 150, 270):
        rim = (
            x + 0.9 * _PAN_RADIUS * cos_degrees(angle),
            y + 0.9 * _PAN_RADIUS * sin_degrees(angle),
            floor,
        )
        parts.append(Rod(start=hook, end=rim, radius=0.011, material=BRASS))
    return parts
