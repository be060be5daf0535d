"""The colour of a point on an object: surface, sun, sky, reflection."""

from __future__ import annotations

import math

from mirbench.synth._jit import kernel
from mirbench.synth.render.camera import Lens
from mirbench.synth.render.kernels_geometry import HALF, ONE, ZERO, F, local_point, taper_of
from mirbench.synth.render.kernels_shadow import dot, sunlit_share
from mirbench.synth.render.kernels_visibility import row_direction
from mirbench.synth.render.tables import (
    BOX,
    FRUSTUM,
    SPHERE,
    FloatArray,
    IntArray,
    Lighting,
    Pair32,
    Real,
    Shape,
    Shapes,
    Vector32,
)

CAP = F(0.9995)
"""A frustum's point above this height, in its own units, lies on a flat end."""
FLOOR = F(0.35)
"""Brightness of what a surface mirrors from below."""
BEVEL_LEAN = F(0.7)
REFLECTANCE = F(0.04)
"""Share of light that a smooth non-metal reflects straight back."""


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
        if inside * shape.half[k] > F(1e-4):
            lean = rounding(inside * shape.half[k], shape.bevel, p[k]) / shape.half[k]
            nx += lean * shape.axes[k, 0]
            ny += lean * shape.axes[k, 1]
            nz += lean * shape.axes[k, 2]
    return unit((nx, ny, nz))


@kernel
def grain_at(grain: FloatArray, u: Real, v: Real) -> Real:
    """Return the mottled texture, 0 to 1, at (u, v); it repeats at whole numbers."""
    side = grain.shape[0]
    iu, iv = int(math.floor(u * F(side))), int(math.floor(v * F(side)))
    return grain[iv & (side - 1), iu & (side - 1)]


@kernel
def highlight(normal: Vector32, gaze: Vector32, to_sun: Vector32) -> Real:
    """Return the sun's gloss, with the half vector to the 32nd power (Blinn 1977)."""
    middle = unit((to_sun[0] - gaze[0], to_sun[1] - gaze[1], to_sun[2] - gaze[2]))
    x = max(dot(normal, middle), ZERO)
    x *= x
    x *= x
    x *= x
    x *= x
    return x * x


@kernel
def reflectance(facing: Real) -> Real:
    """Return the share of light reflected (Schlick 1994), `facing` the cosine to the viewer.

    The rise at grazing angles is halved: these surfaces are not polished.
    """
    x = ONE - max(facing, ZERO)
    return REFLECTANCE + HALF * x * x * x * x * x


@kernel
def sky_seen(normal: Vector32, height: Real) -> Real:
    """Return how much of the sky a surface sees: less downwards, less near the ground."""
    tilt = F(0.55) + F(0.45) * normal[2]
    near_ground = min(ONE, F(0.6) + F(1.2) * height)
    return tilt * (near_ground + (ONE - near_ground) * max(normal[2], ZERO))


@kernel
def haze_share(haze: Real, distance: Real) -> Real:
    """Return how much of the horizon's colour lies over things at a distance.

    x^2 / (1 + x^2) with x the distance over the half-way distance: nothing near, all at the
    horizon, so that ground and sky meet without a seam.
    """
    x = distance * haze
    return ONE - ONE / (ONE + x * x)


@kernel
def surface_colour(own: Real, light: Real, shine: Real, mirror: Real, upward: Real,
                   lighting: Lighting, channel: int, haze: Real) -> Real:  # fmt: skip
    """Return one channel of a lit surface: its own colour, the sun's gloss, a mirrored sky, haze.

    The mirrored surroundings are floor below and sky above, blended by how far up (`upward`) the
    mirrored ray points.
    """
    surroundings = FLOOR + (lighting.zenith[channel] - FLOOR) * upward
    clear = own * light + shine + mirror * surroundings
    return clear + (lighting.horizon[channel] - clear) * haze


@kernel
def shade(shapes: Shapes, shaders: IntArray, boxes: FloatArray, lighting: Lighting, grain: FloatArray, i: int,
          eye: Vector32, d: Vector32, t: Real, dither: int) -> Vector32:  # fmt: skip
    """Return the linear colour of shape `i` where the ray eye + t d meets it."""
    p = (eye[0] + t * d[0], eye[1] + t * d[1], eye[2] + t * d[2])
    local = local_point(shapes[i], p)
    nx, ny, nz, u, v = surface(shapes[i].kind, taper_of(shapes[i]), local)
    normal = world_normal(shapes[i], (nx, ny, nz))
    if shapes[i].kind == BOX:
        normal = bevelled(shapes[i], local, normal)
    to_sun = lighting.sun_frame[2]
    facing_sun = max(dot(normal, to_sun), ZERO)
    sunlit = ZERO
    if facing_sun > ZERO:
        sunlit = sunlit_share(shapes, shaders, boxes, lighting, i, p, normal, dither)
    gaze = unit(d)
    facing_eye = -dot(gaze, normal)
    sky = sky_seen(normal, p[2])
    reflected_rise = gaze[2] + F(2) * facing_eye * normal[2]
    upward = min(max(reflected_rise * F(1.5) + F(0.3), ZERO), ONE)
    gloss = shapes[i].gloss
    shine = gloss * highlight(normal, gaze, to_sun) * sunlit * F(0.8)
    mirror = gloss * reflectance(facing_eye) * sky
    mottle = ONE
    if shapes[i].grain > ZERO:
        k = shapes[i].grain_scale
        mottle = ONE - shapes[i].grain * (ONE - grain_at(grain, u * k, v * k))
    light = mottle * (lighting.ambient * sky + lighting.sun * facing_sun * sunlit)
    light += shapes[i].glow
    haze = haze_share(lighting.haze, t)
    return (
        surface_colour(shapes[i].colour[0], light, shine, mirror, upward, lighting, 0, haze),
        surface_colour(shapes[i].colour[1], light, shine, mirror, upward, lighting, 1, haze),
        surface_colour(shapes[i].colour[2], light, shine, mirror, upward, lighting, 2, haze),
    )


@kernel
def paint(shapes: Shapes, shaders: IntArray, boxes: FloatArray, lighting: Lighting, grain: FloatArray, lens: Lens,
          depth: FloatArray, part: IntArray, image: FloatArray) -> None:  # fmt: skip
    """Shade every pixel that shows an object."""
    for y in range(lens.height):
        down = row_direction(lens, y)
        for x in range(lens.width):
            i = part[y, x]
            if i < 0:
                continue
            s = F(2 * x + 1 - lens.width) / F(lens.width)
            d = (
                down[0] + s * lens.right[0],
                down[1] + s * lens.right[1],
                down[2] + s * lens.right[2],
            )
            dither = (x & 1) + 2 * (y & 1)
            image[y, x, 0], image[y, x, 1], image[y, x, 2] = shade(
                shapes, shaders, boxes, lighting, grain, i, lens.eye, d, depth[y, x], dither
            )
