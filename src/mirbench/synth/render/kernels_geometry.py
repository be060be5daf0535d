"""Rays against the four unit shapes. Everything else is built on these functions.

They hold no branch that depends on the ray, so that a loop over pixels becomes vector code.
Formulas: the quadratic for sphere and cone (Roth 1982, "Ray casting for modeling solids"), slabs
for the box (Kay and Kajiya 1986).
"""

from __future__ import annotations

import math

import numpy as np

from mirbench.synth._jit import kernel
from mirbench.synth.render.tables import BOX, FAR, FRUSTUM, SPHERE, Pair32, Real, Shape, Vector32

F = np.float32
ZERO, HALF, ONE = F(0.0), F(0.5), F(1.0)
TINY = F(1e-9)
SELF_HIT = F(1e-3)


@kernel
def local_point(shape: Shape, p: Vector32) -> Vector32:
    """Take a world point into the coordinates of a shape."""
    m = shape.to_local
    return (
        m[0, 0] * p[0] + m[0, 1] * p[1] + m[0, 2] * p[2] + m[0, 3],
        m[1, 0] * p[0] + m[1, 1] * p[1] + m[1, 2] * p[2] + m[1, 3],
        m[2, 0] * p[0] + m[2, 1] * p[1] + m[2, 2] * p[2] + m[2, 3],
    )


@kernel
def local_vector(shape: Shape, d: Vector32) -> Vector32:
    """Take a world direction into the coordinates of a shape."""
    m = shape.to_local
    return (
        m[0, 0] * d[0] + m[0, 1] * d[1] + m[0, 2] * d[2],
        m[1, 0] * d[0] + m[1, 1] * d[1] + m[1, 2] * d[2],
        m[2, 0] * d[0] + m[2, 1] * d[1] + m[2, 2] * d[2],
    )


@kernel
def safe(d: Real) -> Real:
    """Return `d`, kept off zero so that its reciprocal times zero is no NaN."""
    return d if abs(d) > TINY else TINY


@kernel
def sphere_hit(o: Vector32, d: Vector32) -> Real:
    """Return the ray parameter where o + t d enters the unit sphere, FAR if it does not."""
    a = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2]
    c = o[0] * o[0] + o[1] * o[1] + o[2] * o[2] - ONE
    under_root = b * b - a * c
    t = (-b - math.sqrt(max(under_root, ZERO))) / a
    return t if (under_root > ZERO) & (t > ZERO) else FAR


@kernel
def box_hit(o: Vector32, d: Vector32) -> Real:
    """Return the ray parameter where o + t d enters the cube from -1 to 1, FAR if it does not."""
    mx, my, mz = ONE / safe(d[0]), ONE / safe(d[1]), ONE / safe(d[2])
    x, y, z = -mx * o[0], -my * o[1], -mz * o[2]
    wx, wy, wz = abs(mx), abs(my), abs(mz)
    enter = max(max(x - wx, y - wy), z - wz)
    leave = min(min(x + wx, y + wy), z + wz)
    return enter if (enter < leave) & (enter > ZERO) else FAR


@kernel
def frustum_hit(taper: Real, o: Vector32, d: Vector32) -> Real:
    """Return the ray parameter where o + t d enters the unit frustum, FAR if it does not.

    Its radius at height z is middle + slope * z. Either root may be the entry: along a ray steeper
    than the side, the other one lies on the mirrored cone beyond the tip.
    """
    middle, slope = (ONE + taper) * HALF, (taper - ONE) * HALF
    radius, widening = middle + slope * o[2], slope * d[2]
    a = d[0] * d[0] + d[1] * d[1] - widening * widening
    b = o[0] * d[0] + o[1] * d[1] - radius * widening
    c = o[0] * o[0] + o[1] * o[1] - radius * radius
    under_root = b * b - a * c
    root = math.sqrt(max(under_root, ZERO))
    first, second = (-b - root) / a, (-b + root) / a
    z1, z2 = o[2] + first * d[2], o[2] + second * d[2]
    first = first if (under_root > ZERO) & (first > ZERO) & (z1 * z1 <= ONE) else FAR
    second = second if (under_root > ZERO) & (second > ZERO) & (z2 * z2 <= ONE) else FAR
    cap_z = ONE if o[2] > ZERO else -ONE
    cap_radius = middle + slope * cap_z
    cap = (cap_z - o[2]) / d[2]
    x, y = o[0] + cap * d[0], o[1] + cap * d[1]
    cap = cap if (cap > ZERO) & (x * x + y * y < cap_radius * cap_radius) else FAR
    return min(min(first, second), cap)


@kernel
def plane_span(facing: Real, distance: Real, enter: Real, leave: Real) -> Pair32:
    """Cut the span of a ray to the inner side of a plane.

    `facing` is normal * direction, `distance` that from the ray's origin to the plane.
    """
    t = distance / safe(facing)
    return max(enter, t if facing < ZERO else -FAR), min(leave, t if facing >= ZERO else FAR)


