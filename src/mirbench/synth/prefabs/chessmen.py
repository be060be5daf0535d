"""Pieces as of a chess game: each looks the same from all four sides; about 1 m high."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import Paint, Place, painted, placed
from mirbench.synth.render import Cylinder, Frustum, Material, Object, Primitive, Sphere

_EIGHTHS = (
    (1.0, 0.0), (0.7071, 0.7071), (0.0, 1.0), (-0.7071, 0.7071),
    (-1.0, 0.0), (-0.7071, -0.7071), (0.0, -1.0), (0.7071, -0.7071),
)  # fmt: skip


def pawn(
    key: str, position: Place = (0.0, 0.0), scale: float = 1.0, colour: Paint = "red"
) -> Object:
    """Return a pawn: a ball on a narrow body."""
    wood = painted(colour, gloss=0.9)
    parts = _foot(wood, top=0.13, height=0.42)
    parts.append(Cylinder(centre=(0.0, 0.0, 0.57), radius=0.20, height=0.05, material=wood))
    parts.append(Sphere(centre=(0.0, 0.0, 0.76), radius=0.21, material=wood))
    return placed(key, parts, position, 0, scale)


def rook(
    key: str, position: Place = (0.0, 0.0), scale: float = 1.0, colour: Paint = "red"
) -> Object:
    """Return a rook: a tower with battlements."""
    wood = painted(colour, gloss=0.9)
    parts = _foot(wood, top=0.22, height=0.46)
    parts.append(Cylinder(centre=(0.0, 0.0, 0.68), radius=0.30, height=0.18, material=wood))
    parts += [
        Cylinder(centre=(0.23 * x, 0.23 * y, 0.81), radius=0.07, height=0.12, material=wood)
        for x, y in _EIGHTHS
    ]
    return placed(key, parts, position, 0, scale)


def bishop(
    key: str, position: Place = (0.0, 0.0), scale: float = 1.0, colour: Paint = "red"
) -> Object:
    """Return a bishop: a pointed head on a slender body."""
    wood = painted(colour, gloss=0.9)
    parts = _foot(wood, top=0.11, height=0.50)
    parts += [
        Cylinder(centre=(0.0, 0.0, 0.65), radius=0.19, height=0.05, material=wood),
        Sphere(centre=(0.0, 0.0, 0.80), radius=(0.16, 0.16, 0.21), material=wood),
        Sphere(centre=(0.0, 0.0, 1.04), radius=0.06, material=wood),
    ]
    return placed(key, parts, position, 0, scale)


def queen(
    key: str, position: Place = (0.0, 0.0), scale: float = 1.0, colour: Paint = "red"
) -> Object:
    """Return a queen: a crown of eight balls around a ninth."""
    wood = painted(colour, gloss=0.9)
    parts = _foot(wood, top=0.12, height=0.56)
    parts += [
        Frustum(centre=(0.0, 0.0, 0.82), bottom=0.13, top=0.27, height=0.22, material=wood),
        Sphere(centre=(0.0, 0.0, 0.98), radius=0.11, material=wood),
    ]
    parts += [
        Sphere(centre=(0.24 * x, 0.24 * y, 0.95), radius=0.065, material=wood) for x, y in _EIGHTHS
    ]
    return placed(key, parts, position, 0, scale)


def _foot(wood: Material, top: float, height: float) -> list[Primitive]:
    """Return the base and the body that narrows to `top`."""
    return [
        Cylinder(centre=(0.0, 0.0, 0.05), radius=0.33, height=0.10, material=wood),
        Frustum(
            centre=(0.0, 0.0, 0.10 + height / 2), bottom=0.28, top=top, height=height, material=wood
        ),
    ]
