"""Photographs that were worked on afterwards: put out of focus, or given a word in a corner.

Things stay where they are; only the picture changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.canvas import Canvas, kernels, text_width
from mirbench.synth.picture import PixelBox, jpeg_bytes
from mirbench.synth.render import View
from mirbench.synth.shot import Shot

Retouching = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Unfocused:
    """A shot taken out of focus.

    Attributes:
        shot: What is photographed.
        spread: How far a point is spread to either side, as a share of the picture's width.
    """

    shot: Shot
    spread: Fraction

    def render(self, size: int) -> "Retouched":
        """Render it; `size` is the side of a square picture."""
        view = self.shot.render(size)
        reach = round(self.spread * view.camera.width)
        return Retouched(view, partial(_blurred, reach=reach))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A shot with a word in its upper left corner, as panels of a comic have it.

    Attributes:
        shot: What is photographed.
        word: What is written.
    """

    shot: Shot
    word: str

    def render(self, size: int) -> "Retouched":
        """Render it; `size` is the side of a square picture."""
        return Retouched(self.shot.render(size), partial(_labelled, word=self.word))


class Retouched:
    """A view whose picture was worked on; where things are is what it was."""

    def __init__(self, view: View, retouch: Retouching) -> None:
        self.view = view
        self._retouch = retouch

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture as uint8 [height, width, 3]."""
        return self._retouch(self.view.rgb)

    def box(self, key: str) -> PixelBox | None:
        """Return the box tight around the object's pixels, None if it shows nowhere."""
        return self.view.box(key) if key in self.view.scene.index_of else None

    def mask(self, key: str) -> NDArray[np.bool_]:
        """Return which pixels show the object: bool [height, width]."""
        return self.view.mask(key)

    def visible_pixels(self, key: str) -> int:
        """Return how many pixels show the object."""
        return self.view.visible_pixels(key)

    def visible_fraction(self, key: str) -> float:
        """Return the share of the object that nothing hides."""
        return self.view.visible_fraction(key)

    def in_frame(self, key: str) -> bool:
        """Tell whether the object shows and touches no border."""
        return self.view.in_frame(key)

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file."""
        return jpeg_bytes(self.rgb)


def _labelled(rgb: NDArray[np.uint8], *, word: str) -> NDArray[np.uint8]:
    """Write a word on a white label."""
    height, width = rgb.shape[:2]
    canvas = Canvas(width, height)
    canvas.picture(rgb, (0, 0))
    size = height / 13
    left, top = size * 0.6, size * 0.6
    right, bottom = left + text_width(word, size, bold=True) + size, top + 1.6 * size
    canvas.rounded_rectangle(
        left, top, right, bottom, size * 0.4, "#ffffff", stroke="#222222", stroke_width=size / 12
    )
    middle = ((left + right) / 2, (top + bottom) / 2)
    canvas.text(middle, word, "#222222", size, across="middle", upright="middle", bold=True)
    return canvas.rgb


def _blurred(rgb: NDArray[np.uint8], *, reach: int) -> NDArray[np.uint8]:
    """Average over a square, twice: once leaves streaks. Borders are repeated outwards."""
    margin = 2 * reach
    padded = np.pad(rgb, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    height, width = padded.shape[:2]
    box = (0, 0, width, height)
    rows, sums = np.empty((height, width), np.float32), np.empty(width, np.float32)
    for channel in range(3):
        plane = padded[:, :, channel].astype(np.float32)
        for _ in range(2):
            kernels.blur_rows(plane, rows, box, reach)
            kernels.blur_columns(rows, plane, sums, box, reach)
        padded[:, :, channel] = np.rint(plane).astype(np.uint8)
    return padded[margin : height - margin, margin : width - margin]
