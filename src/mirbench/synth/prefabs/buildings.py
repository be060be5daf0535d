"""Houses and towers."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import GLASS, WOOD, Paint, Place, painted, placed
from mirbench.synth.render import Box, Cylinder, Frustum, Material, Object, Primitive, Wedge

_STONE = Material((0.46, 0.41, 0.34), gloss=0.15, grain=0.35, grain_scale=0.7)
_BRICK = Material((0.34, 0.12, 0.07), gloss=0.15, grain=0.4, grain_scale=1.5)


def house(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "white",
    roof: Paint = (0.36, 0.09, 0.05),
) -> Object:
    """Return a house, 8 x 6 m and 6 m high, its door towards +x, with a gabled roof."""
    wall, slate = painted(colour, 0.85, gloss=0.1, grain=0.12), painted(roof, gloss=0.2, grain=0.35)
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 1.7), size=(6.0, 8.0, 3.4), material=wall),
        Wedge(
            centre=(0.0, 0.0, 4.55), bottom=(6.0, 8.0), top=(0.02, 8.0), height=2.3, material=wall
        ),
        Box(centre=(2.98, 0.0, 1.05), size=(0.10, 1.0, 2.1), material=WOOD),
        Box(centre=(3.35, 0.0, 0.08), size=(0.7, 1.5, 0.16), material=_STONE),
        Box(centre=(-1.2, 2.2, 5.2), size=(0.7, 0.7, 2.2), material=_BRICK),
    ]
    for side in (-1.0, 1.0):
        parts.append(
            Wedge(
                centre=(side * 1.58, 0.0, 4.62),
                bottom=(0.22, 8.6),
                top=(0.22, 8.6),
                height=2.6,
                lean=(-side * 3.32, 0.0),
                material=slate,
            )
        )
    parts.append(Box(centre=(0.0, 0.0, 5.90), size=(0.34, 8.6, 0.14), material=slate))
    frame = painted("white", 0.9, gloss=0.4)
    for x, y in ((3.0, 2.4), (3.0, -2.4), (-3.0, 2.0), (-3.0, -2.0)):
        parts.append(Box(centre=(x, y, 1.8), size=(0.14, 1.3, 1.3), material=frame))
        parts.append(Box(centre=(x, y, 1.8), size=(0.18, 1.1, 1.1), material=GLASS))
    for y in (-4.0, 4.0):
        for x in (-1.5, 1.5):
            parts.append(Box(centre=(x, y, 1.8), size=(1.3, 0.14, 1.3), material=frame))
            parts.append(Box(centre=(x, y, 1.8), size=(1.1, 0.18, 1.1), material=GLASS))
    return placed(key, parts, position, heading, scale)


def tower(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.46, 0.38, 0.30),
) -> Object:
    """Return a stepped stone tower with a spire, 10 m high and 2.6 m wide."""
    wall = painted(colour, gloss=0.15, grain=0.35)
    red = painted((0.42, 0.08, 0.05), gloss=0.4)
    parts: list[Primitive] = [Box(centre=(0.0, 0.0, 0.3), size=(2.6, 2.6, 0.6), material=_STONE)]
    for number in range(4):
        z, radius = 0.6 + 1.75 * number, 1.05 - 0.18 * number
        parts += [
            Frustum(
                centre=(0.0, 0.0, z + 0.875),
                bottom=radius,
                top=0.88 * radius,
                height=1.75,
                material=wall,
            ),
            Cylinder(centre=(0.0, 0.0, z + 1.72), radius=radius, height=0.14, material=_STONE),
        ]
        for turn in (0, 90):
            parts.append(
                Box(
                    centre=(0.0, 0.0, z + 0.9),
                    size=(1.93 * radius, 0.22, 0.55),
                    turn=(0, 0, turn),
                    material=GLASS,
                )
            )
    parts.append(Frustum(centre=(0.0, 0.0, 8.8), bottom=0.62, top=0.01, height=2.3, material=red))
    return placed(key, parts, position, heading, scale)


def skyscraper(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.30, 0.36, 0.42),
) -> Object:
    """Return an office block, 6 x 6 m and 18 m high: bands of wall and glass."""
    wall = painted(colour, gloss=0.4)
    parts: list[Primitive] = [Box(centre=(0.0, 0.0, 9.0), size=(5.8, 5.8, 18.0), material=GLASS)]
    for floor in range(8):
        z = 0.4 + 2.4 * floor
        parts.append(Box(centre=(0.0, 0.0, z), size=(6.0, 6.0, 0.8), material=wall))
    for x in (-2.9, 2.9):
        for y in (-2.9, 2.9):
            parts.append(Box(centre=(x, y, 9.0), size=(0.3, 0.3, 18.0), material=wall))
    parts.append(Box(centre=(0.0, 0.0, 18.2), size=(6.0, 6.0, 0.5), material=wall))
    return placed(key, parts, position, heading, scale)
