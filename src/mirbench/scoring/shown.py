"""What the report shows of a single run: every text visible and inert, every count made."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from mirbench.scoring.blocks import kind_of, words
from mirbench.scoring.metrics import Score, Scored, Scores, Status
from mirbench.scoring.repeated import Estimate
from mirbench.scoring.run import Run, caveats
from mirbench.scoring.steps import StepScores
from mirbench.scoring.summary import RunSummary
from mirbench.scoring.visible import visible
from mirbench.taxonomy import LETTERS, SUBTASKS_OF, find_category

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


def shown_run(name: str, summary: RunSummary) -> ShownRun:
    """Return a run under the letter that names it in the report."""
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
