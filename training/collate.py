"""Rendered samples -> tensors: the processor's own template, targets alone in the labels."""

import logging
import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import torch
from PIL import Image

from mirbench.data.pixel_budget import Size, scale_down, scaled_sizes
from mirbench.errors import ImageError, MirbenchError, SampleError
from mirbench.interleave import ImageRef, Part, Text
from mirbench.stages import StageExample
from mirbench.tiny import chat_template
from mirbench.training_run.lengths import LengthGroups, about_num_text_tokens, num_image_tokens
from mirbench.training_run.steps import BROKEN_IMAGE, CONTROL_TOKEN, KEPT, REASONS, TOO_LONG
from training.data import Rendered, TrainingData
from training.settings import Settings, SettingsError

IGNORE_INDEX: Final = -100
"""A label that the loss does not count."""

_PER_TOKEN: Final = ("input_ids", "attention_mask", "mm_token_type_ids", "labels")
_log = logging.getLogger(__name__)


class Encoded(NamedTuple):
    """A place in the order; where it is left out, `outcome` says why, and a filler stands in."""

    position: int
    outcome: int
    tensors: dict[str, torch.Tensor]


class Encoder:
    """Turns rendered samples into what a processor's model reads."""

    def __init__(self, processor: Any, settings: Settings) -> None:
        """Learn from the processor's template where an answer begins and ends.

        Raises:
            SettingsError: If the template moves images, or writes answers otherwise than it asks.
        """
        self.settings, self._processor = settings, processor
        self._limits = settings.max_pixels, settings.max_pixels_per_sample
        before, _, behind = self._probe()[0].partition(processor.image_token)
        if "before" not in before or "behind" not in behind:
            if type(processor).__name__ != "LlavaOnevisionProcessor":
                raise SettingsError(f"{settings.model}: its chat template moves images about")
            # The released one writes all images first, which changes an interleaved question. The
            # new one is saved with every checkpoint, so evaluation asks as training did.
            _log.warning("the chat template puts images first; taking one that does not")
            processor.chat_template = chat_template("llava_onevision")
        prompt, whole = self._probe()
        if not whole.startswith(f"{prompt}answer"):
            raise SettingsError(
                f"{settings.model}: its chat template writes an answer otherwise than it asks for "
                f"one: expected a text that begins with {prompt!r}, found {whole!r}"
            )
        self._closing = whole.removeprefix(f"{prompt}answer").rstrip()
        vocabulary = processor.tokenizer.get_added_vocab()
        self._control = [token for token in vocabulary if token in whole]

    def _probe(self) -> tuple[str, str]:
        """Return a question as the template asks it, and with its answer."""
        parts = (Text("before "), ImageRef(0), Text(" behind"))
        answer = {"role": "assistant", "content": [{"type": "text", "text": "answer"}]}
        whole = self._processor.apply_chat_template([_user(parts), answer], tokenize=False)
        return self._prompt(parts), whole

    def _prompt(self, parts: Sequence[Part]) -> Any:
        render = self._processor.apply_chat_template
        return render([_user(parts)], tokenize=False, add_generation_prompt=True)

    def encode(self, rendered: Rendered) -> dict[str, torch.Tensor]:
        """Return the tensors of a sample, one row each.

        The prompt is tokenised as when the model is asked, and the target on its own behind it:
        what is learnt is what has to be written, up to the end of the turn.

        Raises:
            SampleError: If a text holds a token of the template, such as the end of a turn.
        """
        prompt, answer = rendered.example
        texts = [part.text for part in prompt if isinstance(part, Text)]
        if any(token in text for token in self._control for text in (*texts, answer)):
            raise SampleError(REASONS[CONTROL_TOKEN])
        shown = _shown(prompt)
        images = scale_down(rendered.images, shown, *self._limits)
        shown_images = [[images[index] for index in shown]]
        tensors = dict(self._processor(
            text=[self._prompt(prompt)], images=shown_images, return_tensors="pt"
        ))  # fmt: skip
        target = self._processor.tokenizer(
            answer + self._closing, add_special_tokens=False, return_tensors="pt"
        )["input_ids"]
        tensors["labels"] = torch.full_like(tensors["input_ids"], IGNORE_INDEX)
        tails = {"attention_mask": torch.ones_like(target), "mm_token_type_ids": target * 0}
        for name in _PER_TOKEN:
            if name in tensors:
                tensors[name] = torch.cat([tensors[name], tails.get(name, target)], dim=1)
        return tensors

    def about_num_tokens(self, example: StageExample, sizes: Sequence[Size]) -> int:
        """Estimate the length of a sample by the sizes of its images, to compare it with others."""
        prompt, answer = example
        shown, texts = _shown(prompt), [part.text for part in prompt if isinstance(part, Text)]
        scaled = scaled_sizes(sizes, shown, *self._limits)
        of_images = num_image_tokens(self._processor, [scaled[index] for index in shown])
        return of_images + about_num_text_tokens(*texts, answer)

    def filler(self) -> dict[str, torch.Tensor]:
        """Return a smallest sample without targets: it adds nothing to loss or gradients.

        It has an image, so that every rank goes through the vision tower in every step.
        """
        image = Image.new("RGB", (64, 64))
        tensors = self.encode(Rendered(StageExample((ImageRef(0), Text(".")), "."), (image,)))
        return {**tensors, "labels": torch.full_like(tensors["labels"], IGNORE_INDEX)}


