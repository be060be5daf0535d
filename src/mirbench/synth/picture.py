"""What 3D views and 2D canvases share: pixel boxes and JPEG files."""

from __future__ import annotations

import io
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

QUALITY = 92


class PixelBox(NamedTuple):
    """A box in pixels, x1 and y1 exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int


def jpeg_bytes(rgb: NDArray[np.uint8]) -> bytes:
    """Return a picture as a JPEG file in full colour resolution (4:4:4).

    Half the colour resolution, which is the default elsewhere, blurs thin coloured things.
    """
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()
