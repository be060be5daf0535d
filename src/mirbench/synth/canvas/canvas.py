"""A picture that one draws on: shapes, lines, text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.canvas import kernels, outlines
from mirbench.synth.canvas.inks import (
    Fill,
    Ink,
    LinearGradient,
    RadialGradient,
    Shadow,
    rgb_of,
)
from mirbench.synth.canvas.outlines import Outline
from mirbench.synth.canvas.tables import Box, Point
from mirbench.synth.canvas.text import font, line_of
from mirbench.synth.picture import PixelBox, jpeg_bytes

Across = Literal["left", "middle", "right"]
Upright = Literal["top", "middle", "baseline"]

_FURTHEST = 1e6
"""Coordinates beyond this many pixels are refused: they would take for ever to fill."""


class Canvas:
    """A picture of `width` x `height` pixels; (0, 0) is its upper left corner, y points down.

    Every drawing method returns the box of the pixels that it touched, without the shadow, so that
    whoever draws knows where things are.
    """

    def __init__(self, width: int, height: int, background: Ink = (1.0, 1.0, 1.0)) -> None:
        self.width = width
        self.height = height
        self._image = np.empty((height, width, 3), np.float32)
        self._image[:] = rgb_of(background)
        self._area = np.zeros((height, width + 2), np.float32)
        self._mask = np.zeros((height, width), np.float32)
        self._blurred = np.zeros((height, width), np.float32)
        self._sums = np.zeros(width, np.float32)

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
            box = self._fill([shape], fill, opacity)
        if stroke is not None:
            edge = outlines.stroke(shape, stroke_width, closed=True)
            box = self._fill(edge, stroke, opacity)
        if box is None:
            raise ValueError("polygon: neither a fill nor a stroke was given")
        return box

    def rectangle(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        fill: Fill | None,
        *,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw a rectangle."""
        return self.polygon(
            outlines.rectangle(x0, y0, x1, y1), fill, stroke=stroke, stroke_width=stroke_width,
            opacity=opacity, shadow=shadow,
        )

    def rounded_rectangle(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        radius: float,
        fill: Fill | None,
        *,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw a rectangle with round corners."""
        return self.polygon(
            outlines.rounded_rectangle(x0, y0, x1, y1, radius), fill, stroke=stroke,
            stroke_width=stroke_width, opacity=opacity, shadow=shadow,
        )

    def circle(
        self,
        centre: Point,
        radius: float,
        fill: Fill | None,
        *,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw a disc."""
        return self.ellipse(
            centre, (radius, radius), fill, stroke=stroke, stroke_width=stroke_width,
            opacity=opacity, shadow=shadow,
        )

    def ellipse(
        self,
        centre: Point,
        radii: Point,
        fill: Fill | None,
        *,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw an ellipse with upright axes."""
        return self.polygon(
            outlines.ellipse(centre, radii), fill, stroke=stroke, stroke_width=stroke_width,
            opacity=opacity, shadow=shadow,
        )

    def sector(
        self,
        centre: Point,
        radius: float,
        start: float,
        end: float,
        fill: Fill | None,
        *,
        inner: float = 0.0,
        stroke: Ink | None = None,
        stroke_width: float = 1.0,
        opacity: float = 1.0,
        shadow: Shadow | None = None,
    ) -> PixelBox:
        """Draw a slice of a pie, or with `inner` of a ring; degrees clockwise from 3 o'clock."""
        return self.polygon(
            outlines.sector(centre, radius, start, end, inner), fill, stroke=stroke,
            stroke_width=stroke_width, opacity=opacity, shadow=shadow,
        )

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
        """Draw a line through points, with round joints; `dash` gives lengths drawn and left out."""
        pieces = [list(points)] if dash is None else outlines.dashes(points, *dash)
        drawn = [
            outline for piece in pieces for outline in outlines.stroke(piece, width, closed=False)
        ]
        return self._fill(drawn, ink, opacity)

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
        x0, y0 = position
        if turned:
            placed = [
                [(x0 + y + dy, y0 - x - dx) for x, y in outline] for outline in line.outlines
            ]
        else:
            placed = [
                [(x0 + x + dx, y0 + y + dy) for x, y in outline] for outline in line.outlines
            ]
        if not placed:
            raise ValueError(f"text {text!r}: nothing in it can be seen")
        return self._fill(placed, ink, 1.0)

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

    def _fill(self, shapes: list[Outline], fill: Fill, opacity: float) -> PixelBox:
        box = self._cover(shapes)
        strength = np.float32(opacity)
        if isinstance(fill, LinearGradient):
            line = np.array((fill.start, fill.end), np.float32)
            kernels.blend_linear(self._image, self._mask, box, _colours(fill.inks), line, strength)
        elif isinstance(fill, RadialGradient):
            centre, radius = np.array(fill.centre, np.float32), np.float32(fill.radius)
            kernels.blend_radial(
                self._image, self._mask, box, _colours(fill.inks), centre, radius, strength
            )
        else:
            colour = np.array(rgb_of(fill), np.float32)
            kernels.blend(self._image, self._mask, box, colour, strength)
        return PixelBox(*box)

    def _cast(self, shape: Outline, shadow: Shadow) -> None:
        """Darken what lies under a shape's shadow: its mask, shifted and blurred twice."""
        dx, dy = shadow.offset
        box = self._cover([[(x + dx, y + dy) for x, y in shape]], 2 * shadow.blur)
        for _ in range(2):
            kernels.blur_rows(self._mask, self._blurred, box, shadow.blur)
            kernels.blur_columns(self._blurred, self._mask, self._sums, box, shadow.blur)
        black = np.zeros(3, np.float32)
        kernels.blend(self._image, self._mask, box, black, np.float32(shadow.opacity))

    def _cover(self, shapes: list[Outline], margin: int = 0) -> Box:
        """Fill the mask with the share of each pixel that the shapes cover, in the box returned."""
        left, top, right, bottom = outlines.bounds(shapes)
        if not max(-left, -top, right, bottom) < _FURTHEST:
            raise ValueError(f"shape: coordinates from {(left, top)} to {(right, bottom)}")
        box = (
            max(0, math.floor(left) - margin),
            max(0, math.floor(top) - margin),
            min(self.width, math.ceil(right) + margin),
            min(self.height, math.ceil(bottom) + margin),
        )
        if box[2] <= box[0] or box[3] <= box[1]:
            raise ValueError(
                f"shape from {(left, top)} to {(right, bottom)} lies outside the canvas of "
                f"{self.width} x {self.height}"
            )
        for shape in shapes:
            kernels.add_contour(self._area, np.array(shape, np.float32))
        kernels.take_coverage(self._area, self._mask, box)
        return box


def _colours(inks: tuple[Ink, Ink]) -> NDArray[np.float32]:
    return np.array([rgb_of(inks[0]), rgb_of(inks[1])], np.float32)
