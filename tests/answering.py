"""A tiny model that answers: random weights never name an option, so they cannot be labelled.

The blocks of a tiny model are silenced, so that a token alone says which comes next, and the
embeddings are set to a chain of tokens: `Your option: A. the region in image ...`.
Letters are drawn with fixed odds and some responses name none. Everything else of the model runs.
"""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

from mirbench.tiny import build_tiny_model

NEVER = -30.0

# A reason of about a hundred tokens: these words, again and again, until the text ends.
WORDS = "the region in image images at and to of are text caption summary Image Look user"
REASON = [f" {word}" for word in WORDS.split()]

# After each token: which may follow, with their logits. The prompt ends in a line break.
CHAIN: dict[str, dict[str, float]] = {
    "\n": {"Y": 0},
    "Y": {"ou": 0},
    "ou": {"r": 0},
    "r": {" option": 0},
    " option": {":": 0},
    ":": {" A": 0, " B": -0.6, " question": -0.65},
    " A": {".": 0},
    " B": {".": 0},
    " question": {".": 0},
    ".": {REASON[0]: 0},
    **{word: {following: 0} for word, following in pairwise(REASON)},
    REASON[-1]: {REASON[0]: 0, "<|im_end|>": -0.8},
}


def build_answering_model(out: Path) -> Path:
    """Write a tiny Qwen2.5-VL that answers A more often than B; returns its folder."""
    from safetensors.torch import load_file, save_file
    from transformers import AutoTokenizer

    build_tiny_model(out)
    tokenizer = AutoTokenizer.from_pretrained(out)
    weights: dict[str, Any] = load_file(out / "model.safetensors")
    for name, weight in weights.items():
        if name.startswith("model.") and name.endswith(("o_proj.weight", "down_proj.weight")):
            weight.zero_()
    weights["model.norm.weight"].fill_(1)
    embedding = weights["model.embed_tokens.weight"]
    head = embedding.new_full(embedding.shape, 0)
    width = embedding.shape[1]
    for dimension, (token, following) in enumerate(CHAIN.items()):
        row = token_id(tokenizer, token)
        embedding[row] = 0
        embedding[row, dimension] = 1
        head[:, dimension] = NEVER / math.sqrt(width)
        for next_token, logit in following.items():
            head[token_id(tokenizer, next_token), dimension] = logit / math.sqrt(width)
    weights["lm_head.weight"] = head
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((out / "config.json").read_text())
    config["tie_word_embeddings"] = config["text_config"]["tie_word_embeddings"] = False
    (out / "config.json").write_text(json.dumps(config, indent=2))
    return out


def token_id(tokenizer: Any, token: str) -> int:
    """Return the id of a text that has to be one token."""
    ids = tokenizer.encode(token, add_special_tokens=False)
    if len(ids) != 1:
        raise ValueError(f"{token!r} is {len(ids)} tokens")
    return int(ids[0])
