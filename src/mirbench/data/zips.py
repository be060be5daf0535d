"""Images in a zip, read in place: nothing is ever unpacked.

Entries are read by their position, which several threads and forked processes may do at once.
What an entry promises (size, checksum) is checked before anybody sees its bytes.
"""

import functools
import os
import stat
import struct
import threading
import weakref
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np

try:
    from isal.isal_zlib import crc32  # ten times as fast
except ImportError:  # not on every machine
    from zlib import crc32

from mirbench.data.images import (
    MAX_IMAGE_BYTES,
    USUAL_SUFFIXES,
    ContentKey,
    Names,
    are_plain,
    is_image_name,
    unsafe_path,
)
from mirbench.data.zip_directory import (
    DEFLATED,
    STORED,
    BrokenZipError,
    Bytes,
    Numbers,
    ZipDirectory,
    ZipEntry,
    read_directory,
)
from mirbench.errors import ImageError, SourceError

MAX_INFLATION: Final = 200
"""An image that inflates more than this, beyond a megabyte, is a bomb."""

_FILE_TYPE: Final = 0o170000
_ENCRYPTED: Final = 0x41
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_EXTRA_BYTES: Final = 64
"""What a local header usually holds beyond the name, read along with the entry."""

OpenFile = Callable[[], BinaryIO]


class _Directory(NamedTuple):
    """The entries that are images, by their place, and why others that look like one are not read.

    A column of numbers is looked at through a `memoryview`, which gives plain integers at once.
    """

    places: dict[str, int]
    names: Names
    crc32: memoryview
    size: memoryview
    promises: ZipDirectory


class ZipImages:
    """Images in a zip, read in place. May be pickled, forked, and used by several threads."""

    def __init__(self, zip: Path | OpenFile, name: str = "") -> None:
        """Open a zip: a file, or whatever a picklable function opens for reading.

        Raises:
            SourceError: If it is no zip that can be read.
        """
        self._source = zip
        self._name = name or str(zip)
        self._bytes = _LocalBytes(zip) if isinstance(zip, Path) else _RemoteBytes(zip)
        self._directory = (
            _local_directory(zip, *_state(zip))
            if isinstance(zip, Path)
            else _directory(self._bytes, self._name)
        )

    def __reduce__(self) -> tuple[type["ZipImages"], tuple[Path | OpenFile, str]]:
        return (ZipImages, (self._source, self._name))

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""
        return self._directory.places.keys()

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means."""
        return self._directory.names.find(name)

    def find_all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the entries that a record's image paths mean."""
        return self._directory.names.find_all(names)

    def content_key(self, entry: str) -> ContentKey:
        """Return checksum and size from the zip's directory; reading verifies both."""
        return self.content_keys((entry,))[0]

    def content_keys(self, entries: Iterable[str]) -> tuple[ContentKey, ...]:
        """Return checksum and size of each entry from the zip's directory."""
        places, _, crc32, size, _ = self._directory
        return tuple([ContentKey(crc32[at], size[at]) for at in map(places.__getitem__, entries)])

    def read(self, entry: str) -> bytes:
        """Return the bytes of an entry, unchanged and verified against its checksum."""
        promised = self._directory.promises[self._directory.places[entry]]
        try:
            content = _inflated(self._stored_bytes(promised), promised)
        except (BrokenZipError, zlib.error, OSError) as error:
            raise ImageError(f"image {entry!r} in {self._name} is damaged: {error}") from error
        if crc32(content) != promised.crc32:
            raise ImageError(f"image {entry!r} in {self._name} is damaged: wrong checksum")
        return content

    def _stored_bytes(self, entry: ZipEntry) -> bytes:
        # Read along with its header, an entry has to be copied out; read apart, it takes two reads.
        ahead = 0 if self._bytes.is_local else len(entry.name) + _EXTRA_BYTES + entry.stored_size
        data = self._bytes.read_at(entry.offset, _LOCAL_HEADER.size + ahead)
        if len(data) < _LOCAL_HEADER.size or not data.startswith(b"PK\3\4"):
            raise BrokenZipError("no entry where the directory says")
        _, name_length, extra_length = _LOCAL_HEADER.unpack_from(data)
        start = _LOCAL_HEADER.size + name_length + extra_length
        stored = data[start : start + entry.stored_size]
        if len(stored) < entry.stored_size:
            stored = self._bytes.read_at(entry.offset + start, entry.stored_size)
        if len(stored) < entry.stored_size:
            raise BrokenZipError("the zip ends inside it")
        return stored


