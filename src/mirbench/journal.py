"""An append-only log of lines, each with its checksum, that survives being killed at any moment.

A line is written with one call, so a process that dies leaves all its lines and at most one torn
one at the end; what a machine that dies leaves behind the last `sync` may be torn as well. A torn
end is cut off when the journal is opened again. Damage anywhere else is no accident of writing,
and is refused.
"""

import errno
import fcntl
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from mirbench.errors import MirbenchError

_CHECKSUM_DIGITS: Final = 8


class JournalError(MirbenchError):
    """A journal is damaged, or belongs to something else."""


class InUseError(MirbenchError):
    """Another process writes there."""


class Journal:
    """Texts of one line each; `append` survives the process, `sync` survives the machine."""

    def __init__(self, path: Path, header: str, replay: Callable[[str], None]) -> None:
        """Open a journal or start one.

        Args:
            path: Its file.
            header: Its first entry, which says what it is about.
            replay: Is given each of the other entries there, in order.

        Raises:
            JournalError: If the journal there has another header or is damaged.
        """
        self.path = path
        end = _replay(path, header, replay)
        self._file = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        os.ftruncate(self._file, end)
        os.lseek(self._file, 0, os.SEEK_END)
        self._unsynced = True
        if not end:
            self.append(header)
        self.sync()
        _sync_folder(path.parent)

    def append(self, entry: str) -> None:
        """Write one entry; from here on the death of this process does not lose it."""
        line = f"{_checksum(entry.encode())} {entry}\n".encode()
        while line:
            line = line[os.write(self._file, line) :]
        self._unsynced = True

    def sync(self) -> None:
        """Have the disk keep what was written; from here on power loss does not lose it."""
        if self._unsynced:
            self._unsynced = False
            os.fsync(self._file)

    def close(self) -> None:
        """Sync and close."""
        self.sync()
        os.close(self._file)


def read_entries(path: Path) -> Iterator[str]:
    """Yield the entries of a journal, the header first, without opening it to write.

    Raises:
        JournalError: If an entry is damaged; a torn end is left out.
    """
    damaged = 0
    for number, line in enumerate(_lines(path), start=1):
        entry = _entry(line)
        if entry is None:
            damaged = damaged or number
        elif damaged:
            raise JournalError(f"{path}, line {damaged}: expected the checksum of the line")
        else:
            yield entry


def _checksum(entry: bytes) -> str:
    return f"{zlib.crc32(entry):0{_CHECKSUM_DIGITS}x}"


def _replay(path: Path, header: str, replay: Callable[[str], None]) -> int:
    """Give the entries of a journal to `replay`; return where its torn end begins.

    Raises:
        JournalError: If the header is another, or intact lines follow a damaged one.
    """
    end, damaged = 0, 0
    for number, line in enumerate(_lines(path), start=1):
        entry = _entry(line)
        if entry is None:
            damaged = damaged or number
        elif damaged:
            raise JournalError(
                f"{path}, line {damaged}: expected the checksum of the line, found another, with "
                "intact lines below it; something else wrote into the journal. Without that "
                "line, what it held is done again"
            )
        else:
            if end:
                replay(entry)
            elif entry != header:
                raise JournalError(
                    f"{path}: expected a journal of this run, found one of another: "
                    f"{_difference(header, entry)}; give that run's settings to go on with it, "
                    "or name another output"
                )
            end += len(line)
    return end


def _lines(path: Path) -> Iterator[bytes]:
    if path.exists():
        with path.open("rb") as file:
            yield from file


def _entry(line: bytes) -> str | None:
    """Return the entry of a line, or None where it is torn or damaged."""
    checksum, separator, entry = line[:-1].partition(b" ")
    whole = line.endswith(b"\n") and separator and checksum == _checksum(entry).encode()
    return entry.decode() if whole else None


def _difference(wanted: str, found: str) -> str:
    """Show from where on two headers differ."""
    pairs = enumerate(zip(wanted, found, strict=False))
    same = next((position for position, (one, other) in pairs if one != other), 0)
    start = max(0, wanted.rfind(",", 0, same) + 1)
    return (
        f"it has {found[start : start + 60].strip()!r}, not {wanted[start : start + 60].strip()!r}"
    )


def _sync_folder(folder: Path) -> None:
    """Have the disk keep the name of a new file too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file; only one process at a time can.

    A record lock of POSIX, since it belongs to this process alone: an engine's child processes,
    which may outlive a killed parent, do not inherit it. The file stays; the lock is what counts.

    Raises:
        InUseError: If another process holds it.
    """
    with path.open("a+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            raise InUseError(
                f"{path}: expected to be the only one writing there, found "
                f"{_holder(file)} at work; wait for it, or name another output"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {os.uname().nodename}".encode())
        file.flush()
        yield


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(200).decode(errors="replace") or "another process"
