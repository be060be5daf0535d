"""JPEG: quality 92, full colour resolution (4:4:4), so that thin coloured things keep their colour."""

from __future__ import annotations

import io

from PIL import Image

from mirbench.synth.render.tables import ByteArray

QUALITY = 92


def jpeg_bytes(rgb: ByteArray) -> bytes:
    """Return the picture as a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()
