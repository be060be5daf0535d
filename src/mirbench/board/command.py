"""The commands `mirbench submit pack|check|schema` and `mirbench board add|build|...`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirbench.data.command import AsJson

if TYPE_CHECKING:
    from mirbench.board.check import Checked
    from mirbench.board.pack import Facts
    from mirbench.data.release import Release
    from mirbench.scoring.run import Run

submit = typer.Typer(no_args_is_help=True, help="Turn a run into a submission, and check one.")
board = typer.Typer(no_args_is_help=True, help="Keep submissions in a store, and show them.")

DataDir = Annotated[
    str | None, typer.Option(help="The release; else MIRBENCH_DATA_DIR, else the Hub.")
]
StorePath = Annotated[Path, typer.Argument(help="Folder of accepted submissions.")]
Id = Annotated[str, typer.Argument(help="Name of a submission of the store.")]
MAX_SHOWN = 50


@submit.command()
def pack(
    run: Annotated[Path, typer.Argument(help="What lmms-eval or `mirbench eval` wrote.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("submission"),
    data_dir: DataDir = None,
    task: Annotated[str | None, typer.Option(help="Which task, where the run has several.")] = None,
    model_name: Annotated[str | None, typer.Option(help="As it is known: owner/name.")] = None,
    revision: Annotated[str | None, typer.Option(help="Commit, or API snapshot.")] = None,
    availability: Annotated[str | None, typer.Option(help="Weights: open or closed.")] = None,
    licence: Annotated[str | None, typer.Option(help="Of the model; SPDX name.")] = None,
    trained_on_mir: Annotated[
        str | None, typer.Option(help="Trained on MIR: no, train, test, unknown.")
    ] = None,
    submitter: Annotated[str | None, typer.Option(help="Who made the run.")] = None,
    relationship: Annotated[str | None, typer.Option(help="developer or third_party.")] = None,
    affiliation: Annotated[str | None, typer.Option(help="Your organisation.")] = None,
    contact: Annotated[str | None, typer.Option(help="Where questions go; published.")] = None,
    size: Annotated[float | None, typer.Option(help="Billions of parameters.")] = None,
    reasoning: Annotated[bool, typer.Option(help="It thinks at length before it answers.")] = False,
    link: Annotated[str | None, typer.Option(help="Model card; https.")] = None,
    hardware: Annotated[str | None, typer.Option(help="Such as 1 x H100 80 GB.")] = None,
    cost: Annotated[float | None, typer.Option(help="US dollars that the run took.")] = None,
    notes: Annotated[str, typer.Option(help="What a reader should know besides.")] = "",
    supersedes: Annotated[str | None, typer.Option(help="Id that this one corrects.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write submission.json and predictions.jsonl from a run; asks for what the run lacks."""
    from mirbench.board.pack import Facts, pack_run
    from mirbench.board.questions import read_questions
    from mirbench.scoring.run import read_run

    facts = Facts(
        submitter=submitter, affiliation=affiliation, contact=contact, relationship=relationship,
        model_name=model_name, revision=revision, availability=availability, licence=licence,
        size=size, reasoning=reasoning, link=link, trained_on_mir=trained_on_mir, notes=notes,
        hardware=hardware, cost=cost, supersedes=supersedes,
    )  # fmt: skip
    read = read_run(run, task)
    if sys.stdin.isatty():
        facts = _asked(read, facts, lambda text: str(typer.prompt(text)))
    packed = pack_run(read, read_questions(_release(data_dir)), facts, out)
    overall = packed.scores.overall
    if as_json:
        counts = {"num_cut": packed.num_cut, "num_changed": packed.num_changed}
        told = {"id": packed.id, "folder": str(out), "accuracy": overall.accuracy, **counts}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{out}: {overall.num:,} predictions, accuracy {overall.accuracy:.1%}")
    if packed.num_cut:
        typer.echo(f"{packed.num_cut:,} long responses: their ends were kept")
    if packed.num_changed:
        typer.echo(f"{packed.num_changed:,} predictions are read differently than in the run")
    typer.echo(f"check it: mirbench submit check {out}")


def _asked(run: "Run", facts: "Facts", prompt: Callable[[str], str]) -> "Facts":
    """Ask a person for the facts that are missing."""
    from dataclasses import replace

    from mirbench.board.pack import REQUIRED, missing_facts

    for name in missing_facts(run, facts):
        typer.echo(REQUIRED[name].explanation)
        answer: dict[str, Any] = {name: prompt(name.replace("_", " "))}
        facts = replace(facts, **answer)
    return facts


