"""The commands that look at data: `mirbench validate`, `stats`, `show`, `curriculum explain`."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast, get_args

import typer

from mirbench.curriculum import CurriculumError, CurriculumSettings, Overlap
from mirbench.data.partition import DEFAULT_TEST_FRACTION
from mirbench.errors import SourceError
from mirbench.record import Fault

if TYPE_CHECKING:
    from mirbench.data.release import Release

PAPER: Final = CurriculumSettings()
PAPER_LADDER: Final = ",".join(map(str, PAPER.ladder))

Source = Annotated[
    str | None,
    typer.Argument(
        metavar="[RELEASE]",
        help="Release folder (all_data_rel.json and images.zip, or the images), or a dataset of "
        "the Hub as owner/name@revision. [default: $MIRBENCH_DATA_DIR, else MIR on the Hub]",
    ),
]
TestFraction = Annotated[
    float, typer.Option(help="Share of each subtask to hold out, where the source does not say.")
]
Fraction = Annotated[float, typer.Option(help="Share of the hard samples that each stage draws.")]
Seed = Annotated[int, typer.Option(help="Of draw and order.")]
Ladder = Annotated[str, typer.Option(help="Stages of the second phase, in order.")]
EasyStage = Annotated[
    int, typer.Option(help="What easy samples are trained on; 0 leaves them out.")
]
OverlapName = Annotated[
    str, typer.Option(help="May a hard sample stand in several stages: free, even or none.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def validate(
    source: Source = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="Decode every image as well; finds cut-off images.")
    ] = False,
    faults_file: Annotated[
        Path | None,
        typer.Option("--faults", help="Write every fault here; else beside mirbench's caches."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List everything that is wrong with a release; exit 1 if anything is.

    Reads every record and the header of every image; the release is not changed.
    """
    from rich.console import Console
    from rich.progress import Progress

    from mirbench.data.source import open_named
    from mirbench.data.stats import leak_lines
    from mirbench.data.validate import Validation
    from mirbench.data.validate import validate as validate_release

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("checking", total=None)
        try:
            release = open_named(source)
            found: Validation = validate_release(
                release,
                deep=deep,
                on_progress=lambda done, total: progress.update(task, completed=done, total=total),
            )
        except SourceError as error:
            progress.stop()
            _print_unreadable(source, error, as_json)
            raise typer.Exit(1) from None
    kept = _keep_faults(release, found.faults, faults_file)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "num_records": found.num_records,
                    "num_valid": found.num_valid,
                    "num_faults": len(found.faults),
                    "num_images": found.num_images,
                    "fingerprint": found.fingerprint,
                    "leaks": found.leaks._asdict(),
                    "faults_file": str(kept),
                    "faults": [fault.as_dict() for fault in found.faults],
                },
                ensure_ascii=False,
            )
        )
    else:
        _print_faults(found.faults)
        typer.echo(
            f"{_balance(found.num_records, found.faults, kept)}; "
            f"{found.num_images:,} images {'decoded' if deep else 'checked by their headers'}"
        )
        typer.echo("; ".join(leak_lines(found.leaks)))
    if found.faults:
        raise typer.Exit(1)


def _keep_faults(release: "Release", faults: Sequence[Fault], path: Path | None) -> Path:
    """Save the faults where the caller said, else beside the caches, and say where."""
    from mirbench.data.cache import cache_folder
    from mirbench.data.release import write_faults

    if path is None:
        path = cache_folder(release.cache_key) / "faults.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_faults(path, faults)
    except OSError as error:
        raise SourceError(f"{path}: the faults cannot be saved there: {error}") from error
    return path


def _balance(num_records: int, faults: Sequence[Fault], kept: Path) -> str:
    """Account for every record: what was read and what was not are what there is."""
    where = f" (see {kept})" if faults else ""
    num_read = num_records - len(faults)
    return f"{num_records:,} records = {num_read:,} read + {len(faults):,} quarantined{where}"


