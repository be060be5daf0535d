"""Reads the two files of a submission without believing them.

Sizes before content, no links, lines of bounded length one at a time. Whatever is wrong becomes a
`Fault`; nothing here raises for what a submission holds.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from mirbench.board.submission import PREDICTIONS_NAME, SUBMISSION_NAME
from mirbench.data.json_stream import MAX_DEPTH, parse
from mirbench.record import Fault

ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_SUBMISSION_BYTES: Final = 2**20
MAX_PREDICTIONS_BYTES: Final = 2**30
MAX_LINE_BYTES: Final = 2**18
"""A response of `MAX_RESPONSE` characters, every one of them escaped."""

MAX_FAULTS: Final = 1000
"""Faults that are kept; the others are counted."""

_MAX_BYTES: Final = {SUBMISSION_NAME: MAX_SUBMISSION_BYTES, PREDICTIONS_NAME: MAX_PREDICTIONS_BYTES}
_SHOWN: Final = 80


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with a submission."""

    kept: list[Fault] = field(default_factory=list)
    num: int = 0

    def add(
        self,
        file: str,
        field: str,
        expected: str,
        found: object,
        *,
        line: int | None = None,
        id: str | None = None,
    ) -> None:
        """Note a fault; `found` is shown short and harmless, unless it is `Words`."""
        self.num += 1
        if len(self.kept) < MAX_FAULTS:
            text = str(found) if isinstance(found, Words) else shown(found)
            place = file if line is None else f"{file}, line {line}"
            self.kept.append(
                Fault(file=place, record=None, id=id, field=field, expected=expected, found=text)
            )


class Words(str):
    """Our own words about what was found, as opposed to the value itself."""

    __slots__ = ()


def shown(value: object) -> str:
    """Name a value of a submission: short, on one line, nothing in it acts on a terminal."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping | list):
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value)}"
    text = ascii(value[: 2 * _SHOWN] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


class Line(NamedTuple):
    """A line of the file of predictions: its number, from one, and its value."""

    number: int
    value: dict[str, Any]


def find_files(folder: Path, faults: Faults) -> Mapping[str, int]:
    """Return the sizes of the files that a submission may have; anything else is a fault."""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            faults.add(folder.name, "", "a folder", Words("a file or a link"))
            return {}
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        faults.add(folder.name, "", "a folder", Words(error.strerror or "an error"))
        return {}
    sizes: dict[str, int] = {}
    for entry in entries:
        status = entry.stat(follow_symlinks=False)
        if entry.name not in _MAX_BYTES:
            allowed = f"{SUBMISSION_NAME} and {PREDICTIONS_NAME} alone"
            faults.add(folder.name, "", allowed, entry.name)
        elif not stat.S_ISREG(status.st_mode):
            kind = "a link" if stat.S_ISLNK(status.st_mode) else "something else"
            faults.add(entry.name, "", "a plain file", Words(kind))
        elif status.st_size > _MAX_BYTES[entry.name]:
            most = f"at most {_MAX_BYTES[entry.name]:,} bytes"
            faults.add(entry.name, "", most, Words(f"{status.st_size:,}"))
        else:
            sizes[entry.name] = status.st_size
    return sizes


def open_plain(path: Path) -> BufferedReader:
    """Open a file that is neither a link nor a pipe, even if it became one just now."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    return os.fdopen(handle, "rb")


def read_json(path: Path, faults: Faults) -> tuple[Any, str]:
    """Read the JSON of a submission; returns it, or None, and the SHA-256 of the file."""
    try:
        with open_plain(path) as file:
            content = file.read(MAX_SUBMISSION_BYTES + 1)
    except OSError as error:
        faults.add(path.name, "", "a plain file", Words(error.strerror or "an error"))
        return None, ""
    digest = hashlib.sha256(content).hexdigest()
    return _parsed(content, path.name, None, faults), digest


def read_lines(path: Path, faults: Faults, *, most: int) -> Iterator[Line]:
    """Yield the lines of a file of JSON Lines that could be read.

    Args:
        path: The file.
        faults: Collects the lines that could not.
        most: Lines that are read at most.
    """
    with open_plain(path) as file:
        for number in range(1, most + 2):
            content = file.readline(MAX_LINE_BYTES + 1)
            if not content:
                return
            if number > most:
                faults.add(path.name, "", f"at most {most:,} lines", Words("more"))
                return
            if len(content) > MAX_LINE_BYTES:
                limit = f"lines of at most {MAX_LINE_BYTES:,} bytes"
                faults.add(path.name, "", limit, Words("a longer one"), line=number)
                return
            value = _parsed(content.rstrip(b"\r\n"), path.name, number, faults)
            if isinstance(value, dict):
                yield Line(number, value)
            elif value is not None:
                faults.add(path.name, "", "a JSON object", value, line=number)


def _parsed(content: bytes, name: str, line: int | None, faults: Faults) -> Any:
    """Parse JSON: strict UTF-8, no key twice, no number that is not finite, nothing too deep."""
    try:
        if not content.strip():
            raise ValueError("nothing")
        value = parse(content)
    except UnicodeDecodeError as error:
        faults.add(name, "", "UTF-8", Words(f"another byte at {error.start}"), line=line)
    except ValueError as error:
        faults.add(name, "", "valid JSON", Words(shown(str(error)).strip("'\"")), line=line)
    else:
        if _depth(value) <= MAX_DEPTH:
            return value
        faults.add(name, "", f"values nested at most {MAX_DEPTH} deep", Words("deeper"), line=line)
    return None


def _depth(value: Any) -> int:
    """Return how deep a value is nested, without recursion."""
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        depth += 1
    return depth


def validate(
    model: type[ModelT],
    value: object,
    name: str,
    faults: Faults,
    *,
    line: int | None = None,
    id: str | None = None,
) -> ModelT | None:
    """Validate a value against the schema; each field that is wrong is a fault."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = ".".join(str(step)[:_SHOWN] for step in one["loc"])
            found = Words("nothing") if one["type"] == "missing" else one["input"]
            faults.add(name, place, _expected(one["type"], one["msg"]), found, line=line, id=id)
        return None


def _expected(kind: str, message: str) -> str:
    """Turn a message of pydantic's into what was expected."""
    known = {"missing": "this field", "extra_forbidden": "no such field"}
    return known.get(kind) or message.removeprefix("Input should be ").removeprefix("Value error, ")
