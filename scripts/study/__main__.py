"""Does the curriculum help? Four arms from one tiny model, with equal numbers of optimiser steps.

    make study                                  # hours of CPU; killed anywhere, it goes on
    .venv/bin/python -m scripts.study --quick   # the same in small

Writes fresh MIR-Synth questions, trains the arms with `training`, asks every model the task `mir`
with `mirbench eval` on vLLM, and writes a table and a plot, whatever they show.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from .design import ARMS, QUICK, ROOT, START, Cell, Design, arm_order, cells
from .results import write_results


def write_questions(design: Design, release: Path) -> None:
    """Write the release, or go on with it."""
    from mirbench.synth import write_release

    if not (release / "all_data_rel.json").exists():
        write_release(
            release,
            num=design.num,
            seed=design.data_seed,
            subtasks=design.subtasks,
            levels=design.levels,
            test_fraction=design.test_fraction,
        )


def train_cell(cell: Cell, design: Design, release: Path, folder: Path) -> Path:
    """Train a model where it is not there yet, and return its folder."""
    if cell.arm == "untrained":
        return START
    if (folder / "training" / "model").is_dir():
        return folder / "training" / "model"
    import datasets

    import mirbench_hf
    from training.settings import read_settings
    from training.train import train

    datasets.disable_progress_bars()
    easy, hard = (
        mirbench_hf.load_dataset(data_dir=str(release), split=split)["id"]
        for split in ("easy", "hard")
    )
    settings = read_settings(
        None,
        [
            f"model={START}",
            f"output_dir={folder / 'training'}",
            f"data_dir={release}",
            f"global_batch_size={design.batch}",
            f"per_device_train_batch_size={design.batch}",
            f"learning_rate={design.rate}",
            f"seed={cell.seed}",
            "bf16=true",
            "dataloader_num_workers=0",
        ],
    )
    return train(settings, arm_order(cell.arm, easy, hard, cell.seed))


def evaluate(model: Path, release: Path, out: Path) -> None:
    """Ask a model the test questions on vLLM; does nothing where all are answered."""
    command = [
        *(Path(sys.executable).parent / "mirbench", "eval", "--model", "vllm"),
        *("--tasks", "mir", "--data-dir", release, "--out", out),
        *("--model-args", f"model={model},dtype=float32,enforce_eager=True,max_model_len=4096"),
        *("--gen_kwargs", "max_new_tokens=1024", "--batch_size", "256"),
    ]
    settings = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_ENABLE_V1_MULTIPROCESSING": "0"}
    subprocess.run(
        list(map(str, command)), cwd=ROOT, env=os.environ | settings, check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def main() -> None:
    """Run what is missing of the study, and write its results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, help="the study's folder (runs/study[-quick])")
    parser.add_argument("--quick", action="store_true", help="160 questions instead of 2,000")
    options = parser.parse_args()
    design = QUICK if options.quick else Design()
    out = (options.out or ROOT / "runs" / ("study-quick" if options.quick else "study")).resolve()
    release = out / "release"
    refuse_another(design, out)
    write_questions(design, release)
    for cell in cells(design):
        print(f"{cell.name}: {ARMS[cell.arm]}", flush=True)
        model = train_cell(cell, design, release, out / cell.name)
        evaluate(model, release, out / cell.name / "eval")
    print(write_results(design, out))
    print(out / "study.svg")


def refuse_another(design: Design, out: Path) -> None:
    """Refuse to go on with a folder that holds a study of another design.

    Raises:
        SystemExit: If it does.
    """
    note, mine = out / "design.json", json.dumps(asdict(design), indent=1) + "\n"
    if note.exists() and note.read_text(encoding="utf-8") != mine:
        raise SystemExit(f"{out} holds a study of another design; name another folder with --out")
    out.mkdir(parents=True, exist_ok=True)
    note.write_text(mine, encoding="utf-8")


if __name__ == "__main__":
    main()