def _shown(parts: Sequence[Part]) -> list[int]:
    return [part.index for part in parts if isinstance(part, ImageRef)]


def _user(parts: Sequence[Part]) -> dict[str, Any]:
    content = [
        {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
        for part in parts
    ]
    return {"role": "user", "content": content}


class TrainingSet(torch.utils.data.Dataset):  # type: ignore[misc]  # torch is typed in part
    """The order as tensors, filled up to whole batches on all ranks."""

    def __init__(self, data: TrainingData, encoder: Encoder, multiple: int, step: int = 1) -> None:
        """Fill up to a multiple of the samples that all ranks read at once.

        The samples of a `step` are dealt by their lengths.
        """
        self._data, self._encoder = data, encoder
        self._filler = encoder.filler()
        self._len = math.ceil(len(data.schedule) / multiple) * multiple
        self._groups = LengthGroups(self._num_tokens, step, self._len) if step > 1 else None

    def __len__(self) -> int:
        return self._len

    def __getitem__(self, place: int) -> Encoded:
        position = self._groups.position(place) if self._groups else place
        tensors, outcome = self._filler, KEPT
        try:
            if position < len(self._data.schedule):
                tensors = self._encoder.encode(self._data.rendered(position))
        except ImageError as error:
            _log.warning("sample %r left out: %s", self._data.schedule[position].id, error)
            outcome = BROKEN_IMAGE
        except SampleError:
            outcome = CONTROL_TOKEN
        if tensors["labels"].shape[1] > self._encoder.settings.max_length:
            tensors, outcome = self._filler, TOO_LONG
        return Encoded(position, outcome, tensors)

    def _num_tokens(self, position: int) -> int:
        if position >= len(self._data.schedule):
            return 0
        try:
            return self._encoder.about_num_tokens(*self._data.outline(position))
        except MirbenchError:  # left out when its turn comes, and counted there
            return 0


class Collator:
    """Joins samples to a batch: tokens padded on the right, images one after another."""

    def __init__(self, pad_token_id: int) -> None:
        """Take what stands behind a shorter sample's tokens; attention does not see it."""
        self._pads = {"input_ids": pad_token_id, "labels": IGNORE_INDEX}

    def __call__(self, samples: Sequence[Encoded]) -> dict[str, torch.Tensor]:
        """Return the batch, with `positions` and `outcomes` to account for it."""
        batch = {}
        for name in samples[0].tensors:
            rows = [sample.tensors[name] for sample in samples]
            if name in _PER_TOKEN or rows[0].dim() == 5:  # LLaVA: some images have more crops
                rows = _as_long_as_the_longest(rows, self._pads.get(name, 0))
            batch[name] = torch.cat(rows)
        batch["positions"] = torch.tensor([sample.position for sample in samples])
        batch["outcomes"] = torch.tensor([sample.outcome for sample in samples])
        return batch


def _as_long_as_the_longest(rows: Sequence[torch.Tensor], value: int) -> list[torch.Tensor]:
    longest, inner = max(row.shape[1] for row in rows), (0, 0) * (rows[0].dim() - 2)
    pad = torch.nn.functional.pad
    return [pad(row, (*inner, 0, longest - row.shape[1]), value=value) for row in rows]
