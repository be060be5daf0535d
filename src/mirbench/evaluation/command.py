"""The command `mirbench eval`."""

from pathlib import Path
from typing import Annotated

import typer

from mirbench.evaluation.settings import Evaluation, TooLongChoice

CONTEXT = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What Typer does not know goes to lmms-eval, whose own parser refuses what it does not know."""


def evaluate(
    context: typer.Context,
    model: Annotated[
        str, typer.Option(help="lmms-eval's name of the backend: vllm, async_openai, huggingface.")
    ],
    out: Annotated[Path, typer.Option(help="The run's folder; goes on with what is there.")],
    model_args: Annotated[
        str,
        typer.Option("--model-args", "--model_args", help="Of the backend: model=...,name=value."),
    ],
    tasks: Annotated[str, typer.Option(help="Names with commas between them.")] = "mir",
    data_dir: Annotated[
        str | None, typer.Option(help="The release; else MIRBENCH_DATA_DIR, else the Hub.")
    ] = None,
    too_long: Annotated[
        TooLongChoice, typer.Option(help="Prompts that do not fit: refuse to run, or count failed.")
    ] = "refuse",
) -> None:
    """Evaluate a model with lmms-eval; killed anywhere, the same command goes on.

    Further options are lmms-eval's own (--limit 100, --repeats 5, --gen_kwargs temperature=0.7).
    """
    from rich.console import Console

    from mirbench.evaluation.outcome import whole_run
    from mirbench.evaluation.run import evaluate
    from mirbench.scoring.command import results

    evaluation = Evaluation(
        model=model,
        model_args=model_args,
        tasks=tasks,
        out=out,
        flags=tuple(context.args),
        too_long=too_long,
        data_dir=data_dir,
    )
    manifest = whole_run(evaluation)
    if manifest:
        typer.echo(f"{out}: whole already, nothing to ask", err=True)
    else:
        try:
            manifest = evaluate(evaluation, Console(stderr=True))
        except KeyboardInterrupt:
            typer.echo("interrupted; the same command goes on from here", err=True)
            raise typer.Exit(130) from None
    results([out], data_dir=data_dir)
    if num := manifest.counts.num_failed:
        typer.echo(f"{num:,} requests failed; the same command asks them again", err=True)
        raise typer.Exit(1)
