"""Fresh questions to learn from, written once: small releases of one subtask and level each.

Pictures are taken as `sketch` draws them: true, but without the checks that make a question fair
as a test. That takes half the time.
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from mirbench.synth import SynthError
from mirbench.synth.make import sketch
from mirbench.synth.plan import SEED_STRIDE, image_names, json_line, record_of

CHUNK: Final = 100


class Part(NamedTuple):
    """Questions of one subtask and level, from one index on."""

    subtask: str
    level: int
    start: int

    @property
    def name(self) -> str:
        """What its folder is called."""
        return f"{self.subtask}-L{self.level}-{self.start:05d}"


def parts_of(wanted: Mapping[tuple[str, int], int]) -> Iterator[Part]:
    """Cut (subtask, level) -> number into parts; all subtasks and levels advance together."""
    rounds = -(-max(wanted.values()) // CHUNK)
    for turn in range(rounds):
        for (subtask, level), num in wanted.items():
            if turn * CHUNK < num:
                yield Part(subtask, level, turn * CHUNK)


def write_part(pool: Path, part: Part, seed: int) -> Path:
    """Write a part where it is missing; its folder appears whole or not at all."""
    folder = pool / part.name
    if folder.is_dir():
        return folder
    draft = pool / f".{part.name}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    with (
        zipfile.ZipFile(draft / "images.zip", "w") as images,
        (draft / "all_data_rel.jsonl").open("w", encoding="utf-8") as records,
    ):
        for index in range(part.start, part.start + CHUNK):
            try:
                puzzle = sketch(part.subtask, part.level, seed * SEED_STRIDE + index)
                record, jpegs = record_of(puzzle, "train"), puzzle.jpegs
            except SynthError:
                continue  # no such picture; a question less is no loss here
            records.write(json_line(record) + "\n")
            for name, content in zip(image_names(puzzle), jpegs, strict=True):
                images.writestr(name, content)
    return draft.rename(folder)
