"""Things that only one kind of puzzle shows, beside those of `mirbench.synth.prefabs`."""

from mirbench.synth.render import (
    COLOURS,
    Box,
    Frustum,
    Material,
    Object,
    Primitive,
    Rod,
    Sphere,
    Vector,
)

_WICKER = Material(COLOURS["brown"], gloss=0.1, grain=0.6)


def balloon(key: str, *, colour: str, height: float, position: Vector = (0.0, 0.0, 0.0)) -> Object:
    """A hot-air balloon on its basket; about 0.7 times as wide as it is high."""
    cloth = Material(COLOURS[colour], gloss=0.35, grain=0.15)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.65), radius=0.35, material=cloth),
        Frustum(centre=(0.0, 0.0, 0.30), bottom=0.10, top=0.262, height=0.24, material=cloth),
        Box(centre=(0.0, 0.0, 0.06), size=(0.15, 0.15, 0.12), material=_WICKER),
    ]
    parts += [
        Rod(start=(x, y, 0.10), end=(1.2 * x, 1.2 * y, 0.20), radius=0.006, material=_WICKER)
        for x in (-0.065, 0.065)
        for y in (-0.065, 0.065)
    ]
    return Object(key=key, parts=tuple(parts), position=position, scale=height)
