"""vLLM in this process: continuous batching, every image encoded once a question.

The answers of a wave are one request: its prompt is rendered and its images are processed once,
its draws share one prefix. Later waves of the same question find images and prefix in vLLM's
caches, by the images' hashes, which we give so that no pixel is hashed (or decoded) again.
"""

import io
import itertools
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import active_children
from typing import Any, Final

from mirbench.difficulty.engines import (
    AnswerError,
    EngineDiedError,
    EngineError,
    Identity,
    Prompt,
    Response,
)
from mirbench.difficulty.engines.watchdog import Watchdog
from mirbench.difficulty.sampling import Sampling
from mirbench.interleave import ImageRef, Text
from mirbench.model_identity import ModelError, model_identity

MAX_MODEL_LEN: Final = 32768
"""The paper's; a model that reads less keeps its own limit."""

_MISSING: Final = "expected vLLM, found none: pip install 'mirbench[vllm]'"


@dataclass(frozen=True, kw_only=True)
class VllmSpec:
    """How to start vLLM.

    Attributes:
        model: A folder, or a name on the Hub.
        revision: Of a model on the Hub; None is its main branch.
        sampling: How answers are drawn.
        concurrency: Questions in flight; 0 lets the engine's own capacity say.
        engine_args: Any of vLLM's own engine arguments.
    """

    model: str
    revision: str | None
    sampling: Sampling
    concurrency: int = 0
    engine_args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def num_gpus(self) -> int:
        """GPUs that one engine takes, where there are any."""
        sizes = ("tensor_parallel_size", "pipeline_parallel_size")
        return math.prod(int(self.engine_args.get(size, 1)) for size in sizes)

    def identity(self) -> Identity:
        """Name the model by its commit on the Hub, or by the files of its folder."""
        try:
            return Identity(*model_identity(self.model, self.revision))
        except ModelError as error:
            raise EngineError(str(error)) from error

    async def open(self) -> "VllmEngine":
        """Start vLLM. It has to happen where answers are awaited, hence async."""
        return VllmEngine(self)


