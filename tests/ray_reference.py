"""What each pixel sees, worked out slowly: one ray at a time, in Python's own float64.

It shares no formula with the kernels. A solid is a set of surfaces (quadrics and planes) and a test
for being inside; a ray meets the solid where it crosses any of the surfaces at a point that is not
outside.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mirbench.synth.render import Camera, Scene
from mirbench.synth.render.primitives import Solid
from mirbench.synth.render.vectors import Vector, add, dot, scaled, subtract

INSIDE = 1e-7


class Seen(NamedTuple):
    """The object and the depth that a pixel shows; object -1 is ground or sky."""

    owner: int
    depth: float


def look(scene: Scene, camera: Camera, x: int, y: int) -> Seen:
    """Return what the middle of pixel (x, y) shows."""
    s = (2 * x + 1 - camera.width) / camera.width
    v = (camera.height - 2 * y - 1) / camera.width
    ray = add(camera.forward, add(scaled(camera.right, s), scaled(camera.up, v)))
    nearest = Seen(-1, -camera.eye[2] / ray[2] if ray[2] < 0.0 else 1e9)
    for number, thing in enumerate(scene.objects):
        for solid in thing.solids():
            for t in crossings(solid, camera.eye, ray):
                if 0.0 < t < nearest.depth and within(solid, add(camera.eye, scaled(ray, t))):
                    nearest = Seen(number, t)
    return nearest


def local(solid: Solid, v: Vector) -> Vector:
    """Return a direction along the solid's own axes, in half sizes, its lean taken out."""
    x, y, z = (dot(axis, v) for axis in solid.frame)
    upward = z / solid.half[2]
    return (
        (x - solid.lean[0] * upward) / solid.half[0],
        (y - solid.lean[1] * upward) / solid.half[1],
        upward,
    )


def widths(solid: Solid, z: float) -> tuple[float, float]:
    """Return the half widths of a frustum or wedge at height z, 1 at the bottom."""
    share = (z + 1.0) / 2.0
    return 1.0 + (solid.taper[0] - 1.0) * share, 1.0 + (solid.taper[1] - 1.0) * share


def within(solid: Solid, point: Vector) -> bool:
    """Tell whether a point is in the solid or, give or take rounding, on its surface."""
    x, y, z = local(solid, subtract(point, solid.centre))
    if solid.kind == "sphere":
        return x * x + y * y + z * z <= 1.0 + INSIDE
    wide, deep = widths(solid, z) if solid.kind != "box" else (1.0, 1.0)
    if solid.kind == "frustum":
        return abs(z) <= 1.0 + INSIDE and math.hypot(x, y) <= wide + INSIDE
    return abs(z) <= 1.0 + INSIDE and abs(x) <= wide + INSIDE and abs(y) <= deep + INSIDE


def crossings(solid: Solid, eye: Vector, ray: Vector) -> list[float]:
    """Return where a ray crosses the surfaces that bound a solid, extended to infinity."""
    o, d = local(solid, subtract(eye, solid.centre)), local(solid, ray)
    if solid.kind == "sphere":
        return roots(dot(d, d), 2.0 * dot(o, d), dot(o, o) - 1.0)
    found = [(side - o[2]) / d[2] for side in (-1.0, 1.0) if d[2] != 0.0]
    (w0, d0), (w1, d1) = widths(solid, o[2]), widths(solid, o[2] + d[2])
    if solid.kind == "frustum":
        grow = w1 - w0
        found += roots(
            d[0] ** 2 + d[1] ** 2 - grow**2,
            2.0 * (o[0] * d[0] + o[1] * d[1] - w0 * grow),
            o[0] ** 2 + o[1] ** 2 - w0**2,
        )
        return found
    for axis, width, grow in ((0, w0, w1 - w0), (1, d0, d1 - d0)):
        for side in (-1.0, 1.0):
            speed = side * d[axis] - grow
            if speed != 0.0:
                found.append((width - side * o[axis]) / speed)
    return found


def roots(a: float, b: float, c: float) -> list[float]:
    """Return the real roots of a t^2 + b t + c."""
    under = b * b - 4.0 * a * c
    if a == 0.0 or under < 0.0:
        return []
    root = math.sqrt(under)
    return [(-b - root) / (2.0 * a), (-b + root) / (2.0 * a)]
