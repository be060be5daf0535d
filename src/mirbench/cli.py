"""The command `mirbench`: a thin face over the library.

Each part of the library brings its own commands (`<part>/command.py`); here they are put together.
"""

import sys

import typer

from mirbench.data import command as data_command
from mirbench.difficulty import command as difficulty_command
from mirbench.errors import MirbenchError
from mirbench.scoring import command as scoring_command

app = typer.Typer(
    name="mirbench",
    help="Work with MIR, the multi-image interleaved reasoning benchmark.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("validate")(data_command.validate)
app.command("stats")(data_command.stats)
app.command("show")(data_command.show)
app.add_typer(data_command.curriculum, name="curriculum")
app.command("results")(scoring_command.results)
app.command("report")(scoring_command.report)
app.command("label")(difficulty_command.label)
app.command("agreement")(difficulty_command.agreement)


def main() -> None:
    """Run the command; an error that mirbench raises on purpose is a message, not a traceback."""
    try:
        app()
    except MirbenchError as error:
        typer.secho(f"mirbench: {error}", err=True, fg=typer.colors.RED)
        sys.exit(2)


if __name__ == "__main__":
    main()
