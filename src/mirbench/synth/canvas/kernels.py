"""Filling outlines exactly: each pixel is covered by the share of it that lies inside.

The method is that of font-rs (Raph Levien, 2016): every edge adds, to the pixels it crosses, how
much it changes the covered area; summing along a row then gives the coverage. All in float32 with
+ - * / and sqrt, row by row, so the bytes are the same everywhere.

A mask is covered area between 0 and 1; a box is (x0, y0, x1, y1) in pixels.
"""

from __future__ import annotations

import math

import numpy as np

from mirbench.synth._jit import kernel
from mirbench.synth.canvas.tables import Box, FloatArray, Outlines, Real

F = np.float32
ZERO, HALF, ONE = F(0.0), F(0.5), F(1.0)


@kernel
def add_edge_in_row(area: FloatArray, y: int, x0: Real, x1: Real, height: Real) -> None:
    """Add an edge that crosses row `y` from x0 to x1 (x0 <= x1) and `height` of its pixel rows.

    The pixels between x0 and x1 are covered in part: the first by a triangle, the next by its
    rest and a slab, and so on to the last; everything to the right is covered by `height`.
    """
    first, beyond = int(x0), math.ceil(x1)
    if beyond <= first + 1:
        middle = HALF * (x0 + x1) - F(first)
        area[y, first] += height - height * middle
        area[y, first + 1] += height * middle
        return
    slope = ONE / (x1 - x0)
    into_first, into_last = x0 - F(first), x1 - F(beyond) + ONE
    start = HALF * slope * (ONE - into_first) * (ONE - into_first)
    end = HALF * slope * into_last * into_last
    area[y, first] += height * start
    if beyond == first + 2:
        area[y, first + 1] += height * (ONE - start - end)
    else:
        second = slope * (F(1.5) - into_first)
        area[y, first + 1] += height * (second - start)
        for x in range(first + 2, beyond - 1):
            area[y, x] += height * slope
        last = second + F(beyond - first - 3) * slope
        area[y, beyond - 1] += height * (ONE - last - end)
    area[y, beyond] += height * end


@kernel
def add_edge(area: FloatArray, x0: Real, y0: Real, x1: Real, y1: Real) -> None:
    """Add an edge, row by row; what lies left or right of the picture counts at its border."""
    rows, limit = area.shape[0], F(area.shape[1] - 2)
    direction = ONE
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
        direction = -ONE
    step = (x1 - x0) / (y1 - y0)
    top = max(y0, ZERO)
    x = x0 + (top - y0) * step
    for y in range(int(top), min(rows, math.ceil(y1))):
        height = min(F(y + 1), y1) - max(F(y), top)
        after = x + step * height
        left = min(max(min(x, after), ZERO), limit)
        right = min(max(max(x, after), ZERO), limit)
        add_edge_in_row(area, y, left, right, direction * height)
        x = after


@kernel
def add_outlines(area: FloatArray, outlines: Outlines) -> None:
    """Add closed outlines to `area` [height, width + 2]."""
    start = 0
    for end in outlines.ends:
        for k in range(start, end):
            following = k + 1 if k + 1 < end else start
            a, b = outlines.points[k], outlines.points[following]
            if a[1] != b[1]:
                add_edge(area, a[0], a[1], b[0], b[1])
        start = end


@kernel
def take_coverage(area: FloatArray, mask: FloatArray, box: Box) -> None:
    """Sum `area` along the rows of a box into `mask`, and clear it for the next outline.

    Where contours of one sense overlap, the sum passes 1 and is cut there.
    """
    x0, y0, x1, y1 = box
    for y in range(y0, y1):
        total = ZERO
        for x in range(x0, x1):
            total += area[y, x]
            mask[y, x] = min(abs(total), ONE)
            area[y, x] = ZERO
        area[y, x1] = ZERO
        area[y, x1 + 1] = ZERO


