"""The training order as files for ms-swift and LLaMA-Factory.

One line a row of the schedule, in its order; each image is written once and named by its content.
Both trainers shuffle unless told not to, and then the curriculum is lost without a word: the
README beside the files has the whole command.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final, Literal, NamedTuple

from mirbench import __version__
from mirbench.curriculum import ORDER_VERSION, CurriculumSettings, ScheduleRow
from mirbench.data.index import Entry, Index
from mirbench.data.partition import DEFAULT_TEST_FRACTION
from mirbench.data.release import Release, write_faults
from mirbench.data.schedule import index_schedule
from mirbench.errors import RecordError
from mirbench.export.folder import whole_folder, write_manifest
from mirbench.export.page import page_template
from mirbench.interleave import IMAGE_TAG, ImageRef, Part, defuse_tags
from mirbench.record import Fault, Sample
from mirbench.stages import stage_example

Trainer = Literal["ms-swift", "llama-factory"]

TRAIN_NAME: Final = "train.jsonl"
IMAGES_FOLDER: Final = "images"


class TrainingFiles(NamedTuple):
    """What was written.

    Attributes:
        num_rows: Lines of the training file.
        num_images: Image files.
        faults: Samples that were left out, with the reason.
    """

    num_rows: int
    num_images: int
    faults: tuple[Fault, ...]


def export_training_files(
    release: Release,
    out: Path,
    trainer: Trainer,
    *,
    curriculum: CurriculumSettings,
    test_fraction: float = DEFAULT_TEST_FRACTION,
    near_copies: bool | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> TrainingFiles:
    """Write the training order of a release for a trainer.

    Raises:
        CurriculumError: If no sample is labelled easy or hard.
        ExportError: If something else stands at `out`.
        SourceError: If the release cannot be read.
    """
    index = release.index(test_fraction, near_copies=near_copies)
    schedule = index_schedule(index, curriculum)
    with whole_folder(out) as folder:
        writer = _Writer(release, index, folder)
        num_rows = 0
        with (folder / TRAIN_NAME).open("w", encoding="utf-8") as file:
            for row in schedule:
                num_rows += writer.write(file, row)
                on_progress(row.position + 1, len(schedule))
        files = TrainingFiles(
            num_rows=num_rows,
            num_images=len(writer.written),
            faults=(*index.faults, *writer.faults.values()),
        )
        write_faults(folder / "faults.jsonl", files.faults)
        if trainer == "llama-factory":
            (folder / "dataset_info.json").write_text(json.dumps(_LLAMA_FACTORY, indent=2) + "\n")
        (folder / "README.md").write_text(_readme(trainer, files, curriculum), encoding="utf-8")
        made = {"order": ORDER_VERSION, **asdict(curriculum)}
        write_manifest(folder, {
            "kind": trainer,
            "mirbench": __version__,
            "source": release.name,
            "fingerprint": index.fingerprint,
            "num_rows": files.num_rows,
            "num_faults": len(files.faults),
            "curriculum": made,
        })  # fmt: skip
    return files


class _Writer:
    """Writes rows, and each image when it is first shown."""

    def __init__(self, release: Release, index: Index, folder: Path) -> None:
        self._release = release
        self._entries = {entry.id: entry for entry in index.entries}
        self._folder = folder
        self.written: set[str] = set()
        self.faults: dict[str, Fault] = {}
        (folder / IMAGES_FOLDER).mkdir()

    def write(self, file: IO[str], row: ScheduleRow) -> bool:
        """Write a row; return whether its sample is sound."""
        if row.id in self.faults:
            return False
        entry = self._entries[row.id]
        try:
            with self._release.records_path.open("rb") as records:
                sample = self._release.load(records, entry)
            paths = self._image_paths(sample, entry)
        except RecordError as error:
            self.faults[row.id] = error.fault
            return False
        file.write(json.dumps(_line(sample, row, paths), ensure_ascii=False) + "\n")
        return True

    def _image_paths(self, sample: Sample, entry: Entry) -> list[str]:
        """Return where the images of a sample are, and write those that are not there yet."""
        paths = [self._path(name) for name in sample.images]
        if not self.written.issuperset(paths):
            contents = self._release.load_images(sample, entry.record)
            for path, content in zip(paths, contents, strict=True):
                if path not in self.written:
                    (self._folder / path).write_bytes(content)
                    self.written.add(path)
        return paths

    def _path(self, name: str) -> str:
        """Name an image by its content, never by what the release calls it."""
        key = self._release.images.content_key(name)
        suffix = name[name.rfind(".") :].lower()
        return f"{IMAGES_FOLDER}/{key.crc32:08x}-{key.size}{suffix}"


def _line(sample: Sample, row: ScheduleRow, paths: list[str]) -> dict[str, Any]:
    """Return a line that both trainers read: messages with a tag for each shown image."""
    example = stage_example(sample, row.stage)
    return {
        "id": row.id,
        "stage": row.stage,
        "messages": [
            {"role": "user", "content": "".join(_tagged(example.prompt))},
            {"role": "assistant", "content": _plain(example.target)},
        ],
        "images": [paths[part.index] for part in example.prompt if isinstance(part, ImageRef)],
    }


def _tagged(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        yield IMAGE_TAG if isinstance(part, ImageRef) else _plain(part.text)


def _plain(text: str) -> str:
    """Return a text without anything that a trainer would take for an image or the like."""
    return _OTHER_TAGS.sub(r"\1", defuse_tags(text))


# ms-swift's and LLaMA-Factory's own tags; the chat templates' tokens, which both would tokenise.
_OTHER_TAGS: Final = re.compile(r"<(video|audio|bbox|ref-object|cot-process|start-image|\|\w+\|)>")


_LLAMA_FACTORY: Final = {
    "mir_curriculum": {
        "file_name": TRAIN_NAME,
        "formatting": "sharegpt",
        "columns": {"messages": "messages", "images": "images"},
        "tags": {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
        },
    }
}


def _readme(trainer: Trainer, files: TrainingFiles, settings: CurriculumSettings) -> str:
    return page_template("trainer.md.j2").render(
        trainer=trainer, files=files, settings=settings, version=__version__
    )
