"""Anti-aliasing: only the two or three percent of pixels on an edge are cast again, four times."""

from __future__ import annotations

from typing import TypeAlias

from mirbench.synth._jit import kernel
from mirbench.synth.render.camera import Lens
from mirbench.synth.render.kernels_geometry import (
    HALF,
    ONE,
    ZERO,
    F,
    hit,
    local_point,
    local_vector,
)
from mirbench.synth.render.kernels_shading import shade
from mirbench.synth.render.tables import (
    BACKGROUND,
    FAR,
    ByteArray,
    FloatArray,
    IntArray,
    Pair32,
    Real,
    SceneTables,
    Shapes,
    Vector32,
)

Around: TypeAlias = tuple[Real, Real, Real, Real, Real]

BORDER, CREASE = 1, 2
"""Marks: two parts meet in this pixel, or two faces of one part."""
SHARPEST = F(2.5e-3)
"""Bend of 1/depth, as a share of it, above which a pixel lies on a crease."""


@kernel
def find_edges(depth: FloatArray, part: IntArray, edge: ByteArray) -> None:
    """Mark pixels whose neighbours show another part, or whose surface bends sharply.

    On a plane 1/depth is linear over the picture, so its second difference shows a crease.
    """
    height, width = part.shape
    for y in range(1, height - 1):
        here, above, below = part[y], part[y - 1], part[y + 1]
        z, z_above, z_below, marks = depth[y], depth[y - 1], depth[y + 1], edge[y]
        for x in range(1, width - 1):
            i = here[x]
            border = (i != here[x - 1]) | (i != here[x + 1]) | (i != above[x]) | (i != below[x])
            twice = F(2) / z[x]
            across = abs(ONE / z[x - 1] + ONE / z[x + 1] - twice)
            down = abs(ONE / z_above[x] + ONE / z_below[x] - twice)
            crease = (i >= 0) & ((across + down) * z[x] > SHARPEST)
            marks[x] = BORDER if border else (CREASE if crease else 0)


@kernel
def parts_around(part: IntArray, x: int, y: int) -> Around:
    """Return the parts that a pixel and its four neighbours show, each once, else BACKGROUND."""
    here, right, below = part[y, x], part[y, x + 1], part[y + 1, x]
    left, above = part[y, x - 1], part[y - 1, x]
    if right == here:
        right = BACKGROUND
    if below in (here, right):
        below = BACKGROUND
    if left in (here, right, below):
        left = BACKGROUND
    if above in (here, right, below, left):
        above = BACKGROUND
    return here, right, below, left, above


@kernel
def nearest_of(shapes: Shapes, lens: Lens, d: Vector32, around: Around) -> Pair32:
    """Return which of some parts a ray meets first, and where; BACKGROUND if ground or sky."""
    nearest = -lens.eye[2] / d[2] if d[2] < ZERO else FAR
    winner: Real = BACKGROUND
    for i in around:
        if i < 0:
            continue
        origin = local_point(shapes[i], lens.eye)
        local = local_vector(shapes[i], d)
        t = hit(shapes[i], origin, local)
        if t < nearest:
            nearest, winner = t, i
    return winner, nearest


@kernel
def background_beside(part: IntArray, x: int, y: int) -> tuple[int, int]:
    """Return a pixel at or beside (x, y) that shows ground or sky; (x, y) where there is none."""
    if part[y, x] < 0:
        return x, y
    if part[y, x + 1] < 0:
        return x + 1, y
    if part[y, x - 1] < 0:
        return x - 1, y
    if part[y + 1, x] < 0:
        return x, y + 1
    if part[y - 1, x] < 0:
        return x, y - 1
    return x, y


@kernel
def smooth_edges(
    scene: SceneTables,
    lens: Lens,
    part: IntArray,
    edge: ByteArray,
    source: FloatArray,
    image: FloatArray,
) -> None:
    """Replace each marked pixel by the mean of four rays, placed as on a turned grid.

    A ray can only meet what the pixel or its four neighbours show. Where it meets none of them it
    takes the colour of the nearest background pixel in `source`, the picture before smoothing.
    On a border, rays in a row that meet one part are shaded once. The outermost pixels stay as
    they are.
    """
    across = (F(-0.125), F(0.375), F(-0.375), F(0.125))
    down = (F(-0.375), F(-0.125), F(0.125), F(0.375))
    w, h = F(lens.width), F(lens.height)
    for y in range(1, lens.height - 1):
        for x in range(1, lens.width - 1):
            if edge[y, x] == 0:
                continue
            around = parts_around(part, x, y)
            red, green, blue = ZERO, ZERO, ZERO
            dither = (x & 1) + 2 * (y & 1)
            shaded: Real = BACKGROUND
            r, g, b = ZERO, ZERO, ZERO
            for k in range(4):
                s = (F(2) * (F(x) + HALF + across[k]) - w) / w
                v = (h - F(2) * (F(y) + HALF + down[k])) / w
                d = (
                    lens.forward[0] + s * lens.right[0] + v * lens.up[0],
                    lens.forward[1] + s * lens.right[1] + v * lens.up[1],
                    lens.forward[2] + s * lens.right[2] + v * lens.up[2],
                )
                i, t = nearest_of(scene.shapes, lens, d, around)
                if i < 0:
                    bx, by = background_beside(part, x, y)
                    r, g, b = source[by, bx, 0], source[by, bx, 1], source[by, bx, 2]
                elif i != shaded or edge[y, x] == CREASE:
                    r, g, b = shade(scene, i, lens.eye, d, t, dither)
                shaded = i
                red, green, blue = red + r, green + g, blue + b
            image[y, x, 0] = red * F(0.25)
            image[y, x, 1] = green * F(0.25)
            image[y, x, 2] = blue * F(0.25)
