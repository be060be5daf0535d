"""Training steps of ours against those of a plain transformers Trainer, on one model and data.

    .venv/bin/python benchmarks/training.py                     # a few minutes of CPU
    .venv/bin/python benchmarks/training.py --model Qwen/Qwen2.5-VL-3B-Instruct --num 400

Makes MIR-Synth questions and a tiny Qwen2.5-VL with a vocabulary of `--vocabulary` (the released
one has 151,936: of its logits comes most of the memory), then takes the same samples in the same
order, each way in a process of its own:

- ours, a sample a batch with accumulation (the default), and a whole step in one batch;
- a Trainer with the collator of transformers' own guides: the processor on the whole chat in the
  main process, padded to the longest of the batch, every token a label;
- the same padded to one length for all: what `default_data_collator` needs to stack rows.

Prints what is counted from the second step on: samples and tokens a second (padding is no token),
the share of padding, and the peak memory of the training process without its workers.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

STEP = 4
"""Samples of an optimiser step."""


class Counted:
    """Counts what goes through `Trainer.training_step`, from the second optimiser step on."""

    def __init__(self) -> None:
        """Wrap the method that all ways share."""
        from transformers import Trainer

        self.num_samples = self.num_tokens = self.num_places = 0
        self._start = self._end = 0.0
        step = Trainer.training_step

        def counted(trainer: Any, model: Any, inputs: Any, *rest: Any) -> Any:
            mask = inputs["attention_mask"]
            is_counted = trainer.state.global_step > 0
            if is_counted:
                self._start = self._start or time.perf_counter()
                self.num_samples += len(mask)
                self.num_tokens += int(mask.sum())
                self.num_places += mask.numel()
            loss = step(trainer, model, inputs, *rest)
            self._end = time.perf_counter()
            return loss

        Trainer.training_step = counted

    def report(self) -> str:
        """Return the counts as JSON."""
        seconds = self._end - self._start
        return json.dumps({
            "samples/s": self.num_samples / seconds,
            "tokens/s": self.num_tokens / seconds,
            "padding": 1 - self.num_tokens / self.num_places,
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        })  # fmt: skip


def ours(folder: Path, model: str, num_steps: int, batch: int) -> None:
    """Take steps with our trainer."""
    from training.settings import read_settings
    from training.train import train

    train(read_settings(None, [
        f"model={model}", f"data_dir={folder / 'data'}", f"output_dir={folder / 'run'}",
        f"global_batch_size={STEP}", f"per_device_train_batch_size={batch}",
        f"max_steps={num_steps}", "dataloader_num_workers=1",
    ]))  # fmt: skip


def plain(folder: Path, model: str, num_steps: int, padding: str) -> None:
    """Take steps with a Trainer as guides set it up, on the same samples in the same order."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor, Trainer, TrainingArguments

    from mirbench.curriculum import CurriculumSettings
    from mirbench.interleave import Text
    from training.data import Rendered, TrainingData

    data = TrainingData.load(str(folder / "data"), CurriculumSettings())
    processor = AutoProcessor.from_pretrained(model)

    class Samples(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return num_steps * STEP

        def __getitem__(self, position: int) -> Rendered:
            return data.rendered(position)

    def chat(sample: Rendered) -> str:
        content = [
            {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
            for part in sample.example.prompt
        ]
        answer = [{"type": "text", "text": sample.example.target}]
        turns = [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]
        return str(processor.apply_chat_template(turns, tokenize=False))

    def encoded(samples: list[Rendered], **how: Any) -> Any:
        images = [
            [sample.images[part.index] for part in sample.example.prompt
             if not isinstance(part, Text)]
            for sample in samples
        ]  # fmt: skip
        texts = [chat(sample) for sample in samples]
        return processor(text=texts, images=images, return_tensors="pt", **how)

    how: dict[str, Any] = {"padding": True}
    if padding == "fixed":
        lengths = (encoded([sample])["input_ids"].shape[1] for sample in map(data.rendered,
                   range(num_steps * STEP)))  # fmt: skip
        how = {"padding": "max_length", "max_length": max(lengths)}

    def collate(samples: list[Rendered]) -> Any:
        batch = encoded(samples, **how)
        batch["labels"] = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
        return batch

    arguments = TrainingArguments(
        output_dir=str(folder / "run"), per_device_train_batch_size=STEP, max_steps=num_steps,
        remove_unused_columns=False, report_to="none", disable_tqdm=True, save_strategy="no",
        logging_strategy="no", train_sampling_strategy="sequential",
        use_cpu=not torch.accelerator.is_available(),
    )  # fmt: skip
    weights = AutoModelForImageTextToText.from_pretrained(model, dtype=torch.float32)
    Trainer(weights, arguments, data_collator=collate, train_dataset=Samples()).train()


WAYS = {
    "ours, 1 a batch": lambda folder, model, num: ours(folder, model, num, 1),
    f"ours, {STEP} a batch": lambda folder, model, num: ours(folder, model, num, STEP),
    f"Trainer, {STEP} a batch": lambda folder, model, num: plain(folder, model, num, "longest"),
    "Trainer, one length": lambda folder, model, num: plain(folder, model, num, "fixed"),
}


def make_model(folder: Path, vocabulary: int) -> str:
    """Write the tiny model with more rows in its embedding."""
    from transformers import AutoModelForImageTextToText

    from mirbench.tiny import build_tiny_model

    path = build_tiny_model(folder / "model")
    model = AutoModelForImageTextToText.from_pretrained(path)
    model.resize_token_embeddings(vocabulary)
    model.save_pretrained(path)
    return str(path)


def main() -> None:
    """Make model and data, measure every way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a folder or a Hub name instead of the tiny model")
    parser.add_argument("--vocabulary", type=int, default=32_768, help="of the tiny model")
    parser.add_argument("--num", type=int, default=60, help="questions to make")
    parser.add_argument("--num-steps", type=int, default=5, help=f"steps of {STEP} samples")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FOLDER", "MODEL"), help="used inside")
    options = parser.parse_args()
    if options.one:
        way, folder, model = options.one
        counted = Counted()
        WAYS[way](Path(folder), model, options.num_steps)
        print(counted.report())
        return
    with tempfile.TemporaryDirectory(prefix="mirbench-training-") as name:
        folder = Path(name)
        synth = ["-m", "mirbench.cli", "synth", str(folder / "data"), "--num", str(options.num)]
        subprocess.run([sys.executable, *synth], check=True, capture_output=True)
        model = options.model or make_model(folder, options.vocabulary)
        columns = ("samples/s", "tokens/s", "padding", "peak MB")
        table = Table("", *columns, title=f"{options.num_steps} steps of {STEP} samples")
        for way in WAYS:
            found = measure(way, folder, model, options.num_steps)
            print(f"{way}: {found}", file=sys.stderr, flush=True)
            table.add_row(way, f"{found['samples/s']:.2f}", f"{found['tokens/s']:,.0f}",
                          f"{found['padding']:.1%}", f"{found['peak MB']:,.0f}")  # fmt: skip
    Console().print(table)


def measure(way: str, folder: Path, model: str, num_steps: int) -> dict[str, float]:
    """Run one way in a process and a folder of its own; -P, or this file would be `training`."""
    place = folder / f"way {len(list(folder.glob('way *')))}"
    place.mkdir()
    (place / "data").symlink_to(folder / "data")
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-P", __file__, "--num-steps", str(num_steps), "--one", way, place, model],
        capture_output=True, text=True,
        env={**os.environ, "HF_HOME": str(folder / "hf"), "PYTHONPATH": str(root)},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{way}: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
