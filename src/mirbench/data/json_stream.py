"""The records of a JSON array or of JSON Lines, one at a time, with their byte offsets.

The release's JSON holds tens of thousands of long records. Here it is cut into records without
being read whole: memory stays at one record, and each record can be read again by its offset,
which is what lets several processes share the work. Whatever is unusual (too long, too deep, not
sound JSON) is cut by walking over its strings and brackets, without parsing it.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from mirbench.errors import SourceError

MAX_RECORD_BYTES: Final = 8 * 2**20
"""A record of the release has about 6,000; parsed, nested lists take up to 25 times their bytes."""

MAX_DEPTH: Final = 64
_CHUNK: Final = 2**20
_BOM: Final = b"\xef\xbb\xbf"

# A whole string, a bracket, or the quote of a string that goes on behind the buffer.
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]"]', re.DOTALL)
# Everything up to the next bracket, strings and all: one step where the buffer holds it whole.
_TO_BRACKET: Final = re.compile(
    rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}\[\]])', re.DOTALL
)
_NOT_SPACE: Final = re.compile(rb"[^ \t\r\n]")
_NEXT_OBJECT: Final = re.compile(rb"[ \t\r\n]*,[ \t\r\n]*\{")
_SCALAR_END: Final = re.compile(rb"[,\]]")
_QUOTE_OR_ESCAPE: Final = re.compile(rb'["\\]')

UNREAD: Final = object()


class Span(NamedTuple):
    """Where a record stands in its file.

    Attributes:
        start: Offset of its first byte.
        length: Number of bytes.
        problem: Why its text cannot be parsed, or an empty text.
        value: What it holds, where finding its end has told that; else `UNREAD`.
    """

    start: int
    length: int
    problem: str = ""
    value: object = UNREAD


def scan(file: BinaryIO, name: str) -> Iterator[Span]:
    """Yield the span of each record of a JSON array or of JSON Lines.

    A record that is too long or nested too deep is yielded with its problem and skipped without
    being kept in memory.

    Raises:
        SourceError: If the file is neither, or ends inside a record or the array.
    """
    return _Scanner(file, name).spans()


def parse(record: bytes) -> Any:
    """Parse one record.

    Raises:
        ValueError: If it is not JSON: says where and why. Numbers that are not finite and
            objects that name a key twice are refused, since nobody can say what they mean.
    """
    try:
        return _DECODER.decode(record.decode())
    except RecursionError:
        raise ValueError(f"values nested more than {MAX_DEPTH} deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON at character {error.pos}: {error.msg}") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"the number {constant}")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        uses = Counter(key for key, _ in pairs)
        repeated = next(key for key in uses if uses[key] > 1)
        raise ValueError(f"the key {repeated[:80]!r} twice in one object")
    return result


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, object_pairs_hook=_unique_keys)


def _without(record: str, bracket: str, most: int) -> int:
    """Take a bracket's uses off `most`, down to below zero; a third of the time of `count`."""
    at = 0
    while most >= 0 and (at := record.find(bracket, at) + 1):
        most -= 1
    return most


