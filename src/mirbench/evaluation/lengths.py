"""How long prompts are, before a model is loaded: one that does not fit must not end a run.

The text is tokenized as the model's chat template writes it; what its images cost is asked of the
model's processor, by their sizes alone. So no image is decoded, and 22,000 questions take seconds.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Final

from mirbench.data.images import BROKEN_IMAGE, IMAGE_FORMATS
from mirbench.evaluation.forms import Form, shown_sample
from mirbench.interleave import ImageRef, Part, Text

_ROWS_A_BATCH: Final = 256
_PIXELS: Final = ("min_pixels", "max_pixels")


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLong:
    """A prompt that does not fit.

    Attributes:
        position: Among the requests that were measured.
        id: Of the sample.
        task: That asks it.
        num_tokens: Length of its prompt.
    """

    position: int
    id: str
    task: str
    num_tokens: int

    def __str__(self) -> str:
        """Name it as a message does."""
        return f"sample {self.id!r} ({self.task}): {self.num_tokens:,} tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthReport:
    """What measuring the prompts found; see `mirbench.evaluation.manifest.Lengths`."""

    checked: bool
    reason: str = ""
    longest: int | None = None
    limit: int | None = None
    too_long: tuple[TooLong, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request as far as its length needs it; `row` has its images as undecoded bytes."""

    task: str
    form: Form
    row: Mapping[str, Any]


class PromptMeter:
    """Measures prompts in a model's tokens."""

    def __init__(self, model: str, args: Mapping[str, Any]) -> None:
        """Load the model's configuration and processor, not its weights.

        Args:
            model: A folder, or a name on the Hub.
            args: Arguments of lmms-eval's backend, of which `max_model_len`, `revision` and those
                of the processor count.

        Raises:
            OSError: If there is no such model.
            ValueError: If it has no processor.
        """
        from transformers import AutoConfig, AutoProcessor

        # Said, since transformers would ask at the terminal.
        trusted = bool(args.get("trust_remote_code"))
        where = {"revision": args.get("revision"), "trust_remote_code": trusted}
        config = AutoConfig.from_pretrained(model, **where)
        self._processor = AutoProcessor.from_pretrained(model, **where, **_of_processor(args))
        longest = config.get_text_config().max_position_embeddings
        self.limit = int(args.get("max_model_len") or longest)
        self._image_tokens = cache(self._measure_image)

    def measure(self, rows: Iterator[Row]) -> LengthReport:
        """Return the longest prompt and those that leave no room for an answer."""
        longest, too_long = 0, []
        position = 0
        while some := list(islice(rows, _ROWS_A_BATCH)):
            for row, num_tokens in zip(some, self._lengths(some), strict=True):
                longest = max(longest, num_tokens)
                if num_tokens >= self.limit:
                    id = row.row["id"]
                    too_long.append(
                        TooLong(position=position, id=id, task=row.task, num_tokens=num_tokens)
                    )
                position += 1
        return LengthReport(
            checked=True, longest=longest, limit=self.limit, too_long=tuple(too_long)
        )

    def _lengths(self, rows: Sequence[Row]) -> list[int]:
        prompts = [row.form.render(shown_sample(row.row)) for row in rows]
        texts = [self._as_text(prompt) for prompt in prompts]
        tokens = self._processor.tokenizer(texts, add_special_tokens=False)["input_ids"]
        return [
            len(ids) + self._of_images(prompt, row.row["images"])
            for ids, prompt, row in zip(tokens, prompts, rows, strict=True)
        ]

    def _as_text(self, prompt: Sequence[Part]) -> str:
        content = [
            {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
            for part in prompt
        ]
        text: str = self._processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        return text

    def _of_images(self, prompt: Sequence[Part], images: Sequence[Mapping[str, Any]]) -> int:
        """Return what images add: each placeholder, one token of the text, becomes several."""
        shown = [part.index for part in prompt if isinstance(part, ImageRef)]
        sizes = {index: _size(images[index]["bytes"]) for index in set(shown)}
        return sum(self._image_tokens(sizes[index]) - 1 for index in shown)

    def _measure_image(self, size: tuple[int, int]) -> int:
        width, height = size
        told = self._processor._get_num_multimodal_tokens(image_sizes=[(height, width)])
        return int(told["num_image_tokens"][0])


def measure_rows(
    model: str, args: Mapping[str, Any], rows: Callable[[], Iterator[Row]]
) -> LengthReport:
    """Measure prompts, or say why it cannot be done: that is no reason not to run."""
    try:
        return PromptMeter(model, args).measure(rows())
    except (OSError, ValueError, AttributeError, NotImplementedError) as error:
        reason = " ".join(str(error).split())[:200]
        return LengthReport(checked=False, reason=f"{type(error).__name__}: {reason}")


def _of_processor(args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that change what an image costs."""
    given = args.get("mm_processor_kwargs")
    told = dict(given) if isinstance(given, Mapping) else {}
    return told | {name: args[name] for name in _PIXELS if name in args}


def _size(content: bytes) -> tuple[int, int]:
    """Read the size of an image from its header; what cannot be read is left to the run."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            return image.size
    except (*BROKEN_IMAGE, Image.DecompressionBombError):
        return (1, 1)
