"""Which samples a release has, which of them are held out, and what each looks like on disk."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.puzzle import IMAGE_SIZE, LEVELS, VERSION, Puzzle, SynthError
from mirbench.synth.registry import is_official, makers, subtask_named
from mirbench.synth.rng import Stream
from mirbench.taxonomy import category_of, find_subtask

SEED_STRIDE: Final = 2**20
"""Indices a seed owns; sample i of seed s has index s * 2**20 + i."""
MIN_SIZE, MAX_SIZE = 224, 1344
EASY_LEVELS: Final = (1, 2)


@dataclass(frozen=True, slots=True)
class Place:
    """One sample of a release: enough to make it."""

    subtask: str
    level: int
    index: int
    partition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a release is to hold. The same plan gives the same bytes.

    Attributes:
        num: How many samples.
        seed: Which samples: different seeds share none.
        subtasks: Slugs of the subtasks, in the order of the taxonomy, others behind.
        levels: Levels, in order.
        test_fraction: Share of each subtask that is held out.
        image_size: Side in pixels of a square image.
    """

    num: int
    seed: int
    subtasks: tuple[str, ...]
    levels: tuple[int, ...]
    test_fraction: float
    image_size: int

    def places(self) -> list[Place]:
        """Return the samples in order: subtasks take turns, then levels, then indices."""
        rounds = len(self.subtasks) * len(self.levels)
        told = [
            (
                self.subtasks[at % len(self.subtasks)],
                self.levels[at // len(self.subtasks) % len(self.levels)],
                self.seed * SEED_STRIDE + at // rounds,
            )
            for at in range(self.num)
        ]
        held_out = {place for slug in self.subtasks for place in self._held_out(slug, told)}
        return [Place(*one, "test" if one in held_out else "train") for one in told]

    def _held_out(
        self, slug: str, told: Sequence[tuple[str, int, int]]
    ) -> Sequence[tuple[str, int, int]]:
        """Return the test samples of a subtask: the exact number, spread evenly over levels."""
        stream = Stream(VERSION, slug, "partition", self.seed)
        ranked: list[tuple[int, int, tuple[str, int, int]]] = []
        for turn, level in enumerate(stream.shuffled(self.levels)):
            own = [one for one in told if one[0] == slug and one[1] == level]
            ranked += [(rank, turn, one) for rank, one in enumerate(stream.shuffled(own))]
        count = round(len(ranked) * Fraction(str(self.test_fraction)))
        return [one for _, _, one in sorted(ranked)][:count]


def make_plan(
    *,
    num: int,
    seed: int = 0,
    subtasks: Sequence[str] | None = None,
    levels: Sequence[int] | None = None,
    test_fraction: float = 0.2,
    image_size: int = IMAGE_SIZE,
) -> Plan:
    """Check what was asked for and put it in order.

    Raises:
        SynthError: If a value is out of range; the message says which are valid.
    """
    wanted = {maker.slug for maker in (subtask_named(name) for name in subtasks or ())}
    slugs = tuple(
        maker.slug for maker in makers() if (maker.slug in wanted if wanted else is_official(maker))
    )
    chosen = tuple(sorted(set(levels))) if levels else LEVELS
    _require(set(chosen) <= set(LEVELS), f"levels among {LEVELS}", chosen)
    _require(0 <= test_fraction <= 1, "a test fraction from 0 to 1", test_fraction)
    _require(
        MIN_SIZE <= image_size <= MAX_SIZE, f"an image size of {MIN_SIZE} to {MAX_SIZE}", image_size
    )
    _require(seed >= 0, "a seed of 0 or more", seed)
    most = SEED_STRIDE * len(slugs) * len(chosen)
    _require(1 <= num <= most, f"1 to {most} samples a seed", num)
    return Plan(
        num=num,
        seed=seed,
        subtasks=slugs,
        levels=chosen,
        test_fraction=test_fraction,
        image_size=image_size,
    )


def _require(holds: bool, expected: str, found: object) -> None:
    if not holds:
        raise SynthError(f"expected {expected}, found {found}")


def image_names(puzzle: Puzzle[Any]) -> list[str]:
    """Return where in the release the images of a puzzle are."""
    return [f"images/{puzzle.id}/{number}.jpg" for number in range(1, len(puzzle.jpegs) + 1)]


def record_of(puzzle: Puzzle[Any], partition: str) -> dict[str, Any]:
    """Return the record of a puzzle under the release's own field names.

    Of a subtask that is not the taxonomy's it states the category only; its source has the name.
    """
    steps, maker = puzzle.steps, puzzle.subtask
    official = find_subtask(maker.name)
    return {
        "id": puzzle.id,
        "category": category_of(official) if official else maker.category,
        **({"subtask": official} if official else {}),
        "question": puzzle.question,
        "images": image_names(puzzle),
        "options": {letter: option.text for letter, option in puzzle.options.items()},
        "summary": steps.summary,
        "caption": list(steps.caption),
        "text2img": steps.text2img,
        "img2img": steps.img2img,
        "conclusion": steps.conclusion,
        "regions": [region._asdict() for region in puzzle.regions],
        "partition": partition,
        "difficulty": "easy" if puzzle.level in EASY_LEVELS else "hard",
        "source": f"MIR-Synth {VERSION}{'' if official else f': {maker.name}'}",
    }


def backstage_of(puzzle: Puzzle[Any]) -> dict[str, Any]:
    """Return what lies behind a puzzle: scene, program, errors of the options, twins, retries."""
    return {
        "id": puzzle.id,
        "form": puzzle.slot.form.name,
        "level": puzzle.level,
        "index": puzzle.index,
        "scene": _plain(puzzle.world),
        "program": [str(step) for step in puzzle.subtask.program(puzzle.world)],
        "trace": {name: _plain(value) for name, value in puzzle.trace.items()},
        "errors": {letter: option.error for letter, option in puzzle.options.items()},
        "twins": [
            {"changed": changed, "answer": answer, "scene": _plain(world)}
            for changed, world, answer in puzzle.twins
        ],
        "rejected": dict(sorted(Counter(puzzle.rejected).items())),
    }


def json_line(value: object) -> str:
    """Write a value as one line of JSON: the same text for the same value."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _plain(value: Any) -> Any:
    """Return a world or a traced value as JSON knows it; fractions as text, `3/4`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)
