"""Types that the canvas and its kernels share."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]
Point: TypeAlias = tuple[float, float]
Real: TypeAlias = Any
"""A float32 scalar inside a kernel."""
