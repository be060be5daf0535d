"""Training steps of ours against those of a plain transformers Trainer, on one model and data.

    .venv/bin/python benchmarks/training.py                     # a few minutes of CPU
    .venv/bin/python benchmarks/training.py --model Qwen/Qwen2.5-VL-3B-Instruct --num 400

Makes MIR-Synth questions and a tiny Qwen2.5-VL with a vocabulary of `--vocabulary` (the released
one has 151,936: of its logits comes most of the memory), then takes the same samples in the same
order, each way in a process of its own:

- ours, a sample a batch with accumulation (the default); several a batch, grouped by length within
  the step (the default), and as the order has them;
- a Trainer with the collator of transformers' own guides: the processor on the whole chat in the
  main process, padded to the longest of the batch, every token a label;
- the same padded to one length for all: what `default_data_collator` needs to stack rows.

Prints what is counted from the second step on: samples and tokens a second (padding is no token),
the share of padding, and the peak memory of the training process without its workers. With a CUDA
device, then also the model FLOPs utilisation of ours on Qwen2.5-VL-3B's real configuration with
random weights: all weights, bf16, checkpointed activations, images as they are.
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

STEP, BATCH = 8, 4
"""Samples of an optimiser step, and of a batch."""

TEXT_3B = {
    "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36,
    "num_attention_heads": 16, "num_key_value_heads": 2, "vocab_size": 151_936,
}  # fmt: skip
VISION_3B = {
    "depth": 32, "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16,
    "out_hidden_size": 2048, "patch_size": 14, "spatial_merge_size": 2, "window_size": 112,
    "fullatt_block_indexes": [7, 15, 23, 31],
}  # fmt: skip
"""As in Qwen/Qwen2.5-VL-3B-Instruct's config.json."""

PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "4090": 165e12}
"""Dense bf16 FLOP/s by the makers' data sheets (SXM)."""


class Counted:
    """Counts what goes through `Trainer.training_step`, from the second optimiser step on."""

    def __init__(self) -> None:
        """Wrap the method that all ways share."""
        import torch
        from transformers import Trainer

        self.num_samples = self.num_tokens = self.num_places = self.flops = 0
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
                self.flops += model_flops(model, int(mask.sum()), len(inputs["pixel_values"]))
            loss = step(trainer, model, inputs, *rest)
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            self._end = time.perf_counter()
            return loss

        Trainer.training_step = counted

    def report(self) -> str:
        """Return the counts as JSON."""
        import torch

        seconds = self._end - self._start
        on_gpu = torch.cuda.is_available()
        return json.dumps({
            "FLOP/s": self.flops / seconds,
            "device": torch.cuda.get_device_name() if on_gpu else "",
            "GPU MB": torch.cuda.max_memory_allocated() / 2**20 if on_gpu else 0,
            "samples/s": self.num_samples / seconds,
            "tokens/s": self.num_tokens / seconds,
            "padding": 1 - self.num_tokens / self.num_places,
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        })  # fmt: skip


def model_flops(model: Any, num_tokens: int, num_patches: int) -> int:
    """Count a batch's least FLOPs: six a weight and token, of matrices that every token meets.

    Neither attention's products nor the head's nor what checkpointing computes twice are counted,
    so a utilisation by it is a lower bound.
    """
    vision = language = 0
    for name, weight in model.named_parameters():
        if (
            weight.dim() > 1
            and "embed" not in name
            and "lm_head" not in name
            and "merger" not in name
        ):
            if ".visual." in name:
                vision += weight.numel()
            else:
                language += weight.numel()
    return 6 * (vision * num_patches + language * num_tokens)


