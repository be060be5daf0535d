"""From nothing to a scored model and a report, in a few minutes and without a download.

    make demo
    .venv/bin/python scripts/demo.py --out runs/demo --num 60

Writes a small MIR-Synth release, loads it with `datasets`, shows a question, builds a tiny
Qwen2.5-VL with random weights, evaluates it with the real `lmms-eval` on the real vLLM engine, and
writes a report. The last line printed is the report's path.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from mirbench.errors import MirbenchError

ROOT = Path(__file__).resolve().parent.parent
SEED = 7
console = Console(highlight=False)


class DemoError(MirbenchError):
    """A step of the demo failed."""


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    console.print(f"\n[bold]{number}/5  {title}[/bold]")
    start = time.monotonic()
    yield
    console.print(f"[dim]     {time.monotonic() - start:.1f} s[/dim]")


def make_release(out: Path, num: int) -> Path:
    """Write the questions, half of them held out for the test."""
    from mirbench.synth import write_release

    shutil.rmtree(out, ignore_errors=True)
    write_release(out, num=num, seed=SEED, test_fraction=0.5)
    return out


def show_a_question(release: Path) -> None:
    """Load the release as a user would and print one of its questions."""
    import datasets

    import mirbench_hf  # noqa: F401  registers "mirbench"
    from mirbench.data.rows import row_sample
    from mirbench.data.show import question_panel

    datasets.disable_progress_bars()
    loaded = datasets.load_dataset("mirbench", data_dir=str(release))
    sizes = ", ".join(f"{split} {rows.num_rows}" for split, rows in loaded.items())
    console.print(f'     load_dataset("mirbench"): {sizes}')
    console.print(question_panel(row_sample(loaded["test"].remove_columns("images")[0])))


def evaluate(model: Path, release: Path, out: Path) -> None:
    """Run the real lmms-eval command; its output goes to a log."""
    model_args = f"model={model},enforce_eager=True,max_model_len=8192,max_new_tokens=32"
    command = [
        *(str(Path(sys.executable).parent / "lmms-eval"), "eval"),
        *("--model", "vllm", "--model_args", model_args),
        *("--tasks", "mir", "--batch_size", "256", "--seed", str(SEED)),
        *("--log_samples", "--output_path", str(out)),
    ]
    environment = os.environ | {
        "MIRBENCH_DATA_DIR": str(release),
        "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB; a tiny model needs little
        "LMMS_IMAGE_ENCODE_FORMAT": "BMP",  # lossless, and far cheaper than the default PNG
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    console.print(f"     [dim]{' '.join(map(os.path.relpath_if_inside, command))}[/dim]")
    log = out / "lmms-eval.log"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with log.open("w") as file, console.status("     vLLM is starting and answering ..."):
        done = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise DemoError(f"lmms-eval ended with exit code {done.returncode}; {log} ends:\n{tail}")
