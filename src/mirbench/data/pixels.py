"""What an image shows: decoding it right, whatever its file holds."""

import io
import warnings
from typing import TYPE_CHECKING, Final

from mirbench.data.images import BROKEN_IMAGE, IMAGE_FORMATS
from mirbench.errors import ImageError

if TYPE_CHECKING:
    from PIL.Image import Image

BACKGROUND: Final = (255, 255, 255)
"""What stands behind transparent pixels: paper."""


def decode_image(content: bytes, name: str) -> "Image":
    """Decode an image to RGB as a person would see it; see `to_rgb`.

    Raises:
        ImageError: If it is cut off or damaged.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                return to_rgb(image)
    except (*BROKEN_IMAGE, Image.DecompressionBombError) as error:
        raise ImageError(f"image {name!r} does not decode: {error}") from error


def shown_size(content: bytes) -> tuple[int, int]:
    """Return width and height of what `decode_image` gives, by the header; decodes no pixel.

    Raises:
        ImageError: If there is no such header.
    """
    from PIL import ExifTags, Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                width, height = image.size
                is_turned = image.getexif().get(ExifTags.Base.Orientation, 1) >= 5
    except (*BROKEN_IMAGE, Image.DecompressionBombError) as error:
        raise ImageError(f"an image has no header that can be read: {error}") from error
    return (height, width) if is_turned else (width, height)


def to_rgb(image: "Image") -> "Image":
    """Return an image in RGB as a person would see it.

    The first frame of an animation, turned as its EXIF orientation says; palettes looked up;
    transparent pixels on white; 16 bits scaled to 8 (Pillow's own conversion clips them).
    """
    image.load()
    image = _upright(image)
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = _scaled(image)
    if image.mode in ("LA", "La", "PA", "RGBa", "RGBA") or "transparency" in image.info:
        return _on_background(image.convert("RGBA"))
    return image if image.mode == "RGB" else image.convert("RGB")


def _upright(image: "Image") -> "Image":
    """Turn an image as its EXIF orientation says; a copy is made of those alone that have one."""
    from PIL import ExifTags, ImageOps

    turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
    return ImageOps.exif_transpose(image) if turned else image


def _scaled(image: "Image") -> "Image":
    """Bring greys of more than 8 bits down to 8."""
    import numpy as np
    from PIL import Image

    values = np.asarray(image).astype(np.float64)
    top = 65535.0 if image.mode != "F" else 255.0 if values.max(initial=0) > 1 else 1.0
    return Image.fromarray((values.clip(0, top) * (255 / top) + 0.5).astype(np.uint8))


def _on_background(image: "Image") -> "Image":
    from PIL import Image

    result = Image.new("RGB", image.size, BACKGROUND)
    result.paste(image, mask=image.getchannel("A"))
    return result


def thumbnail(content: bytes, side: int) -> bytes | None:
    """Return the `side` x `side` means of an image's grey, row by row; None if it is damaged.

    A JPEG is decoded at an eighth of its size, which takes a fraction of the time.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                return _grey_means(image, side).tobytes()
    except (*BROKEN_IMAGE, Image.DecompressionBombError):
        return None


def _grey_means(image: "Image", side: int) -> "Image":
    from PIL import Image

    drafted = image.draft("L", (4 * side, 4 * side))
    if drafted is None or image.mode != "L":
        return to_rgb(image).convert("L").resize((side, side), Image.Resampling.BILINEAR)
    # The box has the exact size: the last row and column may be fractions of a pixel.
    small = image.resize((side, side), Image.Resampling.BILINEAR, box=drafted[1][:4])
    small.info = image.info
    return _upright(small)
