"""The forward pass of transformers' Qwen2.5-VL, on a CPU ten times as fast for many small images.

Same modules, same numbers. Images of one size go through the vision tower together (transformers
attends to one image after the other), and attention is two matrix products (the backward pass of
the fused kernel is slow in bfloat16).
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel

ATTENTION = "mirbench_matmul"


class Images(NamedTuple):
    """Images of one size.

    Attributes:
        patches: uint8 [image, patch, pixel values], patches in the processor's order.
        positions: Row and column of every patch: int [patch, 2].
        rows: Which rows of the batch's image tokens they fill: int [image, token].
    """

    patches: Tensor
    positions: Tensor
    rows: Tensor


class Batch(NamedTuple):
    """Examples side by side, padded on the right.

    Attributes:
        input_ids: int [example, token].
        position_ids: int [3, example, token].
        labels: The next token where it is to be learnt, else -100: int [example, token].
        is_end: Whether a label is one of the last few of its example: bool [example, token].
        images: Grouped by size.
    """

    input_ids: Tensor
    position_ids: Tensor
    labels: Tensor
    is_end: Tensor
    images: list[Images]


def _matmul_attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, mask: Any, **_: Any
) -> tuple[Tensor, None]:
    groups = query.shape[1] // key.shape[1]
    if groups > 1:
        key, value = (x.repeat_interleave(groups, dim=1) for x in (key, value))
    length = query.shape[2]
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(2, 3)
    if module.is_causal:
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        scores = scores.masked_fill(future, -1e4)
    return (scores.softmax(-1) @ value).transpose(1, 2), None


AttentionInterface.register(ATTENTION, _matmul_attention)
# Padding stands on the right, where no token of the example looks.
AttentionMaskInterface.register(ATTENTION, lambda *_, **__: None)


def prepare(model: PreTrainedModel) -> None:
    """Let the text model use the attention above."""
    model.model.language_model.config._attn_implementation = ATTENTION


def image_tokens(visual: nn.Module, images: Images) -> Tensor:
    """Return the tokens of images of one size: [image, token, width]."""
    num, length, _ = images.patches.shape
    weight = visual.patch_embed.proj.weight.flatten(1)
    states = functional.linear(images.patches.to(weight.dtype) / 127.5 - 1, weight)
    cos, sin = visual.rotary_pos_emb(states, images.positions)
    for block in visual.blocks:
        attention = block.attn
        qkv = attention.qkv(block.norm1(states)).view(num, length, 3, attention.num_heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        query, key = (x * cos + _rotate_half(x) * sin for x in (query, key))
        scores = (query * attention.scaling) @ key.transpose(2, 3)
        seen = (scores.softmax(-1).to(value.dtype) @ value).transpose(1, 2).flatten(2)
        states = states + attention.proj(seen)
        states = states + block.mlp(block.norm2(states))
    return visual.merger(states).view(num, -1, visual.merger.mlp[2].out_features)


def _rotate_half(x: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return torch.cat([-second, first], dim=-1)


def logits_and_labels(model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the logits where there is something to learn, and what is to be learnt."""
    states = model.get_input_embeddings()(batch.input_ids)
    tokens = states.new_zeros(sum(images.rows.numel() for images in batch.images), states.shape[-1])
    for images in batch.images:
        seen = image_tokens(model.model.visual, images)
        tokens = tokens.index_copy(0, images.rows.flatten(), seen.flatten(0, 1).to(tokens.dtype))
    here = (batch.input_ids == model.config.image_token_id).unsqueeze(-1)
    states = states.masked_scatter(here, tokens)
    states = model.model.language_model(
        inputs_embeds=states, position_ids=batch.position_ids, use_cache=False
    ).last_hidden_state
    learnt = batch.labels != -100
    return model.lm_head(states[learnt]), batch.labels[learnt]
