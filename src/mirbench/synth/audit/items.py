"""What blind solvers get to see of a question: its words, its options, traces of its images."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mirbench.data.near_copies import SIDE
from mirbench.data.pixels import thumbnail
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import SynthError
from mirbench.synth.release import BACKSTAGE, IMAGES, RECORDS


class Place(NamedTuple):
    """A region: words, the image (from 0), and the box in it."""

    phrase: str
    image: int
    box: tuple[int, int, int, int]


class Look(NamedTuple):
    """What is told by an image file without looking at anything in it."""

    num_bytes: int
    means: NDArray[np.uint8]
    """16 x 16 grey means, as `mirbench.data.near_copies` sees images."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """One question as the audit sees it.

    Attributes:
        id: The sample's name.
        subtask: Its subtask.
        level: 1 to 5.
        form: The kind of question.
        question: Its text with tags.
        options: Letter -> text.
        letter: The true one.
        regions: What stands where in which image; none if it was not rendered.
        looks: One an image; none if it was not rendered.
    """

    id: str
    subtask: str
    level: int
    form: str
    question: str
    options: Mapping[str, str]
    letter: str
    regions: tuple[Place, ...] = ()
    looks: tuple[Look, ...] = ()


def sketched(subtask: str, level: int, index: int) -> Item:
    """Return a question that is not rendered: enough for solvers that only read."""
    puzzle = sketch(subtask, level, index)
    return Item(
        id=puzzle.id,
        subtask=puzzle.subtask.name,
        level=level,
        form=puzzle.slot.form.name,
        question=puzzle.question,
        options={letter: option.text for letter, option in puzzle.options.items()},
        letter=puzzle.letter,
    )


def items_of_release(out: Path | str) -> Iterator[Item]:
    """Yield the questions of a release that MIR-Synth wrote.

    Raises:
        SynthError: If a file is missing or not what MIR-Synth writes.
    """
    folder = Path(out)
    try:
        records = json.loads((folder / RECORDS).read_text(encoding="utf-8"))
        lines = (folder / BACKSTAGE).read_text(encoding="utf-8").splitlines()
        with zipfile.ZipFile(folder / IMAGES) as archive:
            for record, line in zip(records, lines, strict=True):
                yield _item(record, json.loads(line), archive)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise SynthError(
            f"{folder}: expected a release that 'mirbench synth {folder}' wrote, found {error!r}"
        ) from error


def _item(record: Mapping[str, Any], told: Mapping[str, Any], archive: zipfile.ZipFile) -> Item:
    return Item(
        id=record["id"],
        # One that is not of the taxonomy states its name in its source only.
        subtask=record.get("subtask") or record["source"].partition(": ")[2],
        level=told["level"],
        form=told["form"],
        question=record["question"],
        options=record["options"],
        letter=record["conclusion"][0],
        regions=tuple(
            Place(one["phrase"], one["image"], tuple(one["box"])) for one in record["regions"]
        ),
        looks=tuple(_look(archive.read(name), name) for name in record["images"]),
    )


def _look(content: bytes, name: str) -> Look:
    seen = thumbnail(content, SIDE)
    if seen is None:
        raise ValueError(f"{name} is no image")
    return Look(len(content), np.frombuffer(seen, np.uint8))
