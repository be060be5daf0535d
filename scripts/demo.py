"""From nothing to a scored model and a report, in a few minutes and without a download.

    make demo
    .venv/bin/python scripts/demo.py --out runs/demo --num 150

Writes a small MIR-Synth release, loads it with `datasets`, shows a question, evaluates a tiny
Qwen2.5-VL with the real `lmms-eval` on the real vLLM engine, and writes a report. The model was
trained from nothing to read the boards of 3D View (scripts/pretrain); the questions of the other
categories show what it looks like when a model cannot. The last line printed is the report's path.
"""

import argparse
import os
import shlex
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
BIN = Path(sys.executable).parent
SEED = 7
"""Of the questions; those that the model learnt from have another."""
MODEL = ROOT / "scripts" / "demo_model"
ASKED = ("view3d", "speed", "chart")
"""One subtask a category; the model learnt the first."""
LEVELS = (1, 2, 3)
"""Those it learnt; see docs/study.md."""
NEW_TOKENS = 512
console = Console(highlight=False, soft_wrap=True)


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Say what is being done, and then how long it took."""
    console.print(f"\n[bold cyan]{number}/5[/bold cyan]  [bold]{title}[/bold]")
    start = time.monotonic()
    yield
    console.print(f"     [dim]{time.monotonic() - start:.1f} s[/dim]")


def write_questions(release: Path, num: int) -> None:
    """Write a release of fresh questions, half of them held out for the test."""
    from mirbench.synth import write_release

    shutil.rmtree(release, ignore_errors=True)
    done = write_release(
        release, num=num, seed=SEED, subtasks=ASKED, levels=LEVELS, test_fraction=0.5
    )
    console.print(
        f"     {done.num_samples} questions, {done.num_images} images: "
        f"{name(release)}/all_data_rel.json and images.zip"
    )


def show_a_question(release: Path) -> None:
    """Load the release as a user would, and print one of its questions."""
    import datasets

    import mirbench_hf  # noqa: F401  (registers "mirbench" with datasets)
    from mirbench.data.rows import row_sample
    from mirbench.data.show import question_panel

    datasets.disable_progress_bars()
    loaded = datasets.load_dataset("mirbench", data_dir=str(release))
    splits = ", ".join(f"{split} ({rows.num_rows})" for split, rows in loaded.items())
    console.print(f'     load_dataset("mirbench", data_dir="{name(release)}"): {splits}')
    row = loaded["test"].remove_columns("images")[0]
    console.print(question_panel(row_sample(row)), soft_wrap=False)


def show_the_model() -> None:
    """Say what the model is, in the words of its card."""
    card = (MODEL / "README.md").read_text(encoding="utf-8")
    for line in card.partition("\n# ")[2].splitlines()[1:]:
        console.print(f"     {line}".rstrip())


def evaluate(release: Path, run: Path) -> None:
    """Run the real lmms-eval command on the real vLLM engine; its output goes to a log."""
    model_args = (
        f"model={name(MODEL)},dtype=float32,enforce_eager=True,max_model_len=4096,"
        f"max_new_tokens={NEW_TOKENS}"
    )
    command = [
        *("lmms-eval", "eval", "--model", "vllm", "--model_args", model_args),
        *("--gen_kwargs", f"max_new_tokens={NEW_TOKENS}", "--tasks", "mir", "--batch_size", "256"),
        *("--log_samples", "--output_path", name(run)),
    ]
    settings = {
        "MIRBENCH_DATA_DIR": name(release),
        "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB; a tiny model needs little
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # one process: starts in half the time
        "LMMS_IMAGE_ENCODE_FORMAT": "BMP",  # lossless, and far cheaper than the default
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    shown = [f"{key}={value}" for key, value in settings.items() if key == "MIRBENCH_DATA_DIR"]
    console.print(f"     [dim]{' '.join(shown)} {shlex.join(command)}[/dim]")
    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    log = run / "lmms-eval.log"
    with log.open("w") as file, console.status("vLLM starts, reads the questions and answers"):
        done = subprocess.run(
            [BIN / command[0], *command[1:]],
            cwd=ROOT,
            env=os.environ | settings,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise MirbenchError(f"lmms-eval ended with exit code {done.returncode}; {log}:\n{end}")


def report(run: Path, release: Path, page: Path) -> None:
    """Print the results table and write the report."""
    mirbench("results", run, "--data-dir", release)
    mirbench("report", run, "--data-dir", release, "--out", page)


def mirbench(*arguments: str | Path) -> None:
    """Run a `mirbench` command as a user would."""
    subprocess.run([BIN / "mirbench", *arguments], cwd=ROOT, check=True)


def name(path: Path) -> str:
    """Return a path as one would type it in the project's folder."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def main() -> None:
    """Run the five steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "demo", help="folder to write")
    parser.add_argument("--num", type=int, default=150, help="questions; half are for the test")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # in order with the commands, also in a pipe
    out = options.out.resolve()
    release, run, page = out / "release", out / "run", out / "report.html"
    with step(1, f"MIR-Synth writes {options.num} fresh questions"):
        write_questions(release, options.num)
    with step(2, "datasets loads them"):
        show_a_question(release)
    with step(3, "A tiny Qwen2.5-VL"):
        show_the_model()
    with step(4, "lmms-eval asks it the test, on vLLM"):
        evaluate(release, run)
    with step(5, "The score and the report"):
        report(run, release, page)
    console.print(f"\nOpen the report in a browser:\n{page}")


if __name__ == "__main__":
    try:
        main()
    except (MirbenchError, subprocess.CalledProcessError) as error:
        console.print(f"demo: {error}", style="red", markup=False)
        sys.exit(1)
