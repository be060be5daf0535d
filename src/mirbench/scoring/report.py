"""Runs -> one HTML file that shows them: numbers, plots, and every question with its response.

The file loads nothing. What it shows was written by models and by whoever made the data, so it is
hostile until shown otherwise: the template escapes, the script builds text nodes only, and a
Content-Security-Policy names the one script and the one style sheet that may act.
"""

import base64
import contextlib
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mirbench import __version__
from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.blocks import Blocks, inert_json
from mirbench.scoring.compare import IncomparableError, compare_runs
from mirbench.scoring.ladder import Climb, Rung
from mirbench.scoring.metrics import NOT_STATED, Score
from mirbench.scoring.paired import OVERALL, Difference
from mirbench.scoring.pictures import MAX_BYTES
from mirbench.scoring.run import Run
from mirbench.scoring.shown import shown_run
from mirbench.scoring.summary import RunSummary, Summary, summarise
from mirbench.scoring.visible import visible
from mirbench.taxonomy import DIFFICULTIES, LETTERS, SUBTASKS

MAX_RUNS: Final = 8
"""More could not be told apart in one plot."""


class Row(NamedTuple):
    """A group of questions with the scores of the runs that asked it, by their place."""

    name: str
    scores: Mapping[int, Score]


class LadderPlot(NamedTuple):
    """The guidance ladder of a model: all groups, and the rungs of the curve."""

    model: str
    climbs: Sequence[Climb]
    rungs: Sequence[Rung]


class Inline(NamedTuple):
    """A script or style sheet inside the page, and the hash by which its policy allows it."""

    text: Markup
    hash: str


def write_report(
    runs: Sequence[Run], release: Release, out: Path | str, *, max_image_bytes: int = MAX_BYTES
) -> Path:
    """Write the report of one run or several; the file appears whole or not at all.

    Args:
        runs: The runs to show, at most as many as there are letters to name them.
        release: The data that they were made on.
        out: The file to write.
        max_image_bytes: Above this many bytes of images, smaller ones are embedded instead.

    Raises:
        ScoringError: If the release does not hold the questions that were asked, or there are
            too many runs.
    """
    if not 1 <= len(runs) <= MAX_RUNS:
        raise ScoringError(f"report: expected 1 to {MAX_RUNS} runs, found {len(runs)}")
    out = Path(out)
    blocks = Blocks(release, runs, max_image_bytes)
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(_page(summarise(runs, release), blocks))
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out


def _page(summary: Summary, blocks: Blocks) -> Iterator[str]:
    environment = Environment(
        loader=PackageLoader("mirbench.scoring", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [shown_run(name, one) for name, one in zip(LETTERS, summary.runs, strict=False)]
    return environment.get_template("report.html.j2").generate(
        runs=shown,
        title=" · ".join(dict.fromkeys(f"{one.model} on {one.task}" for one in shown)),
        data=visible(" and ".join(dict.fromkeys(one.run.data for one in summary.runs))),
        rows=_rows(summary.runs),
        ladders=[
            LadderPlot(visible(ladder.model), ladder.climbs, ladder.climbs[0].rungs)
            for ladder in summary.ladders
        ],
        blind_gaps=[(visible(gap.model), gap.differences.overall) for gap in summary.blind_gaps],
        comparisons=list(_comparisons(summary)),
        notes=[visible(note) for note in summary.notes],
        names=Markup(inert_json({"runs": [f"{one.model}, {one.task}" for one in shown]})),
        blocks=blocks.make(),
        preview=blocks.preview,
        style=_inline("report.css"),
        script=_inline("list.js", "report.js"),
        mirbench_version=__version__,
    )


def _rows(runs: Sequence[RunSummary]) -> list[tuple[str, list[Row]]]:
    """Return the groups of questions, under their titles, with the scores of all runs."""
    every = [one.scores for one in runs]
    return [
        ("", _side_by_side([(scores.overall,) for scores in every], (OVERALL,))),
        ("By subtask", _side_by_side([scores.subtask for scores in every], SUBTASKS)),
        ("By difficulty", _side_by_side([scores.difficulty for scores in every], DIFFICULTIES)),
    ]


def _side_by_side(every: Sequence[Sequence[Score]], order: Sequence[str]) -> list[Row]:
    by_name: dict[str, dict[int, Score]] = {}
    for place, scores in enumerate(every):
        for score in scores:
            by_name.setdefault(score.name, {})[place] = score
    return [Row(name, by_name[name]) for name in (*order, NOT_STATED) if name in by_name]


def _comparisons(summary: Summary) -> Iterator[tuple[str, Difference]]:
    """Compare every run with the first, where they answered the same questions alike."""
    first, *others = summary.runs
    for name, other in zip(LETTERS[1:], others, strict=False):
        with contextlib.suppress(IncomparableError):
            compared = compare_runs(first.run, other.run, summary.clusters)
            yield f"{name} minus {LETTERS[0]}", compared.differences.overall


def _inline(*names: str) -> Inline:
    page = resources.files("mirbench.scoring").joinpath("page")
    text = "\n".join(page.joinpath(name).read_text(encoding="utf-8") for name in names)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(Markup(text), f"sha256-{digest}")
