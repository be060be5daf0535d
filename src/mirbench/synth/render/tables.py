"""What passes from Python to the kernels: named tuples of float32 arrays and scalars."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float32]
IntArray: TypeAlias = NDArray[np.int32]
ByteArray: TypeAlias = NDArray[np.uint8]
BoolArray: TypeAlias = NDArray[np.bool_]
Real: TypeAlias = Any
"""A float32 scalar inside a kernel; numpy's stubs widen float32 arithmetic, so it stays untyped."""
Vector32: TypeAlias = tuple[Real, Real, Real]
Pair32: TypeAlias = tuple[Real, Real]

SPHERE, BOX, FRUSTUM, WEDGE = 0, 1, 2, 3
FAR = np.float32(1e9)
"""The depth where nothing was hit."""
BACKGROUND = np.int32(-1)


SHAPE = np.dtype(
    [
        ("kind", np.int32),
        ("casts", np.int32),
        ("taper", np.float32, (2,)),
        ("to_local", np.float32, (3, 4)),
        ("axes", np.float32, (3, 3)),
        ("centre", np.float32, (3,)),
        ("half", np.float32, (3,)),
        ("bevel", np.float32),
        ("colour", np.float32, (3,)),
        ("gloss", np.float32),
        ("grain", np.float32),
        ("grain_scale", np.float32),
        ("glow", np.float32),
    ]
)
"""One solid. `casts`: does it throw shadows; `taper`: along x and y, its size at z = 1 as a share
of that at z = -1; `to_local`: takes world points to the unit shape; `axes`: the unit shape's own
axes in the world, scaled to its half sizes; `half`: half sizes in metres; `bevel`: how far in
metres a box's edges look rounded."""

Shape: TypeAlias = Any
"""One record of type SHAPE."""
Shapes: TypeAlias = NDArray[np.void]
"""[n] records of type SHAPE: every solid of a scene."""

NUM_DIRECTIONS = 32
LIGHTING = np.dtype(
    [
        ("sun_frame", np.float32, (3, 3)),
        ("spread", np.float32),
        ("sun", np.float32),
        ("ambient", np.float32),
        ("haze", np.float32),
        ("horizon", np.float32, (3,)),
        ("zenith", np.float32, (3,)),
        ("directions", np.float32, (NUM_DIRECTIONS, 3)),
        ("quick_directions", np.float32, (4, NUM_DIRECTIONS // 4, 3)),
    ]
)
"""The sun and the sky. `sun_frame`: two unit vectors across the sun's rays and one towards it;
`spread`: radius of its disc at distance one, and a little more; `haze`: one over the distance in
metres at which things are half lost in the colour of the horizon; `directions`: towards points
spread over the sun's disc; `quick_directions`: the same in four sets of a quarter each, of which
neighbouring pixels use different ones."""

Lighting: TypeAlias = Any
"""One record of type LIGHTING."""


class SceneTables(NamedTuple):
    """What it takes to shade a point of an object."""

    shapes: Shapes
    shaders: IntArray
    """[n, ...]: which shapes may stand between shape i and the sun; see `find_shaders`."""
    sun_boxes: FloatArray
    """[n, 3, 2]: bounds of each shape along the axes of the sun's frame."""
    group_boxes: FloatArray
    """[groups, 3, 2]: bounds of a few shapes together."""
    lighting: Lighting
    grain: FloatArray
    """[side, side]: the mottle of surfaces, 0 to 1; its side is a power of two."""


class GroundTable(NamedTuple):
    """The ground: a tiled texture under a map of how much sun reaches each place."""

    mipmaps: NDArray[np.uint32]
    """[levels, side * side]: square roots of linear colours as bytes 0xBBGGRR; level l uses the
    first (side >> l)**2 entries."""
    side: int
    repeats: np.float32
    """Repeats of the texture to the metre."""
    sunlit: FloatArray
    """[rows, columns]: share of the sun's disc that is seen, at texel centres."""
    left: np.float32
    near: np.float32
    texel: np.float32
