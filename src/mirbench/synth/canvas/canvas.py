"""A picture that one draws on: shapes, lines, text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.canvas import kernels, outlines
from mirbench.synth.canvas.inks import (
    Fill,
    Ink,
    LinearGradient,
    Look,
    RadialGradient,
    Shadow,
    rgb_of,
)
from mirbench.synth.canvas.outlines import Outline
from mirbench.synth.canvas.tables import Box, FloatArray, Outlines, Point
from mirbench.synth.canvas.text import font, line_of
from mirbench.synth.picture import PixelBox, jpeg_bytes

if TYPE_CHECKING:
    from typing_extensions import Unpack

Across = Literal["left", "middle", "right"]
Upright = Literal["top", "middle", "baseline"]

_FURTHEST = 1e6
"""Coordinates beyond this many pixels are refused: they would take for ever to fill."""
_GRID = np.float32(4096)
"""Corners are rounded to this fraction of a pixel: an edge of next to no height has no slope."""


class Canvas:
    """A picture of `width` x `height` pixels; (0, 0) is its upper left corner, y points down.

    Every drawing method returns the box of the pixels that it touched, without the shadow, so that
    whoever draws knows where things are.
    """

    def __init__(self, width: int, height: int, background: Ink = (1.0, 1.0, 1.0)) -> None:
        self.width = width
        self.height = height
        self._image = np.empty((height, width, 3), np.float32)
        self._image[0] = rgb_of(background)
        self._image[1:] = self._image[0]  # far faster than a pixel at a time
        self._area = np.zeros((height, width + 2), np.float32)
        self._mask = np.empty((height, width), np.float32)
        self._blurred = np.empty((height, width), np.float32)
        self._sums = np.empty(width, np.float32)

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture as uint8 [height, width, 3]."""
        rgb = np.empty((self.height, self.width, 3), np.uint8)
        kernels.to_bytes(self._image, rgb)
        return rgb

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file: the same bytes for the same drawing, everywhere."""
        return jpeg_bytes(self.rgb)

    def polygon(
        self,
        points: Sequence[Point],
        fill: Fill | None,
        *,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw a closed shape: filled, stroked along its edge, or both.

        Raises:
            ValueError: If nothing of it lies on the canvas.
        """
        shape = list(points)
        box = None
        if fill is not None:
            if shadow is not None:
                self._cast(shape, shadow)
            box = self._fill(outlines.joined([shape]), fill, opacity)
        if stroke is not None:
            edge = outlines.stroke(shape, stroke_width, closed=True)
            box = self._fill(outlines.joined(edge), stroke, opacity)
        if box is None:
            raise ValueError("polygon: neither a fill nor a stroke was given")
        return box

    def rectangle(
        self, x0: float, y0: float, x1: float, y1: float, fill: Fill | None, **look: Unpack[Look]
    ) -> PixelBox:
        """Draw a rectangle."""
        return self.polygon(outlines.rectangle(x0, y0, x1, y1), fill, **look)

    def rounded_rectangle(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        radius: float,
        fill: Fill | None,
        **look: Unpack[Look],
    ) -> PixelBox:
        """Draw a rectangle with round corners."""
        return self.polygon(outlines.rounded_rectangle(x0, y0, x1, y1, radius), fill, **look)

    def circle(
        self, centre: Point, radius: float, fill: Fill | None, **look: Unpack[Look]
    ) -> PixelBox:
        """Draw a disc."""
        return self.ellipse(centre, (radius, radius), fill, **look)

    def ellipse(
        self, centre: Point, radii: Point, fill: Fill | None, **look: Unpack[Look]
    ) -> PixelBox:
        """Draw an ellipse with upright axes."""
        return self.polygon(outlines.ellipse(centre, radii), fill, **look)

    def sector(
        self,
        centre: Point,
        radius: float,
        start: float,
        end: float,
        fill: Fill | None,
        *,
        inner: float = 0.0,
        **look: Unpack[Look],
    ) -> PixelBox:
        """Draw a slice of a pie, or with `inner` of a ring; degrees clockwise from 3 o'clock."""
        return self.polygon(outlines.sector(centre, radius, start, end, inner), fill, **look)

    def line(self, start: Point, end: Point, ink: Ink, width: float = 1.0) -> PixelBox:
        """Draw a straight line."""
        return self.polyline([start, end], ink, width)

    def polyline(
        self,
        points: Sequence[Point],
        ink: Ink,
        width: float = 1.0,
        *,
        dash: tuple[float, float] | None = None,
        opacity: float = 1.0,
    ) -> PixelBox:
        """Draw a line through points, its joints round; `dash` gives lengths drawn and left out."""
        pieces = [list(points)] if dash is None else outlines.dashes(points, *dash)
        drawn = [
            outline for piece in pieces for outline in outlines.stroke(piece, width, closed=False)
        ]
        return self._fill(outlines.joined(drawn), ink, opacity)

    def text(
        self,
        position: Point,
        text: str,
        ink: Ink = "black",
        size: float = 14.0,
        *,
        across: Across = "left",
        upright: Upright = "baseline",
        bold: bool = False,
        turned: bool = False,
    ) -> PixelBox:
        """Write a line of text and return the box of its ink.

        `across` and `upright` say which point of the line stands at `position`; "top" and "middle"
        are those of a capital letter. `turned` writes upwards, as beside a vertical axis.

        Raises:
            ValueError: If the font lacks a character, or there is nothing to see.
        """
        line = line_of(text, size, bold)
        capital = font(bold).capital * size
        dx = {"left": 0.0, "middle": -line.width / 2.0, "right": -line.width}[across]
        dy = {"baseline": 0.0, "middle": capital / 2.0, "top": capital}[upright]
        if not line.ends:
            raise ValueError(f"text {text!r}: nothing in it can be seen")
        points = line.points + np.array((dx, dy))
        if turned:
            points = np.stack((points[:, 1], -points[:, 0]), axis=1)
        placed = (points + np.array(position)).astype(np.float32)
        return self._fill(Outlines(placed, np.array(line.ends, np.int32)), ink, 1.0)

    def picture(self, rgb: NDArray[np.uint8], position: tuple[int, int]) -> PixelBox:
        """Put another picture here, its upper left corner at `position`.

        Raises:
            ValueError: If it does not fit on the canvas.
        """
        (x, y), (height, width) = position, rgb.shape[:2]
        if not (0 <= x <= self.width - width and 0 <= y <= self.height - height):
            raise ValueError(
                f"picture of {width} x {height} at {position}: it leaves the canvas of "
                f"{self.width} x {self.height}"
            )
        self._image[y : y + height, x : x + width] = rgb.astype(np.float32) / np.float32(255)
        return PixelBox(x, y, x + width, y + height)

    def _fill(self, shapes: Outlines, fill: Fill, opacity: float) -> PixelBox:
        box = self._box_of(shapes, 0)
        if box is None:
            raise ValueError(f"shape: it lies outside the canvas of {self.width} x {self.height}")
        image, mask, strength = self._image, self._covered(shapes, box), np.float32(opacity)
        if isinstance(fill, LinearGradient):
            line = np.array((fill.start, fill.end), np.float32)
            kernels.blend_linear(image, mask, box, _colours(fill.inks), line, strength)
        elif isinstance(fill, RadialGradient):
            centre, radius = np.array(fill.centre, np.float32), np.float32(fill.radius)
            kernels.blend_radial(image, mask, box, _colours(fill.inks), centre, radius, strength)
        else:
            kernels.blend(image, mask, box, np.array(rgb_of(fill), np.float32), strength)
        return PixelBox(*box)

    def _cast(self, shape: Outline, shadow: Shadow) -> None:
        """Darken what lies under a shape's shadow: its mask, shifted and blurred twice."""
        dx, dy = shadow.offset
        shifted = outlines.joined([[(x + dx, y + dy) for x, y in shape]])
        box = self._box_of(shifted, 2 * shadow.blur)
        if box is None:
            return
        mask = self._covered(shifted, box)
        for _ in range(2):
            kernels.blur_rows(mask, self._blurred, box, shadow.blur)
            kernels.blur_columns(self._blurred, mask, self._sums, box, shadow.blur)
        black = np.zeros(3, np.float32)
        kernels.blend(self._image, mask, box, black, np.float32(shadow.opacity))

    def _box_of(self, shapes: Outlines, margin: int) -> Box | None:
        """Return the box of the pixels that shapes touch, `margin` wider, None if off the canvas.

        Raises:
            ValueError: If a coordinate is no number, or so large that filling would not end.
        """
        largest = float(np.abs(shapes.points).max())
        if not largest < _FURTHEST:
            raise ValueError(f"shape: expected coordinates under {_FURTHEST:.0f}, found {largest}")
        left, top = (float(v) for v in shapes.points.min(axis=0))
        right, bottom = (float(v) for v in shapes.points.max(axis=0))
        x0, y0 = max(0, math.floor(left) - margin), max(0, math.floor(top) - margin)
        x1 = min(self.width, math.ceil(right) + margin)
        y1 = min(self.height, math.ceil(bottom) + margin)
        return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    def _covered(self, shapes: Outlines, box: Box) -> FloatArray:
        """Return the mask, right inside `box`: the share of each pixel that the shapes cover."""
        snapped = np.rint(shapes.points * _GRID) / _GRID
        kernels.add_outlines(self._area, shapes._replace(points=snapped))
        kernels.take_coverage(self._area, self._mask, box)
        return self._mask


def _colours(inks: tuple[Ink, Ink]) -> NDArray[np.float32]:
    return np.array([rgb_of(inks[0]), rgb_of(inks[1])], np.float32)
