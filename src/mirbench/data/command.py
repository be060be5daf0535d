"""The commands that look at data: `mirbench validate`, `mirbench show`."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from mirbench.errors import SourceError
from mirbench.record import Fault

ReleasePath = Annotated[
    Path, typer.Argument(help="Release folder: all_data_rel.json and images.zip (or the images).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def validate(
    path: ReleasePath,
    deep: Annotated[
        bool, typer.Option("--deep", help="Decode every image as well; finds cut-off images.")
    ] = False,
    faults_file: Annotated[
        Path | None, typer.Option("--faults", help="Write every fault here, as JSON Lines.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong with a release; exit 1 if anything is.

    Reads every record and the header of every image; nothing is changed.
    """
    from rich.console import Console
    from rich.progress import Progress

    from mirbench.data.release import Release, write_faults
    from mirbench.data.validate import Validation
    from mirbench.data.validate import validate as validate_release

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=None)
        try:
            found: Validation = validate_release(
                Release.open(path),
                deep=deep,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        except SourceError as error:
            progress.stop()
            _print_unreadable(path, error, as_json)
            raise typer.Exit(1) from None
    if faults_file is not None:
        write_faults(faults_file, found.faults)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "num_records": found.num_records,
                    "num_valid": found.num_valid,
                    "num_faults": len(found.faults),
                    "num_images": found.num_images,
                    "fingerprint": found.fingerprint,
                    "faults": [fault.as_dict() for fault in found.faults],
                },
                ensure_ascii=False,
            )
        )
    else:
        _print_faults(found.faults)
        typer.echo(
            f"{found.num_records:,} records: {found.num_valid:,} valid, "
            f"{len(found.faults):,} faulty; {found.num_images:,} images opened"
        )
    if found.faults:
        raise typer.Exit(1)


def _print_unreadable(path: Path, error: SourceError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"path": str(path), "error": str(error)}, ensure_ascii=False))
    else:
        typer.secho(f"mirbench: {error}", err=True, fg=typer.colors.RED)


def _print_faults(faults: Sequence[Fault]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not faults:
        return
    for fault in faults:
        typer.echo(str(fault))
    counts = Counter((fault.field or "(record)", fault.expected) for fault in faults)
    table = Table("field", "expected", "faults", title="Faults by kind")
    table.columns[2].justify = "right"
    for (field, expected), count in counts.most_common():
        table.add_row(Text(field), Text(expected), f"{count:,}")
    Console().print(table)


def show(
    path: ReleasePath,
    id: Annotated[str | None, typer.Option("--id", help="The sample's id; else the first.")] = None,
) -> None:
    """Show one question: its text with the images' places, its options and its five steps."""
    from rich.console import Console

    from mirbench.data.release import Release
    from mirbench.data.show import question_panel

    release = Release.open(path)
    entries = release.index().entries
    chosen = next((entry for entry in entries if id in (None, entry.id)), None)
    if chosen is None:
        wanted = "a valid record" if id is None else f"sample {id!r}"
        raise SourceError(f"{path}: expected {wanted}, found none among {len(entries)} samples")
    with release.records_path.open("rb") as file:
        Console().print(question_panel(release.load(file, chosen)))
