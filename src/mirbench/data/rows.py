"""Samples <-> rows of the dataset, so that every client reads a row the same way."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from mirbench.interleave import Part, Text
from mirbench.record import Region, Sample
from mirbench.stages import stage_example


class ImageCell(TypedDict):
    """An image as `datasets` stores it: original bytes and the name it has in the release."""

    bytes: bytes
    path: str


class RegionCell(TypedDict):
    """A region as `datasets` stores it."""

    phrase: str
    image: int
    box: list[int]


class ContentCell(TypedDict):
    """An entry of a message's content: text, or the index of the image shown there.

    The key is not named `image`: chat templates ask whether that key is there, and Arrow gives
    every entry every key.
    """

    type: str
    text: str | None
    index: int | None


class MessageCell(TypedDict):
    """A chat message of a stage configuration."""

    role: str
    content: list[ContentCell]


class SampleRow(TypedDict):
    """A row of the `default` configuration."""

    id: str
    question: str
    images: list[ImageCell]
    image_refs: list[int]
    options: list[str]
    answer: str
    category: str | None
    subtask: str | None
    difficulty: str
    pass_rate: float | None
    partition: str
    summary: str
    caption: list[str]
    text_to_region: str
    region_to_region: str
    reasoning: str
    conclusion: str
    regions: list[RegionCell]
    source: str


class StageRow(TypedDict):
    """A row of a stage configuration, without its images."""

    id: str
    messages: list[MessageCell]
    answer: str
    category: str | None
    subtask: str | None
    difficulty: str
    stage: int


def sample_row(sample: Sample, images: Sequence[bytes]) -> SampleRow:
    """Return the row of a sample with the bytes of its images, which are not copied."""
    return SampleRow(
        id=sample.id,
        question=sample.question,
        images=[
            ImageCell(bytes=content, path=name)
            for content, name in zip(images, sample.images, strict=True)
        ],
        image_refs=list(sample.image_refs),
        options=list(sample.options),
        answer=sample.answer,
        category=sample.category,
        subtask=sample.subtask,
        difficulty=sample.difficulty,
        pass_rate=sample.pass_rate,
        partition=sample.partition or "train",
        summary=sample.summary,
        caption=list(sample.caption),
        text_to_region=sample.text_to_region,
        region_to_region=sample.region_to_region,
        reasoning=sample.reasoning,
        conclusion=sample.conclusion,
        regions=[
            RegionCell(phrase=region.phrase, image=region.image, box=list(region.box))
            for region in sample.regions
        ],
        source=sample.source,
    )


def row_sample(row: Mapping[str, Any]) -> Sample:
    """Return the sample of a `default` row; images, decoded or absent, are not touched."""
    return Sample(
        id=row["id"],
        question=row["question"],
        images=(),
        image_refs=tuple(row["image_refs"]),
        options=tuple(row["options"]),
        answer=row["answer"],
        category=row["category"],
        subtask=row["subtask"],
        difficulty=row["difficulty"],
        pass_rate=row["pass_rate"],
        partition=row["partition"],
        summary=row["summary"],
        caption=tuple(row["caption"]),
        text_to_region=row["text_to_region"],
        region_to_region=row["region_to_region"],
        reasoning=row["reasoning"],
        conclusion=row["conclusion"],
        regions=tuple(
            Region(phrase=region["phrase"], image=region["image"], box=tuple(region["box"]))
            for region in row["regions"]
        ),
        source=row["source"],
    )


def stage_row(sample: Sample, stage: int) -> StageRow:
    """Return the chat messages of a sample at a stage; images are named by their index."""
    example = stage_example(sample, stage)
    return StageRow(
        id=sample.id,
        messages=[
            MessageCell(role="user", content=[_content(part) for part in example.prompt]),
            MessageCell(role="assistant", content=[_content(Text(example.target))]),
        ],
        answer=sample.answer,
        category=sample.category,
        subtask=sample.subtask,
        difficulty=sample.difficulty,
        stage=stage,
    )


def _content(part: Part) -> ContentCell:
    if isinstance(part, Text):
        return ContentCell(type="text", text=part.text, index=None)
    return ContentCell(type="image", text=None, index=part.index)
