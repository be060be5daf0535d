"""From linear light to bytes."""

from __future__ import annotations

import math

import numpy as np

from mirbench.synth._jit import kernel
from mirbench.synth.render.kernels_geometry import ONE, ZERO, F
from mirbench.synth.render.tables import ByteArray, FloatArray

EXPOSURE = F(0.8)


@kernel
def tonemap(image: FloatArray, rgb: ByteArray) -> None:
    """Compress light with the ACES curve (Narkowicz 2015), then gamma 2, which is a square root."""
    light, out = image.reshape(image.size), rgb.reshape(rgb.size)
    for k in range(light.size):
        x = max(light[k] * EXPOSURE, ZERO)
        y = x * (F(2.51) * x + F(0.03)) / (x * (F(2.43) * x + F(0.59)) + F(0.14))
        out[k] = np.uint8(np.int32(math.sqrt(min(y, ONE)) * F(255) + F(0.5)))
