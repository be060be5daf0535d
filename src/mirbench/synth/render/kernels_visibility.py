"""Which part of the scene does each pixel see, and how far away is it?"""

from __future__ import annotations

import math
from typing import NamedTuple

from mirbench.synth._jit import kernel
from mirbench.synth.render.camera import Lens
from mirbench.synth.render.kernels_geometry import (
    ONE,
    ZERO,
    F,
    box_hit,
    frustum_hit,
    local_point,
    local_vector,
    sphere_hit,
    taper_of,
    wedge_hit,
)
from mirbench.synth.render.tables import (
    BACKGROUND,
    BOX,
    FAR,
    FRUSTUM,
    SPHERE,
    FloatArray,
    IntArray,
    Pair32,
    Real,
    Shapes,
    Vector32,
)

NEAREST = F(0.05)
"""Depth in metres under which a corner is too close to be projected."""


@kernel
def screen_boxes(shapes: Shapes, lens: Lens, boxes: IntArray) -> None:
    """Fill `boxes` [n, 4] with pixel boxes (x0, y0, x1, y1) that hold each shape's picture.

    They come from the eight corners of the box around the shape, projected; where one lies behind
    the camera the box is the whole picture, and where all do it is empty.
    """
    reach2 = lens.right[0] * lens.right[0] + lens.right[1] * lens.right[1]
    half = F(lens.width) * F(0.5)
    for i in range(boxes.shape[0]):
        left, top, right, bottom = FAR, FAR, -FAR, -FAR
        behind = 0
        for corner in range(8):
            ax = F(1 - 2 * (corner & 1))
            ay = F(1 - (corner & 2))
            az = F(1 - ((corner & 4) >> 1))
            a = shapes[i].axes
            x = shapes[i].centre[0] - lens.eye[0] + ax * a[0, 0] + ay * a[1, 0] + az * a[2, 0]
            y = shapes[i].centre[1] - lens.eye[1] + ax * a[0, 1] + ay * a[1, 1] + az * a[2, 1]
            z = shapes[i].centre[2] - lens.eye[2] + ax * a[0, 2] + ay * a[1, 2] + az * a[2, 2]
            depth = x * lens.forward[0] + y * lens.forward[1] + z * lens.forward[2]
            if depth < NEAREST:
                behind += 1
                continue
            unit = ONE / (depth * reach2)
            s = (x * lens.right[0] + y * lens.right[1]) * unit
            v = (x * lens.up[0] + y * lens.up[1] + z * lens.up[2]) * unit
            px, py = half + half * s, F(lens.height) * F(0.5) - half * v
            left, right = min(left, px), max(right, px)
            top, bottom = min(top, py), max(bottom, py)
        if behind == 8:
            left, top, right, bottom = ZERO, ZERO, ZERO, ZERO
        elif behind > 0:
            left, top, right, bottom = ZERO, ZERO, F(lens.width), F(lens.height)
        boxes[i, 0] = clamped(math.floor(left), lens.width)
        boxes[i, 1] = clamped(math.floor(top), lens.height)
        boxes[i, 2] = clamped(math.ceil(right), lens.width)
        boxes[i, 3] = clamped(math.ceil(bottom), lens.height)


@kernel
def clamped(value: Real, limit: int) -> int:
    """Return `value` kept between 0 and `limit`, which a far-away corner may leave by far."""
    return int(min(max(value, 0), limit))


@kernel
def row_direction(lens: Lens, y: int) -> Vector32:
    """Return the direction of the ray through the middle of pixel row `y`."""
    v = F(lens.height - 2 * y - 1) / F(lens.width)
    return (
        lens.forward[0] + v * lens.up[0],
        lens.forward[1] + v * lens.up[1],
        lens.forward[2] + v * lens.up[2],
    )


@kernel
def clear_to_ground(lens: Lens, depth: FloatArray, part: IntArray, top: int, bottom: int) -> None:
    """Start rows of pixels with what lies behind all objects: the ground, or the sky."""
    part[top:bottom] = BACKGROUND
    for y in range(top, bottom):
        downwards = row_direction(lens, y)[2]
        depth[y] = -lens.eye[2] / downwards if downwards < ZERO else FAR


class RowOfRays(NamedTuple):
    """Rays through a row of pixels at one shape: ray x is origin + t (direction + (s + x ds) step).

    All in the shape's own coordinates.
    """

    origin: Vector32
    direction: Vector32
    step: Vector32
    s: Real
    ds: Real


