"""The colour of a point on an object: surface, sun, sky, reflection."""

from __future__ import annotations

from mirbench.synth._jit import kernel
from mirbench.synth.render.camera import Lens
from mirbench.synth.render.kernels_geometry import HALF, ONE, ZERO, F, local_point, taper_of
from mirbench.synth.render.kernels_shadow import dot, sunlit_share
from mirbench.synth.render.kernels_surface import bevelled, grain_at, surface, unit, world_normal
from mirbench.synth.render.kernels_visibility import row_direction
from mirbench.synth.render.tables import (
    BOX,
    FloatArray,
    IntArray,
    Lighting,
    Real,
    SceneTables,
    Vector32,
)

FLOOR = F(0.35)
"""Brightness of what a surface mirrors from below."""
REFLECTANCE = F(0.04)
"""Share of light that a smooth non-metal reflects straight back."""


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
def surface_colour(
    own: Real,
    light: Real,
    shine: Real,
    mirror: Real,
    upward: Real,
    lighting: Lighting,
    channel: int,
    haze: Real,
) -> Real:
    """Return one channel of a lit surface: its own colour, the sun's gloss, a mirrored sky, haze.

    The mirrored surroundings are floor below and sky above, blended by how far up (`upward`) the
    mirrored ray points.
    """
    surroundings = FLOOR + (lighting.zenith[channel] - FLOOR) * upward
    clear = own * light + shine + mirror * surroundings
    return clear + (lighting.horizon[channel] - clear) * haze


@kernel
def shade(scene: SceneTables, i: int, eye: Vector32, d: Vector32, t: Real, dither: int) -> Vector32:
    """Return the linear colour of shape `i` where the ray eye + t d meets it."""
    shape, lighting = scene.shapes[i], scene.lighting
    p = (eye[0] + t * d[0], eye[1] + t * d[1], eye[2] + t * d[2])
    local = local_point(shape, p)
    nx, ny, nz, u, v = surface(shape.kind, taper_of(shape), local)
    normal = world_normal(shape, (nx, ny, nz))
    if shape.kind == BOX:
        normal = bevelled(shape, local, normal)
    to_sun = lighting.sun_frame[2]
    facing_sun = max(dot(normal, to_sun), ZERO)
    sunlit = ZERO
    if facing_sun > ZERO:
        sunlit = sunlit_share(scene, i, p, normal, dither)
    gaze = unit(d)
    facing_eye = -dot(gaze, normal)
    sky = sky_seen(normal, p[2])
    reflected_rise = gaze[2] + F(2) * facing_eye * normal[2]
    upward = min(max(reflected_rise * F(1.5) + F(0.3), ZERO), ONE)
    gloss = shape.gloss
    shine = gloss * highlight(normal, gaze, to_sun) * sunlit * F(0.8)
    mirror = gloss * reflectance(facing_eye) * sky
    mottle = ONE
    if shape.grain > ZERO:
        k = shape.grain_scale
        mottle = ONE - shape.grain * (ONE - grain_at(scene.grain, u * k, v * k))
    light = mottle * (lighting.ambient * sky + lighting.sun * facing_sun * sunlit)
    light += shape.glow
    haze = haze_share(lighting.haze, t)
    return (
        surface_colour(shape.colour[0], light, shine, mirror, upward, lighting, 0, haze),
        surface_colour(shape.colour[1], light, shine, mirror, upward, lighting, 1, haze),
        surface_colour(shape.colour[2], light, shine, mirror, upward, lighting, 2, haze),
    )


@kernel
def paint(
    scene: SceneTables, lens: Lens, depth: FloatArray, part: IntArray, image: FloatArray
) -> None:
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
                scene, i, lens.eye, d, depth[y, x], dither
            )
