"""Images scaled down to a number of pixels, so that a sample's tokens have a bound."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


Size = tuple[int, int]
"""Width and height."""


def scale_down(
    images: Sequence["Image"],
    shown: Sequence[int],
    max_pixels: int | None,
    max_pixels_of_all: int | None,
) -> list["Image"]:
    """Scale images down to `scaled_sizes`; an image that is small enough is returned as it is.

    Args:
        images: The images of a sample.
        shown: Indices of the images as they are shown; one that is shown twice counts twice.
        max_pixels: Limit of each.
        max_pixels_of_all: Limit of all that are shown.
    """
    sizes = scaled_sizes([image.size for image in images], shown, max_pixels, max_pixels_of_all)
    return [_scaled(image, size) for image, size in zip(images, sizes, strict=True)]


def scaled_sizes(
    sizes: Sequence[Size],
    shown: Sequence[int],
    max_pixels: int | None,
    max_pixels_of_all: int | None,
) -> list[Size]:
    """Scale sizes down: each to its own limit, then all by one factor to the limit of all.

    One factor keeps the images' sizes to one another; none is ever scaled up. For the arguments
    see `scale_down`.
    """
    areas = [width * height for width, height in sizes]
    capped = [min(area, max_pixels or area) for area in areas]
    total = sum(capped[index] for index in shown)
    share = min(1.0, max_pixels_of_all / total) if max_pixels_of_all and total else 1.0
    factors = [math.sqrt(cap * share / area) for cap, area in zip(capped, areas, strict=True)]
    return [
        size if factor >= 1 else (max(1, int(size[0] * factor)), max(1, int(size[1] * factor)))
        for size, factor in zip(sizes, factors, strict=True)
    ]


def _scaled(image: "Image", size: Size) -> "Image":
    if size == image.size:
        return image
    from PIL.Image import Resampling

    return image.resize(size, Resampling.BICUBIC)
