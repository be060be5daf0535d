"""The images of a release: found by name, read as the bytes they are, never decoded.

An image store answers three questions about a name: which entry it means, what identifies its
content, and what its bytes are. Entries are read in place and nothing is ever unpacked, so a
hostile archive has no path to climb along; sizes are bounded before anything is read.
"""

import io
import os
import stat
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, NamedTuple, Protocol

from mirbench.errors import ImageError, SourceError

MAX_IMAGE_BYTES: Final = 64 * 2**20
MAX_PIXELS: Final = 178_956_970
"""Pillow's own limit against decompression bombs: twice its warning limit of a quarter GiB."""

IMAGE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


class ContentKey(NamedTuple):
    """What identifies an image's content without decoding it: two equal images have equal keys.

    A zip lists both numbers in its directory, so no image is read to compare them. Two different
    images can share a key by chance (once in billions of pairs); where keys are used, that
    merely keeps two questions in the same partition.
    """

    crc32: int
    size: int


class ImageStore(Protocol):
    """Where the images of a release are."""

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means.

        Raises:
            ImageError: If there is no such image, or several could be meant.
        """

    def content_key(self, entry: str) -> ContentKey:
        """Return what identifies the content of an entry."""

    def read(self, entry: str) -> bytes:
        """Return the bytes of an entry, unchanged.

        Raises:
            ImageError: If they are damaged or too many.
        """

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""


class _Names:
    """Finds entries by the paths that records use, whatever folders stand above them."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries = frozenset(entries)
        self._by_basename: dict[str, list[str]] = {}
        for entry in self._entries:
            self._by_basename.setdefault(PurePosixPath(entry).name, []).append(entry)

    def find(self, name: str) -> str:
        path = "/".join(
            part for part in name.replace("\\", "/").split("/") if part not in ("", ".")
        )
        if path in self._entries:
            return path
        near = [
            entry
            for entry in self._by_basename.get(PurePosixPath(path).name, ())
            if entry.endswith(f"/{path}") or path.endswith(f"/{entry}")
        ]
        if not near:
            raise ImageError(f"no image {name!r}")
        if len(near) > 1:
            raise ImageError(f"image {name!r} could be any of {', '.join(sorted(near)[:4])}")
        return near[0]


def _is_image_name(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in _SUFFIXES and not hidden


class ZipImages:
    """Images in a zip, read in place. May be pickled and used after a fork: it opens anew."""

    def __init__(self, zip: Path | Callable[[], BinaryIO], name: str = "") -> None:
        """Open a zip: a file, or whatever a picklable function opens for reading.

        Raises:
            SourceError: If it is no zip that can be read.
        """
        self._source = zip
        self._name = name or str(zip)
        self._opened_by = os.getpid()
        self._zip = self._open()
        self._infos = self._safe_infos()
        self._names = _Names(self._infos)

    def _open(self) -> zipfile.ZipFile:
        source = self._source
        try:
            return zipfile.ZipFile(source if isinstance(source, Path) else source())
        except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
            raise SourceError(
                f"{self._name}: expected a zip of images, found one that cannot be opened "
                f"({error}); fetch it again"
            ) from error

    def _safe_infos(self) -> dict[str, zipfile.ZipInfo]:
        """Return the entries by name, leaving out what is no plain image file.

        A name that stands twice could mean either; both are left out, and a record that asks
        for them is at fault.
        """
        names = Counter(info.filename for info in self._zip.infolist())
        return {
            info.filename: info
            for info in self._zip.infolist()
            if _is_image_name(info.filename)
            and names[info.filename] == 1
            and not stat.S_ISLNK(info.external_attr >> 16)
        }

    def __reduce__(self) -> tuple[type["ZipImages"], tuple[Path | Callable[[], BinaryIO], str]]:
        return (ZipImages, (self._source, self._name))

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""
        return self._infos.keys()

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means."""
        return self._names.find(name)

    def content_key(self, entry: str) -> ContentKey:
        """Return checksum and size from the zip's directory; reading verifies the checksum."""
        info = self._infos[entry]
        return ContentKey(info.CRC, info.file_size)

    def read(self, entry: str) -> bytes:
        """Return the bytes of an entry, unchanged and verified against its checksum."""
        info = self._infos[entry]
        if info.flag_bits & 1:
            raise ImageError(f"image {entry!r} in {self._name} is encrypted")
        if info.file_size > MAX_IMAGE_BYTES:
            raise ImageError(f"image {entry!r} has {info.file_size:,} bytes; {_AT_MOST}")
        if self._opened_by != os.getpid():
            # A forked process shares the file's position with its parent.
            self._zip, self._opened_by = self._open(), os.getpid()
        try:
            with self._zip.open(info) as file:
                # One byte more than promised tells an entry that lies about its size, and
                # reaches the end, where zipfile compares the checksum.
                content = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise ImageError(f"image {entry!r} in {self._name} is damaged: {error}") from error
        if len(content) != info.file_size:
            raise ImageError(
                f"image {entry!r} in {self._name}: expected {info.file_size:,} bytes, "
                f"found {len(content):,}"
            )
        return content


_AT_MOST: Final = f"at most {MAX_IMAGE_BYTES:,} are read"


class FolderImages:
    """Images as files below a folder, at any depth. Links that lead outside are not followed."""

    def __init__(self, root: Path) -> None:
        """List the image files below `root`."""
        self._root = root.resolve()
        self._files = dict(self._listed())
        self._names = _Names(self._files)

    def _listed(self) -> Iterator[tuple[str, Path]]:
        for path in sorted(self._root.rglob("*")):
            entry = path.relative_to(self._root).as_posix()
            is_inside = path.resolve().is_relative_to(self._root)
            if _is_image_name(entry) and is_inside and path.is_file():
                yield entry, path

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""
        return self._files.keys()

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means."""
        return self._names.find(name)

    def content_key(self, entry: str) -> ContentKey:
        """Return checksum and size of the file, as a zip of it would list them."""
        content = self.read(entry)
        return ContentKey(zlib.crc32(content), len(content))

    def read(self, entry: str) -> bytes:
        """Return the bytes of a file, unchanged."""
        path = self._files[entry]
        try:
            size = path.stat().st_size
            if size > MAX_IMAGE_BYTES:
                raise ImageError(f"image {entry!r} has {size:,} bytes; {_AT_MOST}")
            return path.read_bytes()
        except OSError as error:
            raise ImageError(f"image {entry!r} cannot be read: {error}") from error


def check_image(content: bytes, name: str) -> None:
    """Check by its header that these are the bytes of an image a model can be shown.

    Reads the header alone; no pixel is decoded.

    Raises:
        ImageError: If the bytes are no image of a known format, or one of too many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                width, height = image.size
    except UnidentifiedImageError:
        expected = ", ".join(IMAGE_FORMATS)
        raise ImageError(f"image {name!r}: expected {expected}, found {content[:16]!r}") from None
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise ImageError(f"image {name!r} has a broken header: {error}") from error
    if width * height > MAX_PIXELS:
        raise ImageError(f"image {name!r} has {width * height:,} pixels; at most {MAX_PIXELS:,}")
