"""Images scaled down to a number of pixels, so that a sample's tokens have a bound."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


def scale_down(
    images: Sequence["Image"],
    shown: Sequence[int],
    max_pixels: int | None,
    max_pixels_of_all: int | None,
) -> list["Image"]:
    """Scale images down: each to its own limit, then all by one factor to the limit of all.

    One factor keeps the images' sizes to one another. An image that is small enough is returned as
    it is; none is ever scaled up.

    Args:
        images: The images of a sample.
        shown: Indices of the images as they are shown; one that is shown twice counts twice.
        max_pixels: Limit of each.
        max_pixels_of_all: Limit of all that are shown.
    """
    areas = [image.width * image.height for image in images]
    capped = [min(area, max_pixels or area) for area in areas]
    total = sum(capped[index] for index in shown)
    share = min(1.0, max_pixels_of_all / total) if max_pixels_of_all and total else 1.0
    factors = [math.sqrt(cap * share / area) for cap, area in zip(capped, areas, strict=True)]
    return [_scaled(image, factor) for image, factor in zip(images, factors, strict=True)]


def _scaled(image: "Image", factor: float) -> "Image":
    if factor >= 1:
        return image
    from PIL.Image import Resampling

    size = (max(1, int(image.width * factor)), max(1, int(image.height * factor)))
    return image.resize(size, Resampling.BICUBIC)
