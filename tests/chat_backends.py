"""What lmms-eval's backends show a model, run as a program: `python chat_backends.py MODEL OUT`.

`huggingface` and `qwen2_5_vl` run whole, by `mirbench eval`; what their processor is called with is
written down. `sglang` needs a GPU: its code is driven with a stand-in for its engine, which writes
down what it is handed and generates nothing. `decord` is stood in for: `qwen2_5_vl` imports it, and
uses it for videos alone.

Written are, for each backend, its prompts: their texts and, between them, the colours of the images
that fill the placeholders. The runs are below OUT.
"""

import json
import sys
import types
from pathlib import Path
from typing import Any

from cli_calls import call

PLACEHOLDER = "<|vision_start|><|image_pad|><|vision_end|>"
TASKS = ("mir", "mir_blind", "mir_circular")
NUM, BATCH = 3, 2
RUN_WHOLE = ("huggingface", "qwen2_5_vl")


def stand_in(name: str, **content: Any) -> None:
    module = types.ModuleType(name)
    module.__dict__.update(content)
    sys.modules[name] = module


class Engine:
    """sglang's engine, as far as the backend uses it."""

    def __init__(self, **_: Any) -> None:
        self.prompts: list[Any] = []

    def generate(self, prompt: Any, image_data: Any, sampling_params: Any) -> list[dict[str, Any]]:
        self.prompts += map(shown, prompt, image_data)
        return [{"text": "A", "meta_info": {"completion_tokens": 1}} for _ in prompt]


def shown(text: str, images: Any) -> list[Any]:
    """Return a prompt's texts and, between them, the colours of its images."""
    texts = text.split(PLACEHOLDER)
    if len(texts) != len(images) + 1:
        raise ValueError(f"{len(texts) - 1} placeholders for {len(images)} images")
    parts: list[Any] = [texts[0]]
    for image, following in zip(images, texts[1:], strict=True):
        parts += [list(image.resize((1, 1)).getpixel((0, 0))), following]
    return parts


def note_prompts(prompts: list[Any]) -> None:
    """Write down what the model's processor is called with, each time."""
    from transformers import Qwen2_5_VLProcessor

    process = Qwen2_5_VLProcessor.__call__

    def process_and_note(self: Any, images: Any = None, text: Any = None, **settings: Any) -> Any:
        waiting = list(images or [])
        for one in text:
            num = one.count(PLACEHOLDER)
            prompts.append(shown(one, waiting[:num]))
            del waiting[:num]
        if waiting:
            raise ValueError(f"{len(waiting)} images that no prompt shows")
        return process(self, images=images, text=text, **settings)

    Qwen2_5_VLProcessor.__call__ = process_and_note


def run_whole(backend: str, model: str, out: Path) -> None:
    """Run `mirbench eval` on a backend of transformers."""
    arguments = [
        "eval",
        "--model",
        backend,
        "--tasks",
        ",".join(TASKS),
        "--out",
        str(out / backend),
    ]
    arguments += ["--model-args", f"pretrained={model},device=cpu,device_map=cpu"]
    arguments += ["--limit", str(NUM), "--batch_size", str(BATCH)]
    code, said = call([*arguments, "--gen_kwargs", "max_new_tokens=9"])
    if code:
        raise SystemExit(f"{backend}: {said}")


def drive_sglang(model: str) -> list[Any]:
    """Have lmms-eval's backend ask sglang's engine for everything; returns what it was handed."""
    for name in ("srt", "srt.function_call", "srt.entrypoints", "srt.entrypoints.openai"):
        stand_in(f"sglang.{name}")
    parser = {"FunctionCallParser": None}
    stand_in("sglang", Engine=Engine)
    stand_in("sglang.srt.function_call.function_call_parser", **parser)
    stand_in("sglang.srt.entrypoints.openai.protocol", Tool=None)

    from lmms_eval.models import get_model
    from lmms_eval.tasks import TaskManager, get_task_dict

    tasks = get_task_dict(list(TASKS), TaskManager(include_defaults=False), "chat")
    backend = get_model("sglang")(model=model, batch_size=BATCH)
    backend.task_dict = {name: tasks[name].dataset for name in TASKS}
    for name in TASKS:
        tasks[name].build_all_requests(limit=NUM)
        backend.generate_until(tasks[name].instances)
    prompts: list[Any] = backend.client.prompts
    return prompts


def main(model: str, out: Path) -> None:
    stand_in("decord", VideoReader=None, cpu=None)
    prompts: list[Any] = []
    note_prompts(prompts)
    sent = {}
    for backend in RUN_WHOLE:
        run_whole(backend, model, out)
        sent[backend] = prompts[:]
        prompts.clear()
    sent["sglang"] = drive_sglang(model)
    (out / "sent.json").write_text(json.dumps(sent))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
