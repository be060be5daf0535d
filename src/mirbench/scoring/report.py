"""Runs -> one HTML file that shows them: numbers, plots, and every question with its response.

The file loads nothing. What it shows was written by models and by whoever made the data, so it is
hostile until shown otherwise: the template escapes, the script builds text nodes only, and a
Content-Security-Policy names the one script and the one style sheet that may act.
"""

import base64
import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mirbench import __version__
from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.blocks import Blocks, inert_json, kind_of, words
from mirbench.scoring.compare import IncomparableError, compare_runs
from mirbench.scoring.ladder import Climb, Rung
from mirbench.scoring.metrics import NOT_STATED, Score, Scored, Scores, Status
from mirbench.scoring.paired import OVERALL, Difference
from mirbench.scoring.pictures import MAX_BYTES
from mirbench.scoring.repeated import Estimate
from mirbench.scoring.run import Run, caveats
from mirbench.scoring.steps import StepScores
from mirbench.scoring.summary import RunSummary, Summary, summarise
from mirbench.scoring.visible import visible
from mirbench.taxonomy import DIFFICULTIES, LETTERS, SUBTASKS, SUBTASKS_OF, find_category

MAX_RUNS: Final = 8
"""More could not be told apart in one plot."""

_KINDS: Final = ("right", "wrong", "unparsed", "truncated", "failed")


class Outcome(NamedTuple):
    """A part of the bar of outcomes: its name, count, share and where it starts (0 to 1)."""

    kind: str
    num: int
    share: float
    start: float


class LetterBar(NamedTuple):
    """How often a letter is the answer, and how often it was chosen."""

    letter: str
    gold: int
    chosen: int


class Way(NamedTuple):
    """A way in which responses were read, and what became of them."""

    name: str
    status: Status
    num: int


class ShownRun(NamedTuple):
    """A run as the page shows it; all texts are visible and do nothing."""

    name: str
    model: str
    task: str
    scores: Scores
    categories: list[tuple[Score, list[Score]]]
    breakdowns: list[tuple[str, tuple[Score, ...]]]
    outcomes: list[Outcome]
    letters: list[LetterBar]
    ways: list[Way]
    facts: list[tuple[str, str]]
    command: str
    warnings: list[str]
    extras: list[tuple[str, Sequence[Estimate]]]
    steps: StepScores | None


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
    shown = [_shown(name, one) for name, one in zip(LETTERS, summary.runs, strict=False)]
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
        script=_inline("report.js"),
        mirbench_version=__version__,
    )


def _shown(name: str, summary: RunSummary) -> ShownRun:
    run, scored = summary.run, summary.run.scored
    return ShownRun(
        name=name,
        model=visible(run.model_name),
        task=visible(run.task),
        scores=summary.scores,
        categories=_categories(summary.scores),
        breakdowns=_breakdowns(summary.scores),
        outcomes=outcomes(scored),
        letters=letter_bars(scored),
        ways=ways_found(scored),
        facts=[(fact, visible(value)) for fact, value in _facts(run)],
        command=visible(run.command),
        warnings=[visible(text) for text in caveats(run, summary.scores.overall)],
        extras=list(_extras(summary)),
        steps=summary.steps,
    )


def _extras(summary: RunSummary) -> Iterator[tuple[str, Sequence[Estimate]]]:
    """Return the shares that only runs with several responses a question have."""
    if one := summary.circular:
        yield (
            f"In every rotation of the options ({one.num} questions)",
            (
                one.plain,
                one.circular,
                one.gap,
            ),
        )
    if many := summary.sampled:
        yield (
            f"Of {many.num_draws} responses a question",
            (
                many.mean,
                *many.pass_at,
                *many.maj_at,
            ),
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


def _inline(name: str) -> Inline:
    text = resources.files("mirbench.scoring").joinpath("page", name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Inline(Markup(text), f"sha256-{digest}")


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    yield "model", run.model
    yield "backend", run.backend
    yield "data", f"{run.data}, questions {run.questions_hash}"
    yield "task", f"{run.task}, version {run.task_version}, prompt {run.prompt}"
    yield "generation", ", ".join(f"{name} {value}" for name, value in run.generation.items())
    yield "versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())
    yield "started", run.date
    yield "took", f"{run.seconds:,.0f} s"


def _categories(scores: Scores) -> list[tuple[Score, list[Score]]]:
    """Return each category with its subtasks."""
    by_name = {score.name: score for score in scores.subtask}
    pairs = []
    for score in scores.category:
        category = find_category(score.name)
        names = SUBTASKS_OF[category] if category else ()
        pairs.append((score, [by_name[name] for name in names if name in by_name]))
    return pairs


def _breakdowns(scores: Scores) -> list[tuple[str, tuple[Score, ...]]]:
    """Return the other groupings that tell more than the overall line."""
    groups = [("By difficulty", scores.difficulty), ("By number of images", scores.num_images)]
    return [(title, group) for title, group in groups if len(group) > 1]


def outcomes(scored: Sequence[Scored]) -> list[Outcome]:
    """Return what became of the responses, in the order of the bar."""
    counts = Counter(kind_of(one) for one in scored)
    parts: list[Outcome] = []
    for kind in _KINDS:
        if num := counts[kind]:
            start = sum(part.num for part in parts) / len(scored)
            parts.append(Outcome(kind, num, num / len(scored), start))
    return parts


def letter_bars(scored: Sequence[Scored]) -> list[LetterBar]:
    """Count gold and chosen letters, for as many letters as any question has options."""
    gold = Counter(one.answer for one in scored)
    chosen = Counter(one.prediction for one in scored)
    letters = LETTERS[: max(one.num_options for one in scored)]
    return [LetterBar(letter, gold[letter], chosen[letter]) for letter in letters]


def ways_found(scored: Sequence[Scored]) -> list[Way]:
    """Count how predictions were found and why the others were not, the most common first."""
    counts = Counter((one.how, one.status) for one in scored)
    return [Way(words(how), status, num) for (how, status), num in counts.most_common()]
