"""The commands that show runs: `mirbench results`, `mirbench compare`, `mirbench report`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mirbench.data.release import Release
    from mirbench.scoring.summary import RunSummary

_WHAT = "What lmms-eval wrote: its --output_path, or one *_results.json below it."
RunPath = Annotated[Path, typer.Argument(help=_WHAT)]
RunPaths = Annotated[list[Path], typer.Argument(help=_WHAT)]
Data = Annotated[
    str | None,
    typer.Option(
        "--data-dir",
        help="The release of the run, else MIRBENCH_DATA_DIR: says which questions share images, "
        "and how good written steps are.",
    ),
]
Judged = Annotated[
    bool, typer.Option("--judged", help="Count what a judge read; see 'mirbench judge'.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Task = Annotated[str | None, typer.Option(help="The task, where a run has several.")]


def results(
    run: RunPaths, data_dir: Data = None, judged: Judged = False, as_json: Json = False
) -> None:
    """Show the results of runs: accuracies with intervals, and what tasks say together."""
    from mirbench.scoring.run import read_runs
    from mirbench.scoring.summary import summarise
    from mirbench.scoring.tables import print_summary

    runs = [one for path in run for one in read_runs(path, judged=judged)]
    summary = summarise(runs, _release(data_dir))
    if as_json:
        found = {"runs": [_as_dict(one) for one in summary.runs], **summary.as_dict()}
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    print_summary(summary)


def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help=_WHAT)],
    second: Annotated[Path, typer.Argument(metavar="B", help="The same for the other run.")],
    task: Task = None,
    data_dir: Data = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            help="What may differ besides the model (data, task, prompt, extractor, limit); it is "
            "said beside the result."
        ),
    ] = None,
    judged: Judged = False,
    as_json: Json = False,
) -> None:
    """Compare two runs question by question: B minus A, overall and by subtask.

    Ends with 1 if the runs did not answer the same questions in the same way, and says what
    differs.
    """
    from mirbench.scoring.clusters import release_clusters
    from mirbench.scoring.compare import IncomparableError, allowed, compare_runs
    from mirbench.scoring.run import read_run
    from mirbench.scoring.tables import print_comparison

    aspects = allowed(allow or ())
    one, other = (read_run(path, task, judged=judged) for path in (first, second))
    release = _release(data_dir)
    clusters = release_clusters(release) if release else None
    try:
        comparison = compare_runs(one, other, clusters, allow=aspects)
    except IncomparableError as error:
        if as_json:
            typer.echo(json.dumps({"mismatches": error.as_dicts()}, ensure_ascii=False))
        typer.secho(f"mirbench: {error}", err=True, fg=typer.colors.RED)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(comparison.as_dict(), ensure_ascii=False))
        return
    print_comparison(comparison)


def report(
    run: RunPaths,
    data_dir: Annotated[
        str | None,
        typer.Option(help="The release of the runs; else MIRBENCH_DATA_DIR, else the Hub."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    task: Annotated[
        str | None, typer.Option(help="The task to show; all of them if not given.")
    ] = None,
    judged: Judged = False,
) -> None:
    """Write runs as one HTML file: results, plots, and every question with its responses."""
    from mirbench.data.source import open_source
    from mirbench.scoring.report import write_report
    from mirbench.scoring.run import read_run, read_runs

    runs = [
        one
        for path in run
        for one in (
            [read_run(path, task, judged=judged)] if task else read_runs(path, judged=judged)
        )
    ]
    path = write_report(runs, open_source(data_dir), out)
    typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


def judge(
    run: RunPath,
    server: Annotated[
        str,
        typer.Option(
            help="Base URL of an OpenAI-compatible server, up to /v1; the key is in OPENAI_API_KEY."
        ),
    ],
    model: Annotated[str, typer.Option(help="Its name there; needed if it serves several.")] = "",
    task: Task = None,
    data_dir: Annotated[
        str | None,
        typer.Option(help="The release of the run; else MIRBENCH_DATA_DIR, else the Hub."),
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Responses in flight.")] = 32,
    prices: Annotated[
        tuple[float, float],
        typer.Option(help="Price of a million tokens sent and received, to show what it cost."),
    ] = (0.0, 0.0),
    as_json: Json = False,
) -> None:
    """Have a language model read what the extractor could not: for 'results --judged'.

    It sees options and response, not the question and not the answer. Verdicts are kept beside the
    run; what was judged is not asked again. Ends with 1 if some responses got no verdict.
    """
    import os

    from mirbench.data.source import open_source
    from mirbench.scoring.judge_server import JudgeSpec
    from mirbench.scoring.judging import judge_run
    from mirbench.scoring.run import read_run
    from mirbench.servers import API_KEY_VARIABLE

    spec = JudgeSpec(
        server=server.rstrip("/"),
        model=model,
        api_key=os.environ.get(API_KEY_VARIABLE, ""),
        concurrency=concurrency,
    )
    tally = judge_run(read_run(run, task), open_source(data_dir), spec)
    cost = tally.cost(*prices)
    if as_json:
        typer.echo(json.dumps({**asdict(tally), "rate": tally.rate, "cost": cost}))
    else:
        typer.echo(
            f"{tally.num_unread:,} of {tally.num_responses:,} responses needed a judge "
            f"({tally.num_unread / tally.num_responses:.1%}); {tally.num_kept:,} were judged "
            f"before.\n{tally.judge} read {tally.num_read:,} as an option and {tally.num_none:,} "
            f"as none; {tally.num_failed:,} got no verdict.\n{tally.prompt_tokens:,} tokens sent, "
            f"{tally.completion_tokens:,} received, {tally.rate:.1f} verdicts a second"
            + (f", cost {cost:.4f}" if cost else "")
        )
    if tally.num_failed:
        typer.secho(f"mirbench: the last problem: {tally.last_problem}", err=True)
        raise typer.Exit(1)


def _release(data_dir: str | None) -> "Release | None":
    """Open the data if the user says where it is; results do not download any."""
    from mirbench.data.source import data_dir_or_variable, open_source

    folder = data_dir_or_variable(data_dir)
    return open_source(folder) if folder else None


def _as_dict(summary: "RunSummary") -> dict[str, Any]:
    run = summary.run
    return {
        "results": str(run.results_path),
        "task": run.task,
        "task_version": run.task_version,
        "prompt": run.prompt,
        "model": run.model,
        "data": run.data,
        "questions": run.questions_hash,
        "limit": run.limit,
        "judge": run.judge,
        "versions": dict(run.versions),
        "scores": summary.scores.as_dict(),
        "circular": asdict(summary.circular) if summary.circular else None,
        "sampled": asdict(summary.sampled) if summary.sampled else None,
        "steps": asdict(summary.steps) if summary.steps else None,
    }
