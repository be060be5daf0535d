"""Do other trainers keep the order of what `mirbench export` writes for them?

    .venv/bin/python -m scripts.trainers                 # ms-swift and LLaMA-Factory, on the CPU
    .venv/bin/python -m scripts.trainers --only ms-swift

Installs each into an environment of its own (2 GB with a CPU build of PyTorch), makes MIR-Synth
questions and a tiny Qwen2.5-VL, exports, and runs the command of the export's README: as it
stands, on two processes, and without what keeps the order, which has to lose it. What the model is
given at each step is compared with the training file: order, every character of prompt and
target, what is a target, the number of image tokens and the pixels of every image.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mirbench.tiny import build_tiny_model

from .compare import read_seen
from .model import build_released_ids
from .others import OTHERS, RELEASED, SWIFT, Other, install, readme_command, run

NUM_QUESTIONS = 31  # easy ones, and enough hard ones for every stage
KEEPS_ORDER = {"--dataset_shuffle", "--train_dataloader_shuffle", "disable_shuffling: true"}


def unordered(command: list[str], export: Path) -> list[str]:
    """Leave out what keeps the order."""
    settings = export / "train.yaml"
    if settings.exists():
        text = settings.read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line not in KEEPS_ORDER]
        settings.write_text("\n".join(lines), encoding="utf-8")
    pairs = zip(command, ["", *command], strict=False)
    return [word for word, before in pairs if not KEEPS_ORDER & {word, before}]


def expected(other: Other, num_lines: int, num_processes: int) -> list[int]:
    """Return the lines that a trainer uses, as the READMEs say."""
    if other is SWIFT:
        return list(range(num_lines - num_lines % num_processes))
    return [*range(num_lines), *range(-num_lines % num_processes)]


def check(other: Other, release: Path, folder: Path, table: Table) -> bool:
    """Run a trainer in all three ways, and say in the table what was seen."""
    from transformers import AutoTokenizer

    build = build_tiny_model if other.takes_any_ids else build_released_ids
    model = build(folder / f"{other.name}-model" / RELEASED.split("/")[1])
    tokenizer = AutoTokenizer.from_pretrained(model)
    export = folder / other.name
    mirbench = [Path(sys.executable).parent / "mirbench", "export", other.name, export, release]
    subprocess.run(mirbench, check=True, capture_output=True)
    lines = (export / "train.jsonl").read_bytes().splitlines(keepends=True)
    num_lines = len(lines) - (len(lines) + 1) % 2  # odd: two processes have one left over
    (export / "train.jsonl").write_bytes(b"".join(lines[:num_lines]))
    is_good = True
    for way in ("as in the README", "two processes", "without the flags"):
        print(f"{other.name}: {way}", file=sys.stderr, flush=True)
        command = [*readme_command(export, model), *other.on_cpu]
        command += other.settings(output_dir=folder / f"{other.name}-{way.replace(' ', '-')}")
        num_processes = 2 if way == "two processes" else 1
        if num_processes > 1:
            command += other.settings(
                ddp_backend="gloo", per_device_train_batch_size=1, gradient_accumulation_steps=4
            )
        is_control = way == "without the flags"
        if is_control:
            command = unordered(command, export)
        place = folder / f"seen {other.name} {way}"
        run(other.python, command, export, place, "inputs", num_processes=num_processes)
        seen = read_seen(export, tokenizer, place)
        is_kept = seen.lines == expected(other, num_lines, num_processes)
        is_good &= is_kept != is_control and not seen.wrong
        wrong = ", ".join(f"{count} {what}" for what, count in seen.wrong.items()) or "none"
        row = (other.packages[0], way, f"{len(seen.lines)} of {num_lines}")
        table.add_row(*row, "kept" if is_kept else "lost", wrong)
    return is_good


def main() -> int:
    """Check the trainers; return 1 if one does other than its README says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [other.name for other in OTHERS]
    parser.add_argument("--only", choices=names, action="append", help="check this trainer")
    options = parser.parse_args()
    chosen = [other for other in OTHERS if other.name in (options.only or names)]
    for other in chosen:
        install(other)
    table = Table("", "", "samples given", "order", "samples that differ")
    with tempfile.TemporaryDirectory(prefix="mirbench-trainers-") as name:
        folder = Path(name)
        release = folder / "release"
        mirbench = Path(sys.executable).parent / "mirbench"
        synth = [mirbench, "synth", release, "--num", str(NUM_QUESTIONS)]
        subprocess.run(synth, check=True, capture_output=True)
        is_good = all([check(other, release, folder, table) for other in chosen])
    Console(width=100).print(table)
    return not is_good


if __name__ == "__main__":
    sys.exit(main())