@kernel
def wedge_span(taper: Pair32, o: Vector32, d: Vector32) -> Pair32:
    """Return where o + t d enters and leaves the unit wedge: |x| <= middle + slope * z, y likewise.

    Convex: the latest entry into a half space and the earliest way out (Cyrus and Beck 1978).
    """
    inverse = ONE / safe(d[2])
    z, w = -inverse * o[2], abs(inverse)
    enter, leave = z - w, z + w
    middle, slope = (ONE + taper[0]) * HALF, (taper[0] - ONE) * HALF
    room, widening = middle + slope * o[2], slope * d[2]
    enter, leave = plane_span(d[0] - widening, room - o[0], enter, leave)
    enter, leave = plane_span(-d[0] - widening, room + o[0], enter, leave)
    middle, slope = (ONE + taper[1]) * HALF, (taper[1] - ONE) * HALF
    room, widening = middle + slope * o[2], slope * d[2]
    enter, leave = plane_span(d[1] - widening, room - o[1], enter, leave)
    enter, leave = plane_span(-d[1] - widening, room + o[1], enter, leave)
    return enter, leave


@kernel
def wedge_hit(taper: Pair32, o: Vector32, d: Vector32) -> Real:
    """Return the ray parameter where o + t d enters the unit wedge, FAR if it does not."""
    enter, leave = wedge_span(taper, o, d)
    return enter if (enter < leave) & (enter > ZERO) else FAR


@kernel
def wedge_blocks(taper: Pair32, o: Vector32, d: Vector32) -> Real:
    """Tell whether the wedge stands between o and the light in direction d."""
    enter, leave = wedge_span(taper, o, d)
    return (enter < leave) & (leave > ZERO)


@kernel
def sphere_blocks(o: Vector32, d: Vector32) -> Real:
    """Tell whether the unit sphere stands between o and the light in direction d."""
    a = d[0] * d[0] + d[1] * d[1] + d[2] * d[2]
    b = o[0] * d[0] + o[1] * d[1] + o[2] * d[2]
    c = o[0] * o[0] + o[1] * o[1] + o[2] * o[2] - ONE
    return (b * b - a * c > ZERO) & (b < ZERO)


@kernel
def box_blocks(o: Vector32, d: Vector32) -> Real:
    """Tell whether the cube stands between o and the light in direction d."""
    mx, my, mz = ONE / safe(d[0]), ONE / safe(d[1]), ONE / safe(d[2])
    x, y, z = -mx * o[0], -my * o[1], -mz * o[2]
    wx, wy, wz = abs(mx), abs(my), abs(mz)
    enter = max(max(x - wx, y - wy), z - wz)
    leave = min(min(x + wx, y + wy), z + wz)
    return (enter < leave) & (leave > ZERO)


@kernel
def frustum_blocks(taper: Real, o: Vector32, d: Vector32) -> Real:
    """Tell whether the frustum's side or wide end stands between o and the light.

    A line that enters through the narrow end leaves through one of those two.
    """
    middle, slope = (ONE + taper) * HALF, (taper - ONE) * HALF
    radius, widening = middle + slope * o[2], slope * d[2]
    a = d[0] * d[0] + d[1] * d[1] - widening * widening
    b = o[0] * d[0] + o[1] * d[1] - radius * widening
    c = o[0] * o[0] + o[1] * o[1] - radius * radius
    under_root = b * b - a * c
    root = math.sqrt(max(under_root, ZERO))
    first, second = (-b - root) / a, (-b + root) / a
    z1, z2 = o[2] + first * d[2], o[2] + second * d[2]
    side = (under_root > ZERO) & (
        ((first > SELF_HIT) & (z1 * z1 <= ONE)) | ((second > SELF_HIT) & (z2 * z2 <= ONE))
    )
    end = (-ONE - o[2]) / d[2]
    x, y = o[0] + end * d[0], o[1] + end * d[1]
    return side | ((end > SELF_HIT) & (x * x + y * y < ONE))


@kernel
def taper_of(shape: Shape) -> Pair32:
    """Return how a shape narrows along its x and y axis."""
    return shape.taper[0], shape.taper[1]


@kernel
def hit(shape: Shape, o: Vector32, d: Vector32) -> Real:
    """Return where a local ray enters a shape of any kind, FAR if it does not."""
    if shape.kind == SPHERE:
        return sphere_hit(o, d)
    if shape.kind == BOX:
        return box_hit(o, d)
    if shape.kind == FRUSTUM:
        return frustum_hit(shape.taper[0], o, d)
    return wedge_hit(taper_of(shape), o, d)


@kernel
def blocks(shape: Shape, o: Vector32, d: Vector32) -> Real:
    """Tell whether a shape of any kind stands between the local point o and light from d."""
    if shape.kind == SPHERE:
        return sphere_blocks(o, d)
    if shape.kind == BOX:
        return box_blocks(o, d)
    if shape.kind == FRUSTUM:
        return frustum_blocks(shape.taper[0], o, d)
    return wedge_blocks(taper_of(shape), o, d)
