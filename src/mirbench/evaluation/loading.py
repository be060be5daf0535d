"""Loading lmms-eval's backends, and mending those of lmms-eval 0.7.3 that transformers 5 broke.

- `huggingface` looks for the model's class where it cannot find it, and takes one that cannot
  generate; and it hands the processor `audios`, and empty lists of images, which are refused.
- The backends on transformers pad on the side that the tokenizer prefers. A decoder that is padded
  on the right goes on from padding: its answers would depend on the batch.
- They take what a task does not say (top_k, a repetition penalty) from the model's own
  `generation_config.json`, so the same model would answer otherwise than in vLLM.
"""

import difflib
import inspect
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from mirbench.evaluation.settings import SettingsError

_KNOWN: Final = ("async_openai", "openai", "vllm", "huggingface", "qwen2_5_vl")
"""Backends whose arguments are known; others hand theirs on to who knows whom."""

_MEDIA: Final = ("images", "videos", "audios")


def load_backend(backend: Any, args: Mapping[str, Any]) -> Any:
    """Return a backend of lmms-eval, loaded.

    Args:
        backend: Its class.
        args: What it is given.
    """
    if backend.__module__.endswith(".chat.huggingface"):
        with _models_that_generate(sys.modules[backend.__module__]):
            loaded = backend(**args)
        loaded.processor = WithoutEmptyMedia(loaded.processor)
    else:
        loaded = backend(**args)
    config = getattr(getattr(loaded, "model", None), "generation_config", None)
    if config is not None:  # a model of transformers
        loaded.model.generation_config = _tokens_alone(config)
        tokenizer = getattr(getattr(loaded, "processor", None), "tokenizer", None)
        if tokenizer is not None:
            tokenizer.padding_side = "left"
    return loaded


def check_arguments(backend: Any, args: Mapping[str, Any]) -> None:
    """Refuse arguments that a backend does not have: some ignore those, with what they are for.

    Raises:
        SettingsError: If there is one.
    """
    name = backend.__module__.rsplit(".", 1)[-1]
    if name not in _KNOWN:
        return
    known = _parameters(backend)
    if name == "vllm":
        from vllm import EngineArgs

        known |= inspect.signature(EngineArgs).parameters.keys()
    for given in args:
        if given not in known:
            near = difflib.get_close_matches(given, known)
            meant = f"did you mean {', '.join(near)}?" if near else f"it has {_listed(known)}"
            raise SettingsError(f"--model-args: {name} has no argument {given!r}; {meant}")


def _parameters(backend: Any) -> set[str]:
    """Return the names of a backend's arguments, those of the classes it is made of included."""
    made_of = [one for one in backend.__mro__ if "__init__" in vars(one)]
    found = [inspect.signature(one.__init__).parameters.values() for one in made_of]
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {one.name for each in found for one in each if one.kind in by_name} - {"self"}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


@contextmanager
def _models_that_generate(module: Any) -> Iterator[None]:
    """Let `huggingface` find models that can generate.

    It compares a model's type with classes, so what it takes is always its last choice, AutoModel.
    """
    last_choice = module.AutoModel
    module.AutoModel = module.AutoModelForImageTextToText
    try:
        yield
    finally:
        module.AutoModel = last_choice


class WithoutEmptyMedia:
    """A processor that is told of images, videos and audios only where there are any."""

    def __init__(self, processor: Any) -> None:
        """Take the processor."""
        self._processor = processor

    def __getattr__(self, name: str) -> Any:
        """Be the processor in all else."""
        return getattr(self._processor, name)

    def __call__(self, **given: Any) -> Any:
        """Process what there is."""
        return self._processor(
            **{name: value for name, value in given.items() if name not in _MEDIA or value}
        )


def _tokens_alone(config: Any) -> Any:
    """Return a configuration that knows how a model's texts end and pad, and nothing else."""
    from transformers import GenerationConfig

    names = ("bos_token_id", "eos_token_id", "pad_token_id")
    return GenerationConfig(**{name: getattr(config, name) for name in names}, top_k=0)
