"""How much of the sun does each place on the ground see?

That does not depend on the camera, so it is a map made once for a scene: every shape is cast along
32 directions towards the sun's disc, and each ground texel keeps one bit a direction.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mirbench.synth._jit import kernel
from mirbench.synth.render.kernels_geometry import (
    HALF,
    ONE,
    ZERO,
    F,
    box_blocks,
    frustum_blocks,
    local_point,
    local_vector,
    sphere_blocks,
    taper_of,
    wedge_blocks,
)
from mirbench.synth.render.kernels_shadow import half_extent
from mirbench.synth.render.tables import (
    BOX,
    FRUSTUM,
    SPHERE,
    FloatArray,
    Real,
    Shape,
    Shapes,
    Vector32,
)

U = np.uint32
CONTACT_DARKNESS = F(0.45)
CONTACT_REACH = F(2.2)


@kernel
def shadow_box(shape: Shape, to_sun: Vector32) -> tuple[Real, Real, Real, Real]:
    """Return the ground box (x0, y0, x1, y1) in metres that holds a shape's shadow.

    The shadow of (x, y, z) falls on (x, y) less z times the sun's slope.
    """
    across, along = to_sun[0] / to_sun[2], to_sun[1] / to_sun[2]
    x, y = shape.centre[0] - shape.centre[2] * across, shape.centre[1] - shape.centre[2] * along
    wide = half_extent(shape, (ONE, ZERO, -across))
    deep = half_extent(shape, (ZERO, ONE, -along))
    return x - wide, y - deep, x + wide, y + deep


@kernel
def shadow_boxes(shapes: Shapes, to_sun: Vector32, boxes: FloatArray) -> None:
    """Fill `boxes` [n, 4] with the ground box of each shape's shadow."""
    for i in range(boxes.shape[0]):
        boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3] = shadow_box(shapes[i], to_sun)


@kernel
def first_texel(place: Real, texel: Real) -> Real:
    """Return the first texel whose middle may lie beyond `place`, a length from the map's edge."""
    return max(0, math.floor(place / texel - HALF))


@kernel
def last_texel(place: Real, texel: Real, limit: int) -> Real:
    """Return one more than the last texel whose middle may lie before `place`."""
    return min(limit, math.ceil(place / texel + HALF))


@kernel
def shade_row(hits: Any, bit: Any, shape: Shape, o: Vector32, step: Vector32, d: Vector32) -> None:
    """Set `bit` in each texel x of a row whose local point o + x step has the shape before the sun.

    One loop a kind, so that each becomes vector code.
    """
    taper = taper_of(shape)
    if shape.kind == SPHERE:
        for x in range(hits.shape[0]):
            p = (o[0] + F(x) * step[0], o[1] + F(x) * step[1], o[2] + F(x) * step[2])
            hits[x] |= bit if sphere_blocks(p, d) else U(0)
    elif shape.kind == BOX:
        for x in range(hits.shape[0]):
            p = (o[0] + F(x) * step[0], o[1] + F(x) * step[1], o[2] + F(x) * step[2])
            hits[x] |= bit if box_blocks(p, d) else U(0)
    elif shape.kind == FRUSTUM:
        for x in range(hits.shape[0]):
            p = (o[0] + F(x) * step[0], o[1] + F(x) * step[1], o[2] + F(x) * step[2])
            hits[x] |= bit if frustum_blocks(taper[0], p, d) else U(0)
    else:
        for x in range(hits.shape[0]):
            p = (o[0] + F(x) * step[0], o[1] + F(x) * step[1], o[2] + F(x) * step[2])
            hits[x] |= bit if wedge_blocks(taper, p, d) else U(0)


@kernel
def cast_shadows(
    shapes: Shapes, directions: FloatArray, left: Real, near: Real, texel: Real, hits: Any
) -> None:
    """Set a bit for each of the 32 directions in which a ground texel sees a shape, not the sun."""
    rows, columns = hits.shape
    for i in range(shapes.shape[0]):
        if not shapes[i].casts:
            continue
        step = local_vector(shapes[i], (texel, ZERO, ZERO))
        for k in range(directions.shape[0]):
            d = local_vector(shapes[i], directions[k])
            x0, y0, x1, y1 = shadow_box(shapes[i], directions[k])
            c0, c1 = first_texel(x0 - left, texel), last_texel(x1 - left, texel, columns)
            r0, r1 = first_texel(y0 - near, texel), last_texel(y1 - near, texel, rows)
            if c1 <= c0:
                continue
            for row in range(r0, r1):
                p = (left + (F(c0) + HALF) * texel, near + (F(row) + HALF) * texel, ZERO)
                o = local_point(shapes[i], p)
                shade_row(hits[row, c0:c1], U(1) << U(k), shapes[i], o, step, d)


@kernel
def share_of_clear_bits(hits: Any, share: FloatArray) -> None:
    """Turn 32 bits a texel into the share of zeros.

    Bits are counted in parallel (Warren, "Hacker's Delight", section 5-1).
    """
    rows, columns = hits.shape
    for row in range(rows):
        for x in range(columns):
            v = hits[row, x]
            v = v - ((v >> U(1)) & U(0x55555555))
            v = (v & U(0x33333333)) + ((v >> U(2)) & U(0x33333333))
            v = (v + (v >> U(4))) & U(0x0F0F0F0F)
            v = (v + (v >> U(8))) & U(0x00FF00FF)
            v = (v + (v >> U(16))) & U(0x3F)
            share[row, x] = ONE - F(v) * F(1.0 / 32.0)


@kernel
def darken_contacts(shapes: Shapes, left: Real, near: Real, texel: Real, share: FloatArray) -> None:
    """Darken the ground close under each shape, as the sky is hidden there.

    A ball of radius r at height h over a point at distance d hides the share r^2 h / d^3 of it
    (Quilez, "sphere ambient occlusion", 2006); each shape is taken for such a ball.
    """
    rows, columns = share.shape
    for i in range(shapes.shape[0]):
        if not shapes[i].casts:
            continue
        wide = half_extent(shapes[i], (ONE, ZERO, ZERO))
        deep = half_extent(shapes[i], (ZERO, ONE, ZERO))
        high = half_extent(shapes[i], (ZERO, ZERO, ONE))
        radius = min(max(wide, deep), high * F(1.5))
        height = max(shapes[i].centre[2], F(0.3) * radius)
        reach = radius * CONTACT_REACH
        if height > F(2) * reach:
            continue
        cx, cy = shapes[i].centre[0], shapes[i].centre[1]
        c0 = first_texel(cx - reach - left, texel)
        c1 = last_texel(cx + reach - left, texel, columns)
        r0 = first_texel(cy - reach - near, texel)
        r1 = last_texel(cy + reach - near, texel, rows)
        for row in range(r0, r1):
            y = near + (F(row) + HALF) * texel - cy
            for column in range(c0, c1):
                x = left + (F(column) + HALF) * texel - cx
                d2 = x * x + y * y + height * height
                hidden = radius * radius * height / (d2 * math.sqrt(d2))
                share[row, column] *= ONE - CONTACT_DARKNESS * min(hidden, ONE)
