"""Images in a zip, read in place: nothing is ever unpacked.

The standard library reads the zip's directory; entries are then read by their position, which
several threads and forked processes may do at once. What an entry promises (size, checksum) is
checked before anybody sees its bytes.
"""

import functools
import os
import stat
import struct
import threading
import weakref
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

from mirbench.data.images import (
    MAX_IMAGE_BYTES,
    ContentKey,
    Names,
    is_image_name,
    unsafe_path,
)
from mirbench.errors import ImageError, SourceError

MAX_DIRECTORY_BYTES: Final = 40 * 2**20
"""Of the zip's own list of entries: 138,277 images take about 12 MiB. Parsed, it takes ten times
as much, so a larger one would not leave a gigabyte."""

MAX_INFLATION: Final = 200
"""An image that inflates more than this, beyond a megabyte, is a bomb."""

_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_EXTRA_BYTES: Final = 64
"""What a local header usually holds beyond the name, read along with the entry."""

OpenFile = Callable[[], BinaryIO]


class _Entry(NamedTuple):
    """Where an entry stands and what it promises."""

    offset: int
    stored_size: int
    size: int
    crc32: int
    method: int
    name_length: int


class _Directory(NamedTuple):
    """The entries that are images, and why the others that look like one are not read."""

    entries: dict[str, _Entry]
    names: Names


class ZipImages:
    """Images in a zip, read in place. May be pickled, forked, and used by several threads."""

    def __init__(self, zip: Path | OpenFile, name: str = "") -> None:
        """Open a zip: a file, or whatever a picklable function opens for reading.

        Raises:
            SourceError: If it is no zip that can be read.
        """
        self._source = zip
        self._name = name or str(zip)
        self._bytes: _Bytes = _LocalBytes(zip) if isinstance(zip, Path) else _RemoteBytes(zip)
        self._directory = (
            _local_directory(zip, *_state(zip))
            if isinstance(zip, Path)
            else _read_directory(zip, self._name)
        )

    def __reduce__(self) -> tuple[type["ZipImages"], tuple[Path | OpenFile, str]]:
        return (ZipImages, (self._source, self._name))

    def entries(self) -> Iterable[str]:
        """Return the names of all entries that could be images."""
        return self._directory.entries.keys()

    def find(self, name: str) -> str:
        """Return the entry that a record's image path means."""
        return self._directory.names.find(name)

    def content_key(self, entry: str) -> ContentKey:
        """Return checksum and size from the zip's directory; reading verifies both."""
        promised = self._directory.entries[entry]
        return ContentKey(promised.crc32, promised.size)

    def read(self, entry: str) -> bytes:
        """Return the bytes of an entry, unchanged and verified against its checksum."""
        promised = self._directory.entries[entry]
        try:
            content = _inflated(self._stored_bytes(promised), promised)
        except (zipfile.BadZipFile, zlib.error, OSError) as error:
            raise ImageError(f"image {entry!r} in {self._name} is damaged: {error}") from error
        if zlib.crc32(content) != promised.crc32:
            raise ImageError(f"image {entry!r} in {self._name} is damaged: wrong checksum")
        return content

    def _stored_bytes(self, entry: _Entry) -> bytes:
        guess = _LOCAL_HEADER.size + entry.name_length + _EXTRA_BYTES
        data = self._bytes.read_at(entry.offset, guess + entry.stored_size)
        if len(data) < _LOCAL_HEADER.size or not data.startswith(b"PK\3\4"):
            raise zipfile.BadZipFile("no entry where the directory says")
        _, name_length, extra_length = _LOCAL_HEADER.unpack_from(data)
        start = _LOCAL_HEADER.size + name_length + extra_length
        stored = data[start : start + entry.stored_size]
        if len(stored) < entry.stored_size:
            stored = self._bytes.read_at(entry.offset + start, entry.stored_size)
        if len(stored) < entry.stored_size:
            raise zipfile.BadZipFile("the zip ends inside it")
        return stored


