"""Trees, bushes and flowers in pots."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import BARK, Paint, Place, painted, placed
from mirbench.synth.render import Cylinder, Frustum, Material, Object, Primitive, Rod, Sphere

_LEAF = (0.07, 0.22, 0.035)
_NEEDLE = (0.035, 0.13, 0.04)
_CLAY = Material((0.48, 0.18, 0.09), gloss=0.3, grain=0.2)


def _foliage(paint: Paint, shade: float = 1.0) -> Material:
    r, g, b = painted(paint, shade).colour
    return Material((r, g, b), gloss=0.12, grain=0.75, grain_scale=0.9)


def conifer(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = _NEEDLE,
) -> Object:
    """Return a fir, 4 m high."""
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.45), radius=0.14, height=0.9, material=BARK)
    ]
    for number, (base, radius, height) in enumerate(
        ((0.6, 1.05, 1.3), (1.25, 0.86, 1.2), (1.9, 0.66, 1.1), (2.55, 0.46, 1.45))
    ):
        parts.append(
            Frustum(
                centre=(0.0, 0.0, base + height / 2.0),
                bottom=radius,
                top=0.02,
                height=height,
                turn=(0, 0, 50 * number),
                material=_foliage(colour, 0.9 + 0.1 * number),
            )
        )
    return placed(key, parts, position, heading, scale)


def tree(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = _LEAF,
) -> Object:
    """Return a broad-leaved tree, 4.3 m high."""
    parts: list[Primitive] = [
        Rod(start=(0.0, 0.0, 0.0), end=(0.0, 0.0, 2.2), radius=0.20, tip=0.13, material=BARK),
        Rod(start=(0.0, 0.0, 1.5), end=(0.7, 0.3, 2.5), radius=0.09, tip=0.05, material=BARK),
        Rod(start=(0.0, 0.0, 1.6), end=(-0.6, -0.3, 2.6), radius=0.09, tip=0.05, material=BARK),
    ]
    crown = (
        ((0.0, 0.0, 3.3), 1.0, 1.0),
        ((0.75, 0.25, 2.85), 0.72, 0.9),
        ((-0.7, -0.3, 2.9), 0.75, 0.95),
        ((-0.2, 0.75, 2.8), 0.68, 1.05),
        ((0.25, -0.75, 2.85), 0.7, 1.1),
        ((0.1, 0.1, 3.8), 0.6, 1.15),
    )
    for centre, radius, shade in crown:
        parts.append(
            Sphere(
                centre=centre,
                radius=(radius, radius, 0.85 * radius),
                turn=(0, 0, int(40 * shade)),
                material=_foliage(colour, shade),
            )
        )
    return placed(key, parts, position, heading, scale)


def palm(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.10, 0.30, 0.05),
) -> Object:
    """Return a palm, 4.5 m high, its trunk slightly bent."""
    parts: list[Primitive] = [
        Rod(start=(0.0, 0.0, 0.0), end=(0.12, 0.0, 1.4), radius=0.19, tip=0.15, material=BARK),
        Rod(start=(0.12, 0.0, 1.4), end=(0.4, 0.0, 2.8), radius=0.15, tip=0.12, material=BARK),
        Rod(start=(0.4, 0.0, 2.8), end=(0.8, 0.0, 3.9), radius=0.12, tip=0.10, material=BARK),
        Sphere(centre=(0.8, 0.0, 3.95), radius=0.2, material=BARK),
    ]
    for number in range(8):
        parts += [
            Sphere(
                centre=(0.8 + 0.75 * c, 0.75 * s, 4.02),
                radius=(0.80, 0.17, 0.05),
                turn=(0, 18, 45 * number),
                material=_foliage(colour, 0.85 + 0.1 * (number % 3)),
            )
            for c, s in (_EIGHTHS[number],)
        ]
    return placed(key, parts, position, heading, scale)


_EIGHTHS = (
    (1.0, 0.0),
    (0.7071, 0.7071),
    (0.0, 1.0),
    (-0.7071, 0.7071),
    (-1.0, 0.0),
    (-0.7071, -0.7071),
    (0.0, -1.0),
    (0.7071, -0.7071),
)


def bush(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.06, 0.20, 0.05),
) -> Object:
    """Return a round bush, 1 m high."""
    parts: list[Primitive] = []
    for centre, radius, shade in (
        ((0.0, 0.0, 0.54), 0.54, 1.0),
        ((0.45, 0.1, 0.39), 0.40, 0.9),
        ((-0.42, -0.12, 0.41), 0.42, 1.1),
        ((0.0, 0.42, 0.37), 0.38, 1.05),
        ((0.05, -0.42, 0.39), 0.40, 0.95),
    ):
        parts.append(Sphere(centre=centre, radius=radius, material=_foliage(colour, shade)))
    return placed(key, parts, position, heading, scale)


def potted_flower(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "red",
) -> Object:
    """Return a flower in a clay pot, 0.5 m high."""
    stem = painted((0.05, 0.22, 0.04), gloss=0.2)
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 0.085), bottom=0.075, top=0.11, height=0.17, material=_CLAY),
        Cylinder(centre=(0.0, 0.0, 0.175), radius=0.12, height=0.035, material=_CLAY),
        Cylinder(centre=(0.0, 0.0, 0.19), radius=0.10, height=0.012, material=BARK),
        Rod(start=(0.0, 0.0, 0.18), end=(0.0, 0.0, 0.44), radius=0.01, material=stem),
        Sphere(
            centre=(0.06, 0.0, 0.27), radius=(0.07, 0.03, 0.012), turn=(0, -30, 0), material=stem
        ),
        Sphere(
            centre=(-0.06, 0.0, 0.30), radius=(0.07, 0.03, 0.012), turn=(0, 30, 0), material=stem
        ),
    ]
    petal = painted(colour, gloss=0.4)
    for number in range(0, 360, 60):
        c, s = _SIXTHS[number // 60]
        parts.append(
            Sphere(
                centre=(0.055 * c, 0.055 * s, 0.45),
                radius=(0.05, 0.032, 0.015),
                turn=(0, -15, number),
                material=petal,
            )
        )
    parts.append(Sphere(centre=(0.0, 0.0, 0.455), radius=0.03, material=painted("yellow")))
    return placed(key, parts, position, heading, scale)


_SIXTHS = ((1.0, 0.0), (0.5, 0.866), (-0.5, 0.866), (-1.0, 0.0), (-0.5, -0.866), (0.5, -0.866))
