"""Fresh questions -> token ids, labels, positions and patches, worked out once."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import PreTrainedModel, Qwen2_5_VLProcessor

from mirbench.data.pixels import to_rgb
from mirbench.data.release import Release
from mirbench.interleave import Part, Text, chat_content
from mirbench.prompts import direct_prompt
from mirbench.record import Sample
from mirbench.stages import stage_example, step_text

from .fast import Batch, Images

IGNORED: Final = -100
NUM_END: Final = 8
"""Tokens at the end of an answer that hold its result and the choice."""
FORMS: Final = ("direct", "chain")


class Example(NamedTuple):
    """A prompt with what is to be written.

    Attributes:
        input_ids: int32 [token].
        positions: int32 [3, token].
        labels: The next token where it is to be learnt: int32 [token].
    """

    input_ids: NDArray[np.int32]
    positions: NDArray[np.int32]
    labels: NDArray[np.int32]


class Question(NamedTuple):
    """A question in each form, and its images.

    Attributes:
        id: The sample's.
        letter: The right option.
        patches: For each image uint8 [patch, pixel values].
        grids: For each image its rows and columns of patches.
        examples: Form -> example.
    """

    id: str
    letter: str
    patches: list[NDArray[np.uint8]]
    grids: list[tuple[int, int]]
    examples: dict[str, Example]


def samples_of(folder: Path) -> Iterator[tuple[Sample, list[bytes]]]:
    """Yield the samples of a release with their images."""
    release = Release.open(folder)
    for number, (_, sample) in enumerate(release.records()):
        if isinstance(sample, Sample):
            yield sample, release.load_images(sample, number)


def target_text(sample: Sample, form: str) -> str:
    """Return what the model is to write.

    Asked for its choice and the reason, it reasons first: what the images show, what follows, and
    then the choice. Asked for the chain, it writes all five steps.
    """
    if form == "chain":
        return stage_example(sample, 5).target
    reason = f"{step_text(sample, 'caption')}\n{step_text(sample, 'region_to_region')}"
    return f"Reason: {reason}\nYour option: {sample.answer}"


def prompt_parts(sample: Sample, form: str) -> tuple[Part, ...]:
    """Return the prompt of a form: that of the task `mir`, or that of `mir_cot`."""
    return direct_prompt(sample) if form == "direct" else stage_example(sample, 5).prompt


def texts_of(sample: Sample) -> Iterator[str]:
    """Yield every text of a sample, for the tokenizer."""
    yield "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
    for form in FORMS:
        for part in prompt_parts(sample, form):
            if isinstance(part, Text):
                yield part.text
        yield target_text(sample, form)


class Encoder:
    """Turns samples into questions, as the processor would and vLLM will."""

    def __init__(self, processor: Qwen2_5_VLProcessor, model: PreTrainedModel) -> None:
        self._processor = processor
        self._model = model
        self._merge = processor.image_processor.merge_size

    def encode(self, sample: Sample, images: Sequence[bytes]) -> Question:
        """Work out a question."""
        patches, grids = [], []
        for content in images:
            seen = self._processor.image_processor(
                images=[to_rgb(Image.open(io.BytesIO(content)))], return_tensors="pt"
            )
            patches.append(((seen["pixel_values"] + 1) * 127.5).round().to(torch.uint8).numpy())
            grids.append(tuple(seen["image_grid_thw"][0, 1:].tolist()))
        examples = {form: self._example(sample, form, grids) for form in FORMS}
        return Question(sample.id, sample.answer, patches, grids, examples)

    def _example(self, sample: Sample, form: str, grids: Sequence[tuple[int, int]]) -> Example:
        parts = prompt_parts(sample, form)
        messages = [{"role": "user", "content": chat_content(parts, ["image"] * len(grids))}]
        prompt = self._processor.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False
        )
        tokenizer, pad = self._processor.tokenizer, "<|image_pad|>"
        first, *others = prompt.split(pad)
        text = first
        for (rows, columns), other in zip(grids, others, strict=True):
            text += pad * (rows * columns // self._merge**2) + other
        prompt_ids = tokenizer(text)["input_ids"]
        written = tokenizer(target_text(sample, form) + "<|im_end|>")["input_ids"]
        ids = torch.tensor([prompt_ids + written])
        kinds = (ids == self._model.config.image_token_id).int()
        thw = torch.tensor([[1, *grid] for grid in grids])
        positions, _ = self._model.model.get_rope_index(ids, kinds, image_grid_thw=thw)
        labels = [IGNORED] * (len(prompt_ids) - 1) + written + [IGNORED]
        return Example(
            ids[0].numpy().astype(np.int32),
            positions[:, 0].numpy().astype(np.int32),
            np.array(labels, np.int32),
        )


def patch_positions(grid: tuple[int, int], merge: int) -> torch.Tensor:
    """Return row and column of each patch, merged ones side by side: int [patch, 2]."""
    rows, columns = grid
    cells = torch.stack(torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij"))
    blocks = cells.view(2, rows // merge, merge, columns // merge, merge)
    return blocks.permute(1, 3, 2, 4, 0).flatten(0, 3)


def make_batch(questions: Sequence[Question], form: str, merge: int) -> Batch:
    """Put the examples of some questions side by side."""
    examples = [question.examples[form] for question in questions]
    longest = max(len(example.input_ids) for example in examples)
    ids = np.zeros((len(examples), longest), np.int64)
    positions = np.zeros((3, len(examples), longest), np.int64)
    labels = np.full((len(examples), longest), IGNORED, np.int64)
    is_end = np.zeros((len(examples), longest), np.bool_)
    for row, example in enumerate(examples):
        length = len(example.input_ids)
        ids[row, :length] = example.input_ids
        positions[:, row, :length] = example.positions
        labels[row, :length] = example.labels
        is_end[row, length - 1 - NUM_END : length - 1] = True
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(positions),
        torch.from_numpy(labels),
        torch.from_numpy(is_end),
        _grouped(questions, merge),
    )


def _grouped(questions: Sequence[Question], merge: int) -> list[Images]:
    groups: dict[tuple[int, int], tuple[list[NDArray[np.uint8]], list[list[int]]]] = {}
    start = 0
    for question in questions:
        for patches, grid in zip(question.patches, question.grids, strict=True):
            num = len(patches) // merge**2
            same = groups.setdefault(grid, ([], []))
            same[0].append(patches)
            same[1].append(list(range(start, start + num)))
            start += num
    return [
        Images(
            torch.from_numpy(np.stack(patches)), patch_positions(grid, merge), torch.tensor(rows)
        )
        for grid, (patches, rows) in groups.items()
    ]
