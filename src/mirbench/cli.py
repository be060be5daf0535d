"""The command `mirbench`: a thin face over the library.

Each part of the library brings its own commands (`<part>/command.py`); here they are put together.
"""

import sys

import typer

from mirbench.board import command as board_command
from mirbench.data import command as data_command
from mirbench.difficulty import command as difficulty_command
from mirbench.errors import MirbenchError
from mirbench.evaluation import command as evaluation_command
from mirbench.export import command as export_command
from mirbench.scoring import command as scoring_command
from mirbench.synth.command import synth_app

app = typer.Typer(
    name="mirbench",
    help="Work with MIR, the multi-image interleaved reasoning benchmark.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
DATA, DIFFICULTY, EVALUATION = "Data", "Difficulty and curriculum", "Evaluation"
LEADERBOARD = "Leaderboard"

app.add_typer(synth_app, rich_help_panel=DATA)
app.command("show", rich_help_panel=DATA)(data_command.show)
app.command("validate", rich_help_panel=DATA)(data_command.validate)
app.command("stats", rich_help_panel=DATA)(data_command.stats)
app.add_typer(export_command.export, name="export", rich_help_panel=DATA)
app.command("label", rich_help_panel=DIFFICULTY)(difficulty_command.label)
app.command("agreement", rich_help_panel=DIFFICULTY)(difficulty_command.agreement)
app.add_typer(data_command.curriculum, name="curriculum", rich_help_panel=DIFFICULTY)
app.command("eval", rich_help_panel=EVALUATION, context_settings=evaluation_command.CONTEXT)(
    evaluation_command.evaluate
)
app.command("results", rich_help_panel=EVALUATION)(scoring_command.results)
app.command("compare", rich_help_panel=EVALUATION)(scoring_command.compare)
app.command("judge", rich_help_panel=EVALUATION)(scoring_command.judge)
app.command("report", rich_help_panel=EVALUATION)(scoring_command.report)
app.add_typer(board_command.submit, name="submit", rich_help_panel=LEADERBOARD)
app.add_typer(board_command.board, name="board", rich_help_panel=LEADERBOARD)


def main() -> None:
    """Run the command; an error that mirbench raises on purpose is a message, not a traceback."""
    try:
        app()
    except MirbenchError as error:
        typer.secho(f"mirbench: {error}", err=True, fg=typer.colors.RED)
        sys.exit(2)


if __name__ == "__main__":
    main()