def _inflated(stored: bytes, entry: _Entry) -> bytes:
    if entry.method == _STORED:
        content = stored
    else:
        # One byte more than promised tells an entry that lies about its size.
        content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(stored, entry.size + 1)
    if len(content) != entry.size:
        found = f"{len(content):,}" if len(content) < entry.size else "more"
        raise zipfile.BadZipFile(f"expected {entry.size:,} bytes, found {found}")
    return content


class _Bytes(Protocol):
    """Bytes by position; safe in threads and after a fork."""

    def read_at(self, offset: int, size: int) -> bytes: ...


class _LocalBytes:
    """A file. The operating system's positional read shares no position."""

    def __init__(self, path: Path) -> None:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise _unreadable(str(path), error) from error
        weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor

    def read_at(self, offset: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, offset)


class _RemoteBytes:
    """A file that somebody else reads by ranges, opened anew in each process."""

    def __init__(self, open_file: OpenFile) -> None:
        self._open_file = open_file
        self._lock = threading.Lock()
        self._pid = 0
        self._file: BinaryIO

    def read_at(self, offset: int, size: int) -> bytes:
        with self._lock:
            if self._pid != os.getpid():
                self._file, self._pid = self._open_file(), os.getpid()
            self._file.seek(offset)
            return self._file.read(size)


def _state(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(str(path), error) from error
    return status.st_size, status.st_mtime_ns


# Kept, so that the processes of a build, which are forked, need not read it again.
@functools.lru_cache(maxsize=4)
def _local_directory(path: Path, size: int, mtime_ns: int) -> _Directory:
    return _read_directory(lambda: path.open("rb"), str(path))


def _read_directory(open_file: OpenFile, name: str) -> _Directory:
    try:
        with open_file() as file, zipfile.ZipFile(_Bounded(file)) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeError, struct.error) as error:
        raise _unreadable(name, error) from error
    uses = Counter(info.filename for info in infos)
    entries: dict[str, _Entry] = {}
    refused: dict[str, str] = {}
    for info in infos:
        if not is_image_name(info.filename):
            continue
        if reason := _refusal(info, uses[info.filename]):
            refused[info.filename] = reason
        else:
            entries[info.filename] = _Entry(
                offset=info.header_offset,
                stored_size=info.compress_size,
                size=info.file_size,
                crc32=info.CRC,
                method=info.compress_type,
                name_length=len(info.filename),
            )
    return _Directory(entries, Names(entries, refused))


def _refusal(info: zipfile.ZipInfo, uses: int) -> str:
    """Say why an entry is not read, or nothing if it is."""
    if reason := unsafe_path(info.orig_filename):
        return reason
    if uses > 1:
        return f"stands {uses} times in the zip"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if info.flag_bits & 0x41:
        return "is encrypted"
    if info.compress_type not in (_STORED, _DEFLATED):
        return f"is compressed by method {info.compress_type}, not stored or deflated"
    if info.file_size > MAX_IMAGE_BYTES:
        return f"has {info.file_size:,} bytes (at most {MAX_IMAGE_BYTES:,} are read)"
    if info.compress_type == _STORED and info.compress_size != info.file_size:
        return "is stored with two different sizes"
    if info.compress_size > info.file_size + 2**16:
        return "takes more bytes in the zip than it has"
    if info.file_size > 2**20 and info.file_size > MAX_INFLATION * info.compress_size:
        return f"inflates to {info.file_size // max(1, info.compress_size):,} times its size"
    return ""


class _Bounded:
    """A file that refuses to read a directory that would not fit into memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY_BYTES:
            raise zipfile.BadZipFile(
                f"a directory of {size:,} bytes, at most {MAX_DIRECTORY_BYTES:,} are read"
            )
        return self._file.read(size if size >= 0 else MAX_DIRECTORY_BYTES)


def _unreadable(name: str, error: Exception) -> SourceError:
    return SourceError(
        f"{name}: expected a zip of images, found one that cannot be opened ({error}); "
        "fetch it again"
    )
