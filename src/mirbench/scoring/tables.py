"""The results of a run as a table for the terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mirbench.scoring.metrics import Score, Scores, aggregate
from mirbench.scoring.run import Run, caveats
from mirbench.scoring.visible import visible

_COLUMNS = ("accuracy", "95 % interval", "chance", "n", "no answer")


def print_run(run: Run, console: Console | None = None) -> None:
    """Print what was run, the table of results, and what became of the responses."""
    console = console or Console()
    scores = aggregate(run.scored)
    title = f"{run.model_name}, task {run.task}, data {run.data}"
    console.print(Text(visible(title), style="bold"))
    console.print(_table(scores))
    console.print(Text(_ends(scores.overall)))
    for caveat in caveats(run, scores.overall):
        console.print(Text(caveat, style="yellow"))


def _table(scores: Scores) -> Table:
    table = Table("", *_COLUMNS)
    for column in table.columns[1:]:
        column.justify = "right"
    for title, group in _groups(scores):
        table.add_section()
        for score in group:
            table.add_row(Text(f"{title}{score.name}"), *_cells(score))
    return table


def _groups(scores: Scores) -> Iterator[tuple[str, tuple[Score, ...]]]:
    yield "", (scores.overall,)
    yield "", scores.category
    yield "", scores.subtask
    yield "difficulty: ", scores.difficulty
    yield "images: ", scores.num_images


def _cells(score: Score) -> Iterator[str]:
    yield f"{score.accuracy:.1%}"
    yield f"{score.low:.1%} - {score.high:.1%}"
    yield f"{score.chance:.1%}"
    yield f"{score.num:,}"
    yield f"{score.num - score.num_answered:,}"


def _ends(overall: Score) -> str:
    return (
        f"{overall.num_answered:,} of {overall.num:,} responses name one option; of the others, "
        f"which count as wrong, {overall.num_unparsed:,} name none, {overall.num_truncated:,} "
        f"break off, and {overall.num_failed:,} are failed requests."
    )
