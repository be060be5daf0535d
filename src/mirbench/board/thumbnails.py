"""Small copies of a release's images, as files; one that is there is not made again."""

import io
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from PIL import Image

from mirbench.data.images import BROKEN_IMAGE, IMAGE_FORMATS, ContentKey, check_image
from mirbench.data.pixels import to_rgb
from mirbench.data.release import Release
from mirbench.errors import ImageError

SIDE: Final = 320
QUALITY: Final = 80
_log: Final = logging.getLogger(__name__)
_WAITING: Final = 64
"""Images in memory on their way to a thumbnail."""


class Thumbnail(NamedTuple):
    """A thumbnail: its file, and its width and height; no file where the image is damaged."""

    file: str
    width: int
    height: int


class Thumbnails:
    """Makes the thumbnails of a release's images, several at once."""

    def __init__(self, release: Release, folder: Path) -> None:
        """Take the release and the folder to write to."""
        self._images = release.images
        self._folder = folder
        self._made: dict[str, Thumbnail] = {}
        self._file_of: dict[ContentKey, Thumbnail] = {}
        self._pool = ThreadPoolExecutor()  # Pillow decodes and encodes without Python's lock
        self._waiting: list[Future[None]] = []

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._wait(0)
        self._pool.shutdown()

    @property
    def names(self) -> set[str]:
        """The files of all thumbnails that were asked for."""
        return {made.file for made in self._made.values() if made.file}

    def make(self, name: str) -> Thumbnail:
        """Return the thumbnail of an image; its file is there when the pool is closed."""
        if name not in self._made:
            # The content's checksum and size name the file: an image that the data itself takes
            # for the same is the same here, and one that is there already need not be read.
            key = self._images.content_key(name)
            if key not in self._file_of:
                path = self._folder / f"{key.crc32:08x}-{key.size}.jpg"
                self._file_of[key] = self._make(name, path)
            self._made[name] = self._file_of[key]
        return self._made[name]

    def _make(self, name: str, path: Path) -> Thumbnail:
        try:
            if path.exists():
                with Image.open(path) as made:
                    return Thumbnail(path.name, *made.size)
            content = self._images.read(name)
            check_image(content, name)
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                width, height = _fitted(image)
        except (ImageError, *BROKEN_IMAGE):
            return Thumbnail("", 4, 3)
        self._wait(_WAITING)
        self._waiting.append(self._pool.submit(_shrink, content, path, (width, height)))
        return Thumbnail(path.name, width, height)

    def _wait(self, most: int) -> None:
        while len(self._waiting) > most:
            self._waiting.pop(0).result()


def _fitted(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    if image.getexif().get(0x0112, 1) >= 5:  # stored lying on its side
        width, height = height, width
    scale = min(1.0, SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _shrink(content: bytes, path: Path, size: tuple[int, int]) -> None:
    """Write a thumbnail; the page says where one is missing because its image is damaged."""
    try:
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            image.draft("RGB", (2 * SIDE, 2 * SIDE))  # lets a JPEG decode at a part of its size
            small = to_rgb(image).resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    except BROKEN_IMAGE as error:
        _log.warning("%s: no thumbnail: %s", path.name, error)
        return
    draft = path.with_name(f".{path.name}.tmp")
    small.save(draft, "JPEG", quality=QUALITY)
    draft.replace(path)
