"""Rows of label tables, made on the spot."""

import dataclasses
from typing import Any

from mirbench.data.labels import Label, SamplingCell

SAMPLING = SamplingCell(
    num_draws=10,
    threshold=7,
    temperature=0.7,
    top_p=0.8,
    repetition_penalty=1.05,
    max_tokens=512,
    min_pixels=200704,
    max_pixels=1003520,
    seed=0,
    prompt="0123456789ab",
)


def label(id: str, **changes: Any) -> Label:
    """Return an easy label decided after seven draws; `changes` replace fields."""
    easy = Label(
        id=id,
        subtask="YES, BUT",
        status="labelled",
        label="easy",
        num_right=7,
        num_sampled=7,
        num_unparsed=0,
        num_truncated=0,
        num_tokens=210,
        decided_early=True,
        reason=None,
        detail=None,
        model="a-model",
        revision="abc",
        sampling=SAMPLING,
        extractor="1",
        fingerprint="data",
    )
    return dataclasses.replace(easy, **changes)


def failed(id: str) -> Label:
    return label(
        id, status="failed", label="unlabelled", num_right=0, num_sampled=0, reason="image",
        detail="cut off", decided_early=False,
    )  # fmt: skip


def by_id(*labels: Label) -> dict[str, Label]:
    return {each.id: each for each in labels}
