"""Small runs as lmms-eval writes them, made on the spot from responses."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mirbench.data.release import Release
from mirbench.record import Sample
from mirbench.scoring.responses import LOG_KEY, log_row, score_response

RUN_DATE = "20260102_030405"


def samples_of(release: Path) -> list[Sample]:
    """Return all valid samples of a release, in its order."""
    opened = Release.open(release)
    with opened.records_path.open("rb") as file:
        return [opened.load(file, entry) for entry in opened.index().entries]


def logged(doc_id: int, sample: Sample, response: str, rotation: int = 0) -> dict[str, Any]:
    """Return what lmms-eval logs for a response that our task scored."""
    scored = score_response(sample, response.strip(), rotation=rotation)
    return {
        "doc_id": doc_id,
        "target": sample.answer,
        "filtered_resps": response,
        "accuracy": float(scored.correct),
        LOG_KEY: log_row(scored),
    }


def results_of(num: int, model: str = "test/model", task: str = "mir") -> dict[str, Any]:
    """Return lmms-eval's results file, as far as it is read."""
    arguments = {"model": "vllm", "model_args": f"model={model}", "tasks": task, "limit": None}
    metadata = {"version": 1, "prompt": "0" * 12, "data": "release", "versions": {"mirbench": "0"}}
    return {
        "config": {"model": "vllm", "limit": None, "resolved_cli_args": arguments},
        "configs": {
            task: {
                "dataset_path": "mirbench",
                "generation_kwargs": {"temperature": 0.0},
                "metadata": metadata,
            }
        },
        "n-samples": {task: {"original": num, "effective": num}},
        "date": RUN_DATE,
        "model_name": model,
        "total_evaluation_time_seconds": "12.5",
    }


def write_run(
    folder: Path,
    release: Path,
    respond: Callable[[Sample], str],
    model: str = "test/model",
    task: str = "mir",
    results: dict[str, Any] | None = None,
) -> Path:
    """Write a run over all samples of a release; returns the folder."""
    rows = [logged(n, sample, respond(sample)) for n, sample in enumerate(samples_of(release))]
    write_run_files(folder, results or results_of(len(rows), model, task), rows, task)
    return folder


def write_run_files(
    folder: Path, results: dict[str, Any], rows: list[dict[str, Any]], task: str = "mir"
) -> None:
    """Write the two files of a run where lmms-eval puts them."""
    place = folder / "test__model"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{RUN_DATE}_results.json").write_text(json.dumps(results))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (place / f"{RUN_DATE}_samples_{task}.jsonl").write_text(lines)


def command(monkeypatch: Any, *arguments: Any) -> int:
    """Run the command `mirbench`; returns its exit code."""
    from mirbench.cli import main

    monkeypatch.setattr("sys.argv", ["mirbench", *map(str, arguments)])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
