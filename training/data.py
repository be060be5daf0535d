"""A row of the schedule -> what a model is shown, and what it is to write."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from PIL.Image import Image

import mirbench_hf
from mirbench.curriculum import CurriculumSettings, ScheduleRow
from mirbench.data.pixel_budget import Size
from mirbench.data.pixels import decode_image, shown_size
from mirbench.data.rows import ImageCell, row_sample
from mirbench.stages import StageExample, stage_example


class Rendered(NamedTuple):
    """A sample as a stage asks it, with its images as the prompt's references count them."""

    example: StageExample
    images: tuple[Image, ...]


class TrainingData:
    """The schedule joined with the samples it names; nothing is read before it is asked for."""

    def __init__(self, schedule: Sequence[ScheduleRow], splits: Mapping[str, Any]) -> None:
        """Join an order with splits of `default`, read as Arrow: that decodes no image."""
        self.schedule = tuple(schedule)
        self._splits = {name: rows.with_format("arrow") for name, rows in splits.items()}

    @classmethod
    def load(
        cls,
        data_dir: str | None,
        curriculum: CurriculumSettings,
        schedule: Sequence[ScheduleRow] | None = None,
    ) -> "TrainingData":
        """Load the order, unless one is given, and what it names; all ranks may do so at once."""
        load = partial(mirbench_hf.load_dataset, data_dir=data_dir)
        if schedule is None:
            rows = load("curriculum", split="train", **dataclasses.asdict(curriculum))
            schedule = [ScheduleRow(**row) for row in rows]
        splits = sorted({row.split for row in schedule})
        return cls(schedule, {name: load(split=name) for name in splits})

    @property
    def fingerprint(self) -> str:
        """Names the order."""
        lines = "".join(f"{row.phase} {row.stage} {row.id}\n" for row in self.schedule)
        return hashlib.sha256(lines.encode()).hexdigest()[:16]

    def rendered(self, position: int) -> Rendered:
        """Read the sample at a place in the order, and decode its images.

        Raises:
            ImageError: If an image does not decode.
        """
        example, images = self._read(position)
        decoded = (decode_image(image["bytes"], image["path"]) for image in images)
        return Rendered(example, tuple(decoded))

    def outline(self, position: int) -> tuple[StageExample, list[Size]]:
        """Read a sample and the sizes of its images, by their headers: nothing is decoded.

        Raises:
            ImageError: If an image has no header.
        """
        example, images = self._read(position)
        return example, [shown_size(image["bytes"]) for image in images]

    def _read(self, position: int) -> tuple[StageExample, list[ImageCell]]:
        place = self.schedule[position]
        (row,) = self._splits[place.split][place.row].to_pylist()
        return stage_example(row_sample(row), place.stage), row["images"]
