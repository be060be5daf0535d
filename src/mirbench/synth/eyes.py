"""Looks at rendered pictures as a viewer does: nothing here knows the world behind them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple, Protocol
from weakref import WeakKeyDictionary

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


class Shaking:
    """How many pixels off edge after edge is seen: up to `reach`, kept for all who look so."""

    def __init__(self, stream: Stream, reach: int = 1) -> None:
        self._stream = stream
        self._reach = reach
        self._known: list[int] = []

    def of_edges(self, start: int, end: int) -> list[int]:
        """Return them for the edges from `start` to `end` - 1, counted as they are looked at."""
        while len(self._known) < end:
            self._known.append(self._stream.integer(-self._reach, self._reach))
        return self._known[start:end]


class Eyes:
    """Looks at rendered images as a careful viewer does: where is it, how large is it?

    With `shaking` every edge is seen some pixels off, as by a less careful viewer.
    """

    def __init__(self, views: Sequence[View], shaking: Shaking | None = None) -> None:
        self._views = views
        self._shaking = shaking
        self._num_edges = 0

    def box(self, image: int, key: str) -> tuple[int, int, int, int]:
        """Return where an object is seen in an image.

        Raises:
            RejectedError: If it cannot be seen.
        """
        left, top, right, bottom = self._box(image, key)
        if self._shaking is None:
            return left, top, right, bottom
        off = self._off(4)
        x0, y0, x1, y1 = left + off[0], top + off[1], right + off[2], bottom + off[3]
        return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)

    def height(self, image: int, key: str) -> int:
        """Return how tall an object looks, in pixels."""
        _, top, _, bottom = self.box(image, key)
        return bottom - top

    def ends(self, image: int, key: str) -> tuple[int, int]:
        """Return how far down something that runs across begins on the left, ends on the right."""
        box = self._box(image, key)
        rows, off = _ends(self._views[image], key, box), self._off(2)
        return rows[0] + off[0], rows[1] + off[1]

    def sees(self, image: int, key: str) -> bool:
        """Tell whether an object shows in an image at all."""
        return self._seen(image, key) is not None

    def count(self, image: int, key: str) -> int:
        """Return how many like things stand side by side, with clear space between them.

        A gap as thin as a string is a string in front of one thing.
        """
        width, runs = _runs(self._views[image], key)
        string = width // 120
        gaps = [after[0] - before[1] for before, after in pairwise(runs)]
        return 1 + len([gap for gap in gaps if gap > string])

    def stripe(self, image: int, key: str) -> Fraction:
        """Return the length in pixels of the dashes of a level dashed line.

        Half the usual distance from where one dash begins to where the next one does; dashes that
        something hides in part are left out.
        """
        dashes = _runs(self._views[image], key).runs
        longest = max((end - start for start, end in dashes), default=0)
        starts = [start for start, end in dashes if end - start >= longest - 2]
        steps = sorted(after - start for start, after in pairwise(starts))
        steps = [step for step in steps if step < 2.5 * longest]
        if not steps:
            raise RejectedError(f"no two dashes of {key} stand free in image {image + 1}")
        return Fraction(sum(steps), 2 * len(steps))

    def _off(self, num_edges: int) -> Sequence[int]:
        """Return how many pixels off the next edges are seen."""
        if self._shaking is None:
            return (0,) * num_edges
        start = self._num_edges
        self._num_edges += num_edges
        return self._shaking.of_edges(start, self._num_edges)

    def _box(self, image: int, key: str) -> tuple[int, int, int, int]:
        box = self._seen(image, key)
        if box is None:
            raise RejectedError(f"{key} cannot be seen in image {image + 1}")
        return box

    def _seen(self, image: int, key: str) -> tuple[int, int, int, int] | None:
        try:
            return self._views[image].box(key)
        except KeyError:  # nothing of that name is in the scene
            return None


class _Runs(NamedTuple):
    """Where unbroken runs of columns that show something begin and end (exclusive)."""

    width: int
    runs: list[tuple[int, int]]


def _runs(view: View, key: str) -> _Runs:
    """Return the runs of a thing in a view; counted once, however many look."""
    known = _RUNS_SEEN.setdefault(view, {})
    if key not in known:
        mask = view.mask(key)
        padded = np.concatenate([[False], np.any(mask, axis=0), [False]])
        edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
        known[key] = _Runs(mask.shape[1], list(zip(edges[::2], edges[1::2], strict=True)))
    return known[key]


def _ends(view: View, key: str, box: tuple[int, int, int, int]) -> tuple[int, int]:
    """Return the rows of both ends of a thing in a view; found once, however many look."""
    known = _ENDS_SEEN.setdefault(view, {})
    if key not in known:
        x0, _, x1, _ = box
        mask = view.mask(key)
        sides = (np.flatnonzero(mask[:, column]) for column in (x0, x1 - 1))
        left, right = (int(rows[0] + rows[-1]) // 2 for rows in sides)
        known[key] = left, right
    return known[key]


_ENDS_SEEN: Final[WeakKeyDictionary[View, dict[str, tuple[int, int]]]] = WeakKeyDictionary()
_RUNS_SEEN: Final[WeakKeyDictionary[View, dict[str, _Runs]]] = WeakKeyDictionary()
