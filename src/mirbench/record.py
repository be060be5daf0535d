"""What everything here is about: a validated sample, or the fault that kept a record out."""

from dataclasses import dataclass, fields
from typing import NamedTuple

from mirbench.taxonomy import Category, Difficulty, Partition, Subtask


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A phrase of the question and the image region it means.

    Attributes:
        phrase: The words.
        image: Zero-based index of the image.
        box: Left, top, right, bottom in pixels; right and bottom are exclusive.
    """

    phrase: str
    image: int
    box: tuple[int, int, int, int]


class Sample(NamedTuple):
    """A validated multiple-choice question with its images and its five reasoning steps.

    A tuple, since every record of a release becomes one: made in a third of a dataclass's time.

    Attributes:
        id: Stable name of the sample; see `mirbench.data.release`.
        question: Text with every image tag written `<image>`, in reading order.
        images: The names of its images in the release.
        image_refs: For each tag, the zero-based index of its image.
        options: Option texts without letters; the first is A.
        answer: The gold letter.
        category: One of the paper's three, or None where the source does not say.
        subtask: One of the paper's twelve, or None where the source does not say.
        difficulty: The source's own label, `unlabelled` where it has none.
        pass_rate: Share of sampled responses that were right, where it was measured.
        partition: The source's own partition, or None where it does not say.
        summary: First step, the plan. A step the source lacks is empty.
        caption: Second step, usually one text an image.
        text_to_region: Third step (`text2img`): which region each phrase means.
        region_to_region: Fourth step (`img2img`): how regions relate across images.
        reasoning: Optional text that belongs to the fourth step.
        conclusion: Last step as the source writes it.
        regions: Region boxes, where the source has them.
        source: Who wrote the record.
    """

    id: str
    question: str
    images: tuple[str, ...]
    image_refs: tuple[int, ...]
    options: tuple[str, ...]
    answer: str
    category: Category | None
    subtask: Subtask | None
    difficulty: Difficulty
    pass_rate: float | None
    partition: Partition | None
    summary: str
    caption: tuple[str, ...]
    text_to_region: str
    region_to_region: str
    reasoning: str
    conclusion: str
    regions: tuple[Region, ...]
    source: str


class Origin(NamedTuple):
    """Where a record stands: its file and its zero-based position there."""

    file: str
    record: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a record was not taken.

    Attributes:
        file: The file that holds the record.
        record: Zero-based position of the record, or None if the file as a whole is at fault.
        id: The record's own id, where one could be read.
        field: The field at fault, or an empty text for the record as a whole.
        expected: What a valid record has there.
        found: What stands there.
    """

    file: str
    record: int | None
    id: str | None
    field: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = self.file if self.record is None else f"{self.file}, record {self.record}"
        name = f"sample {self.id!r} ({place})" if self.id else place
        field = f", field {self.field!r}" if self.field else ""
        return f"{name}{field}: expected {self.expected}, found {self.found}"

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fault as a row of `faults.jsonl`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
