"""Teach a tiny Qwen2.5-VL to read MIR-Synth's simplest levels, from nothing, on one CPU core.

    .venv/bin/python -m scripts.pretrain --out runs/pretrain    # half an hour; goes on if killed

Writes fresh questions (pool.py), a tokenizer and a model (architecture.py), and trains it on whole
reasoning chains (run.py). `OUT/model` is an ordinary Hugging Face folder for transformers and vLLM.
"""

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from rich.console import Console

from .architecture import build_model, build_processor, build_tokenizer, save
from .data import Encoder, Question, samples_of, texts_of
from .pool import CHUNK, parts_of, write_part
from .recipe import FOCUS, QUESTIONS, SEED, Recipe
from .run import Run

HELD_OUT: Final = 20
"""Questions of each subtask and level that are looked at and never trained on."""
console = Console(highlight=False, soft_wrap=True)


class Pool:
    """Questions by place, worked out when first asked for."""

    def __init__(self, folders: Sequence[Path], encoder: Encoder) -> None:
        self._encoder = encoder
        self._raw: list[Any] = []
        self.focus: list[int] = []
        """Places of the questions that the later steps learn from."""
        self.held_out: list[Question] = []
        for folder in folders:
            samples = list(samples_of(folder))
            if folder.name.endswith("-00000"):
                self.held_out += [encoder.encode(*one) for one in samples[:HELD_OUT]]
                samples = samples[HELD_OUT:]
            if folder.name.rpartition("-")[0] in {f"{slug}-L{level}" for slug, level in FOCUS}:
                self.focus += range(len(self._raw), len(self._raw) + len(samples))
            self._raw += samples

    def __len__(self) -> int:
        return len(self._raw)

    def __getitem__(self, place: int) -> Question:
        if not isinstance(self._raw[place], Question):
            self._raw[place] = self._encoder.encode(*self._raw[place])
        question: Question = self._raw[place]
        return question


def write_pool(folder: Path, questions: Mapping[tuple[str, int], int], seed: int) -> list[Path]:
    """Write the questions that are not there yet; returns their folders."""
    parts = list(parts_of(questions))
    start = time.monotonic()
    folders = []
    for number, part in enumerate(parts, start=1):
        folders.append(write_part(folder, part, seed))
        if number % 20 == 0 or number == len(parts):
            passed = time.monotonic() - start
            console.print(f"{number * CHUNK:6d} questions, {passed:.0f} s")
    return folders


def keep(run: Run, path: Path) -> None:
    """Write a state; a kill leaves the one before."""
    draft = path.with_suffix(".part")
    torch.save(run.state(), draft)
    draft.replace(path)


def train(run: Run, pool: Pool, out: Path, every: int) -> Iterator[dict[str, Any]]:
    """Train to the end, yielding a line for the log every so many steps."""
    losses: list[float] = []
    start = time.process_time()
    while run.step < run.recipe.steps:
        open_to = pool.focus if run.step >= run.recipe.focus_from else range(len(pool))
        places = [open_to[at] for at in run.recipe.places_at(run.step, len(open_to))]
        losses.append(run.learn([pool[place] for place in places]))
        if run.step % every == 0 or run.step == run.recipe.steps:
            run.seconds += time.process_time() - start
            keep(run, out / "state.pt")
            yield {
                "step": run.step,
                "loss": round(float(np.mean(losses)), 4),
                "cpu_seconds": round(run.seconds),
                "held_out": run.look(pool.held_out),
            }
            losses, start = [], time.process_time()


def described(line: Mapping[str, Any]) -> str:
    """Write a line of the log for the eye: losses on held-out questions, and of their ends."""
    held_out = ", ".join(
        f"{name} {whole:.2f} {end:.2f}" for name, (whole, end) in line["held_out"].items()
    )
    return f"step {line['step']}: loss {line['loss']:.3f}; held out: {held_out}"


_CARD: Final = """\
---
library_name: transformers
pipeline_tag: image-text-to-text
---
# Tiny reader

The architecture of Qwen2.5-VL with {num:,} parameters, trained from nothing on fresh questions of
MIR-Synth (seed {seed}): {steps} steps of {batch}, {seconds:,} seconds of one CPU core.
It can read the boards of 3D View, levels 1 to 3, and knows nothing else.

Made by `python -m scripts.pretrain`; docs/study.md says how.
"""


def card(run: Run) -> str:
    """Say what the model is and how it was made."""
    return _CARD.format(
        num=sum(weight.numel() for weight in run.model.parameters()),
        seed=SEED,
        steps=run.step,
        batch=run.recipe.batch,
        seconds=round(run.seconds),
    )


def main() -> None:
    """Write questions, train, write the model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs/pretrain"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=50, help="steps between lines of the log")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    out: Path = options.out
    folders = write_pool(out / "pool", QUESTIONS, SEED)
    texts = (
        text for folder in folders for sample, _ in samples_of(folder) for text in texts_of(sample)
    )
    tokenizer = build_tokenizer(texts)
    processor = build_processor(tokenizer)
    recipe = Recipe()
    model = build_model(tokenizer, recipe.seed)
    pool = Pool(folders, Encoder(processor, model))
    run = Run(recipe, model)
    if (out / "state.pt").exists():
        run.load(torch.load(out / "state.pt", weights_only=True))
    console.print(f"{len(pool)} questions, {len(tokenizer)} tokens, from step {run.step}")
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        for line in train(run, pool, out, options.every):
            log.write(json.dumps(line) + "\n")
            log.flush()
            console.print(described(line))
    save(run.weights(), model, processor, out / "model", card(run))


if __name__ == "__main__":
    main()
