"""Things that one meets in a park: a fountain."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import Place, placed
from mirbench.synth.render import Cylinder, Frustum, Material, Object, Primitive, Sphere

_STONE = Material((0.55, 0.52, 0.47), gloss=0.2, grain=0.25, grain_scale=1.0)
_WATER = Material((0.10, 0.30, 0.45), gloss=1.6)
_SPRAY = Material((0.72, 0.84, 0.92), gloss=1.2)


def fountain(
    key: str, position: Place = (0.0, 0.0), heading: int = 0, scale: float = 1.0
) -> Object:
    """Return a fountain, 3.2 m across and 2.6 m high: a basin, a bowl on a column, a jet."""
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.3), radius=1.6, height=0.6, material=_STONE),
        Cylinder(centre=(0.0, 0.0, 0.6), radius=1.38, height=0.08, material=_WATER),
        Cylinder(centre=(0.0, 0.0, 0.95), radius=0.2, height=0.9, material=_STONE),
        Frustum(centre=(0.0, 0.0, 1.5), bottom=0.3, top=0.8, height=0.3, material=_STONE),
        Cylinder(centre=(0.0, 0.0, 1.65), radius=0.7, height=0.08, material=_WATER),
        Frustum(centre=(0.0, 0.0, 2.05), bottom=0.16, top=0.05, height=0.8, material=_SPRAY),
        Sphere(centre=(0.0, 0.0, 2.45), radius=0.15, material=_SPRAY),
    ]
    return placed(key, parts, position, heading, scale)