@kernel
def blur_rows(mask: FloatArray, out: FloatArray, box: Box, reach: int) -> None:
    """Write into `out` the mean over 2 * reach + 1 neighbours in a row, by a running sum."""
    x0, y0, x1, y1 = box
    share = ONE / F(2 * reach + 1)
    for y in range(y0, y1):
        total = ZERO
        for x in range(x0, min(x0 + reach, x1)):
            total += mask[y, x]
        for x in range(x0, x1):
            if x + reach < x1:
                total += mask[y, x + reach]
            if x - reach - 1 >= x0:
                total -= mask[y, x - reach - 1]
            out[y, x] = max(total * share, ZERO)


@kernel
def blur_columns(mask: FloatArray, out: FloatArray, sums: FloatArray, box: Box, reach: int) -> None:
    """Do the same down the columns; `sums` [width] keeps a running sum for each."""
    x0, y0, x1, y1 = box
    share = ONE / F(2 * reach + 1)
    sums[x0:x1] = ZERO
    for y in range(y0, min(y0 + reach, y1)):
        for x in range(x0, x1):
            sums[x] += mask[y, x]
    for y in range(y0, y1):
        if y + reach < y1:
            for x in range(x0, x1):
                sums[x] += mask[y + reach, x]
        if y - reach - 1 >= y0:
            for x in range(x0, x1):
                sums[x] -= mask[y - reach - 1, x]
        for x in range(x0, x1):
            out[y, x] = max(sums[x] * share, ZERO)


@kernel
def blend(image: FloatArray, mask: FloatArray, box: Box, colour: FloatArray, opacity: Real) -> None:
    """Lay one colour over the picture, as opaque as the mask says."""
    x0, y0, x1, y1 = box
    red, green, blue = colour[0], colour[1], colour[2]
    for y in range(y0, y1):
        row, cover = image[y], mask[y]
        for x in range(x0, x1):
            m = cover[x] * opacity
            row[x, 0] += (red - row[x, 0]) * m
            row[x, 1] += (green - row[x, 1]) * m
            row[x, 2] += (blue - row[x, 2]) * m


@kernel
def blend_linear(
    image: FloatArray,
    mask: FloatArray,
    box: Box,
    colours: FloatArray,
    line: FloatArray,
    opacity: Real,
) -> None:
    """Lay a gradient over the picture, from colours[0] at `line[0]` to colours[1] at `line[1]`."""
    x0, y0, x1, y1 = box
    ax, ay = line[0, 0], line[0, 1]
    dx, dy = line[1, 0] - ax, line[1, 1] - ay
    per_length = ONE / (dx * dx + dy * dy)
    for y in range(y0, y1):
        for x in range(x0, x1):
            along = (F(x) + HALF - ax) * dx + (F(y) + HALF - ay) * dy
            share = min(max(along * per_length, ZERO), ONE)
            m = mask[y, x] * opacity
            for c in range(3):
                colour = colours[0, c] + (colours[1, c] - colours[0, c]) * share
                image[y, x, c] += (colour - image[y, x, c]) * m


@kernel
def blend_radial(
    image: FloatArray,
    mask: FloatArray,
    box: Box,
    colours: FloatArray,
    centre: FloatArray,
    radius: Real,
    opacity: Real,
) -> None:
    """Lay a gradient over the picture, from colours[0] at `centre` to colours[1] at `radius`."""
    x0, y0, x1, y1 = box
    per_radius = ONE / radius
    for y in range(y0, y1):
        for x in range(x0, x1):
            dx, dy = F(x) + HALF - centre[0], F(y) + HALF - centre[1]
            share = min(math.sqrt(dx * dx + dy * dy) * per_radius, ONE)
            m = mask[y, x] * opacity
            for c in range(3):
                colour = colours[0, c] + (colours[1, c] - colours[0, c]) * share
                image[y, x, c] += (colour - image[y, x, c]) * m


@kernel
def to_bytes(image: FloatArray, rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    """Round colours between 0 and 1 to bytes."""
    values, out = image.reshape(image.size), rgb.reshape(rgb.size)
    for k in range(values.size):
        out[k] = np.uint8(np.int32(min(max(values[k], ZERO), ONE) * F(255) + HALF))
