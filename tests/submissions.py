"""Small submissions, made on the spot from a release and a way to respond."""

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from run_files import logged, results_of, samples_of, write_run_files

from mirbench.board.check import FORM_OF_TASK
from mirbench.board.pack import Facts, pack_run
from mirbench.board.questions import Questions, read_questions
from mirbench.board.submission import Task
from mirbench.board.write import Packed
from mirbench.data.release import Release
from mirbench.evaluation.forms import form_named
from mirbench.record import Sample
from mirbench.scoring.run import read_run

FACTS = {
    "submitter": "A. Person",
    "relationship": "third_party",
    "revision": "abc123",
    "availability": "open",
    "licence": "Apache-2.0",
    "trained_on_mir": "no",
}


def questions_of(release: Path) -> Questions:
    """Return the test split of a release."""
    return read_questions(Release.open(release))


def mostly_right(sample: Sample) -> str:
    """Answer three of four questions rightly, the fourth with nothing."""
    number = int(sample.id.lstrip("q"))
    return f"Your option: {sample.answer}" if number % 4 else "The clocks differ."


def skilled(share: float, seed: int = 0) -> Callable[[Sample], str]:
    """Return what answers about a share of the questions rightly, the others wrongly."""

    def respond(sample: Sample) -> str:
        is_right = random.Random(f"{seed} {sample.id}").random() < share
        letter = sample.answer if is_right else "BCA"["ABC".index(sample.answer)]
        return f"Your option: {letter}"

    return respond


def pack(
    folder: Path,
    release: Path,
    respond: Callable[[Sample], str] = mostly_right,
    *,
    model: str = "test/model",
    task: Task = "mir",
    **facts: Any,
) -> Packed:
    """Write a run and pack it; returns what was packed, in `folder / "submission"`."""
    run = read_run(write_task_run(folder / "run", release, respond, model, task))
    said = Facts(**{**FACTS, "model_name": model, **facts})
    return pack_run(run, questions_of(release), said, folder / "submission")


def write_task_run(
    folder: Path, release: Path, respond: Callable[[Sample], str], model: str, task: Task
) -> Path:
    """Write a run of a task, with the prompt that the task has today."""
    rows = [logged(n, sample, respond(sample)) for n, sample in enumerate(samples_of(release))]
    results = results_of(len(rows), model)
    config = results["configs"].pop("mir")
    config["metadata"]["prompt"] = form_named(FORM_OF_TASK[task]).prompt
    results["configs"][task] = config
    results["n-samples"] = {task: results["n-samples"]["mir"]}
    write_run_files(folder, results, rows)
    for path in folder.rglob("*_samples_mir.jsonl"):
        path.rename(path.with_name(path.name.replace("_mir.", f"_{task}.")))
    return folder


def rewrite(
    folder: Path,
    change: Callable[[dict[str, Any]], Any] | None = None,
    lines: Callable[[list[dict[str, Any]]], Any] | None = None,
) -> Path:
    """Change a submission in place as a forger would, its checksums made to fit."""
    told = json.loads((folder / "submission.json").read_text())
    if lines is not None:
        kept = (folder / "predictions.jsonl").read_text()
        rows = [json.loads(line) for line in kept.splitlines()]
        changed = lines(rows)
        write_predictions(
            folder, told, "".join(json.dumps(row) + "\n" for row in changed or rows).encode()
        )
    if change is not None:
        change(told)
    (folder / "submission.json").write_text(json.dumps(told))
    return folder


def write_predictions(folder: Path, told: dict[str, Any], content: bytes) -> None:
    """Write the file of predictions and let the submission name it rightly."""
    (folder / "predictions.jsonl").write_bytes(content)
    told["predictions"] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "num_bytes": len(content),
        "num_lines": content.count(b"\n"),
    }
