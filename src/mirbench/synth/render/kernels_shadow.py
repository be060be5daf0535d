"""How much of the sun does a point on an object see?

Sight of the sun is asked in a frame that looks at it: x and y across its rays, z towards it. There
every shape has a box; only a shape whose box, widened by the sun's disc, lies over a point can
shade that point, and most points have none. Shapes that follow each other mostly stand together, so
a box around a few of them spares asking each.
"""

from __future__ import annotations

import math

from mirbench.synth._jit import kernel
from mirbench.synth.render.kernels_geometry import (
    HALF,
    ONE,
    ZERO,
    F,
    blocks,
    local_point,
    local_vector,
)
from mirbench.synth.render.tables import (
    FAR,
    FRUSTUM,
    SPHERE,
    FloatArray,
    IntArray,
    Lighting,
    Real,
    SceneTables,
    Shape,
    Shapes,
    Vector32,
)

SKIN = F(0.004)
"""Shadow rays start this many metres off a surface, so that it does not shade itself."""
GROUP = 8
"""How many shapes share a box."""


@kernel
def dot(a: Vector32, b: Vector32) -> Real:
    """Return the scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def half_extent(shape: Shape, u: Vector32) -> Real:
    """Return how far a shape reaches from its centre along `u`, as the product with `u`.

    For an ellipsoid the axes add up as squares, for a box plainly, for a cylinder one of each; a
    frustum or wedge is taken for the cylinder or box around it.
    """
    x, y, z = dot(shape.axes[0], u), dot(shape.axes[1], u), dot(shape.axes[2], u)
    if shape.kind == SPHERE:
        return math.sqrt(x * x + y * y + z * z)
    if shape.kind == FRUSTUM:
        return math.sqrt(x * x + y * y) + abs(z)
    return abs(x) + abs(y) + abs(z)


@kernel
def sun_boxes(shapes: Shapes, lighting: Lighting, boxes: FloatArray) -> None:
    """Fill `boxes` [n, 3, 2] with each shape's bounds along the three axes of the sun's frame."""
    for i in range(boxes.shape[0]):
        for axis in range(3):
            u = lighting.sun_frame[axis]
            middle, half = dot(shapes[i].centre, u), half_extent(shapes[i], u)
            boxes[i, axis, 0], boxes[i, axis, 1] = middle - half, middle + half


@kernel
def group_boxes(boxes: FloatArray, groups: FloatArray) -> None:
    """Fill `groups` [ceil(n / GROUP), 3, 2] with bounds of the shapes of each group."""
    groups[:, :, 0], groups[:, :, 1] = FAR, -FAR
    for i in range(boxes.shape[0]):
        group = groups[i // GROUP]
        for axis in range(3):
            group[axis, 0] = min(group[axis, 0], boxes[i, axis, 0])
            group[axis, 1] = max(group[axis, 1], boxes[i, axis, 1])


@kernel
def find_shaders(shapes: Shapes, lighting: Lighting, boxes: FloatArray, shaders: IntArray) -> None:
    """List for each shape those that may shade it, group by group.

    Row i is (end of the row, group, how many of it, which, which, ..., next group, ...).
    """
    for i in range(shapes.shape[0]):
        end, head = 1, 0
        for j in range(shapes.shape[0]):
            if j == i or not shapes[j].casts:
                continue
            above = boxes[j, 2, 1] - boxes[i, 2, 0]
            widening = lighting.spread * above
            apart = False
            for axis in range(2):
                apart |= boxes[j, axis, 0] - widening > boxes[i, axis, 1]
                apart |= boxes[j, axis, 1] + widening < boxes[i, axis, 0]
            if above > ZERO and not apart:
                if head == 0 or shaders[i, head] != j // GROUP:
                    head = end
                    shaders[i, head], shaders[i, head + 1] = j // GROUP, 0
                    end += 2
                shaders[i, head + 1] += 1
                shaders[i, end] = j
                end += 1
        shaders[i, 0] = end


@kernel
def over(box: FloatArray, spread: Real, p: Vector32) -> Real:
    """Tell whether a box in the sun's frame may stand between the point p and the disc."""
    above = box[2, 1] - p[2]
    widening = spread * above
    return (
        above > ZERO
        and p[0] > box[0, 0] - widening
        and p[0] < box[0, 1] + widening
        and p[1] > box[1, 0] - widening
        and p[1] < box[1, 1] + widening
    )


@kernel
def count_blocked(
    scene: SceneTables, i: int, p: Vector32, dither: int, first: int, last: int
) -> int:
    """Return in how many of the quick directions first .. last - 1 the sun is hidden from p."""
    lighting = scene.lighting
    frame, directions = lighting.sun_frame, lighting.quick_directions[dither]
    seen_from = (dot(p, frame[0]), dot(p, frame[1]), dot(p, frame[2]))
    blocked, full = 0, (1 << last) - (1 << first)
    head = 1
    while head < scene.shaders[i, 0] and blocked != full:
        start, head = head + 2, head + 2 + scene.shaders[i, head + 1]
        if not over(scene.group_boxes[scene.shaders[i, start - 2]], lighting.spread, seen_from):
            continue
        for k in range(start, head):
            j = scene.shaders[i, k]
            if not over(scene.sun_boxes[j], lighting.spread, seen_from):
                continue
            o = local_point(scene.shapes[j], p)
            for direction in range(first, last):
                if not blocked >> direction & 1:
                    d = local_vector(scene.shapes[j], directions[direction])
                    blocked |= int(blocks(scene.shapes[j], o, d)) << direction
            if blocked == full:
                break
    count = 0
    for direction in range(first, last):
        count += blocked >> direction & 1
    return count


@kernel
def sunlit_share(scene: SceneTables, i: int, p: Vector32, normal: Vector32, dither: int) -> Real:
    """Return the share of the sun's disc that point p on shape `i` sees.

    Where the first two directions agree, which is everywhere but in half-shadow, they decide.
    `dither` picks one of four sets of directions: neighbouring pixels differ, so that half-shadow
    is a fine grain instead of steps.
    """
    if scene.shaders[i, 0] == 1:
        return ONE
    start = (p[0] + SKIN * normal[0], p[1] + SKIN * normal[1], p[2] + SKIN * normal[2])
    blocked = count_blocked(scene, i, start, dither, 0, 2)
    if blocked != 1:
        return ONE - HALF * F(blocked)
    directions = scene.lighting.quick_directions.shape[1]
    blocked += count_blocked(scene, i, start, dither, 2, directions)
    return ONE - F(blocked) / F(directions)
