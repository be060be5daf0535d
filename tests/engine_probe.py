"""A plug-in that writes down what reaches vLLM's engine, in lmms-eval's process or in a server's.

For each request, in their order: the token ids of its prompt, for each image where its placeholder
stands and its pixels as the model will read them, and how its answer is to be generated.
"""

import json
import os
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

LMMS_EVAL, VLLM = "lmms_eval.models", "vllm.general_plugins"

SETTINGS = (
    "n", "temperature", "top_p", "top_k", "min_p", "seed", "max_tokens", "min_tokens", "stop",
    "stop_token_ids", "bad_words", "ignore_eos", "repetition_penalty", "presence_penalty",
    "frequency_penalty", "logit_bias", "skip_special_tokens",
)  # fmt: skip


def register() -> list[Any]:
    """Wrap the last step before the engine; lmms-eval and vLLM call this as an entry point."""
    from vllm.v1.engine.input_processor import InputProcessor

    process, numbers = InputProcessor.process_inputs, count()
    folder = Path(os.environ["ENGINE_PROBE"])

    def process_inputs(*args: Any, **kwargs: Any) -> Any:
        request = process(*args, **kwargs)
        images = request.mm_features or []  # None where a prompt shows none
        file = folder / f"{next(numbers):04d}.npz"
        draft = file.with_name(f".{file.name}")
        np.savez(
            draft,
            tokens=request.prompt_token_ids,
            places=[(image.mm_position.offset, image.mm_position.length) for image in images],
            settings=settings_of(request.sampling_params),
            **{f"pixels{n}": pixels_of(image.data) for n, image in enumerate(images)},
        )
        draft.replace(file)  # who reads while a server writes sees whole files
        return request

    InputProcessor.process_inputs = process_inputs
    return []


def pixels_of(data: Any) -> Any:
    """Return the pixels of one processed image."""
    return data["pixel_values"].data.float().numpy()


def settings_of(params: Any) -> str:
    """Return the settings that an answer depends on, as JSON."""
    return json.dumps({name: getattr(params, name) for name in SETTINGS}, default=list)


def install(folder: Path, name: str = "engine_probe", group: str = LMMS_EVAL) -> None:
    """Make a module of the tests an entry point for whoever has `folder` on its path."""
    info = folder / f"{name}-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {name}:register\n")


def prompt_of(processor: Any, request: Any) -> str:
    """Return the prompt of a request with one placeholder an image, as its template wrote it."""
    placeholder = processor.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    tokens = request["tokens"].tolist()
    for offset, length in reversed(request["places"]):
        if set(tokens[offset : offset + length]) != {placeholder}:
            raise ValueError(f"no image stands at {offset}")
        tokens[offset : offset + length] = [placeholder]
    text: str = processor.tokenizer.decode(tokens)
    return text


def shows(processor: Any, request: Any, images: list[Any]) -> bool:
    """Say whether a request shows these images in this order, and no others.

    vLLM normalises later, inside the model; the noise of another image correlates with 0.
    """
    if len(request["places"]) != len(images):
        return False
    for place, image in enumerate(images):
        pixels = processor.image_processor(images=[image], return_tensors="np")["pixel_values"]
        if np.corrcoef(request[f"pixels{place}"].ravel(), pixels.ravel())[0, 1] < 0.99:
            return False
    return True
