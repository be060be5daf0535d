"""Our loader and our steps against ms-swift's and LLaMA-Factory's own, on one model and data.

    .venv/bin/python benchmarks/trainers.py            # installs both trainers; minutes of CPU

Makes MIR-Synth questions and a tiny Qwen2.5-VL with the released vocabulary (151,936 rows), then
gives each trainer the same samples in the same order, in float32, with one worker, all weights but
the vision tower's, no checkpointing of activations:

- loading alone, `BATCH` samples a batch: batches are taken from the trainer's own loader and thrown
  away. Padding is the share of places in these batches that hold no token.
- steps of `BATCH` samples, one a batch with accumulation.

Counted from the second batch on. "start" is the time from the command to the end of the first
batch: imports, the model, and what a trainer does to the whole data before it begins. Memory is the
peak of the training process, without its worker.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parent.parent
sys.path[0] = str(ROOT)  # or benchmarks/training.py would be `training`

from scripts.trainers.model import build_released_ids  # noqa: E402 - found by the path above
from scripts.trainers.others import (  # noqa: E402 - as well
    LLAMA_FACTORY,
    OTHERS,
    SWIFT,
    Look,
    Other,
    install,
    readme_command,
    run,
)

BATCH = 4
MAX_PIXELS = 64 * 28 * 28  # an image; the tiny processor has it too, ms-swift goes by this alone

SETTINGS: dict[str, dict[str, object]] = {
    SWIFT.name: {"tuner_type": "full", "gradient_checkpointing": False},
    LLAMA_FACTORY.name: {"finetuning_type": "full", "disable_gradient_checkpointing": True},
}


def our_command(data: Path, model: Path, run_folder: Path, num_steps: int, batch: int) -> list[str]:
    """Return the command of our trainer."""
    return [
        *(sys.executable, "-m", "training.train", f"model={model}", f"data_dir={data}"),
        *(f"output_dir={run_folder}", f"global_batch_size={BATCH}", f"max_steps={num_steps}"),
        *(f"per_device_train_batch_size={batch}", "dataloader_num_workers=1"),
        *("freeze_vision=true", "gradient_checkpointing=false"),
    ]


def their_command(
    other: Other, data: Path, model: Path, run_folder: Path, num_steps: int, batch: int
) -> list[str]:
    """Return the command of another trainer, on a fresh export of the data."""
    export = run_folder.with_name(f"{run_folder.name} export")
    mirbench = [sys.executable, "-m", "mirbench.cli", "export", other.name, export, data]
    subprocess.run(mirbench, check=True, capture_output=True)
    return [
        *readme_command(export, model),
        *other.on_cpu,
        *other.settings(
            output_dir=run_folder,
            max_steps=num_steps,
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=BATCH // batch,
            dataloader_num_workers=1,
            save_strategy="no",
            **SETTINGS[other.name],
        ),
    ]


def measure(
    name: str, data: Path, model: Path, folder: Path, num_steps: int, look: Look
) -> dict[str, float]:
    """Run one trainer once."""
    print(f"{name}: {look}", file=sys.stderr, flush=True)
    batch = 1 if look == "steps" else BATCH
    run_folder = folder / f"{name} {look}"
    how = (data, model, run_folder, num_steps, batch)
    python, place, command = Path(sys.executable), folder, []
    for other in OTHERS:
        if other.name == name:
            command = their_command(other, *how)
            python, place = other.python, run_folder.with_name(f"{run_folder.name} export")
    seen = folder / f"{name} {look} seen"
    run(python, command or our_command(*how), place, seen, look)
    found: dict[str, float] = json.loads((seen / "speed-0.json").read_text(encoding="utf-8"))
    print(found, file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Make model and data, measure every trainer, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=40, help="questions to make")
    parser.add_argument("--num-steps", type=int, default=5, help=f"steps of {BATCH} samples")
    names = ["ours", *(other.name for other in OTHERS)]
    parser.add_argument("--only", choices=names, action="append", help="measure this trainer")
    options = parser.parse_args()
    chosen = options.only or names
    for other in OTHERS:
        if other.name in chosen:
            install(other)
    os.environ["MAX_PIXELS"] = str(MAX_PIXELS)
    table = Table(
        *("", f"loads samples/s,\n{BATCH} a batch", "padding", "start s"),
        *("steps: samples/s,\n1 a batch", "tokens/s", "peak MB"),
        title=f"the same model and order, {options.num_steps} steps of {BATCH} samples",
    )
    with tempfile.TemporaryDirectory(prefix="mirbench-trainers-") as place:
        folder = Path(place)
        data, model = folder / "data", build_released_ids(folder / "Qwen2.5-VL-7B-Instruct")
        synth = ["-m", "mirbench.cli", "synth", data, "--num", str(options.num)]
        subprocess.run([sys.executable, *synth], check=True, capture_output=True)
        for name in chosen:
            loader, steps = (
                measure(name, data, model, folder, options.num_steps, look)
                for look in ("loader", "steps")
            )
            table.add_row(
                *(name, f"{loader['samples/s']:.1f}", f"{loader['padding']:.1%}"),
                *(f"{steps['start s']:.0f}", f"{steps['samples/s']:.2f}"),
                *(f"{steps['tokens/s']:,.0f}", f"{steps['peak MB']:,.0f}"),
            )
    Console().print(table)


if __name__ == "__main__":
    main()
