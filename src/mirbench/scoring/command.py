"""The commands that show a run: `mirbench results`, `mirbench report`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mirbench.scoring.run import Run

RunPath = Annotated[
    Path,
    typer.Argument(help="What lmms-eval wrote: its --output_path, or one *_results.json below it."),
]


def results(
    run: RunPath,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show the results of a run: accuracy with its interval, by category, subtask, difficulty."""
    from mirbench.scoring.run import read_runs
    from mirbench.scoring.tables import print_run

    runs = read_runs(run)
    if as_json:
        typer.echo(json.dumps([_as_dict(one) for one in runs], ensure_ascii=False))
        return
    for one in runs:
        print_run(one)


def report(
    run: RunPath,
    data_dir: Annotated[
        str | None,
        typer.Option(help="The release of the run; else MIRBENCH_DATA_DIR, else the Hub."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    task: Annotated[
        str | None, typer.Option(help="The task to show, where the run has several.")
    ] = None,
) -> None:
    """Write a run as one HTML file: results, plots, and every question with its response."""
    from mirbench.data.source import open_source
    from mirbench.scoring.report import write_report
    from mirbench.scoring.run import read_run

    path = write_report(read_run(run, task), open_source(data_dir), out)
    typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def _as_dict(run: "Run") -> dict[str, Any]:
    from mirbench.scoring.metrics import aggregate

    return {
        "results": str(run.results_path),
        "task": run.task,
        "task_version": run.task_version,
        "prompt": run.prompt,
        "model": run.model,
        "data": run.data,
        "questions": run.questions_hash,
        "limit": run.limit,
        "versions": dict(run.versions),
        "scores": aggregate(run.scored).as_dict(),
    }
