"""A small release to train on, and how the tests start a run."""

import json
from pathlib import Path
from typing import Any

from releases import images_of, record, write_release

NUM_EASY, NUM_HARD = 6, 7
NUM_ROWS = NUM_EASY + 5 * 3  # 40 % of seven is three
GLOBAL_BATCH = 4
NUM_STEPS = 6  # the last has one sample of four


def training_release(folder: Path, **changes: Any) -> Path:
    """Write a release with labels; `changes` are those of its first easy record."""
    labels = ["easy"] * NUM_EASY + ["hard"] * NUM_HARD
    records = [
        record(number, difficulty=label, partition="train", **(changes if number == 0 else {}))
        for number, label in enumerate(labels)
    ]
    return write_release(folder, records, images_of(records))


def words(model: Path, data: Path, out: Path, *more: str) -> list[str]:
    """Return the command line of a run that takes seconds."""
    return [
        f"model={model}",
        f"data_dir={data}",
        f"output_dir={out}",
        f"global_batch_size={GLOBAL_BATCH}",
        "learning_rate=1e-3",
        "save_steps=2",
        "dataloader_num_workers=1",
        *more,
    ]


def steps_of(out: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's steps.jsonl."""
    return [json.loads(line) for line in (out / "steps.jsonl").read_text().splitlines()]
