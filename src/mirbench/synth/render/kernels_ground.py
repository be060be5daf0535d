"""The sky, and the ground under its texture, its shadows and its haze.

The camera does not roll, so on one row of pixels the ground has one depth, one level of texture
detail and one amount of haze. Each row goes through three plain loops: where is each pixel (`address`),
what does memory hold there (`gather`), what colour is that (`mix`). Apart, the first and the last
become vector code.
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

I, U = np.int32, np.uint32
BYTE, BYTE_BITS = I(255), I(8)
OFF_ORIGIN = F(512.0)
"""Whole repeats added to texture coordinates so that rounding towards zero is rounding down."""

FARTHEST = F(3000.0)
"""Depth in metres beyond which the ground is all haze; keeps texture coordinates in 32 bits."""


class RowBuffers(NamedTuple):
    """Room for one row of pixels between the loops: arrays [4, width] hold four corners."""

    texel_x: IntArray
    texel_y: IntArray
    map_x: IntArray
    map_y: IntArray
    fractions: FloatArray
    """[4, width]: how far between texels (x, y) and between map entries (x, y)."""
    texels: Any
    shares: FloatArray


@kernel
def row_buffers(width: int) -> RowBuffers:
    """Return fresh room for rows of `width` pixels."""
    return RowBuffers(
        np.empty(width, np.int32),
        np.empty(width, np.int32),
        np.empty(width, np.int32),
        np.empty(width, np.int32),
        np.empty((4, width), np.float32),
        np.zeros((4, width), np.uint32),
        np.zeros((4, width), np.float32),
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
def address(buffers: RowBuffers, ground: GroundTable, start: Vector32, step: Vector32,
            side: int) -> None:  # fmt: skip
    """Find the texels and map entries around each ground point start + x step of a row."""
    rows, columns = ground.sunlit.shape
    scale = ground.repeats * F(side)
    shift = OFF_ORIGIN * F(side)
    per_texel = ONE / ground.texel
    last_x, last_y = F(columns) - F(1.001), F(rows) - F(1.001)
    a, b, c, d = (
        buffers.fractions[0], buffers.fractions[1], buffers.fractions[2], buffers.fractions[3],
    )  # fmt: skip
    for x in range(buffers.texel_x.shape[0]):
        px, py = start[0] + F(x) * step[0], start[1] + F(x) * step[1]
        u, v = px * scale + shift, py * scale + shift
        iu, iv = I(u), I(v)
        buffers.texel_x[x], buffers.texel_y[x] = iu, iv
        a[x], b[x] = u - F(iu), v - F(iv)
        mx = min(max((px - ground.left) * per_texel - HALF, ZERO), last_x)
        my = min(max((py - ground.near) * per_texel - HALF, ZERO), last_y)
        ix, iy = I(mx), I(my)
        buffers.map_x[x], buffers.map_y[x] = ix, iy
        c[x], d[x] = mx - F(ix), my - F(iy)


@kernel
def gather(buffers: RowBuffers, ground: GroundTable, level: int, side: int,
           part: IntArray) -> None:  # fmt: skip
    """Fetch the four texels and four map entries of each pixel that shows ground."""
    mask = side - 1
    texture = ground.mipmaps[level]
    for x in range(part.shape[0]):
        if part[x] != BACKGROUND:
            continue
        u0, u1 = buffers.texel_x[x] & mask, (buffers.texel_x[x] + 1) & mask
        v0, v1 = (buffers.texel_y[x] & mask) * side, ((buffers.texel_y[x] + 1) & mask) * side
        buffers.texels[0, x] = texture[v0 + u0]
        buffers.texels[1, x] = texture[v0 + u1]
        buffers.texels[2, x] = texture[v1 + u0]
        buffers.texels[3, x] = texture[v1 + u1]
        mx, my = buffers.map_x[x], buffers.map_y[x]
        buffers.shares[0, x] = ground.sunlit[my, mx]
        buffers.shares[1, x] = ground.sunlit[my, mx + 1]
        buffers.shares[2, x] = ground.sunlit[my + 1, mx]
        buffers.shares[3, x] = ground.sunlit[my + 1, mx + 1]


@kernel
def channel(texel: Real, bits: Real) -> Real:
    """Return one colour of a packed texel, 0 .. 255."""
    return F((texel >> bits) & BYTE)


@kernel
def mix(buffers: RowBuffers, lighting: Lighting, haze: Real, planes: FloatArray) -> None:
    """Blend each pixel's four texels, light them, lay haze over them; write three colour planes.

    Texels hold square roots of linear colours, so that a byte is fine enough in the dark.
    """
    red, green, blue = planes[0], planes[1], planes[2]
    f, t, s = buffers.fractions, buffers.texels, buffers.shares
    a_, b_, c_, d_ = f[0], f[1], f[2], f[3]
    t0, t1, t2, t3 = t[0], t[1], t[2], t[3]
    s0, s1, s2, s3 = s[0], s[1], s[2], s[3]
    clear = ONE - haze
    haze_r, haze_g, haze_b = (
        lighting.horizon[0] * haze, lighting.horizon[1] * haze, lighting.horizon[2] * haze,
    )  # fmt: skip
    ambient, sun = lighting.ambient * F(0.8), lighting.sun * lighting.sun_frame[2, 2]
    occluded = lighting.ambient * F(0.3)
    to_unit = ONE / F(255)
    for x in range(a_.shape[0]):
        upper = s0[x] + (s1[x] - s0[x]) * c_[x]
        lower = s2[x] + (s3[x] - s2[x]) * c_[x]
        sunlit = upper + (lower - upper) * d_[x]
        light = (ambient + (occluded + sun) * sunlit) * clear
        w3 = a_[x] * b_[x] * to_unit
        w1, w2 = a_[x] * to_unit - w3, b_[x] * to_unit - w3
        w0 = to_unit - a_[x] * to_unit - w2
        k0, k1, k2, k3 = I(t0[x]), I(t1[x]), I(t2[x]), I(t3[x])
        r = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        k0, k1, k2, k3 = k0 >> BYTE_BITS, k1 >> BYTE_BITS, k2 >> BYTE_BITS, k3 >> BYTE_BITS
        g = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        k0, k1, k2, k3 = k0 >> BYTE_BITS, k1 >> BYTE_BITS, k2 >> BYTE_BITS, k3 >> BYTE_BITS
        b = F(k0 & BYTE) * w0 + F(k1 & BYTE) * w1 + F(k2 & BYTE) * w2 + F(k3 & BYTE) * w3
        red[x] = r * r * light + haze_r
        green[x] = g * g * light + haze_g
        blue[x] = b * b * light + haze_b


@kernel
def background(lens: Lens, lighting: Lighting, ground: GroundTable, part: IntArray,
               image: FloatArray) -> None:  # fmt: skip
    """Paint sky and ground over the whole picture; objects are painted over it afterwards."""
    buffers = row_buffers(lens.width)
    planes = np.empty((3, lens.width), np.float32)
    levels = ground.mipmaps.shape[0]
    ds = F(2) / F(lens.width)
    first = F(1 - lens.width) / F(lens.width)
    for y in range(lens.height):
        d = row_direction(lens, y)
        if d[2] >= ZERO:
            planes[0], planes[1], planes[2] = sky_colour(lighting, d[2])
        else:
            t = min(-lens.eye[2] / d[2], FARTHEST)
            slant = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
            per_pixel = t * ds * math.sqrt(
                lens.right[0] * lens.right[0] + lens.right[1] * lens.right[1]
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
            mix(buffers, lighting, haze_share(lighting.haze, t * slant), planes)
        row = image[y]
        for x in range(lens.width):
            row[x, 0], row[x, 1], row[x, 2] = planes[0, x], planes[1, x], planes[2, x]
