"""Counts what solvers that must fail get right, and whether answers are spread evenly."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np

from mirbench.data.near_copies import TOLERANCE
from mirbench.errors import MirbenchError
from mirbench.synth.audit.items import Item, items_of_release
from mirbench.synth.audit.solvers import LOOKERS, READERS, Features, hits_of_learner, kinds
from mirbench.synth.eyes import Shaking
from mirbench.synth.make import generate
from mirbench.synth.program import answer_of
from mirbench.synth.puzzle import Eyes, RejectedError
from mirbench.synth.rng import Stream

SIGMAS: Final = 3
"""How far above chance a solver may be."""
FEWEST: Final = 50
"""Of fewer questions, those with an n-th image or with a kind of answer, nothing can be said."""


class Finding(NamedTuple):
    """What one check found in the questions of one subtask.

    Attributes:
        subtask: Which questions.
        check: What was counted.
        num: How many questions were looked at.
        found: How many of them were hits.
        expected: How many are hits by chance.
        most: How many there may be.
    """

    subtask: str
    check: str
    num: int
    found: int
    expected: float
    most: float

    @property
    def passed(self) -> bool:
        """Whether there are no more hits than there may be."""
        return self.found <= self.most


def audit_release(out: Path | str) -> list[Finding]:
    """Audit every subtask of a release that MIR-Synth wrote.

    Raises:
        MirbenchError: If the folder holds no such release, or no sample.
    """
    return audit(list(items_of_release(out)))


def audit(items: Sequence[Item]) -> list[Finding]:
    """Audit questions, each subtask by itself.

    Raises:
        MirbenchError: If there are none.
    """
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.subtask].append(item)
    if not groups:
        raise MirbenchError("audit: expected questions, found none")
    return [finding for name, own in groups.items() for finding in _findings(name, own)]


def _findings(name: str, items: Sequence[Item]) -> Iterator[Finding]:
    for letter in sorted({letter for item in items for letter in item.options}):
        offering = [item for item in items if letter in item.options]
        hits = sum(item.letter == letter for item in offering)
        yield _at_chance(name, f"always {letter}", offering, hits)
    for check, pick in (("shortest option", min), ("longest option", max)):
        yield _at_chance(name, check, items, sum(_extreme(item, pick) for item in items))
    yield from _classes(name, items)
    yield from (_learned(name, check, items, features) for check, features in READERS.items())
    rendered = [item for item in items if item.looks]
    if rendered:
        for check, features in LOOKERS.items():
            number = check.removeprefix("image ").removesuffix(" alone")
            least = int(number) if number.isdecimal() else 1
            showing = [item for item in rendered if len(item.looks) >= least]
            if len(showing) >= FEWEST:
                yield _learned(name, check, showing, features)
        copies = _num_copies(rendered)
        yield Finding(name, "copies", len(rendered), copies, 0.0, 0.0)


def _at_chance(name: str, check: str, items: Sequence[Item], hits: int) -> Finding:
    """Compare hits with what guessing gives, each question with its own number of options."""
    chances = [1 / len(item.options) for item in items]
    sigma = math.sqrt(sum(chance * (1 - chance) for chance in chances))
    return Finding(name, check, len(items), hits, sum(chances), sum(chances) + SIGMAS * sigma)


def _learned(name: str, check: str, items: Sequence[Item], features: Features) -> Finding:
    return _at_chance(name, check, items, hits_of_learner(items, features))


def _extreme(item: Item, pick: Callable[..., str]) -> bool:
    return pick(item.options, key=lambda letter: len(item.options[letter])) == item.letter


def _classes(name: str, items: Sequence[Item]) -> Iterator[Finding]:
    """Count the commonest answer of each form: a colour, a rank, an option that is always there."""
    forms: dict[tuple[str, int], list[Item]] = defaultdict(list)
    for item in items:
        forms[item.form, len(item.options)].append(item)
    for (form, count), own in sorted(forms.items()):
        told = Counter(kinds(item)[item.letter] for item in own)
        offered = Counter(kind for item in own for kind in dict.fromkeys(kinds(item).values()))
        common = [kind for kind in offered if offered[kind] >= FEWEST]
        if not common:
            continue
        most = {kind: _most(offered[kind], count, len(common)) for kind in common}
        worst = max(common, key=lambda kind: told[kind] - most[kind])
        yield Finding(
            name, f"{form}: always '{worst}'", offered[worst], told[worst],
            offered[worst] / count, most[worst],
        )  # fmt: skip


def _most(num: int, options: int, tries: int) -> float:
    """Return how many hits there may be where the worst of several counts is looked at.

    Each count gets its share of the odds (Bonferroni), or the more there are, the worse the worst.
    """
    odds = NormalDist().cdf(-SIGMAS) / tries
    chance = 1 / options
    sigma = math.sqrt(num * chance * (1 - chance))
    return num * chance - NormalDist().inv_cdf(odds) * sigma


def _num_copies(items: Sequence[Item]) -> int:
    """Return how many questions look and read like an earlier one."""
    alike: dict[tuple[str, int], list[Item]] = defaultdict(list)
    copies = 0
    for item in items:
        others = alike[item.question, len(item.looks)]
        copies += any(_look_alike(item, other) for other in others)
        others.append(item)
    return copies


def _look_alike(item: Item, other: Item) -> bool:
    return all(
        int(np.abs(a.means.astype(np.int16) - b.means).max()) <= TOLERANCE
        for a, b in zip(item.looks, other.looks, strict=True)
    )


def observer_accuracy(subtask: str, level: int, num: int, reach: int) -> float:
    """Return how often an observer is right who sees every edge up to `reach` pixels off."""
    hits = 0
    for index in range(num):
        puzzle = generate(subtask, level, index)
        eyes = Eyes(puzzle.views, Shaking(Stream(puzzle.id, "observer"), reach))
        try:
            seen = answer_of(puzzle.program, puzzle.subtask.measure(puzzle.world, eyes))
        except (RejectedError, ZeroDivisionError):  # it makes no sense of what it sees
            continue
        hits += seen == puzzle.slot.answer
    return hits / num
