"""Tables, chairs, lamps, shelves."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import STEEL, WOOD, Paint, Place, painted, placed, rgb
from mirbench.synth.render import Box, Cylinder, Frustum, Material, Object, Primitive, Sphere

TABLE_HEIGHT = 0.75


def _wooden(colour: Paint | None) -> Material:
    if colour is None:
        return WOOD
    return Material(rgb(colour), gloss=0.5, grain=0.2)


def table(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint | None = None,
    size: tuple[float, float] = (1.4, 0.8),
) -> Object:
    """Return a table whose top is `TABLE_HEIGHT` metres high; wooden without a colour."""
    material = _wooden(colour)
    length, depth = size
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, TABLE_HEIGHT - 0.02), size=(length, depth, 0.04), material=material),
        Box(
            centre=(0.0, 0.0, TABLE_HEIGHT - 0.08),
            size=(length - 0.16, depth - 0.16, 0.08),
            material=material,
        ),
    ]
    for x in (-1.0, 1.0):
        for y in (-1.0, 1.0):
            foot = (x * (length / 2.0 - 0.07), y * (depth / 2.0 - 0.07))
            parts.append(
                Box(
                    centre=(*foot, TABLE_HEIGHT / 2.0 - 0.02),
                    size=(0.06, 0.06, TABLE_HEIGHT - 0.04),
                    material=material,
                )
            )
    return placed(key, parts, position, heading, scale)


def chair(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint | None = None,
) -> Object:
    """Return a chair; who sits on it faces +x."""
    material = _wooden(colour)
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 0.45), size=(0.42, 0.42, 0.04), material=material)
    ]
    for y in (-0.18, 0.18):
        parts.append(Box(centre=(0.18, y, 0.22), size=(0.04, 0.04, 0.44), material=material))
        parts.append(Box(centre=(-0.19, y, 0.46), size=(0.04, 0.04, 0.92), material=material))
    for z in (0.62, 0.74, 0.87):
        parts.append(Box(centre=(-0.19, 0.0, z), size=(0.025, 0.34, 0.07), material=material))
    return placed(key, parts, position, heading, scale)


def lamp(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "yellow",
) -> Object:
    """Return a standing lamp, 1.6 m high, its shade in `colour`."""
    shade = Material(rgb(colour), gloss=0.2, glow=0.45)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.015), radius=0.16, height=0.03, material=STEEL),
        Cylinder(centre=(0.0, 0.0, 0.70), radius=0.014, height=1.35, material=STEEL),
        Frustum(centre=(0.0, 0.0, 1.44), bottom=0.22, top=0.13, height=0.30, material=shade),
        Sphere(centre=(0.0, 0.0, 1.60), radius=0.02, material=STEEL),
    ]
    return placed(key, parts, position, heading, scale)


def shelf(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint | None = None,
) -> Object:
    """Return a book shelf, 1.8 m high, open towards +x, with books on three boards."""
    material = _wooden(colour)
    parts: list[Primitive] = [
        Box(centre=(-0.14, 0.0, 0.9), size=(0.02, 0.86, 1.8), material=material)
    ]
    for y in (-0.44, 0.44):
        parts.append(Box(centre=(0.0, y, 0.9), size=(0.3, 0.03, 1.8), material=material))
    for z in (0.05, 0.48, 0.91, 1.34, 1.78):
        parts.append(Box(centre=(0.0, 0.0, z), size=(0.3, 0.88, 0.03), material=material))
    spines: tuple[tuple[Paint, float, float, float], ...] = (
        ("red", -0.34, 0.08, 0.30),
        ("blue", -0.23, 0.12, 0.26),
        ("green", -0.12, 0.06, 0.32),
        ("white", -0.02, 0.10, 0.24),
        ("orange", 0.10, 0.09, 0.30),
        ("purple", 0.22, 0.12, 0.27),
    )
    for number, z in enumerate((0.495, 0.925, 1.355)):
        for paint, y, thick, tall in spines:
            parts.append(
                Box(
                    centre=(0.0, y + 0.07 * number, z + tall / 2.0),
                    size=(0.2, thick, tall),
                    material=painted(paint, 0.8, gloss=0.3),
                )
            )
    return placed(key, parts, position, heading, scale)
