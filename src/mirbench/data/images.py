"""The images of a release: found by name, read as the bytes they are, never decoded.

An image store answers three questions about a name: which entry it means, what identifies its
content, and what its bytes are. Entries are read in place and nothing is ever unpacked, so a
hostile archive has no path to climb along; sizes are bounded before anything is read.
"""

import functools
import io
import os
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from mirbench.errors import ImageError

MAX_IMAGE_BYTES: Final = 64 * 2**20
MAX_PIXELS: Final = 2**26
"""8,192 x 8,192: decoded, an image of that size takes a quarter of a gigabyte, a copy as much."""

IMAGE_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
BROKEN_IMAGE: Final = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, LookupError,
    ArithmeticError, NotImplementedError,
)  # fmt: skip
"""What Pillow raises for bytes that are no sound image, beside its `DecompressionBombError`."""

USUAL_SUFFIXES: Final = frozenset({".jpg", ".png"})
"""Of four characters: where none is junk, a name that ends so is an image's."""

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

    def find_all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the entries that a record's image paths mean.

        Raises:
            ImageError: As `find`.
        """

    def content_key(self, entry: str) -> ContentKey:
        """Return what identifies the content of an entry."""

    def content_keys(self, entries: Iterable[str]) -> tuple[ContentKey, ...]:
        """Return what identifies the content of each of several entries."""

    def read(self, entry: str) -> bytes:
        """Return the bytes of an entry, unchanged.

        Raises:
            ImageError: If they are damaged or too many.
        """

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""


class Names:
    """Finds entries by the paths that records use, whatever folders stand above them."""

    def __init__(self, entries: Mapping[str, object], refused: Mapping[str, str]) -> None:
        """Take the entries by their names, and why others are not read."""
        self._entries = entries
        self._refused = refused

    @functools.cached_property
    def _by_basename(self) -> dict[str, list[str]]:
        """Made when the first path is not an entry's own."""
        names: dict[str, list[str]] = {}
        for entry in (*self._entries, *self._refused):
            names.setdefault(_basename(entry), []).append(entry)
        return names

    def find_all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the entries that paths mean: themselves, nearly always.

        Raises:
            ImageError: As `find`.
        """
        entries = self._entries
        for name in names:
            if name not in entries:
                return tuple(map(self.find, names))
        return names

    def find(self, name: str) -> str:
        """Return the entry that a path means.

        Raises:
            ImageError: If there is none, if several could be meant, or if it is not read.
        """
        if name in self._entries:  # entries are safe
            return name
        if reason := unsafe_path(name):
            raise ImageError(f"image {name!r} {reason}")
        path = "/".join(
            part for part in name.replace("\\", "/").split("/") if part not in ("", ".")
        )
        if path in self._entries:
            return path
        near = [
            entry
            for entry in self._by_basename.get(_basename(path), ())
            if entry == path or entry.endswith(f"/{path}") or path.endswith(f"/{entry}")
        ]
        if not near:
            raise ImageError(f"no image {name!r}")
        if len(near) > 1:
            raise ImageError(f"image {name!r} could be any of {', '.join(sorted(near)[:4])}")
        if near[0] in self._refused:
            raise ImageError(f"image {near[0]!r} {self._refused[near[0]]}")
        return near[0]


def _basename(path: str) -> str:
    return path.rpartition("/")[2]


def is_image_name(name: str) -> bool:
    """Say whether a file's name is an image's, and no junk that an archiver left beside it."""
    suffix = name[name.rfind(".") :].lower()
    if suffix not in _SUFFIXES:
        return False
    if name[0] != "." and "/." not in name and "__MACOSX" not in name:  # as nearly all
        return True
    return not any(
        part == "__MACOSX" or (part[:1] == "." and part != "..") for part in name.split("/")
    )


def unsafe_path(name: str) -> str:
    """Say what is wrong with a path that leads out of its folder, or nothing if it does not."""
    path = name.replace("\\", "/")
    if path.startswith("/") or path[1:2] == ":":
        return "has an absolute path"
    if ".." in path and "/../" in f"/{path}/":
        return "has a path that climbs out of its folder"
    if "\0" in path:
        return "has a NUL character in its path"
    return ""


def are_plain(names: Iterable[str]) -> bool:
    """Say whether no path at all could be unsafe or junk: one look instead of thousands."""
    text = "\n".join(("", *names))
    unsafe, junk = ("..", "\n/", "\\", ":", "\0"), ("/.", "\n.", "__MACOSX")
    return not any(mark in text for mark in (*unsafe, *junk))


_AT_MOST: Final = f"at most {MAX_IMAGE_BYTES:,} are read"


class FolderImages:
    """Images as files below a folder, at any depth. Links that lead outside are not followed."""

    def __init__(self, root: Path) -> None:
        """List the image files below `root`."""
        self._root = root.resolve()
        self._files = dict(self._listed())
        self._names = Names(self._files, {})

    def _listed(self) -> Iterator[tuple[str, Path]]:
        for folder, folders, files in os.walk(self._root):
            folders.sort()
            for file in sorted(files):
                path = Path(folder, file)
                entry = path.relative_to(self._root).as_posix()
                if is_image_name(entry) and path.is_file() and self._is_inside(path):
                    yield entry, path

    def _is_inside(self, path: Path) -> bool:
        return not path.is_symlink() or path.resolve().is_relative_to(self._root)

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""
        return self._files.keys()

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means."""
        return self._names.find(name)

    def find_all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the entries that a record's image paths mean."""
        return self._names.find_all(names)

    def content_key(self, entry: str) -> ContentKey:
        """Return checksum and size of the file, as a zip of it would list them."""
        content = self.read(entry)
        return ContentKey(zlib.crc32(content), len(content))

    def content_keys(self, entries: Iterable[str]) -> tuple[ContentKey, ...]:
        """Return checksum and size of each file."""
        return tuple(map(self.content_key, entries))

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
    width, height = jpeg_size(content) or _size_by_pillow(content, name)
    if width * height > MAX_PIXELS:
        found = f"{width:,} x {height:,}"
        raise ImageError(f"image {name!r}: expected {_SANE_SIZE}, found {found}")


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG, or None if its header is anything but ordinary.

    Most images are JPEGs, and this takes a twentieth of the time that Pillow takes to open one.
    """
    at = 2
    if content[:3] != b"\xff\xd8\xff":
        return None
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker in _FRAME_MARKERS:
            height, width = _FRAME_SIZE.unpack_from(content, at + 5)
            is_ordinary = content[at + 4] == 8 and width and height and content[at + 9] in (1, 3)
            return (width, height) if is_ordinary else None
        if not 0xC4 <= marker <= 0xFE or 0xD0 <= marker <= 0xDA:
            return None
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


_FRAME_MARKERS: Final = (0xC0, 0xC1, 0xC2)
_FRAME_SIZE: Final = struct.Struct(">HH")


def _size_by_pillow(content: bytes, name: str) -> tuple[int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
                return image.size
    except UnidentifiedImageError:
        expected = ", ".join(IMAGE_FORMATS)
        raise ImageError(f"image {name!r}: expected {expected}, found {content[:16]!r}") from None
    except Image.DecompressionBombError:
        raise ImageError(f"image {name!r}: expected {_SANE_SIZE}, found far more") from None
    except BROKEN_IMAGE as error:
        raise ImageError(f"image {name!r} has a broken header: {error}") from error


_SANE_SIZE: Final = f"at most {MAX_PIXELS:,} pixels"
