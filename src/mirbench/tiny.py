"""Tiny vision-language models with random weights, for tests and dry runs.

    python -m mirbench.tiny OUT --family qwen2_5_vl

The architectures are the real ones of transformers, so everything around a model runs as it would
with a full one (processor, chat template, image placeholders, vLLM, lmms-eval, the trainer), in
seconds and without a download. The answers are noise: there is nothing to learn from a score.
"""

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from mirbench.errors import MirbenchError
from mirbench.taxonomy import CATEGORIES, LETTERS, STEPS, SUBTASKS

if TYPE_CHECKING:
    from transformers import (
        PreTrainedConfig,
        PreTrainedModel,
        PreTrainedTokenizerBase,
        ProcessorMixin,
    )

Family = Literal["qwen2_vl", "qwen2_5_vl", "qwen3_vl", "llava_onevision"]
FAMILIES: Final[tuple[Family, ...]] = get_args(Family)

CONTEXT_LENGTH: Final = 16384
MAX_IMAGE_TOKENS: Final = 64
"""No image costs more tokens than this, whatever its size."""

_QWEN_TOKENS: Final = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
_LLAVA_TOKENS: Final = ("<image>", "<video>")

# The families' prompts, without tools. LLaVA-OneVision's released template moves all images in
# front of the text, which changes an interleaved question; here they stay where they are.
_CHAT_TEMPLATE: Final = (
    "{% for message in messages %}SYSTEM<|im_start|>{{ message.role }}\n"
    "{% if message.content is string %}{{ message.content }}{% else %}"
    "{% for part in message.content %}"
    "{% if part.type == 'image' or 'image' in part or 'image_url' in part %}IMAGE"
    "{% elif part.type == 'video' or 'video' in part %}VIDEO"
    "{% elif 'text' in part %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_DEFAULT_SYSTEM: Final = (
    "{% if loop.first and message.role != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
)

_CARD: Final = """\
---
library_name: transformers
pipeline_tag: image-text-to-text
---
# Tiny {architecture}

Random weights; answers are noise. Made by `python -m mirbench.tiny` to run software, not to be
evaluated: {num_parameters:,} parameters, never trained, seed {seed}.
"""


class TinyModelError(MirbenchError):
    """A tiny model cannot be written as asked."""


def build_tiny_model(out: str | Path, family: Family = "qwen2_5_vl", seed: int = 0) -> Path:
    """Write a tiny model of a family, ready for transformers, vLLM and lmms-eval.

    The folder appears whole or not at all. The same family, seed and library versions give the
    same files.

    Args:
        out: The folder to make; it may exist if it is empty.
        family: Whose architecture, processor and chat template to take.
        seed: Draws the weights.

    Returns:
        The folder.

    Raises:
        TinyModelError: If there is no such family or the folder is in use.
    """
    out = Path(out)
    if family not in FAMILIES:
        raise TinyModelError(f"no family {family!r}; expected one of {', '.join(FAMILIES)}")
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise TinyModelError(
            f"{out}: expected a new or an empty folder, found files; remove them or name another"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        _write(draft, family, seed)
        draft.chmod(0o755)  # mkdtemp's own mode shuts out everyone else
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


def _write(folder: Path, family: Family, seed: int) -> None:
    import torch
    from transformers import AutoModelForImageTextToText, GenerationConfig

    tokenizer = _build_tokenizer(family)
    config = _build_config(family, tokenizer)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel = AutoModelForImageTextToText.from_config(config)
    model = model.to(torch.bfloat16)  # as the released checkpoints are
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]),
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(folder)
    restore_vision_names(folder)
    _build_processor(family, tokenizer).save_pretrained(folder)
    card = _CARD.format(
        architecture=config.architectures[0], num_parameters=model.num_parameters(), seed=seed
    )
    (folder / "README.md").write_text(card, encoding="utf-8")