def stats(
    source: Source = None,
    test_fraction: TestFraction = DEFAULT_TEST_FRACTION,
    near_copies: Annotated[
        bool | None,
        typer.Option(
            "--near-copies/--no-near-copies",
            help="Look at every image for re-encoded copies. [default: where the source does not "
            "say what is held out]",
        ),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--html", help="Write the statistics as an HTML page as well.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count what a release holds: questions, images, lengths, duplicates, leaks into the test."""
    from rich.console import Console

    from mirbench.data.source import open_named
    from mirbench.data.stats import statistics
    from mirbench.data.stats_page import stats_tables, write_stats_page

    release = open_named(source)
    found = statistics(release, test_fraction=test_fraction, near_copies=near_copies)
    kept = _keep_faults(release, found.faults, None)
    if page is not None:
        write_stats_page(found, page)
    if as_json:
        faults = [fault.as_dict() for fault in found.faults]
        typer.echo(json.dumps({**found.as_dict(), "faults": faults}, ensure_ascii=False))
    else:
        Console().print(stats_tables(found))
        typer.echo(_balance(found.num_records, found.faults, kept))


curriculum = typer.Typer(no_args_is_help=True, help="Look at the order in which to train.")


@curriculum.callback()
def _curriculum() -> None:
    """Let `explain` be named even though it is the only one."""


@curriculum.command()
def explain(
    source: Source = None,
    fraction: Fraction = PAPER.fraction,
    seed: Seed = PAPER.seed,
    ladder: Ladder = PAPER_LADDER,
    easy_stage: EasyStage = PAPER.easy_stage or 0,
    overlap: OverlapName = PAPER.overlap,
    test_fraction: TestFraction = DEFAULT_TEST_FRACTION,
    as_json: AsJson = False,
) -> None:
    """Explain a training order: its levels, what each gives and asks, and how they overlap."""
    from rich.console import Console

    from mirbench.data.schedule import explain as explain_schedule
    from mirbench.data.schedule import explanation_panel
    from mirbench.data.source import open_named

    settings = curriculum_settings(fraction, seed, ladder, easy_stage, overlap)
    found = explain_schedule(open_named(source).index(test_fraction), settings)
    if as_json:
        typer.echo(json.dumps(found.as_dict()))
    else:
        Console().print(explanation_panel(found))


def curriculum_settings(
    fraction: float, seed: int, ladder: str, easy_stage: int, overlap: str
) -> CurriculumSettings:
    """Read the settings of a schedule as a command line writes them.

    Raises:
        CurriculumError: If they make no sense.
    """
    try:
        stages = tuple(int(stage) for stage in ladder.split(",") if stage.strip())
    except ValueError:
        raise CurriculumError(f"ladder: expected stages as in 1,2,3, found {ladder!r}") from None
    if overlap not in get_args(Overlap):
        expected = ", ".join(get_args(Overlap))
        raise CurriculumError(f"overlap: expected one of {expected}, found {overlap!r}")
    return CurriculumSettings(
        fraction=fraction, seed=seed, ladder=stages, easy_stage=easy_stage or None,
        overlap=cast(Overlap, overlap),
    )  # fmt: skip


def _print_unreadable(source: str | None, error: SourceError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"path": source, "error": str(error)}, ensure_ascii=False))
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
    source: Source = None,
    id: Annotated[str | None, typer.Option("--id", help="The sample's id; else the first.")] = None,
) -> None:
    """Show one question: its text with the images' places, its options and its five steps."""
    from rich.console import Console

    from mirbench.data.show import question_panel
    from mirbench.data.source import open_named

    release = open_named(source)
    entries = release.index().entries
    chosen = next((entry for entry in entries if id in (None, entry.id)), None)
    if chosen is None:
        wanted = "a valid record" if id is None else f"sample {id!r}"
        raise SourceError(
            f"{release.name}: expected {wanted}, found none among {len(entries)} samples"
        )
    with release.records_path.open("rb") as file:
        Console().print(question_panel(release.load(file, chosen)))
