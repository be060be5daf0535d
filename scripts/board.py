"""A leaderboard of real runs, from nothing, in a few minutes and without a download.

    make board
    .venv/bin/python scripts/board.py --out runs/board --num 120

Writes a MIR-Synth release, builds tiny models with random weights, evaluates each with the real
lmms-eval on the real vLLM engine, once with the images and one also without them (text only),
packs every run, computes the baselines (random letters, the most frequent letter, the options'
words alone), checks all of it into a store, and builds the board. The models have learnt nothing:
what the board should say is that nobody can be told from chance.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from demo import BIN, ROOT, console, mirbench, name, write_questions

from mirbench.errors import MirbenchError

MODELS = {"guesser-a": 4, "guesser-b": 11}
"""Name of a tiny model -> its seed, which decides what letters it favours."""

TEXT_ONLY_TOO = "guesser-a"
FACTS = (
    "--submitter", "make board", "--relationship", "developer", "--availability", "open",
    "--licence", "Apache-2.0", "--trained-on-mir", "no",
)  # fmt: skip


def build_models(out: Path) -> None:
    """Write the tiny models."""
    from transformers.utils import logging

    from mirbench.guesser import build_guesser

    logging.disable_progress_bar()
    for model, seed in MODELS.items():
        build_guesser(out / model, seed=seed)


def evaluate(out: Path, model: str) -> None:
    """Ask a model the test, and one of them also without the images."""
    tasks = "mir,mir_blind" if model == TEXT_ONLY_TOO else "mir"
    settings = {
        "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB; a tiny model needs little
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # one process: starts in half the time
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    arguments = "dtype=float32,enforce_eager=True,max_model_len=8192,max_new_tokens=32"
    command = [
        *(BIN / "mirbench", "eval", "--model", "vllm", "--tasks", tasks),
        *("--model-args", f"model={name(out / model)},{arguments}"),
        *("--data-dir", name(out / "release"), "--out", name(out / "runs" / model)),
    ]
    log = out / f"{model}.log"
    with log.open("w") as file, console.status(f"{model} answers {tasks}"):
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | settings, stdout=file, stderr=subprocess.STDOUT
        )
    if done.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise MirbenchError(f"the evaluation ended with exit code {done.returncode}; {log}:\n{end}")
    for task in tasks.split(","):
        mirbench(
            *("submit", "pack", out / "runs" / model, "--task", task, "--model-name", model),
            *("--data-dir", out / "release", "--out", out / "submissions" / f"{model}-{task}"),
            *FACTS,
        )


def main() -> None:
    """Make everything, from the questions to the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "runs" / "board", help="folder to write")
    parser.add_argument("--num", type=int, default=120, help="questions; half are for the test")
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # in order with the commands, also in a pipe
    out = options.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    release, store = out / "release", out / "store"
    console.rule("Questions and models")
    write_questions(release, options.num)
    build_models(out)
    console.rule("Runs")
    for model in MODELS:
        evaluate(out, model)
    console.rule("Baselines")
    mirbench("board", "baselines", out / "submissions" / "baselines", "--data-dir", release)
    console.rule("The store and the board")
    found = sorted(path.parent for path in out.glob("submissions/**/submission.json"))
    mirbench("board", "add", store, *found, "--data-dir", release)
    mirbench("board", "build", store, out / "site", "--data-dir", release)
    console.print(f"\nOpen the board in a browser:\n{out / 'site' / 'index.html'}")


if __name__ == "__main__":
    try:
        main()
    except (MirbenchError, subprocess.CalledProcessError) as error:
        console.print(f"board: {error}", style="red", markup=False)
        sys.exit(1)
