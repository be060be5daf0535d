"""Looks at rendered pictures as a viewer does: nothing here knows the world behind them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.errors import RejectedError
from mirbench.synth.rng import Stream


class View(Protocol):
    """A rendered picture that knows which pixels show which object."""

    def box(self, key: str) -> tuple[int, int, int, int] | None:
        """Return the box tight around the object's pixels: left, top, right, bottom (exclusive)."""

    def visible_pixels(self, key: str) -> int:
        """Return how many pixels show the object."""

    def visible_fraction(self, key: str) -> float:
        """Return the share of the object that nothing hides."""

    def in_frame(self, key: str) -> bool:
        """Tell whether the object shows and touches no border."""

    def mask(self, key: str) -> NDArray[np.bool_]:
        """Return which pixels show the object: bool [height, width]."""

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file."""


class Picture(Protocol):
    """A picture that can be rendered; equal pictures render to equal bytes."""

    def render(self, size: int) -> View:
        """Render it; `size` is the side of a square picture with as many pixels."""


class Eyes:
    """Looks at rendered images as a careful viewer does: where is it, how large is it?

    With `shake` every edge is seen up to one pixel off, as by a viewer who is not that careful.
    """

    def __init__(self, views: Sequence[View], shake: Stream | None = None) -> None:
        self._views = views
        self._shake = shake

    def box(self, image: int, key: str) -> tuple[int, int, int, int]:
        """Return where an object is seen in an image.

        Raises:
            RejectedError: If it cannot be seen.
        """
        box = self._views[image].box(key)
        if box is None:
            raise RejectedError(f"{key} cannot be seen in image {image + 1}")
        x0, y0, x1, y1 = (edge + self._off() for edge in box)
        return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)

    def height(self, image: int, key: str) -> int:
        """Return how tall an object looks, in pixels."""
        _, top, _, bottom = self.box(image, key)
        return bottom - top

    def sees(self, image: int, key: str) -> bool:
        """Tell whether an object shows in an image at all."""
        try:
            return self._views[image].box(key) is not None
        except KeyError:  # nothing of that name is in the scene
            return False

    def count(self, image: int, key: str) -> int:
        """Return how many like things stand side by side, with clear space between them.

        A gap as thin as a string is a string in front of one thing.
        """
        mask = self._views[image].mask(key)
        string = mask.shape[1] // 120
        gaps = [after[0] - before[1] for before, after in pairwise(_runs(mask))]
        return 1 + len([gap for gap in gaps if gap > string])

    def stripe(self, image: int, key: str) -> Fraction:
        """Return the length in pixels of the dashes of a level dashed line.

        Half the usual distance from where one dash begins to where the next one does; dashes that
        something hides in part are left out.
        """
        dashes = _runs(self._views[image].mask(key))
        longest = max((end - start for start, end in dashes), default=0)
        starts = [start for start, end in dashes if end - start >= longest - 2]
        steps = sorted(after - start for start, after in pairwise(starts))
        steps = [step for step in steps if step < 2.5 * longest]
        if not steps:
            raise RejectedError(f"no two dashes of {key} stand free in image {image + 1}")
        return Fraction(sum(steps), 2 * len(steps))

    def _off(self) -> int:
        return self._shake.integer(-1, 1) if self._shake else 0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where unbroken runs of columns that show something begin and end (exclusive)."""
    padded = np.concatenate([[False], np.any(mask, axis=0), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))
