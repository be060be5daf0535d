"""A tiny model that answers every question with a letter: a guesser, for the demo.

Purely random weights never name an option, so a table of their scores is empty. Here the weights
are random too, but for the output layer: it is set so that the model writes one letter and ends.
Which letter depends on what random layers make of the question and its images. It scores at the
level of chance, as a model that has learnt nothing must.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mirbench.prompts import DIRECT_INSTRUCTION, OPTIONS_LINE
from mirbench.tiny import build_tiny_model

if TYPE_CHECKING:
    from torch import Tensor

GUESSES: Final = "ABC"
_COMMIT: Final = 8.0
"""Logit of the letters where an answer begins; the end behind a letter has twice that."""

_NUM_PROMPTS: Final = 16
_CARD: Final = """
The output layer is set so that it writes one letter and ends (`mirbench.guesser`): it guesses.
"""


def build_guesser(out: str | Path, seed: int = 0) -> Path:
    """Write a tiny Qwen2.5-VL that answers with a letter; returns its folder.

    Args:
        out: The folder to make; see `mirbench.tiny.build_tiny_model`.
        seed: Draws the weights.

    Raises:
        TinyModelError: If the folder is in use.
    """
    from safetensors.torch import load_file, save_file

    folder = build_tiny_model(out, "qwen2_5_vl", seed)
    head = _output_layer(folder, seed)
    weights = load_file(folder / "model.safetensors")
    dtype = weights["model.embed_tokens.weight"].dtype
    weights["lm_head.weight"] = head.to(dtype)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["tie_word_embeddings"] = config["text_config"]["tie_word_embeddings"] = False
    (folder / "config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    with (folder / "README.md").open("a", encoding="utf-8") as card:
        card.write(_CARD)
    return folder


def _output_layer(folder: Path, seed: int) -> "Tensor":
    """Return rows [vocabulary, width]: letters where an answer begins, the end behind a letter.

    Hidden states at the end of a prompt have a common part, which says "an answer begins here",
    and a rest that differs from prompt to prompt. Each letter's row reads the common part, and
    its own random direction of the rest. The end's row reads what is common behind letters.
    """
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    processor = AutoProcessor.from_pretrained(folder)
    opening = torch.stack([_last_state(model, processor, number) for number in range(_NUM_PROMPTS)])
    ending = torch.stack(
        [
            _last_state(model, processor, number, GUESSES[number % len(GUESSES)])
            for number in range(_NUM_PROMPTS)
        ]
    )
    begin, end = opening.mean(0), ending.mean(0)
    end = end - (end @ begin) / (begin @ begin) * begin
    axes, _ = torch.linalg.qr(torch.stack([begin, end], dim=1))
    rest = opening - begin
    rest = rest - rest @ axes @ axes.T
    generator = torch.Generator().manual_seed(seed)
    head = torch.zeros_like(model.get_output_embeddings().weight)
    for letter in GUESSES:
        direction = torch.randn(_NUM_PROMPTS, generator=generator) @ rest
        taste = direction / (rest @ direction).std()
        head[_token(processor, letter)] = _COMMIT * begin / (begin @ begin) + taste
    head[_token(processor, "<|im_end|>")] = 2 * _COMMIT * end / (end @ ending.mean(0))
    return head.detach()


def _last_state(model: Any, processor: Any, number: int, suffix: str = "") -> "Tensor":
    """Return the last hidden state [width] of a made-up prompt with two or more noisy images."""
    import torch
    from PIL import Image

    content: list[dict[str, str]] = []
    images = []
    words = f"{OPTIONS_LINE} {DIRECT_INSTRUCTION}".split()
    for place in range(2 + number % 4):
        noise = bytes((7 + 13 * number + 31 * place * byte) % 256 for byte in range(48))
        images.append(Image.frombytes("RGB", (4, 4), noise).resize((336, 336)))
        turned = words[number + place :] + words[: number + place]
        content += [{"type": "text", "text": " ".join(turned)}, {"type": "image"}]
    content.append({"type": "text", "text": f"\n{OPTIONS_LINE}\n{DIRECT_INSTRUCTION}"})
    text = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
    )
    inputs = processor(text=[text + suffix], images=images, return_tensors="pt")
    with torch.no_grad():
        states = model(**inputs, output_hidden_states=True).hidden_states[-1]
    state: Tensor = states[0, -1]
    return state


def _token(processor: Any, text: str) -> int:
    token: int = processor.tokenizer.convert_tokens_to_ids(text)
    return token