@submit.command()
def check(
    submission: Annotated[
        str, typer.Argument(help="Folder; or a pull request of a Hub dataset, owner/name#12.")
    ],
    data_dir: DataDir = None,
    store: Annotated[
        Path | None, typer.Option(help="Store to look for copies of other models in.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a submission and score it again; exit 1 if anything is wrong with it."""
    from mirbench.board.check import check_submission
    from mirbench.board.hub import submission_folder
    from mirbench.board.questions import read_questions
    from mirbench.board.store import Store

    questions = read_questions(_release(data_dir))
    earlier = Store(store).earlier() if store else []
    with submission_folder(submission) as folder:
        checked = check_submission(folder, questions, earlier)
    _show(checked, as_json=as_json)
    if not checked.ok:
        raise typer.Exit(1)


def _show(checked: "Checked", *, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {
            "id": checked.id,
            "ok": checked.ok,
            "num_faults": checked.num_faults,
            "faults": [fault.as_dict() for fault in checked.faults],
            "flags": [flag._asdict() for flag in checked.flags],
            "scores": checked.scores.as_dict() if checked.scores and checked.ok else None,
        }
        typer.echo(json.dumps(told))
        return
    for fault in checked.faults[:MAX_SHOWN]:
        typer.echo(str(fault))
    if checked.num_faults > MAX_SHOWN:
        typer.echo(f"... and {checked.num_faults - MAX_SHOWN:,} more")
    for flag in checked.flags:
        typer.echo(f"look at this: {flag.kind.replace('_', ' ')}: {flag.reason}")
    if not checked.ok:
        typer.echo(f"refused: {checked.num_faults:,} faults")
    elif checked.scores is None:
        typer.echo(f"{checked.id}: valid, without responses: self-reported")
    else:
        overall = checked.scores.overall
        right = f"{overall.num_correct:,} of {overall.num:,} right"
        typer.echo(f"{checked.id}: scored again, {right}, {overall.accuracy:.1%}")


@submit.command()
def schema() -> None:
    """Print the JSON Schema of submission.json."""
    from mirbench.board.submission import json_schema

    typer.echo(json.dumps(json_schema(), indent=2))


@board.command()
def add(
    store: StorePath,
    submissions: Annotated[list[Path], typer.Argument(help="Folders of submissions.")],
    data_dir: DataDir = None,
) -> None:
    """Check submissions and take them into a store; what was taken in never changes."""
    from mirbench.board.questions import read_questions
    from mirbench.board.store import Store

    questions = read_questions(_release(data_dir))
    for folder in submissions:
        accepted = Store(store).add(folder, questions)
        flags = ", ".join(flag.kind for flag in accepted.verdict.flags)
        typer.echo(f"{accepted.id}: {accepted.verdict.tier}{f'; flags: {flags}' if flags else ''}")


@board.command()
def baselines(
    out: Annotated[Path, typer.Argument(help="Folder for their submissions.")],
    data_dir: DataDir = None,
) -> None:
    """Compute what needs no image: random letters, one letter, the options' words alone."""
    from mirbench.board.baselines import pack_baselines

    for packed in pack_baselines(_release(data_dir), out):
        typer.echo(f"{packed.folder}: accuracy {packed.scores.overall.accuracy:.1%}")


@board.command()
def judge(
    store: StorePath,
    id: Id,
    tier: Annotated[str | None, typer.Option(help="self-reported, recomputed, reproduced.")] = None,
    clear: Annotated[list[str] | None, typer.Option(help="A kind of flag to take away.")] = None,
    note: Annotated[str | None, typer.Option(help="What the maintainers add.")] = None,
    held_out: Annotated[
        tuple[str, int, int] | None,
        typer.Option(help="Name, questions and right answers of a fresh MIR-Synth set."),
    ] = None,
) -> None:
    """Change the verdict on a submission: its tier, its flags, its held-out result."""
    from mirbench.board.store import Store, judged

    verdict = judged(Store(store), id, tier=tier, clear=clear or [], note=note, held_out=held_out)
    typer.echo(f"{verdict.id}: {verdict.tier}")


@board.command()
def build(
    store: StorePath,
    out: Annotated[Path, typer.Argument(help="Folder of the site.")],
    data_dir: DataDir = None,
    title: Annotated[str, typer.Option(help="Of the page.")] = "MIR leaderboard",
) -> None:
    """Build the static site of a store; open its index.html, or put the folder on any host."""
    from mirbench.board.site import build_board
    from mirbench.board.store import Store

    built = build_board(Store(store), _release(data_dir), out, title=title)
    typer.echo(
        f"{built.index}: {built.num_rows:,} submissions, {built.num_questions:,} questions, "
        f"{built.num_images:,} images; the first view loads {built.first_view_bytes / 1e6:.2f} MB"
    )


@board.command()
def hub(
    store: StorePath,
    id: Id,
    out: Annotated[Path, typer.Argument(help="Folder for the files.")],
    dataset: Annotated[str, typer.Option(help="The benchmark's dataset repository.")],
    source_url: Annotated[str | None, typer.Option(help="Where the board is.")] = None,
    pull_request: Annotated[
        bool, typer.Option("--pr", help="Open the pull requests, to model and dataset.")
    ] = False,
) -> None:
    """Write a submission's .eval_results entry, the dataset's eval.yaml and the EEE record."""
    from mirbench.board.hub import open_pull_requests
    from mirbench.board.hub_files import write_hub_files
    from mirbench.board.store import Store

    files = write_hub_files(Store(store), id, out, dataset=dataset, source_url=source_url)
    for path in files.paths:
        typer.echo(str(path))
    if pull_request:
        for url in open_pull_requests(files, dataset=dataset):
            typer.echo(url)


def _release(data_dir: str | None) -> "Release":
    from mirbench.data.source import open_source

    return open_source(data_dir)
