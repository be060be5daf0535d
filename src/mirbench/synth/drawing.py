"""2D pictures that know which pixels show what: the canvas's answer to a rendered 3D view."""

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from threading import get_ident
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.canvas import Canvas, Fill, Ink, PixelBox
from mirbench.synth.picture import jpeg_bytes
from mirbench.synth.render.view import boxes_and_counts

Paint = Callable[[Canvas, Ink], PixelBox]
"""Paints one thing on a canvas in an ink."""

_HALF: Final = 127
"""A pixel shows a thing if more of it than this, of 255, is covered."""


class Drawing:
    """Things drawn one over the other under names; it is a `View` of what was drawn.

    Like a rendered view, it knows at once where things are, and is painted only when it is looked
    at. What is drawn without a name (titles, grids, legends) hides nothing.
    """

    def __init__(self, width: int, height: int, background: Ink) -> None:
        self.width, self.height = width, height
        self.owner = np.full((height, width), -1, np.int32)
        """int32 [height, width]: number of the thing that shows, -1 for none."""
        self._background = background
        self._numbers: dict[str, int] = {}
        self._areas: list[int] = []
        self._acts: list[Callable[[Canvas], object]] = []

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """The picture as uint8 [height, width, 3]."""
        canvas = Canvas(self.width, self.height, self._background)
        for act in self._acts:
            act(canvas)
        return canvas.rgb

    def decorate(self, act: Callable[[Canvas], object]) -> None:
        """Draw something that has no name."""
        self._acts.append(act)

    def rectangle(self, key: str, box: Sequence[int], fill: Fill) -> None:
        """Draw a thing that fills whole pixels: left, top, right, bottom (exclusive)."""
        x0, y0, x1, y1 = box
        self.decorate(lambda canvas: canvas.rectangle(x0, y0, x1, y1, fill))
        self._own(key, PixelBox(x0, y0, x1, y1), np.ones((y1 - y0, x1 - x0), np.bool_))

    def shape(self, key: str, paint: Paint, ink: Ink) -> None:
        """Draw a thing of any shape."""
        self.decorate(lambda canvas: paint(canvas, ink))
        stencil = _stencil(self.width, self.height, get_ident())
        x0, y0, x1, y1 = box = paint(stencil, "#ffffff")
        covered = stencil.rgb[y0:y1, x0:x1, 0] > _HALF
        stencil.rectangle(x0, y0, x1, y1, "#000000")
        self._own(key, box, covered)

    def inscribe(self, key: str, text: str) -> None:
        """Say what is written on a thing: it can then be seen as `key: text` too."""
        self._numbers[f"{key}: {text}"] = self._numbers[key]

    def _own(self, key: str, box: PixelBox, covered: NDArray[np.bool_]) -> None:
        if key not in self._numbers:
            self._numbers[key] = len(self._areas)
            self._areas.append(0)
        number = self._numbers[key]
        self.owner[box.y0 : box.y1, box.x0 : box.x1][covered] = number
        self._areas[number] += int(np.count_nonzero(covered))

    @cached_property
    def _measured(self) -> tuple[list[PixelBox | None], list[int]]:
        """Box and number of pixels of each thing; looked at only when all is drawn."""
        return boxes_and_counts(self.owner, len(self._areas))

    def mask(self, key: str) -> NDArray[np.bool_]:
        """Return which pixels show a thing: bool [height, width]."""
        shown: NDArray[np.bool_] = self.owner == self._numbers.get(key, -2)
        return shown

    def box(self, key: str) -> PixelBox | None:
        """Return the box tight around the pixels that show a thing; None if none does."""
        return self._measured[0][self._numbers[key]] if key in self._numbers else None

    def visible_pixels(self, key: str) -> int:
        """Return how many pixels show a thing."""
        return self._measured[1][self._numbers[key]] if key in self._numbers else 0

    def visible_fraction(self, key: str) -> float:
        """Return the share of a thing that nothing drawn later hides."""
        seen = self.visible_pixels(key)
        return seen / self._areas[self._numbers[key]] if seen else 0.0

    def in_frame(self, key: str) -> bool:
        """Tell whether a thing shows and touches no border."""
        box = self.box(key)
        if box is None:
            return False
        return box.x0 > 0 and box.y0 > 0 and box.x1 < self.width and box.y1 < self.height

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file."""
        return jpeg_bytes(self.rgb)


@lru_cache(maxsize=8)
def _stencil(width: int, height: int, thread: int) -> Canvas:
    """Return a black canvas to try shapes on; whoever draws on it makes it black again."""
    return Canvas(width, height, "#000000")
