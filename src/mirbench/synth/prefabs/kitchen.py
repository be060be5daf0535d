"""Pots, pans, cups and bottles, standing on the surface they are placed on."""

from __future__ import annotations

from itertools import pairwise

from mirbench.synth.prefabs._shared import BLACK, STEEL, Paint, Place, painted, placed
from mirbench.synth.render import Box, Cylinder, Frustum, Material, Object, Primitive, Rod, Sphere
from mirbench.synth.render.trig import cos_degrees, sin_degrees

_SOUP = (0.55, 0.16, 0.04)


def pot(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "red",
    lid: bool = True,
    filling: Paint | None = None,
) -> Object:
    """Return a cooking pot, 24 cm across, closed by a lid or showing its `filling`."""
    enamel = painted(colour, gloss=1.3)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.075), radius=0.12, height=0.15, material=enamel),
        Cylinder(centre=(0.0, 0.0, 0.146), radius=0.126, height=0.010, material=STEEL),
    ]
    for side in (-1.0, 1.0):
        parts += _handle((side * 0.12, 0.0, 0.115), side)
    if lid:
        parts += [
            Frustum(
                centre=(0.0, 0.0, 0.163), bottom=0.122, top=0.06, height=0.026, material=enamel
            ),
            Cylinder(centre=(0.0, 0.0, 0.183), radius=0.012, height=0.02, material=BLACK),
            Sphere(centre=(0.0, 0.0, 0.196), radius=(0.022, 0.022, 0.012), material=BLACK),
        ]
    else:
        inside = painted(filling, gloss=0.9) if filling is not None else BLACK
        parts.append(
            Cylinder(centre=(0.0, 0.0, 0.149), radius=0.112, height=0.006, material=inside)
        )
    return placed(key, parts, position, heading, scale)


def _handle(start: tuple[float, float, float], side: float) -> list[Primitive]:
    x, y, z = start
    out = x + side * 0.045
    return [
        Rod(start=(x, y - 0.035, z), end=(out, y - 0.028, z), radius=0.008, material=BLACK),
        Rod(start=(x, y + 0.035, z), end=(out, y + 0.028, z), radius=0.008, material=BLACK),
        Rod(start=(out, y - 0.032, z), end=(out, y + 0.032, z), radius=0.009, material=BLACK),
    ]


def pan(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "black",
    filling: Paint | None = None,
) -> Object:
    """Return a frying pan, 26 cm across, its handle along +x, empty or with a `filling`."""
    iron = painted(colour, gloss=0.8)
    inside = painted(filling, gloss=0.8, grain=0.3) if filling is not None else _PAN_FLOOR
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 0.02), bottom=0.105, top=0.13, height=0.04, material=iron),
        Cylinder(centre=(0.0, 0.0, 0.0395), radius=0.122, height=0.003, material=inside),
        Rod(start=(0.12, 0.0, 0.034), end=(0.20, 0.0, 0.048), radius=0.012, material=STEEL),
        Rod(
            start=(0.19, 0.0, 0.046),
            end=(0.36, 0.0, 0.060),
            radius=0.017,
            tip=0.014,
            material=BLACK,
        ),
        Sphere(centre=(0.36, 0.0, 0.060), radius=0.015, material=BLACK),
    ]
    return placed(key, parts, position, heading, scale)


_PAN_FLOOR = Material((0.10, 0.10, 0.105), gloss=1.0)


def cup(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "white",
    filling: Paint | None = (0.10, 0.045, 0.02),
) -> Object:
    """Return a mug, 9 cm high, its handle along +x, filled with coffee unless told otherwise."""
    china = painted(colour, gloss=1.2)
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 0.045), bottom=0.036, top=0.042, height=0.09, material=china)
    ]
    inside = painted(filling, gloss=1.2) if filling is not None else painted(colour, 0.35)
    parts.append(Cylinder(centre=(0.0, 0.0, 0.0895), radius=0.036, height=0.002, material=inside))
    angles = (-75, -40, 0, 40, 75)
    points = [(0.038 + 0.028 * cos_degrees(a), 0.0, 0.047 + 0.028 * sin_degrees(a)) for a in angles]
    for a, b in pairwise(points):
        parts.append(Rod(start=a, end=b, radius=0.006, material=china))
        parts.append(Sphere(centre=a, radius=0.006, material=china))
    return placed(key, parts, position, heading, scale)


