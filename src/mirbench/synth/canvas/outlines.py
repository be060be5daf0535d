"""Closed outlines as points: what the canvas fills.

Strokes are outlines too: a quadrilateral for each segment and a disc for each joint, all of one
sense, so that where they overlap they are filled once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TypeAlias

import numpy as np

from mirbench.synth.canvas.tables import Outlines, Point
from mirbench.synth.render.trig import direction

Outline: TypeAlias = list[Point]


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Outline:
    """Return a rectangle."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def arc(centre: Point, radii: Point, start: float, end: float) -> Outline:
    """Return points on an ellipse from angle `start` to `end`, clockwise on the screen, in degrees.

    Steps are fine enough that chords stay within a twentieth of a pixel of the curve: a chord over
    the angle a lies r a^2 / 8 inside it.
    """
    finest = math.sqrt(0.4 / max(*radii, 1.0)) * 57.0
    steps = max(2, math.ceil(abs(end - start) / min(finest, 20.0)))
    (x, y), (across, down) = centre, radii
    return [(x + across * c, y + down * s) for c, s in _directions(start, end, steps)]


@lru_cache(maxsize=1024)
def _directions(start: float, end: float, steps: int) -> tuple[Point, ...]:
    return tuple(direction(start + (end - start) * k / steps) for k in range(steps + 1))


def ellipse(centre: Point, radii: Point) -> Outline:
    """Return an ellipse."""
    return arc(centre, radii, 0.0, 360.0)[:-1]


def rounded_rectangle(x0: float, y0: float, x1: float, y1: float, radius: float) -> Outline:
    """Return a rectangle with round corners."""
    r = min(radius, (x1 - x0) / 2.0, (y1 - y0) / 2.0)
    corners = ((x1 - r, y1 - r), (x0 + r, y1 - r), (x0 + r, y0 + r), (x1 - r, y0 + r))
    points: Outline = []
    for number, corner in enumerate(corners):
        points += arc(corner, (r, r), 90.0 * number, 90.0 * number + 90.0)
    return points


def sector(centre: Point, radius: float, start: float, end: float, inner: float) -> Outline:
    """Return a slice of a disc, or with `inner` above 0 of a ring."""
    outside = arc(centre, (radius, radius), start, end)
    if inner <= 0.0:
        return [centre, *outside]
    return outside + arc(centre, (inner, inner), end, start)


def stroke(points: Sequence[Point], width: float, *, closed: bool) -> list[Outline]:
    """Return the outlines that a round pen of `width` leaves along `points`."""
    half = width / 2.0
    ends = [*points, points[0]] if closed else list(points)
    pieces = [(a, b) for a, b in pairwise(ends) if a != b]
    outlines = [_segment(a, b, half) for a, b in pieces]
    follows = pairwise([*pieces, pieces[0]] if closed else pieces)
    outlines += [ellipse(b, (half, half)) for (a, b), (_, c) in follows if _bends(a, b, c)]
    return outlines


def _segment(a: Point, b: Point, half: float) -> Outline:
    """Return the quadrilateral around a straight piece, of the same sense as an ellipse."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.sqrt(dx * dx + dy * dy)
    x, y = -dy / length * half, dx / length * half
    return [(a[0] - x, a[1] - y), (b[0] - x, b[1] - y), (b[0] + x, b[1] + y), (a[0] + x, a[1] + y)]


def _bends(a: Point, b: Point, c: Point) -> bool:
    """Tell whether a line turns at b by more than some 15 degrees, so that a gap would show."""
    ux, uy, vx, vy = b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]
    along = ux * vx + uy * vy
    return along <= 0.0 or along * along < 0.93 * (ux * ux + uy * uy) * (vx * vx + vy * vy)


def dashes(points: Sequence[Point], on: float, off: float) -> list[list[Point]]:
    """Cut a line into pieces of length `on` with gaps of length `off`."""
    pieces: list[list[Point]] = []
    left, drawing = on, True
    current = [points[0]]
    for (ax, ay), (bx, by) in pairwise(points):
        dx, dy = bx - ax, by - ay
        length = math.sqrt(dx * dx + dy * dy)
        done = 0.0
        while length - done > left:
            done += left
            corner = (ax + dx * done / length, ay + dy * done / length)
            if drawing:
                pieces.append([*current, corner])
            current, drawing = [corner], not drawing
            left = on if drawing else off
        left -= length - done
        current.append((bx, by))
    if drawing and len(current) > 1:
        pieces.append(current)
    return pieces


def joined(shapes: Sequence[Outline]) -> Outlines:
    """Return outlines as the kernels take them."""
    points = np.array([point for shape in shapes for point in shape], np.float32)
    ends = np.array(list(accumulate(len(shape) for shape in shapes)), np.int32)
    return Outlines(points.reshape(-1, 2), ends)
