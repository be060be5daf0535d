"""Things that one sees from far away and that come in any size: a lighthouse and a windmill."""

from mirbench.synth.prefabs._shared import GLASS, STEEL, WOOD, Place, painted, placed
from mirbench.synth.render import Box, Cylinder, Frustum, Material, Object, Primitive, Sphere
from mirbench.synth.render.trig import cos_degrees, sin_degrees

_PLASTER = Material((0.70, 0.67, 0.60), gloss=0.15, grain=0.25, grain_scale=0.8)
_CANVAS = Material((0.72, 0.68, 0.58), gloss=0.1, grain=0.2)


def lighthouse(key: str, position: Place = (0.0, 0.0), scale: float = 1.0) -> Object:
    """Return a lighthouse in bands of red and white, 10 m high and 2.8 m wide."""
    red, white = painted("red", gloss=0.3), painted("white", gloss=0.3)
    parts: list[Primitive] = [
        Frustum(
            centre=(0.0, 0.0, 0.75 + 1.5 * band),
            bottom=1.4 - 0.11 * band,
            top=1.29 - 0.11 * band,
            height=1.5,
            material=white if band % 2 else red,
        )
        for band in range(5)
    ]
    parts += [
        Cylinder(centre=(0.0, 0.0, 7.6), radius=1.15, height=0.2, material=STEEL),
        Cylinder(centre=(0.0, 0.0, 8.3), radius=0.6, height=1.3, material=GLASS),
        Sphere(centre=(0.0, -0.5, 8.3), radius=0.28, material=Material((0.95, 0.8, 0.4), glow=0.8)),
        Frustum(centre=(0.0, 0.0, 9.35), bottom=0.85, top=0.05, height=0.9, material=red),
        Sphere(centre=(0.0, 0.0, 9.85), radius=0.15, material=red),
    ]
    for height in (2.4, 5.4):
        parts.append(Box(centre=(0.0, -1.15, height), size=(0.4, 0.5, 0.7), material=GLASS))
    return placed(key, parts, position, 0, scale)


def windmill(key: str, position: Place = (0.0, 0.0), scale: float = 1.0) -> Object:
    """Return a windmill with four sails towards -y, 8.7 m high; no sail reaches above the roof."""
    roof = painted((0.20, 0.07, 0.04), gloss=0.2, grain=0.35)
    hub = (0.0, -1.75, 5.7)
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 3.0), bottom=2.0, top=1.35, height=6.0, material=_PLASTER),
        Frustum(centre=(0.0, 0.0, 7.2), bottom=1.5, top=0.1, height=2.4, material=roof),
        Box(centre=(0.0, -1.95, 0.95), size=(0.9, 0.3, 1.9), material=WOOD),
        Box(centre=(0.0, -1.65, 3.3), size=(0.7, 0.3, 0.8), material=GLASS),
        Sphere(centre=(0.0, 0.0, 8.5), radius=0.17, material=roof),
        Box(centre=(0.0, -1.2, 5.7), size=(0.25, 1.2, 0.25), material=WOOD),
        Sphere(centre=hub, radius=0.28, material=WOOD),
    ]
    for turn in (45, 135, 225, 315):
        parts += _sail(hub, turn)
    return placed(key, parts, position, 0, scale)


def _sail(hub: tuple[float, float, float], turn: int) -> list[Primitive]:
    """Return a spar with the canvas along it, `turn` degrees from upright."""

    def along(out: float, aside: float) -> tuple[float, float, float]:
        s, c = sin_degrees(turn), cos_degrees(turn)
        return (hub[0] + out * s + aside * c, hub[1] - 0.1, hub[2] + out * c - aside * s)

    return [
        Box(centre=along(1.5, 0.0), size=(0.14, 0.1, 3.0), turn=(0, turn, 0), material=WOOD),
        Box(centre=along(1.8, 0.36), size=(0.6, 0.05, 2.1), turn=(0, turn, 0), material=_CANVAS),
    ]
