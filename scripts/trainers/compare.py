"""Was what a trainer gave its model what `mirbench export` wrote for it, in its order?"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

PROMPT = (
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
)
SHOWN = "<|vision_start|><|image_pad|><|vision_end|>"
TOLERANCE = 0.03  # of a pixel's standard deviation: the trainers' resampling differs


@dataclass
class Seen:
    """What a run's model was given.

    Attributes:
        lines: The number of each sample's line, in order; None where no line has its text.
        wrong: How many samples were wrong, and in what.
    """

    lines: list[int | None] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)


def read_seen(export: Path, tokenizer: Any, seen: Path) -> Seen:
    """Compare the kept inputs of a run with its training file.

    On several ranks, each with a sample a batch, theirs stand in turn.
    """
    text = (export / "train.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    numbers = {_chat(line): number for number, line in enumerate(lines)}
    result = Seen()
    for path in sorted(seen.glob("*.npz")):
        for ids, labels, images in _samples(path, tokenizer):
            number = numbers.get(tokenizer.decode(_collapsed(ids, tokenizer)))
            result.lines.append(number)
            if number is None:
                result.wrong["text"] += 1
                continue
            line = lines[number]
            target = line["messages"][1]["content"] + "<|im_end|>"
            result.wrong["target"] += tokenizer.decode(labels).rstrip("\n") != target
            counts = [len(image) // 4 for _, image in images]
            result.wrong["image tokens"] += counts != _image_runs(ids, tokenizer)
            result.wrong["images"] += not _are_shown(images, export, line["images"])
    result.wrong = +result.wrong
    return result


def _chat(line: dict[str, Any]) -> str:
    prompt, target = (message["content"] for message in line["messages"])
    return f"{PROMPT.format(prompt.replace('<image>', SHOWN))}{target}<|im_end|>\n"


def _samples(path: Path, tokenizer: Any) -> Iterator[tuple[Any, Any, list[Any]]]:
    """Yield token ids, target ids, and (grid, patches) of each image, sample by sample."""
    batch = np.load(path)
    grids = batch["image_grid_thw"].astype(int)
    patches = np.split(batch["pixel_values"], np.cumsum(grids.prod(axis=1))[:-1])
    images = list(zip(grids, patches, strict=True))
    for row, mask, labels in zip(
        batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True
    ):
        ids = row[mask.astype(bool)].astype(int)
        num_images = len(_image_runs(ids, tokenizer))
        shown, images = images[:num_images], images[num_images:]
        yield ids, labels[labels >= 0].astype(int), shown


def _image_runs(ids: Any, tokenizer: Any) -> list[int]:
    """Return how many placeholders stand together, for each image."""
    is_pad = ids == tokenizer.convert_tokens_to_ids("<|image_pad|>")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], is_pad, [0]])))
    return [int(length) for length in edges[1::2] - edges[::2]]


def _collapsed(ids: Any, tokenizer: Any) -> Any:
    is_pad = ids == tokenizer.convert_tokens_to_ids("<|image_pad|>")
    return ids[~(is_pad & np.concatenate([[False], is_pad[:-1]]))]


def _are_shown(images: list[Any], export: Path, paths: list[str]) -> bool:
    """Say whether these are the line's images, in its order: each is closest to its own."""
    if len(images) != len(paths):
        return False
    for place, (grid, patches) in enumerate(images):
        distances = [_distance(grid, patches, export / path) for path in paths]
        if min(distances) != distances[place] or distances[place] > TOLERANCE:
            return False
    return True


def _distance(grid: Any, patches: Any, path: Path) -> float:
    """Return the mean difference of an image to a file, where a token is a pixel."""
    height, width = grid[1:] // 2
    found = patches.reshape(height, width, 4, 3, -1).mean(axis=(2, 4))
    with Image.open(path) as image:
        small = image.convert("RGB").resize((width, height), Image.Resampling.BOX)
    mean, deviation = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    return float(np.abs(found - (np.asarray(small) / 255 - mean) / deviation).mean())