def _inflated(stored: bytes, entry: ZipEntry) -> bytes:
    if entry.method == STORED:
        content = stored
    else:
        # One byte more than promised tells an entry that lies about its size.
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, entry.size + 1)
    if len(content) != entry.size:
        found = f"{len(content):,}" if len(content) < entry.size else "more"
        raise BrokenZipError(f"expected {entry.size:,} bytes, found {found}")
    return content


class _LocalBytes:
    """A file. The operating system's positional read shares no position."""

    is_local: Final = True

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise _unreadable(str(path), error) from error
        weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor

    def read_at(self, offset: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, offset)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size


class _RemoteBytes:
    """A file that somebody else reads by ranges, opened anew in each process."""

    is_local: Final = False

    def __init__(self, open_file: OpenFile) -> None:
        self._open_file = open_file
        self._lock = threading.Lock()
        self._pid = 0
        self._file: BinaryIO

    def read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            file = self._opened()
            file.seek(offset)
            return file.read(size)

    def size(self) -> int:
        with self._lock:
            return self._opened().seek(0, os.SEEK_END)

    def _opened(self) -> BinaryIO:
        if self._pid != os.getpid():
            self._file, self._pid = self._open_file(), os.getpid()
        return self._file


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(str(path), error) from error
    return status.st_size, status.st_mtime_ns


# Kept, so that the processes of a build, which are forked, need not read it again.
@functools.lru_cache(maxsize=4)
def _local_directory(path: Path, size: int, mtime_ns: int) -> _Directory:
    return _directory(_LocalBytes(path), str(path))


def _directory(file: Bytes, name: str) -> _Directory:
    try:
        directory = read_directory(file)
        reasons = _refusals(directory, file.size())
    except (BrokenZipError, OSError) as error:
        raise _unreadable(name, error) from error
    refused: dict[str, str] = {}
    places = _usual_images(directory.names)
    if places is None or reasons:
        places, refused = _told_apart(directory.names, reasons)
    names = Names(places, refused)
    return _Directory(places, names, directory.crc32.data, directory.size.data, directory)


def _usual_images(names: Sequence[str]) -> dict[str, int] | None:
    """Return the places of images by name, or None where some name could be refused."""
    images = [
        place
        for place, name in enumerate(names)
        if name[-4:] in USUAL_SUFFIXES or is_image_name(name)
    ]
    places = dict(zip(map(names.__getitem__, images), images, strict=True))
    return places if len(places) == len(images) and are_plain(names) else None


def _told_apart(
    names: Sequence[str], reasons: Mapping[int, str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the places of images by name, and why others are refused."""
    places: dict[str, int] = {}
    refused: dict[str, str] = {}
    for place, name in enumerate(names):
        if not is_image_name(name):
            continue
        if name in places or name in refused:
            # Either could be meant: a record that asks for it is at fault.
            places.pop(name, None)
            refused[name] = "stands several times in the zip"
        elif reason := unsafe_path(name) or reasons.get(place):
            refused[name] = reason
        else:
            places[name] = place
    return places, refused


def _refusals(zip: ZipDirectory, zip_size: int) -> dict[int, str]:
    """Say why entries are not read, by their place. Numbers so large that they wrap fail twice."""
    is_stored = zip.method == STORED
    checks: tuple[tuple[Numbers, Callable[[ZipEntry], str]], ...] = (
        (
            (zip.attributes >> 16) & _FILE_TYPE == stat.S_IFLNK,
            lambda entry: "is a link",
        ),
        (
            zip.flags & _ENCRYPTED != 0,
            lambda entry: "is encrypted",
        ),
        (
            ~is_stored & (zip.method != DEFLATED),
            lambda entry: f"is compressed by method {entry.method}, not stored or deflated",
        ),
        (
            zip.size > MAX_IMAGE_BYTES,
            lambda entry: f"has {entry.size:,} bytes (at most {MAX_IMAGE_BYTES:,} are read)",
        ),
        (
            is_stored & (zip.stored_size != zip.size),
            lambda entry: "is stored with two different sizes",
        ),
        (
            zip.stored_size > zip.size + 2**16,
            lambda entry: "takes more bytes in the zip than it has",
        ),
        (
            (zip.size > 2**20) & (zip.size > MAX_INFLATION * zip.stored_size),
            lambda entry: f"inflates to {entry.size // max(1, entry.stored_size):,} times its size",
        ),
        (
            zip.offset >= zip_size,
            lambda entry: "stands behind the end of the zip",
        ),
    )
    reasons: dict[int, str] = {}
    for is_met, reason in checks:
        for place in np.flatnonzero(is_met).tolist():
            reasons.setdefault(place, reason(zip[place]))
    return reasons


def _unreadable(name: str, error: Exception) -> SourceError:
    return SourceError(
        f"{name}: expected a zip of images, found one that cannot be opened ({error}); "
        "fetch it again"
    )
