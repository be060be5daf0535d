"""Noise from integers: the same numbers on every machine and in every version of numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_GOLDEN, _MIX1, _MIX2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = 2**64 - 1


def uniform(seed: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return numbers in [0, 1): SplitMix64 (Steele, Lea, Flood 2014) of seed and position."""
    count = 1
    for size in shape:
        count *= size
    start = (seed * _MIX1 + _GOLDEN) & _WORD
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_GOLDEN) + np.uint64(start)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(_MIX1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(_MIX2)
    z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(11)).astype(np.float64) * 2.0**-53).reshape(shape)


def value_noise(seed: int, side: int, cells: int) -> NDArray[np.float64]:
    """Return smooth noise that tiles: `cells` x `cells` random values, blended over the square."""
    grid = uniform(seed, (cells, cells))
    place = np.arange(side) * (cells / side)
    cell = place.astype(np.int64)
    f = place - cell
    f = f * f * (3.0 - 2.0 * f)
    here, after = cell % cells, (cell + 1) % cells
    rows = grid[here] * (1.0 - f[:, None]) + grid[after] * f[:, None]
    blended: NDArray[np.float64] = rows[:, here] * (1.0 - f) + rows[:, after] * f
    return blended


def cloud(seed: int, side: int, octaves: int, cells: int, keep: float) -> NDArray[np.float64]:
    """Return noise summed over scales, 0 to 1; each octave is twice as fine, `keep` as strong."""
    total = np.zeros((side, side))
    strength = 1.0
    for octave in range(octaves):
        if cells << octave > side:
            break
        total += strength * value_noise(seed * 64 + octave, side, cells << octave)
        strength *= keep
    total -= total.min()
    scaled: NDArray[np.float64] = total / total.max()
    return scaled
