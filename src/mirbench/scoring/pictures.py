"""The images of a report: each different one once, as it is or small enough for all to fit."""

import base64
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, NamedTuple

from markupsafe import Markup
from PIL import Image, ImageOps

from mirbench.data.images import IMAGE_FORMATS, check_image
from mirbench.errors import ImageError

MAX_BYTES: Final = 120 * 2**20
"""Of all images of a page; as text in the page they are a third larger."""

_BROWSER_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_NUM_PROBES: Final = 24
_WORKERS: Final = 4
"""Threads that decode: Pillow lets go of the interpreter while it works."""

_BLOCK: Final = Markup(
    '<script type="text/plain" class="image" data-type="{}" data-width="{}" data-height="{}">{}'
    "</script>"
)

Read = Callable[[str], bytes]


class Preview(NamedTuple):
    """How much smaller images are made.

    Attributes:
        side: The longer side in pixels.
        quality: Of the WebP.
    """

    side: int
    quality: int


PREVIEWS: Final = tuple(
    Preview(*each) for each in ((384, 75), (256, 70), (192, 65), (128, 60), (96, 50), (64, 40))
)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the page.

    Attributes:
        mime: Its type.
        content: Its bytes.
        shown: Width and height as it is embedded.
        size: Width and height of the original.
    """

    mime: str
    content: bytes
    shown: tuple[int, int]
    size: tuple[int, int]

    def block(self) -> Markup:
        """Return the inert block that holds it."""
        return _BLOCK.format(self.mime, *self.shown, base64.b64encode(self.content).decode())


def choose_preview(read: Read, names: Sequence[str], num_bytes: int, limit: int) -> Preview | None:
    """Return how small images have to be so that all of them fit; None keeps them as they are.

    A few of them, spread evenly, are made small to find out.
    """
    if num_bytes <= limit:
        return None
    probes = names[:: max(1, len(names) // _NUM_PROBES)][:_NUM_PROBES]
    for preview in PREVIEWS[:-1]:
        made = [one for one in (picture(read, name, preview) for name in probes) if one]
        mean = sum(len(one.content) for one in made) / max(1, len(made))
        if mean * len(names) <= limit:
            return preview
    return PREVIEWS[-1]


def pictures(read: Read, names: Sequence[str], preview: Preview | None) -> Iterator[Picture | None]:
    """Yield each image in order; None for one that cannot be read. A few are made ahead."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        ahead: deque[Future[Picture | None]] = deque()
        for name in names:
            ahead.append(pool.submit(picture, read, name, preview))
            if len(ahead) > 2 * _WORKERS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def picture(read: Read, name: str, preview: Preview | None) -> Picture | None:
    """Read one image and make it small if need be; None if it cannot be read."""
    try:
        content = read(name)
        check_image(content, name)
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            size = image.size
            if preview is None and image.format in _BROWSER_FORMATS:
                return Picture(Image.MIME[image.format], content, size, size)
            return _small(image, preview or PREVIEWS[0], size)
    except (ImageError, OSError, ValueError):  # decoding may find what the header hid
        return None


def _small(image: Image.Image, preview: Preview, size: tuple[int, int]) -> Picture:
    box = (preview.side, preview.side)
    image.draft("RGB", box)  # lets a JPEG decode at a fraction of its size
    small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail(box)
    file = io.BytesIO()
    small.save(file, "WEBP", quality=preview.quality, method=2)
    return Picture("image/webp", file.getvalue(), small.size, size)