@kernel
def ray_at(rays: RowOfRays, x: int) -> Vector32:
    """Return the direction of ray `x` of a row."""
    s = rays.s + F(x) * rays.ds
    d, step = rays.direction, rays.step
    return (d[0] + s * step[0], d[1] + s * step[1], d[2] + s * step[2])


@kernel
def sphere_row(depth: FloatArray, part: IntArray, i: int, rays: RowOfRays) -> None:
    """Cast a row of rays at sphere `i`, and keep it where it is nearer than what was there.

    The four kinds have a loop each without branches, so that each becomes vector code.
    """
    for x in range(depth.shape[0]):
        t = sphere_hit(rays.origin, ray_at(rays, x))
        nearer = t < depth[x]
        depth[x] = t if nearer else depth[x]
        part[x] = i if nearer else part[x]


@kernel
def box_row(depth: FloatArray, part: IntArray, i: int, rays: RowOfRays) -> None:
    """Cast a row of rays at box `i`."""
    for x in range(depth.shape[0]):
        t = box_hit(rays.origin, ray_at(rays, x))
        nearer = t < depth[x]
        depth[x] = t if nearer else depth[x]
        part[x] = i if nearer else part[x]


@kernel
def frustum_row(depth: FloatArray, part: IntArray, i: int, rays: RowOfRays, taper: Real) -> None:
    """Cast a row of rays at frustum `i`."""
    for x in range(depth.shape[0]):
        t = frustum_hit(taper, rays.origin, ray_at(rays, x))
        nearer = t < depth[x]
        depth[x] = t if nearer else depth[x]
        part[x] = i if nearer else part[x]


@kernel
def wedge_row(depth: FloatArray, part: IntArray, i: int, rays: RowOfRays, taper: Pair32) -> None:
    """Cast a row of rays at wedge `i`."""
    for x in range(depth.shape[0]):
        t = wedge_hit(taper, rays.origin, ray_at(rays, x))
        nearer = t < depth[x]
        depth[x] = t if nearer else depth[x]
        part[x] = i if nearer else part[x]


@kernel
def cast(shapes: Shapes, lens: Lens, boxes: IntArray, depth: FloatArray, part: IntArray) -> None:
    """Keep in each pixel the nearest shape: a depth buffer over each shape's rows of pixels."""
    ds = F(2) / F(lens.width)
    for i in range(boxes.shape[0]):
        x0, y0, x1, y1 = boxes[i, 0], boxes[i, 1], boxes[i, 2], boxes[i, 3]
        if x1 <= x0:
            continue
        s = F(2 * x0 + 1 - lens.width) / F(lens.width)
        kind, taper = shapes[i].kind, taper_of(shapes[i])
        origin = local_point(shapes[i], lens.eye)
        step = local_vector(shapes[i], lens.right)
        for y in range(y0, y1):
            direction = local_vector(shapes[i], row_direction(lens, y))
            rays = RowOfRays(origin, direction, step, s, ds)
            depth_row, part_row = depth[y, x0:x1], part[y, x0:x1]
            if kind == SPHERE:
                sphere_row(depth_row, part_row, i, rays)
            elif kind == BOX:
                box_row(depth_row, part_row, i, rays)
            elif kind == FRUSTUM:
                frustum_row(depth_row, part_row, i, rays, taper[0])
            else:
                wedge_row(depth_row, part_row, i, rays, taper)


@kernel
def find_owners(part: IntArray, owner_of_part: IntArray, owner: IntArray) -> None:
    """Fill `owner` with the object that each pixel's part belongs to."""
    parts, owners = part.reshape(part.size), owner.reshape(owner.size)
    for k in range(parts.size):
        owners[k] = owner_of_part[parts[k]] if parts[k] >= 0 else BACKGROUND


@kernel
def measure(owner: IntArray, boxes: IntArray, counts: IntArray) -> None:
    """Find each owner's tight pixel box (x1, y1 exclusive) and its number of pixels.

    A row is taken run by run: stretches of pixels that have one owner.
    """
    height, width = owner.shape
    boxes[:, 0], boxes[:, 1], boxes[:, 2], boxes[:, 3] = width, height, 0, 0
    counts[:] = 0
    for y in range(height):
        row, start = owner[y], 0
        for end in range(1, width + 1):
            if end < width and row[end] == row[start]:
                continue
            i = row[start]
            if i >= 0:
                counts[i] += end - start
                boxes[i, 0] = min(boxes[i, 0], start)
                boxes[i, 1] = min(boxes[i, 1], y)
                boxes[i, 2] = max(boxes[i, 2], end)
                boxes[i, 3] = max(boxes[i, 3], y + 1)
            start = end