def restore_vision_names(folder: Path) -> None:
    """Name the vision tower's weights of a LLaVA-OneVision as the released checkpoints do.

    transformers reads these names but leaves a part out when it writes (seen in 5.19), and vLLM
    reads nothing else. Also for weights in several files; other families are left alone.
    """
    config = folder / "config.json"
    if not config.exists() or json.loads(config.read_bytes())["model_type"] != "llava_onevision":
        return
    from safetensors.torch import load_file, save_file

    for path in sorted(folder.glob("model*.safetensors")):
        tensors = {_released_name(name): tensor for name, tensor in load_file(path).items()}
        save_file(tensors, path, metadata={"format": "pt"})
    for path in folder.glob("model*.safetensors.index.json"):
        index = json.loads(path.read_text(encoding="utf-8"))
        names = {_released_name(name): file for name, file in index["weight_map"].items()}
        path.write_text(json.dumps({**index, "weight_map": names}, indent=2), encoding="utf-8")


def _released_name(name: str) -> str:
    return re.sub(r"\bvision_tower\.(?!vision_model\.)", "vision_tower.vision_model.", name)


def _corpus() -> Iterator[str]:
    """Yield the texts that a model of MIR reads and writes most, for the tokenizer."""
    for subtask in SUBTASKS:
        yield f"Subtask: {subtask}. Look at the images and answer the question."
    for number, letter in enumerate(LETTERS, start=1):
        yield f"Image {number}: Which option is right? {letter}. the region in image {number}"
        yield f"The answer is {letter}. <conclusion>{letter}</conclusion>"
    for step in STEPS:
        yield f"<{step}>the {step} of the images</{step}>".replace("_", " ")
        yield f"<{step}></{step}>"
    yield f"{' '.join(CATEGORIES)} system user assistant You are a helpful assistant."


def _build_tokenizer(family: Family) -> "PreTrainedTokenizerBase":
    """Train a small tokenizer with the pre-tokenizer and special tokens of the family."""
    from tokenizers import pre_tokenizers, trainers
    from transformers import Qwen2Tokenizer

    backend = Qwen2Tokenizer().backend_tokenizer
    trainer = trainers.BpeTrainer(
        vocab_size=640,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    backend.train_from_iterator(_corpus(), trainer)
    trained = json.loads(backend.to_str())["model"]
    image_tokens = _LLAVA_TOKENS if family == "llava_onevision" else _QWEN_TOKENS
    return Qwen2Tokenizer(
        vocab=trained["vocab"],
        merges=[tuple(merge) for merge in trained["merges"]],
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=["<|im_start|>", *image_tokens],
        model_max_length=CONTEXT_LENGTH,
    )


def _build_config(family: Family, tokenizer: "PreTrainedTokenizerBase") -> "PreTrainedConfig":
    from transformers import AutoConfig

    build = _llava_config if family == "llava_onevision" else _qwen_config
    config: PreTrainedConfig = AutoConfig.for_model(family, **build(family, tokenizer))
    config.tie_word_embeddings = True
    return config


def _text_config(tokenizer: "PreTrainedTokenizerBase") -> dict[str, Any]:
    return {
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": CONTEXT_LENGTH,
        "tie_word_embeddings": True,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
    }


def _qwen_config(family: Family, tokenizer: "PreTrainedTokenizerBase") -> dict[str, Any]:
    # Heads of 32 dimensions, the smallest that vLLM's CPU attention takes. The mrope sections share
    # half of them between time, height and width in about the proportions of the originals.
    text = _text_config(tokenizer)
    mrope: dict[str, Any] = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [4, 6, 6]}
    vision: dict[str, Any] = {"depth": 2, "num_heads": 2, "hidden_size": 64, "in_channels": 3}
    if family == "qwen2_vl":  # calls its own width embed_dim, and hidden_size the text model's
        vision |= {"embed_dim": 64, "hidden_size": 128, "mlp_ratio": 2}
    elif family == "qwen2_5_vl":  # one layer with windows, one with full attention
        vision |= {"intermediate_size": 128, "out_hidden_size": 128, "fullatt_block_indexes": [1]}
    else:
        text |= {"head_dim": 32}
        mrope |= {"mrope_interleaved": True, "mrope_section": [6, 5, 5]}
        vision |= {"intermediate_size": 128, "out_hidden_size": 128}
        vision |= {"deepstack_visual_indexes": [0], "num_position_embeddings": 64}
    text["rope_parameters"] = mrope
    names = ("vision_start", "vision_end", "image", "video")
    ids = tokenizer.convert_tokens_to_ids(list(_QWEN_TOKENS))
    token_ids = {f"{name}_token_id": id_ for name, id_ in zip(names, ids, strict=True)}
    return {"text_config": text, "vision_config": vision, **token_ids}


