"""Three-dimensional vectors as plain tuples of floats, and rotations by whole degrees.

Written out by hand: a matrix product of a linear algebra library may add in any order, and the
order of additions is part of the bytes of an image.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from mirbench.synth.render.trig import cos_degrees, sin_degrees

Vector: TypeAlias = tuple[float, float, float]


class Frame(NamedTuple):
    """Three perpendicular unit vectors: where a turned thing's own x, y and z axes point."""

    x: Vector
    y: Vector
    z: Vector


UPRIGHT = Frame((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def add(a: Vector, b: Vector) -> Vector:
    """Return a + b."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def subtract(a: Vector, b: Vector) -> Vector:
    """Return a - b."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scaled(a: Vector, factor: float) -> Vector:
    """Return `a` made longer by `factor`."""
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def dot(a: Vector, b: Vector) -> float:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def length(a: Vector) -> float:
    """Return the Euclidean length."""
    return math.sqrt(dot(a, a))


def unit(a: Vector) -> Vector:
    """Return the vector of length one that points the same way."""
    return scaled(a, 1.0 / length(a))


def rotate(frame: Frame, v: Vector) -> Vector:
    """Return where `v`, given along the axes of `frame`, points in the world."""
    return (
        v[0] * frame.x[0] + v[1] * frame.y[0] + v[2] * frame.z[0],
        v[0] * frame.x[1] + v[1] * frame.y[1] + v[2] * frame.z[1],
        v[0] * frame.x[2] + v[1] * frame.y[2] + v[2] * frame.z[2],
    )


def turned(outer: Frame, inner: Frame) -> Frame:
    """Return the frame `inner`, given along the axes of `outer`, as seen from the world."""
    return Frame(rotate(outer, inner.x), rotate(outer, inner.y), rotate(outer, inner.z))


@lru_cache(maxsize=4096)
def frame_of(turn: tuple[int, int, int]) -> Frame:
    """Return the frame turned about x, then y, then z, each by whole degrees (right-handed)."""
    (cx, cy, cz) = (cos_degrees(angle) for angle in turn)
    (sx, sy, sz) = (sin_degrees(angle) for angle in turn)
    about_x = Frame((1.0, 0.0, 0.0), (0.0, cx, sx), (0.0, -sx, cx))
    about_y = Frame((cy, 0.0, -sy), (0.0, 1.0, 0.0), (sy, 0.0, cy))
    about_z = Frame((cz, sz, 0.0), (-sz, cz, 0.0), (0.0, 0.0, 1.0))
    return turned(about_z, turned(about_y, about_x))


def frame_along(direction: Vector) -> Frame:
    """Return a frame whose z axis points along `direction`; the other two are any that fit."""
    z = unit(direction)
    x = unit(cross((0.0, 1.0, 0.0) if abs(z[1]) < 0.9 else (1.0, 0.0, 0.0), z))
    return Frame(x, cross(z, x), z)