class VllmEngine:
    """A vLLM engine that answers; see `mirbench.difficulty.engines.Engine`."""

    def __init__(self, spec: VllmSpec) -> None:
        """Start it: tens of seconds and more.

        Raises:
            EngineError: If vLLM is not there or refuses the model.
        """
        os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")  # its chatter would break the bar
        try:
            import vllm
            from transformers import AutoConfig, AutoProcessor
        except ImportError as error:
            raise EngineError(f"{_MISSING} ({error})") from error
        try:
            config = AutoConfig.from_pretrained(spec.model, revision=spec.revision)
            self._processor = AutoProcessor.from_pretrained(spec.model, revision=spec.revision)
            self._engine = _start(vllm, spec, config.get_text_config().max_position_embeddings)
        except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise EngineError(f"vLLM cannot run {spec.model!r}: {error}") from error
        self._watchdog = Watchdog(child.pid for child in active_children() if child.pid)
        self._sampling = spec.sampling
        self._requests = itertools.count()
        # A question in flight has two unfinished draws on average, its waves being 4 at most.
        capacity: int = self._engine.vllm_config.scheduler_config.max_num_seqs
        self.concurrency = spec.concurrency or max(1, capacity // 2)

    async def answer(self, prompt: Prompt, seed: int, num: int) -> Sequence[Response]:
        """Draw answers; see `mirbench.difficulty.engines.Engine`."""
        from vllm import SamplingParams
        from vllm.exceptions import VLLMClientError
        from vllm.sampling_params import RequestOutputKind
        from vllm.v1.engine.exceptions import EngineDeadError, EngineGenerateError

        drawn = self._sampling
        params = SamplingParams(
            n=num,
            seed=seed,
            temperature=drawn.temperature,
            top_p=drawn.top_p,
            repetition_penalty=drawn.repetition_penalty,
            max_tokens=drawn.max_tokens,
            output_kind=RequestOutputKind.FINAL_ONLY,
        )
        name = str(next(self._requests))
        try:
            async for output in self._engine.generate(self._input(prompt), params, name):
                if output.finished:
                    return [
                        Response(each.text, len(each.token_ids), each.finish_reason == "length")
                        for each in output.outputs
                    ]
        except EngineDeadError as error:
            raise EngineDiedError(f"vLLM died: {error}; its own message stands above") from error
        except EngineGenerateError as error:
            raise _explained(prompt, error.__cause__ or error) from error
        except (VLLMClientError, ValueError) as error:
            raise _explained(prompt, error) from error
        raise EngineError("vLLM ended a request without an answer")

    def _input(self, prompt: Prompt) -> dict[str, Any]:
        """Return the prompt as vLLM takes it: text with the model's own image placeholders."""
        content = [
            {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
            for part in prompt.parts
        ]
        text = self._processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        shown = [part.index for part in prompt.parts if isinstance(part, ImageRef)]
        placeholder = getattr(self._processor, "image_token", None)
        if placeholder and text.count(placeholder) != len(shown):
            found = f"{text.count(placeholder)} times {placeholder!r} for {len(shown)} images"
            raise AnswerError("refused", f"{found}; the question's own text holds some")
        opened = _opened(prompt)
        return {
            "prompt": text,
            "multi_modal_data": {"image": [opened[index] for index in shown]},
            "multi_modal_uuids": {"image": [prompt.image_hashes[index] for index in shown]},
        }

    async def close(self) -> None:
        """Stop vLLM and its processes."""
        self._engine.shutdown()
        self._watchdog.dismiss()
        del self._engine  # its __del__ fails where the interpreter is half gone


def _start(vllm: Any, spec: VllmSpec, longest: int) -> Any:
    from vllm.platforms import current_platform
    from vllm.usage.usage_lib import UsageContext

    max_model_len = spec.engine_args.get("max_model_len", min(MAX_MODEL_LEN, longest))
    args: dict[str, Any] = {
        "max_model_len": max_model_len,
        "mm_processor_kwargs": spec.sampling.processor_kwargs,
        "disable_log_stats": True,
    }
    if current_platform.is_cpu():
        # A prompt that is read in chunks rewinds its seed's generator, which on the CPU cannot
        # be: vLLM's engine dies of it (gpu_model_runner.py, `set_offset`).
        args |= {"enable_chunked_prefill": False, "max_num_batched_tokens": max_model_len}
    args |= spec.engine_args
    engine_args = vllm.AsyncEngineArgs(model=spec.model, revision=spec.revision, **args)
    # As an offline run, not as a server: vLLM's defaults then are for throughput, not latency.
    usage = UsageContext.LLM_CLASS
    return vllm.AsyncLLMEngine.from_engine_args(engine_args, usage_context=usage)


def _opened(prompt: Prompt) -> list[Any]:
    """Return the images as Pillow's, upright and RGB, as vLLM's server would see them.

    Pillow decodes when a pixel is asked for, which for an image in vLLM's cache is never. Only
    what has to be turned or converted is decoded at once.
    """
    from PIL import Image, ImageOps
    from vllm.multimodal.image import convert_image_mode

    orientation = 0x0112
    images = []
    try:
        for content in prompt.images:
            image: Any = Image.open(io.BytesIO(content))
            # Of a PNG, Pillow reads the orientation by decoding it all; cameras write JPEG.
            if image.format != "PNG" and image.getexif().get(orientation, 1) != 1:
                image = ImageOps.exif_transpose(image)
            images.append(convert_image_mode(image, "RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise AnswerError("image", str(error)) from error
    return images


def _explained(prompt: Prompt, error: BaseException) -> AnswerError:
    """Say why vLLM refused a question: it wraps damaged images into errors of its own."""
    for image in _opened(prompt):
        try:
            image.load()
        except (OSError, SyntaxError, ValueError) as damage:
            return AnswerError("image", str(damage))
    text = str(error)
    too_long = "longer than" in text or "maximum model length" in text or "context length" in text
    return AnswerError("too_long" if too_long else "refused", text)
