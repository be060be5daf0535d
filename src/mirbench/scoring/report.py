"""A run -> one HTML file that shows it: numbers, plots, and every question with its response.

The file loads nothing. What it shows was written by models and by whoever made the data, so it is
hostile until shown otherwise: the template escapes, the script builds text nodes only, and a
Content-Security-Policy names the one script and the one style sheet that may act.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from mirbench import __version__
from mirbench.data.release import Release
from mirbench.scoring.blocks import Blocks, kind_of, words
from mirbench.scoring.metrics import Score, Scored, Scores, Status, aggregate
from mirbench.scoring.run import Run, caveats
from mirbench.scoring.visible import visible
from mirbench.taxonomy import LETTERS, SUBTASKS_OF, find_category

MAX_IMAGE_BYTES: Final = 150 * 2**20
"""Above this many bytes of images a report embeds previews instead of the originals."""

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


class Inline(NamedTuple):
    """A script or style sheet inside the page, and the hash by which its policy allows it."""

    text: Markup
    hash: str


def write_report(
    run: Run, release: Release, out: Path | str, *, max_image_bytes: int = MAX_IMAGE_BYTES
) -> Path:
    """Write the report of a run; the file appears whole or not at all.

    Args:
        run: The run to show.
        release: The data that it was made on.
        out: The file to write.
        max_image_bytes: Above this many bytes of images, previews are embedded instead.

    Raises:
        ScoringError: If the release does not hold the questions that were asked.
    """
    out = Path(out)
    blocks = Blocks(release, run.responses)
    shrink = blocks.num_image_bytes > max_image_bytes
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.writelines(_page(run, blocks.make(shrink=shrink), shrink=shrink))
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    return out


def _page(run: Run, blocks: Iterator[Markup], *, shrink: bool) -> Iterator[str]:
    environment = Environment(
        loader=PackageLoader("mirbench.scoring", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    scores = aggregate(run.scored)
    letters = letter_bars(run.scored)
    ways = ways_found(run.scored)
    return environment.get_template("report.html.j2").generate(
        run=run,
        model=visible(run.model_name),
        data=visible(run.data),
        command=visible(run.command),
        facts=[(name, visible(value)) for name, value in _facts(run)],
        warnings=list(caveats(run, scores.overall)),
        scores=scores,
        categories=_categories(scores),
        breakdowns=_breakdowns(scores),
        outcomes=outcomes(run.scored),
        letters=letters,
        most_letters=max(max(bar.gold, bar.chosen) for bar in letters),
        ways=ways,
        most_ways=max(way.num for way in ways),
        blocks=blocks,
        shrink=shrink,
        style=_inline("report.css"),
        script=_inline("report.js"),
        mirbench_version=__version__,
    )


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
