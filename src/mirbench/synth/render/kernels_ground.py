"""The sky, and the ground under its texture, its shadows and its haze.

The camera does not roll, so on one row of pixels the ground has one depth, one level of texture
detail and one amount of haze. Each row goes through three plain loops: where is each pixel
(`address`), what does memory hold there (`gather`), what colour is that (`mix`). Apart, the first
and the last become vector code.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from mirbench.synth._jit import kernel
from mirbench.synth.render.camera import Lens
from mirbench.synth.render.kernels_geometry import HALF, ONE, ZERO, F
from mirbench.synth.render.kernels_shading import haze_share
from mirbench.synth.render.kernels_visibility import row_direction
from mirbench.synth.render.tables import (
    BACKGROUND,
    FloatArray,
    GroundTable,
    IntArray,
    Lighting,
    Real,
    Vector32,
)

INT, U = np.int32, np.uint32
BYTE, BYTE_BITS = INT(255), INT(8)
OFF_ORIGIN = F(512.0)
"""Whole repeats added to texture coordinates so that rounding towards zero is rounding down."""

FARTHEST = F(3000.0)
"""Depth in metres beyond which the ground is all haze; keeps texture coordinates in 32 bits."""

AMBIENT_IN_SHADE, AMBIENT_IN_SUN = F(0.8), F(0.3)
"""Ambient light on the ground: what reaches it everywhere, and more where the sun is not hidden,
as what hides the sun hides part of the sky too."""


class RowBuffers(NamedTuple):
    """Room for one row of pixels between the loops."""

    corners: IntArray
    """[4, width]: column and row of the first texel, column and row of the first map entry."""
    fractions: FloatArray
    """[4, width]: how far beyond those the point lies, 0 to 1."""
    texels: Any
    """[4, width]: the four texels around the point."""
    shares: FloatArray
    """[4, width]: the four map entries around it."""
    colours: FloatArray
    """[3, width]: red, green, blue."""


def row_buffers(width: int) -> RowBuffers:
    """Return fresh room for rows of `width` pixels; not a kernel, as kernels make no arrays."""
    return RowBuffers(
        np.empty((4, width), np.int32),
        np.empty((4, width), np.float32),
        np.zeros((4, width), np.uint32),
        np.zeros((4, width), np.float32),
        np.empty((3, width), np.float32),
    )


@kernel
def sky_colour(lighting: Lighting, rise: Real) -> Vector32:
    """Return the sky in a direction that climbs by `rise`: haze at 0, zenith from 0.6 up."""
    height = min(max(rise * F(1.0 / 0.6), ZERO), ONE)
    height = height * (F(2) - height)
    low, high = lighting.horizon, lighting.zenith
    return (
        low[0] + (high[0] - low[0]) * height,
        low[1] + (high[1] - low[1]) * height,
        low[2] + (high[2] - low[2]) * height,
    )


@kernel
def mipmap_level(footprint: Real, levels: int) -> int:
    """Return the texture level on which a pixel that covers `footprint` texels covers about one."""
    level = 0
    while footprint > F(1.4) and level < levels - 1:
        footprint *= HALF
        level += 1
    return level


@kernel
def address(
    buffers: RowBuffers, ground: GroundTable, start: Vector32, step: Vector32, side: int
) -> None:
    """Find the texels and map entries around each ground point start + x step of a row."""
    rows, columns = ground.sunlit.shape
    scale = ground.repeats * F(side)
    shift = OFF_ORIGIN * F(side)
    per_texel = ONE / ground.texel
    last_x, last_y = F(columns) - F(1.001), F(rows) - F(1.001)
    f, corners = buffers.fractions, buffers.corners
    fx, fy, gx, gy = f[0], f[1], f[2], f[3]
    texel_x, texel_y, map_x, map_y = corners[0], corners[1], corners[2], corners[3]
    for x in range(fx.shape[0]):
        px, py = start[0] + F(x) * step[0], start[1] + F(x) * step[1]
        u, v = px * scale + shift, py * scale + shift
        iu, iv = INT(u), INT(v)
        texel_x[x], texel_y[x] = iu, iv
        fx[x], fy[x] = u - F(iu), v - F(iv)
        mx = min(max((px - ground.left) * per_texel - HALF, ZERO), last_x)
        my = min(max((py - ground.near) * per_texel - HALF, ZERO), last_y)
        ix, iy = INT(mx), INT(my)
        map_x[x], map_y[x] = ix, iy
        gx[x], gy[x] = mx - F(ix), my - F(iy)


@kernel
def gather(buffers: RowBuffers, ground: GroundTable, level: int, side: int, part: IntArray) -> None:
    """Fetch the four texels and four map entries of each pixel that shows ground."""
    mask = side - 1
    texture = ground.mipmaps[level]
    corners, texels, shares = buffers.corners, buffers.texels, buffers.shares
    sunlit = ground.sunlit
    for x in range(part.shape[0]):
        if part[x] != BACKGROUND:
            continue
        u0, u1 = corners[0, x] & mask, (corners[0, x] + 1) & mask
        v0, v1 = (corners[1, x] & mask) * side, ((corners[1, x] + 1) & mask) * side
        texels[0, x] = texture[v0 + u0]
        texels[1, x] = texture[v0 + u1]
        texels[2, x] = texture[v1 + u0]
        texels[3, x] = texture[v1 + u1]
        mx, my = corners[2, x], corners[3, x]
        shares[0, x] = sunlit[my, mx]
        shares[1, x] = sunlit[my, mx + 1]
        shares[2, x] = sunlit[my + 1, mx]
        shares[3, x] = sunlit[my + 1, mx + 1]


@kernel
def mix(buffers: RowBuffers, lighting: Lighting, haze: Real) -> None:
    """Blend each pixel's four texels, light them, lay haze over them.

    Texels hold square roots of linear colours, so that a byte is fine enough in the dark.
    """
    red, green, blue = buffers.colours[0], buffers.colours[1], buffers.colours[2]
    f, t, s = buffers.fractions, buffers.texels, buffers.shares
    fx, fy, gx, gy = f[0], f[1], f[2], f[3]
    t0, t1, t2, t3 = t[0], t[1], t[2], t[3]
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    clear = ONE - haze
    haze_r, haze_g, haze_b = (
        lighting.horizon[0] * haze,
        lighting.horizon[1] * haze,
        lighting.horizon[2] * haze,
    )
    ambient, open_sky = lighting.ambient * AMBIENT_IN_SHADE, lighting.ambient * AMBIENT_IN_SUN
    sun = lighting.sun * lighting.sun_frame[2, 2]
    to_unit = ONE / F(255)
    for x in range(fx.shape[0]):
        upper = s0[x] + (s1[x] - s0[x]) * gx[x]
        lower = s2[x] + (s3[x] - s2[x]) * gx[x]
        sunlit = upper + (lower - upper) * gy[x]
        light = (ambient + (open_sky + sun) * sunlit) * clear
        w3 = fx[x] * fy[x] * to_unit
        w1, w2 = fx[x] * to_unit - w3, fy[x] * to_unit - w3
        w0 = to_unit - fx[x] * to_unit - w2
        k0, k1, k2, k3 = INT(t0[x]), INT(t1[x]), INT(t2[x]), INT(t3[x])
        r = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        k0, k1, k2, k3 = k0 >> BYTE_BITS, k1 >> BYTE_BITS, k2 >> BYTE_BITS, k3 >> BYTE_BITS
        g = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        k0, k1, k2, k3 = k0 >> BYTE_BITS, k1 >> BYTE_BITS, k2 >> BYTE_BITS, k3 >> BYTE_BITS
        b = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        red[x] = r * r * light + haze_r
        green[x] = g * g * light + haze_g
        blue[x] = b * b * light + haze_b


@kernel
def background(
    lens: Lens,
    lighting: Lighting,
    ground: GroundTable,
    part: IntArray,
    buffers: RowBuffers,
    image: FloatArray,
) -> None:
    """Paint sky and ground over the whole picture; objects are painted over it afterwards."""
    colours = buffers.colours
    levels = ground.mipmaps.shape[0]
    ds = F(2) / F(lens.width)
    first = F(1 - lens.width) / F(lens.width)
    for y in range(lens.height):
        d = row_direction(lens, y)
        if d[2] >= ZERO:
            colours[0], colours[1], colours[2] = sky_colour(lighting, d[2])
        else:
            t = min(-lens.eye[2] / d[2], FARTHEST)
            slant = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            per_pixel = (
                t * ds * math.sqrt(lens.right[0] * lens.right[0] + lens.right[1] * lens.right[1])
            )
            stretch = math.sqrt(slant / -d[2])
            footprint = per_pixel * stretch * ground.repeats * F(ground.side)
            level = mipmap_level(footprint, levels)
            side = ground.side >> level
            start = (
                lens.eye[0] + t * (d[0] + first * lens.right[0]),
                lens.eye[1] + t * (d[1] + first * lens.right[1]),
                ZERO,
            )
            step = (t * ds * lens.right[0], t * ds * lens.right[1], ZERO)
            address(buffers, ground, start, step, side)
            gather(buffers, ground, level, side, part[y])
            mix(buffers, lighting, haze_share(lighting.haze, t))
        row = image[y]
        for x in range(lens.width):
            row[x, 0], row[x, 1], row[x, 2] = colours[0, x], colours[1, x], colours[2, x]