def ours(folder: Path, model: str, num_steps: int, batch: int, *words: str) -> None:
    """Take steps with our trainer."""
    from training.settings import read_settings
    from training.train import train

    train(read_settings(None, [
        f"model={model}", f"data_dir={folder / 'data'}", f"output_dir={folder / 'run'}",
        f"global_batch_size={STEP}", f"per_device_train_batch_size={batch}",
        f"max_steps={num_steps}", "dataloader_num_workers=1", *words,
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
        output_dir=str(folder / "run"), max_steps=num_steps,
        per_device_train_batch_size=BATCH, gradient_accumulation_steps=STEP // BATCH,
        remove_unused_columns=False, report_to="none", disable_tqdm=True, save_strategy="no",
        logging_strategy="no", train_sampling_strategy="sequential",
        use_cpu=not torch.accelerator.is_available(),
    )  # fmt: skip
    weights = AutoModelForImageTextToText.from_pretrained(model, dtype=torch.float32)
    Trainer(weights, arguments, data_collator=collate, train_dataset=Samples()).train()


IN_ORDER = "group_by_length_within_step=false"
ON_GPU = ("bf16=true", "weights=bfloat16", "gradient_checkpointing=true", "max_length=16384")
WAYS = {
    "ours, 1 a batch": lambda folder, model, num: ours(folder, model, num, 1),
    f"ours, {BATCH} a batch": lambda folder, model, num: ours(folder, model, num, BATCH),
    f"ours, {BATCH} in order": lambda folder, model, num: ours(folder, model, num, BATCH, IN_ORDER),
    f"Trainer, {BATCH} a batch": lambda folder, model, num: plain(folder, model, num, "longest"),
    "Trainer, one length": lambda folder, model, num: plain(folder, model, num, "fixed"),
}
UTILISATION = "model FLOPs utilisation"


def utilisation(folder: Path, num_steps: int) -> str:
    """Measure ours on the real 3B configuration, where there is a GPU."""
    import torch

    if not torch.cuda.is_available():
        return "no GPU: not measured"
    found = measure(UTILISATION, folder, make_3b(folder), num_steps)
    device, flops = str(found["device"]), float(found["FLOP/s"])
    peak = next((peak for name, peak in PEAKS.items() if name in device), None)
    share = f"{flops / peak:.1%}" if peak else "peak unknown"
    return (
        f"{share} ({flops / 1e12:,.0f} TFLOP/s, {float(found['tokens/s']):,.0f} tokens/s, "
        f"{float(found['GPU MB']):,.0f} MB on {device})"
    )


def make_3b(folder: Path, text: Any = TEXT_3B, vision: Any = VISION_3B) -> str:
    """Write a Qwen2.5-VL-3B with random weights, and the tiny model's tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor

    from mirbench.tiny import build_tiny_model

    tiny, path = build_tiny_model(folder / "tiny"), folder / "3b"
    config = AutoConfig.from_pretrained(tiny)
    config.text_config.update(text)
    config.vision_config.update(vision)
    config.text_config.layer_types = ["full_attention"] * config.text_config.num_hidden_layers
    half = config.text_config.hidden_size // config.text_config.num_attention_heads // 2
    section = [half // 4, half * 3 // 8, half * 3 // 8]  # the released 16, 24, 24
    config.text_config.rope_parameters["mrope_section"] = section
    torch.set_default_dtype(torch.bfloat16)
    AutoModelForImageTextToText.from_config(config).save_pretrained(path)
    processor = AutoProcessor.from_pretrained(tiny)
    images = processor.image_processor
    images.patch_size, images.merge_size = vision["patch_size"], vision["spatial_merge_size"]
    images.size = {"shortest_edge": 56 * 56, "longest_edge": 28 * 28 * 1280}
    processor.save_pretrained(path)
    return str(path)


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
    parser.add_argument("--vocabulary", type=int, default=16_384, help="of the tiny model")
    parser.add_argument("--num", type=int, default=32, help="questions to make")
    parser.add_argument("--num-steps", type=int, default=3, help=f"steps of {STEP} samples")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "FOLDER", "MODEL"), help="used inside")
    options = parser.parse_args()
    if options.one:
        way, folder, model = options.one
        counted = Counted()
        if way == UTILISATION:
            ours(Path(folder), model, options.num_steps, 1, *ON_GPU)
        else:
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
        share = utilisation(folder, options.num_steps)
    Console().print(table)
    Console().print(f"{UTILISATION}, 3B configuration: {share}")


def measure(way: str, folder: Path, model: str, num_steps: int) -> dict[str, Any]:
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
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
