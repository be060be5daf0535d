"""Roads with lane markings, signposts, street lamps."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import STEEL, WOOD, Paint, Place, painted, placed
from mirbench.synth.render import Box, Cylinder, Material, Object, Primitive, Rod, Sphere, Wedge

DASH = 2.0
"""Length in metres of a lane dash, and of the gap after it."""

_TAR = Material((0.075, 0.075, 0.08), gloss=0.1, grain=0.25, grain_scale=4.0)
_PAINT = Material((0.78, 0.78, 0.76), gloss=0.2)
_KERB = Material((0.42, 0.41, 0.39), gloss=0.1, grain=0.2)


def road(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    length: float = 60.0,
    lanes: int = 2,
    lane_width: float = 3.2,
) -> Object:
    """Return the tar of a straight road along x, between kerbs; see `lane_dashes`."""
    width = lanes * lane_width
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 0.0), size=(length, width, 0.008), material=_TAR)
    ]
    for side in (-1.0, 1.0):
        parts.append(
            Box(
                centre=(0.0, side * (width / 2.0 + 0.1), 0.0),
                size=(length, 0.2, 0.10),
                material=_KERB,
            )
        )
    return placed(key, parts, position, heading, casts_shadow=False)


def lane_dashes(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    count: int = 10,
    dash: float = DASH,
    gap: float = DASH,
) -> Object:
    """Return `count` dashes along x, the first starting at `position`."""
    parts: list[Primitive] = []
    for number in range(count):
        x = number * (dash + gap) + dash / 2.0
        parts.append(Box(centre=(x, 0.0, 0.0), size=(dash, 0.14, 0.016), material=_PAINT))
    return placed(key, parts, position, heading, casts_shadow=False)


def signpost(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "yellow",
) -> Object:
    """Return a wooden signpost, 2.2 m high, with one board pointing to +x."""
    board = painted(colour, 0.9, gloss=0.3)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 1.1), radius=0.06, height=2.2, material=WOOD),
        Sphere(centre=(0.0, 0.0, 2.2), radius=0.075, material=WOOD),
        Box(centre=(0.40, 0.0, 1.85), size=(1.1, 0.05, 0.32), material=board),
        Wedge(
            centre=(1.08, 0.0, 1.85),
            bottom=(0.05, 0.32),
            top=(0.05, 0.0),
            height=0.26,
            turn=(90, 0, 90),
            material=board,
        ),
        Box(centre=(0.36, 0.0, 1.85), size=(0.85, 0.06, 0.05), material=WOOD),
    ]
    return placed(key, parts, position, heading, scale)


def street_lamp(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "grey",
) -> Object:
    """Return a street lamp, 5 m high, its arm towards +x."""
    pole = painted(colour, 0.7, gloss=0.6)
    glow = Material((0.95, 0.85, 0.60), gloss=0.5, glow=0.6)
    parts: list[Primitive] = [
        Rod(start=(0.0, 0.0, 0.0), end=(0.0, 0.0, 4.8), radius=0.09, tip=0.06, material=pole),
        Rod(start=(0.0, 0.0, 4.7), end=(1.0, 0.0, 5.0), radius=0.045, material=pole),
        Box(centre=(1.2, 0.0, 5.02), size=(0.6, 0.24, 0.10), material=pole),
        Sphere(centre=(1.22, 0.0, 4.96), radius=(0.22, 0.09, 0.06), material=glow),
    ]
    return placed(key, parts, position, heading, scale)


def traffic_light(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "red",
) -> Object:
    """Return a traffic light, 3 m high, facing +x; the lamp of `colour` is lit.

    Raises:
        ValueError: If `colour` is not red, yellow or green.
    """
    lamps = {"red": 2.82, "yellow": 2.55, "green": 2.28}
    if colour not in lamps:
        raise ValueError(f"traffic light: expected one of {sorted(lamps)}, found {colour!r}")
    case = Material((0.03, 0.03, 0.032), gloss=0.5)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 1.1), radius=0.06, height=2.2, material=STEEL),
        Box(centre=(0.0, 0.0, 2.55), size=(0.26, 0.32, 0.90), material=case),
    ]
    for name, z in lamps.items():
        r, g, b = painted(name).colour
        lit = name == colour
        lens = (
            Material((r, g, b), gloss=0.8, glow=1.2)
            if lit
            else Material((0.12 * r, 0.12 * g, 0.12 * b), gloss=1.0)
        )
        parts.append(Sphere(centre=(0.12, 0.0, z), radius=(0.06, 0.10, 0.10), material=lens))
    return placed(key, parts, position, heading, scale)
