"""The tiny reader: Qwen2.5-VL's architecture with about 1.6 million parameters, as an HF folder."""

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)

from mirbench.taxonomy import STEPS
from mirbench.tiny import chat_template

PATCH: Final = 28
MERGE: Final = 2
SIDE: Final = 168
"""Pixels: a square image has 3 x 3 tokens, one of 16 to 9 has 4 x 2."""
VOCABULARY: Final = 2304
LARGEST_NUMBER: Final = 450
"""Whole numbers below are one token: the coordinates of MIR-Synth's images."""
CONTEXT_LENGTH: Final = 4096
WIDTH, NUM_LAYERS = 128, 4
VISION_WIDTH, VISION_LAYERS = 96, 2

_QWEN_TOKENS: Final = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
_CONTROL: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", *_QWEN_TOKENS)
_TAGS: Final = tuple(f"<{slash}{step}>" for step in STEPS for slash in ("", "/"))


def build_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """Train a tokenizer in which a whole phrase may be one token, and a number always stands alone.

    Texts made from templates then have a quarter of the tokens, and what differs between two
    texts (a number, a colour, a place) is never inside a larger token.
    """
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d{1,3}"), "isolated"),
            pre_tokenizers.Split(Regex(r"[,.;:] | and |\n"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(list(_CONTROL))
    backend.add_tokens([AddedToken(tag, normalized=False) for tag in _TAGS])
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(_CONTROL) - len(_TAGS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    numbers = (str(number) for number in range(LARGEST_NUMBER) for _ in range(100))
    backend.train_from_iterator(itertools.chain(texts, numbers), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=["<|im_start|>", *_QWEN_TOKENS],
        model_max_length=CONTEXT_LENGTH,
    )


def build_processor(tokenizer: PreTrainedTokenizerFast) -> Qwen2_5_VLProcessor:
    """Return a processor that shows every image with about `SIDE` squared pixels."""
    size = {"shortest_edge": SIDE**2 // 2, "longest_edge": SIDE**2}
    settings: dict[str, Any] = {
        "patch_size": PATCH,
        "merge_size": MERGE,
        "temporal_patch_size": 1,
        "size": size,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    return Qwen2_5_VLProcessor(
        image_processor=Qwen2VLImageProcessor(**settings),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(**settings),
        chat_template=chat_template("qwen2_5_vl"),
    )


def build_model(tokenizer: PreTrainedTokenizerFast, seed: int) -> PreTrainedModel:
    """Return the model before any training, in float32."""
    names = ("vision_start", "vision_end", "image", "video")
    ids = tokenizer.convert_tokens_to_ids(list(_QWEN_TOKENS))
    text = {
        "vocab_size": -(-len(tokenizer) // 64) * 64,
        "hidden_size": WIDTH,
        "intermediate_size": 3 * WIDTH,
        "num_hidden_layers": NUM_LAYERS,
        "num_attention_heads": WIDTH // 32,
        "num_key_value_heads": WIDTH // 32,
        "max_position_embeddings": CONTEXT_LENGTH,
        "tie_word_embeddings": True,
        "rope_parameters": {
            "rope_type": "default", "rope_theta": 1e4, "mrope_section": [4, 6, 6],
        },
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "bos_token_id": None,
    }  # fmt: skip
    vision = {
        "depth": VISION_LAYERS,
        "num_heads": VISION_WIDTH // 32,
        "hidden_size": VISION_WIDTH,
        "intermediate_size": 2 * VISION_WIDTH,
        "out_hidden_size": WIDTH,
        "patch_size": PATCH,
        "spatial_merge_size": MERGE,
        "temporal_patch_size": 1,
        "fullatt_block_indexes": list(range(VISION_LAYERS)),
    }
    config = AutoConfig.for_model(
        "qwen2_5_vl",
        text_config=text,
        vision_config=vision,
        **{f"{name}_token_id": id_ for name, id_ in zip(names, ids, strict=True)},
    )
    config.tie_word_embeddings = True
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: PreTrainedModel = AutoModelForImageTextToText.from_config(config)
        _initialise(model)
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]),
        pad_token_id=tokenizer.pad_token_id,
    )
    return model


@torch.no_grad()
def _initialise(model: PreTrainedModel) -> None:
    """Scale weights by their fan-in: the default of 0.02 is too small for such widths."""
    for name, weight in model.named_parameters():
        if weight.ndim < 2:
            continue
        fan_in = weight[0].numel() if "embed_tokens" not in name else WIDTH
        scale = fan_in**-0.5
        if name.endswith(("o_proj.weight", "down_proj.weight", "attn.proj.weight")):
            scale *= (2 * NUM_LAYERS) ** -0.5  # these add to the residual stream
        if name.endswith("merger.mlp.2.weight"):
            scale *= WIDTH**-0.5  # an image token is as long as a word's
        nn.init.normal_(weight, std=scale)


def save(
    weights: Mapping[str, Tensor],
    model: PreTrainedModel,
    processor: Qwen2_5_VLProcessor,
    folder: Path,
    card: str,
) -> None:
    """Write an ordinary Hugging Face folder in bfloat16."""
    halved = {name: value.to(torch.bfloat16) for name, value in weights.items()}
    model.save_pretrained(folder, state_dict=halved)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["dtype"] = "bfloat16"
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    processor.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)  # it is written for its owner alone
    (folder / "README.md").write_text(card, encoding="utf-8")


def matrices(model: PreTrainedModel) -> Iterator[tuple[str, nn.Parameter]]:
    """Yield the weights that Muon turns: every matrix but the embedding."""
    for name, weight in model.named_parameters():
        if weight.ndim == 2 and "embed_tokens" not in name:
            yield name, weight