def bottle(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.03, 0.16, 0.05),
    label: Paint = "white",
) -> Object:
    """Return a bottle, 30 cm high, with a label and a cork."""
    glass = painted(colour, gloss=2.0)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.09), radius=0.037, height=0.18, material=glass),
        Cylinder(
            centre=(0.0, 0.0, 0.085), radius=0.0378, height=0.08, material=painted(label, 0.9, 0.2)
        ),
        Frustum(centre=(0.0, 0.0, 0.205), bottom=0.037, top=0.015, height=0.05, material=glass),
        Cylinder(centre=(0.0, 0.0, 0.255), radius=0.014, height=0.06, material=glass),
        Cylinder(centre=(0.0, 0.0, 0.28), radius=0.017, height=0.012, material=glass),
        Cylinder(centre=(0.0, 0.0, 0.295), radius=0.011, height=0.025, material=_CORK),
    ]
    return placed(key, parts, position, heading, scale)


_CORK = Material((0.50, 0.32, 0.17), gloss=0.1, grain=0.4)


def plate(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "white",
) -> Object:
    """Return a plate, 26 cm across."""
    china, inner = painted(colour, gloss=1.2), painted(colour, 0.85, gloss=1.2)
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 0.010), bottom=0.08, top=0.13, height=0.02, material=china),
        Cylinder(centre=(0.0, 0.0, 0.0195), radius=0.09, height=0.003, material=inner),
    ]
    return placed(key, parts, position, heading, scale)


def bowl(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "blue",
    filling: Paint | None = None,
) -> Object:
    """Return a bowl, 18 cm across, empty or showing its `filling`."""
    china = painted(colour, gloss=1.2)
    inside = painted(filling, gloss=0.8, grain=0.3) if filling is not None else painted(colour, 0.5)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.006), radius=0.045, height=0.012, material=china),
        Frustum(centre=(0.0, 0.0, 0.030), bottom=0.05, top=0.085, height=0.04, material=china),
        Cylinder(centre=(0.0, 0.0, 0.055), radius=0.09, height=0.012, material=china),
        Cylinder(centre=(0.0, 0.0, 0.0605), radius=0.081, height=0.003, material=inside),
    ]
    return placed(key, parts, position, heading, scale)


def knife(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "black",
) -> Object:
    """Return a kitchen knife lying along x, its point towards +x."""
    parts: list[Primitive] = [
        Box(centre=(0.08, 0.0, 0.006), size=(0.18, 0.032, 0.002), material=STEEL),
        Box(centre=(-0.07, 0.004, 0.009), size=(0.12, 0.024, 0.016), material=painted(colour)),
    ]
    return placed(key, parts, position, heading, scale)


def cooker(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "white",
) -> Object:
    """Return a cooker, 85 cm high, its door towards +x, four plates on top."""
    enamel = painted(colour, 0.9, gloss=0.9)
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 0.42), size=(0.60, 0.60, 0.84), material=enamel),
        Box(centre=(0.0, 0.0, 0.845), size=(0.60, 0.60, 0.01), material=BLACK),
        Box(centre=(0.30, 0.0, 0.38), size=(0.02, 0.48, 0.34), material=BLACK),
        Rod(start=(0.33, -0.2, 0.60), end=(0.33, 0.2, 0.60), radius=0.012, material=STEEL),
    ]
    for x in (-0.14, 0.14):
        for y in (-0.14, 0.14):
            parts.append(
                Cylinder(centre=(x, y, 0.853), radius=0.09, height=0.006, material=_HOTPLATE)
            )
    for y in (-0.21, -0.07, 0.07, 0.21):
        parts.append(
            Cylinder(
                centre=(0.31, y, 0.74), radius=0.022, height=0.03, turn=(0, 90, 0), material=BLACK
            )
        )
    return placed(key, parts, position, heading, scale)


_HOTPLATE = Material((0.09, 0.085, 0.085), gloss=0.4)
