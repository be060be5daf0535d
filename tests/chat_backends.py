"""What lmms-eval's chat backends show a model, run as a program: `python chat_backends.py MODEL`.

Each backend gets the same questions and writes down the last thing before the model: the prompt as
text and the images that fill its placeholders, as their colours. Nothing is generated. Two backends
need stand-ins to be loaded here at all: `sglang`, whose engine needs a GPU, and `decord`, which
`qwen2_5_vl` wants for videos alone. lmms-eval 0.7.3's `huggingface` does not work with transformers
5: it takes a model class that cannot generate, and passes an argument that processors refuse.
"""

import json
import sys
import types
from typing import Any

PLACEHOLDER = "<|vision_start|><|image_pad|><|vision_end|>"
NUM = 3


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
        pixels = list(image.resize((1, 1)).getdata())
        parts += [pixels[0], following]
    return parts


class Noting:
    """A processor that writes down what it is called with."""

    def __init__(self, processor: Any) -> None:
        self.processor, self.prompts = processor, []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.processor, name)

    def __call__(self, text: Any, images: Any = None, **settings: Any) -> Any:
        waiting = list(images or [])
        for one in text:
            num = one.count(PLACEHOLDER)
            self.prompts.append(shown(one, waiting[:num]))
            del waiting[:num]
        if waiting:
            raise ValueError(f"{len(waiting)} images that no prompt shows")
        settings = {name: value for name, value in settings.items() if value}
        return self.processor(text=text, **({"images": images} if images else {}), **settings)


def asked_of(name: str, model: str, instances: Any, task_dict: Any) -> list[Any]:
    from lmms_eval.models import get_model

    where = {} if name == "sglang" else {"device": "cpu", "device_map": "cpu"}
    which = {"model" if name == "sglang" else "pretrained": model}
    backend = get_model(name)(**which, **where, batch_size=2)
    backend.task_dict = task_dict
    if name != "sglang":
        backend.processor = Noting(backend.processor)
        backend.model.generate = lambda input_ids, **_: input_ids
    for batch in instances:  # of one task each, as `mirbench eval` asks
        backend.generate_until(batch)
    prompts: list[Any] = (backend.client if name == "sglang" else backend.processor).prompts
    return prompts


def main(model: str, out: str) -> None:
    stand_in("decord", VideoReader=None, cpu=None)
    stand_in("sglang", Engine=Engine)
    for name in ("srt", "srt.function_call", "srt.entrypoints", "srt.entrypoints.openai"):
        stand_in(f"sglang.{name}")
    parser = {"FunctionCallParser": None}
    stand_in("sglang.srt.function_call.function_call_parser", **parser)
    stand_in("sglang.srt.entrypoints.openai.protocol", Tool=None)

    import transformers
    from lmms_eval.models.chat import huggingface
    from lmms_eval.tasks import TaskManager, get_task_dict

    huggingface.AutoModel = transformers.AutoModelForImageTextToText
    names = ["mir", "mir_blind", "mir_circular"]
    tasks = get_task_dict(names, TaskManager(include_defaults=False), "chat")
    instances = []
    for name in names:
        tasks[name].build_all_requests(limit=NUM)
        instances.append(tasks[name].instances)
    task_dict = {name: tasks[name].dataset for name in names}
    backends = ("huggingface", "qwen2_5_vl", "sglang")
    asked = {name: asked_of(name, model, instances, task_dict) for name in backends}
    with open(out, "w") as file:  # noqa: PTH123
        json.dump(asked, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
