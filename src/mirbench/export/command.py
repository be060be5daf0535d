"""The commands `mirbench export parquet`, `push`, `ms-swift`, `llama-factory`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from mirbench.data.command import (
    PAPER,
    PAPER_LADDER,
    AsJson,
    EasyStage,
    Fraction,
    Ladder,
    OverlapName,
    Seed,
    Source,
    TestFraction,
    curriculum_settings,
)
from mirbench.data.partition import DEFAULT_TEST_FRACTION

export = typer.Typer(
    no_args_is_help=True, help="Write the data as Parquet for the Hub, or for other trainers."
)

Out = Annotated[Path, typer.Argument(help="Folder to write; there whole or not at all.")]
NearCopies = Annotated[
    bool | None,
    typer.Option(
        "--near-copies/--no-near-copies",
        help="Hold re-encoded copies of images out together. [default: where the source does not "
        "say what is held out]",
    ),
]


@export.command()
def parquet(
    out: Out,
    source: Source = None,
    fraction: Fraction = PAPER.fraction,
    seed: Seed = PAPER.seed,
    ladder: Ladder = PAPER_LADDER,
    easy_stage: EasyStage = PAPER.easy_stage or 0,
    overlap: OverlapName = PAPER.overlap,
    test_fraction: TestFraction = DEFAULT_TEST_FRACTION,
    near_copies: NearCopies = None,
    num_proc: Annotated[int, typer.Option(help="Processes that write.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Write a folder of Parquet with a dataset card; exit 1 if records were left out."""
    from mirbench.data.source import open_named
    from mirbench.export.parquet import export_parquet

    release = open_named(source)
    with _progress("writing") as on_progress:
        done = export_parquet(
            release,
            out,
            curriculum=curriculum_settings(fraction, seed, ladder, easy_stage, overlap),
            test_fraction=test_fraction,
            near_copies=near_copies,
            num_proc=num_proc,
            on_progress=on_progress,
        )
    rows = {each.split: each.num_rows for each in done.splits if each.config == "default"}
    _report(
        out, done.num_records, len(done.faults), as_json, {"splits": rows},
        f"{sum(each.file_bytes for each in done.splits) / 1e6:,.1f} MB; "
        f'load it with datasets.load_dataset("{out}")',
    )  # fmt: skip


def _trainer_command(trainer: Any) -> Callable[..., None]:
    def command(
        out: Out,
        source: Source = None,
        fraction: Fraction = PAPER.fraction,
        seed: Seed = PAPER.seed,
        ladder: Ladder = PAPER_LADDER,
        easy_stage: EasyStage = PAPER.easy_stage or 0,
        overlap: OverlapName = PAPER.overlap,
        test_fraction: TestFraction = DEFAULT_TEST_FRACTION,
        near_copies: NearCopies = None,
        as_json: AsJson = False,
    ) -> None:
        from mirbench.data.source import open_named
        from mirbench.export.training_files import export_training_files

        release = open_named(source)
        with _progress("writing") as on_progress:
            done = export_training_files(
                release,
                out,
                trainer,
                curriculum=curriculum_settings(fraction, seed, ladder, easy_stage, overlap),
                test_fraction=test_fraction,
                near_copies=near_copies,
                on_progress=on_progress,
            )
        num_records = release.index(test_fraction, near_copies=near_copies).num_records
        _report(
            out, num_records, len(done.faults), as_json, {"num_rows": done.num_rows},
            f"{done.num_rows:,} lines in training order, {done.num_images:,} images; "
            f"{out / 'README.md'} has the command that keeps the order",
        )  # fmt: skip

    command.__doc__ = f"Write the training order for {trainer}, with the flags that keep it."
    return command


export.command("ms-swift")(_trainer_command("ms-swift"))
export.command("llama-factory")(_trainer_command("llama-factory"))


@export.command()
def push(
    folder: Annotated[Path, typer.Argument(help="What `mirbench export parquet` wrote.")],
    repo: Annotated[str, typer.Argument(help="Dataset repository on the Hub: owner/name.")],
    pull_request: Annotated[
        bool, typer.Option("--pr", help="Open a pull request instead of committing.")
    ] = False,
    private: Annotated[bool, typer.Option(help="Make a new repository private.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send an export to the Hugging Face Hub, in one commit or one pull request."""
    from mirbench.export.push import push_export

    pushed = push_export(folder, repo, as_pull_request=pull_request, private=private)
    if as_json:
        typer.echo(json.dumps(pushed._asdict()))
    else:
        typer.echo(f"{pushed.num_files} files, {pushed.num_deleted} deleted: {pushed.url}")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _report(
    out: Path, num_records: int, num_faults: int, as_json: bool, more: dict[str, Any], text: str
) -> None:
    """Account for every record, and exit 1 if any was left out."""
    if as_json:
        counts = {"num_records": num_records, "num_faults": num_faults}
        typer.echo(json.dumps({"out": str(out), **counts, **more}))
    else:
        where = f" (see {out / 'faults.jsonl'})" if num_faults else ""
        num_read = num_records - num_faults
        typer.echo(
            f"{num_records:,} records = {num_read:,} read + {num_faults:,} quarantined{where}"
        )
        typer.echo(text)
    if num_faults:
        raise typer.Exit(1)
