"""A plug-in for lmms-eval that writes down what reaches vLLM's engine; see `test_tasks.py`.

For each request, in their order: the token ids of its prompt, and for each image where its
placeholder stands and its pixels as the model will read them.
"""

import os
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np


def register() -> list[Any]:
    """Wrap the last step before the engine; lmms-eval calls this as an entry point."""
    from vllm.v1.engine.input_processor import InputProcessor

    process, numbers = InputProcessor.process_inputs, count()
    folder = Path(os.environ["ENGINE_PROBE"])

    def process_inputs(*args: Any, **kwargs: Any) -> Any:
        request = process(*args, **kwargs)
        images = request.mm_features
        np.savez(
            folder / f"{next(numbers):04d}.npz",
            tokens=request.prompt_token_ids,
            places=[(image.mm_position.offset, image.mm_position.length) for image in images],
            **{f"pixels{n}": pixels_of(image.data) for n, image in enumerate(images)},
        )
        return request

    InputProcessor.process_inputs = process_inputs
    return []


def pixels_of(data: Any) -> Any:
    """Return the pixels of one processed image."""
    return data["pixel_values"].data.float().numpy()


def install(folder: Path) -> None:
    """Make this module an entry point for whoever has `folder` on its path."""
    info = folder / "engine_probe-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: engine_probe\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[lmms_eval.models]\nprobe = engine_probe:register\n")