_LLAVA_SIDE: Final = 70  # pixels: 5 x 5 patches, so an image alone costs 25 + 30 tokens at most


def _llava_config(family: Family, tokenizer: "PreTrainedTokenizerBase") -> dict[str, Any]:
    image, video = tokenizer.convert_tokens_to_ids(list(_LLAVA_TOKENS))
    return {
        "text_config": _text_config(tokenizer) | {"model_type": "qwen2"},
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": _LLAVA_SIDE,
            "patch_size": 14,
            "vision_use_head": False,
        },
        "image_grid_pinpoints": [[_LLAVA_SIDE, _LLAVA_SIDE]],
        "image_token_index": image,
        "video_token_index": video,
    }


def chat_template(family: Family) -> str:
    """Return a chat template of the family that leaves images where they stand in the text."""
    image, video = _LLAVA_TOKENS
    if family != "llava_onevision":
        image = "<|vision_start|><|image_pad|><|vision_end|>"
        video = "<|vision_start|><|video_pad|><|vision_end|>"
    system = _DEFAULT_SYSTEM if family in ("qwen2_vl", "qwen2_5_vl") else ""
    filled = _CHAT_TEMPLATE.replace("SYSTEM", system)
    return filled.replace("IMAGE", image).replace("VIDEO", video)


def _build_processor(family: Family, tokenizer: "PreTrainedTokenizerBase") -> "ProcessorMixin":
    import transformers

    if family == "llava_onevision":
        size = {"height": _LLAVA_SIDE, "width": _LLAVA_SIDE}
        return transformers.LlavaOnevisionProcessor(
            image_processor=transformers.LlavaOnevisionImageProcessor(
                size=size, image_grid_pinpoints=[[_LLAVA_SIDE, _LLAVA_SIDE]]
            ),
            tokenizer=tokenizer,
            video_processor=transformers.LlavaOnevisionVideoProcessor(size=size),
            num_image_tokens=(_LLAVA_SIDE // 14) ** 2,
            vision_feature_select_strategy="full",
            chat_template=chat_template(family),
        )
    processor, video_processor, patch = {
        "qwen2_vl": (transformers.Qwen2VLProcessor, transformers.Qwen2VLVideoProcessor, 14),
        "qwen2_5_vl": (transformers.Qwen2_5_VLProcessor, transformers.Qwen2VLVideoProcessor, 14),
        "qwen3_vl": (transformers.Qwen3VLProcessor, transformers.Qwen3VLVideoProcessor, 16),
    }[family]
    token_area = (2 * patch) ** 2  # two by two patches are merged into one token
    size = {"shortest_edge": 4 * token_area, "longest_edge": MAX_IMAGE_TOKENS * token_area}
    return processor(
        image_processor=transformers.Qwen2VLImageProcessor(patch_size=patch, size=size),
        tokenizer=tokenizer,
        video_processor=video_processor(patch_size=patch, size=size),
        chat_template=chat_template(family),
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the command line: write one tiny model."""
    parser = argparse.ArgumentParser(prog="python -m mirbench.tiny", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to make")
    parser.add_argument("--family", choices=FAMILIES, default="qwen2_5_vl")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        build_tiny_model(options.out, options.family, options.seed)
    except TinyModelError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
