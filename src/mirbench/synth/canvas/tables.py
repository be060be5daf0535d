"""Types that the canvas and its kernels share."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]
Point: TypeAlias = tuple[float, float]


class Outlines(NamedTuple):
    """Closed outlines, one after the other."""

    points: FloatArray
    """[n, 2], in pixels."""
    ends: NDArray[np.int32]
    """[m]: where each outline ends in `points`."""


Real: TypeAlias = Any
"""A float32 scalar inside a kernel."""