class _Scanner:
    """A buffer that slides over the file.

    `_buffer[_at]` is the next byte not yet taken; `_base` is the file offset of `_buffer[0]`.
    Bytes that were taken leave the buffer when more is read. `_text` is the buffer with a
    character for each byte, or nothing while a record is longer than usual.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self._buffer = b""
        self._text = ""
        self._base = 0
        self._at = 0

    def spans(self) -> Iterator[Span]:
        self._more()
        if self._buffer.startswith(_BOM):
            self._at = len(_BOM)
        first = self._next_byte()
        if first == b"[":
            self._at += 1
            yield from self._array()
        elif first == b"{":
            while self._next_byte():
                yield self._line()
        else:
            found = repr(first.decode("latin-1")) if first else "an empty file"
            raise SourceError(
                f"{self._name}: expected a JSON array or JSON Lines of records, found {found}"
            )

    @property
    def _offset(self) -> int:
        """The file offset of the next byte not yet taken."""
        return self._base + self._at

    def _more(self) -> bool:
        """Forget what was taken and read on; return whether there was more."""
        # Reading as much again as is held keeps a record longer than a chunk linear.
        chunk = self._file.read(max(_CHUNK, len(self._buffer) - self._at))
        self._buffer = self._buffer[self._at :] + chunk
        self._base += self._at
        self._at = 0
        self._text = "" if len(self._buffer) > 2 * _CHUNK else self._buffer.decode("latin-1")
        return bool(chunk)

    def _next_byte(self) -> bytes:
        """Skip white space; return the next byte without taking it, or nothing at the end."""
        while (match := _NOT_SPACE.search(self._buffer, self._at)) is None:
            self._at = len(self._buffer)
            if not self._more():
                return b""
        self._at = match.start()
        return match.group()

    def _line(self) -> Span:
        start, scanned = self._offset, 0
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            held = len(self._buffer) - self._at
            if held > MAX_RECORD_BYTES:
                scanned += held
                self._at = len(self._buffer)
            if not self._more():
                end = len(self._buffer)
                break
        length = scanned + end - self._at
        self._at = end
        return self._span(start, length, 0)

    def _array(self) -> Iterator[Span]:
        separator_due = False
        while (byte := self._next_byte()) != b"]":
            if not byte:
                raise self._cut_off("the array", self._offset)
            if separator_due != (byte == b","):
                raise self._unexpected(byte)
            if separator_due:
                self._at += 1
            else:
                yield self._value(byte)
                while usual := _NEXT_OBJECT.match(self._buffer, self._at):
                    self._at = usual.end() - 1
                    yield self._value(b"{")
            separator_due = not separator_due
        self._at += 1
        if rest := self._next_byte():
            raise self._unexpected(rest)

    def _value(self, first: bytes) -> Span:
        """Take one value of the array, walking over its strings and brackets."""
        start = self._offset
        if first not in b'{["':
            self._to_scalar_end(start)
            return self._span(start, self._offset - start, 0)
        if plain := self._plain_record():
            return plain
        depth = deepest = 0
        while True:
            token = (self._bracket() if depth else b"") or self._token(start)
            if token in b"{[":
                depth += 1
                deepest = max(deepest, depth)
            elif token in b"}]":
                depth -= 1
            if depth == 0:
                return self._span(start, self._offset - start, deepest)

    def _plain_record(self) -> Span | None:
        """Take a record that the buffer holds whole and that needs no closer look.

        The parser finds the end of a record in a sixth of the time that walking over its brackets
        takes, and has its value at once. It does not count how deep a record is nested, but none
        is nested deeper than it has brackets.
        """
        if len(self._buffer) - self._at < _CHUNK // 16:
            self._more()  # so that hardly any record is cut off, and parsed in vain
        try:
            value, end = _DECODER.raw_decode(self._text, self._at)
        except (ValueError, RecursionError):
            return None
        record = self._text[self._at : end]
        if _without(record, "{", _without(record, "[", MAX_DEPTH)) < 0:
            return None
        is_read = len(record) <= MAX_RECORD_BYTES and record.isascii()
        span = self._span(self._offset, len(record), 0, value if is_read else UNREAD)
        self._at = end
        return span

    def _bracket(self) -> bytes:
        """Take everything up to the next bracket, or nothing if the buffer ends before it."""
        match = _TO_BRACKET.match(self._buffer, self._at)
        if match is None:
            return b""
        self._at = match.end()
        return match.group(1)

    def _token(self, start: int) -> bytes:
        """Take the next string or bracket of the record that starts at `start`."""
        while True:
            match = _TOKEN.search(self._buffer, self._at)
            if match is not None and match.group() != b'"':
                self._at = match.end()
                return match.group()
            # Nothing more here, or a string that goes on: keep what is not yet understood.
            self._at = len(self._buffer) if match is None else match.start()
            if len(self._buffer) - self._at > MAX_RECORD_BYTES:
                self._skip_string(start)
                return b'""'
            if not self._more():
                raise self._cut_off("a record", start)

    def _skip_string(self, start: int) -> None:
        """Take a string that is too long to keep, a buffer at a time."""
        self._at += 1
        while True:
            match = _QUOTE_OR_ESCAPE.search(self._buffer, self._at)
            if match is None:
                self._at = len(self._buffer)
            elif match.group() == b'"':
                self._at = match.end()
                return
            elif match.end() < len(self._buffer):
                self._at = match.end() + 1
                continue
            else:
                self._at = match.start()
            if not self._more():
                raise self._cut_off("a record", start)

    def _to_scalar_end(self, start: int) -> None:
        """Take a number or a word that stands where a record should."""
        while (match := _SCALAR_END.search(self._buffer, self._at)) is None:
            self._at = len(self._buffer)
            if not self._more():
                raise self._cut_off("a record", start)
        self._at = match.start()

    @staticmethod
    def _span(start: int, length: int, deepest: int, value: object = UNREAD) -> Span:
        if length > MAX_RECORD_BYTES:
            problem = f"a record of {length:,} bytes (at most {MAX_RECORD_BYTES:,})"
        elif deepest > MAX_DEPTH:
            problem = f"values nested {deepest:,} deep (at most {MAX_DEPTH})"
        else:
            problem = ""
        return Span(start, length, problem, value)

    def _cut_off(self, what: str, start: int) -> SourceError:
        return SourceError(
            f"{self._name}: the file ends inside {what} (from byte {start:,}); "
            "it is cut off or broken: fetch it again"
        )

    def _unexpected(self, byte: bytes) -> SourceError:
        return SourceError(
            f"{self._name}: broken JSON: expected ',' or ']' between records, "
            f"found {byte.decode('latin-1')!r} at byte {self._offset:,}"
        )
