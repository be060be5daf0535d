"""The surface of a shape at a point: its normal, its texture coordinates, its mottle."""

from __future__ import annotations

import math

from mirbench.synth._jit import kernel
from mirbench.synth.render.kernels_geometry import HALF, ONE, ZERO, F
from mirbench.synth.render.tables import FRUSTUM, SPHERE, FloatArray, Pair32, Real, Shape, Vector32

CAP = F(0.9995)
"""A frustum's point above this height, in its own units, lies on a flat end."""
BEVEL_LEAN = F(0.7)
"""How far a normal leans at the very edge of a box; 1 would be half way to the next face."""
ON_FACE = F(1e-4)
"""A point nearer than this to a face, in metres, lies on it."""


@kernel
def unit(a: Vector32) -> Vector32:
    """Return the vector of length one that points the same way."""
    k = ONE / math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
    return (a[0] * k, a[1] * k, a[2] * k)


@kernel
def sign(x: Real) -> Real:
    """Return 1 or -1."""
    return ONE if x > ZERO else -ONE


@kernel
def wedge_face(taper: Pair32, p: Vector32) -> tuple[Real, Real, Real, Real, Real]:
    """Return (normal x, y, z, u, v) of the face of the unit wedge, or cube, that p lies on."""
    slope_x, slope_y = (taper[0] - ONE) * HALF, (taper[1] - ONE) * HALF
    to_x = (ONE + taper[0]) * HALF + slope_x * p[2] - abs(p[0])
    to_y = (ONE + taper[1]) * HALF + slope_y * p[2] - abs(p[1])
    to_z = ONE - abs(p[2])
    if to_x < to_y and to_x < to_z:
        return sign(p[0]), ZERO, -slope_x, p[1], p[2]
    if to_y < to_z:
        return ZERO, sign(p[1]), -slope_y, p[0], p[2]
    return ZERO, ZERO, sign(p[2]), p[0], p[1]


@kernel
def surface(kind: int, taper: Pair32, p: Vector32) -> tuple[Real, Real, Real, Real, Real]:
    """Return (normal x, y, z, u, v) at the point p of a unit shape, in its own coordinates."""
    if kind == SPHERE:
        return p[0], p[1], p[2], p[0] + HALF * p[1], p[2]
    if kind != FRUSTUM:
        return wedge_face(taper, p)
    if abs(p[2]) > CAP:
        return ZERO, ZERO, sign(p[2]), p[0], p[1]
    middle, slope = (ONE + taper[0]) * HALF, (taper[0] - ONE) * HALF
    return p[0], p[1], -slope * (middle + slope * p[2]), p[0] - F(0.6) * p[1], p[2]


@kernel
def world_normal(shape: Shape, n: Vector32) -> Vector32:
    """Take a normal from a shape to the world: the transposed inverse of the shape's map."""
    m = shape.to_local
    return unit(
        (
            m[0, 0] * n[0] + m[1, 0] * n[1] + m[2, 0] * n[2],
            m[0, 1] * n[0] + m[1, 1] * n[1] + m[2, 1] * n[2],
            m[0, 2] * n[0] + m[1, 2] * n[1] + m[2, 2] * n[2],
        )
    )


@kernel
def rounding(to_edge: Real, bevel: Real, side: Real) -> Real:
    """Return how far a normal leans over an edge `to_edge` metres away, towards `side`."""
    return BEVEL_LEAN * max(ONE - to_edge / bevel, ZERO) * sign(side)


@kernel
def bevelled(shape: Shape, p: Vector32, normal: Vector32) -> Vector32:
    """Lean the normal of a box's face over its edges, so that they catch light as if rounded.

    `p` is local. The two axes that the face does not look along are those where p is inside.
    """
    nx, ny, nz = normal
    for k in range(3):
        inside = ONE - abs(p[k])
        if inside * shape.half[k] > ON_FACE:
            lean = rounding(inside * shape.half[k], shape.bevel, p[k]) / shape.half[k]
            nx += lean * shape.axes[k, 0]
            ny += lean * shape.axes[k, 1]
            nz += lean * shape.axes[k, 2]
    return unit((nx, ny, nz))


@kernel
def grain_at(grain: FloatArray, u: Real, v: Real) -> Real:
    """Return the mottled texture, 0 to 1, at (u, v); it repeats at whole numbers."""
    side = grain.shape[0]
    iu, iv = math.floor(u * F(side)), math.floor(v * F(side))
    return grain[iv & (side - 1), iu & (side - 1)]
