"""What a release holds: counts, lengths, duplicates, shared images, leaks."""

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from mirbench.data.index import Index
from mirbench.data.partition import DEFAULT_TEST_FRACTION, Leaks
from mirbench.data.release import Release
from mirbench.record import Fault, Sample
from mirbench.stages import step_text
from mirbench.taxonomy import CATEGORIES, LETTERS, SPLITS, STEPS, SUBTASKS

UNKNOWN: Final = "(not said)"


class Count(NamedTuple):
    """How many questions have a value."""

    name: str
    num: int


class Counts(NamedTuple):
    """The questions by one of their properties."""

    title: str
    counts: tuple[Count, ...]


class Lengths(NamedTuple):
    """Characters of a text over all questions that have it."""

    name: str
    num: int
    median: int
    p95: int
    longest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What a release holds.

    Attributes:
        name: The release.
        fingerprint: Names the data; see `mirbench.data.index.Index`.
        num_records: Valid and faulty together.
        faults: Why the others are not valid.
        num_images: Images of all questions, one for each time it is listed.
        num_contents: Different images.
        image_bytes: Size of the different images.
        num_shared: Images that stand in several questions.
        num_same_text: Questions whose text another has too, with other images or options.
        counts: The questions by their properties.
        lengths: Lengths of their texts.
        leaks: How far the test partition shares images with training.
    """

    name: str
    fingerprint: str
    num_records: int
    faults: tuple[Fault, ...]
    num_images: int
    num_contents: int
    image_bytes: int
    num_shared: int
    num_same_text: int
    counts: tuple[Counts, ...]
    lengths: tuple[Lengths, ...]
    leaks: Leaks

    @property
    def num_valid(self) -> int:
        """Records that are questions."""
        return self.num_records - len(self.faults)

    def as_dict(self) -> dict[str, Any]:
        """Return the statistics for programs."""
        counts = {title: dict(counted) for title, counted in self.counts}
        lengths = {each.name: each._asdict() for each in self.lengths}
        leaks = self.leaks._asdict()
        return {**asdict(self), "counts": counts, "lengths": lengths, "leaks": leaks}


def statistics(
    release: Release,
    *,
    test_fraction: float = DEFAULT_TEST_FRACTION,
    near_copies: bool | None = None,
) -> Statistics:
    """Read a release and count.

    Args:
        release: What to read; no image is opened unless near copies are looked for.
        test_fraction: Share of each subtask that is held out, where the source does not say.
        near_copies: As in `Release.index`.

    Raises:
        SourceError: If the release cannot be read at all.
    """
    index = release.index(test_fraction, near_copies=near_copies)
    tally = _Tally()
    with release.records_path.open("rb") as file:
        for entry in index.entries:
            sample = release.load(file, entry)
            keys = {release.images.content_key(name) for name in sample.images}
            tally.add(sample, entry.split, keys)
    return tally.statistics(release.name, index)


class _Tally:
    """Counts questions one after the other."""

    def __init__(self) -> None:
        self._counters: dict[str, Counter[str]] = {title: Counter() for title in _ORDERS}
        self._lengths: dict[str, list[int]] = {}
        self._texts: Counter[bytes] = Counter()
        self._uses: Counter[Hashable] = Counter()
        self._sizes: dict[Hashable, int] = {}
        self._num_images = 0

    def add(self, sample: Sample, split: str, keys: Iterable[Any]) -> None:
        for title, value in {
            "category": sample.category or UNKNOWN,
            "subtask": sample.subtask or UNKNOWN,
            "split": split,
            "images a question": str(len(sample.images)),
            "options": str(len(sample.options)),
            "answer": sample.answer,
        }.items():
            self._counters[title][value] += 1
        texts = {"question": sample.question} | {step: step_text(sample, step) for step in STEPS}
        texts["conclusion"] = sample.conclusion
        for name, text in texts.items():
            if text:
                self._lengths.setdefault(name, []).append(len(text))
        self._num_images += len(sample.images)
        self._texts[hashlib.sha256(sample.question.encode()).digest()] += 1
        for key in keys:
            self._uses[key] += 1
            self._sizes[key] = key.size

    def statistics(self, name: str, index: Index) -> Statistics:
        return Statistics(
            name=name,
            fingerprint=index.fingerprint,
            num_records=index.num_records,
            faults=index.faults,
            num_images=self._num_images,
            num_contents=len(self._uses),
            image_bytes=sum(self._sizes.values()),
            num_shared=sum(uses > 1 for uses in self._uses.values()),
            num_same_text=sum(uses for uses in self._texts.values() if uses > 1),
            counts=tuple(
                Counts(title, _ordered(counter, _ORDERS[title]))
                for title, counter in self._counters.items()
            ),
            lengths=tuple(_quantiles(name, all) for name, all in self._lengths.items()),
            leaks=index.leaks,
        )


_ORDERS: Final[Mapping[str, Sequence[str]]] = {
    "category": (*CATEGORIES, UNKNOWN),
    "subtask": (*SUBTASKS, UNKNOWN),
    "split": SPLITS,
    "images a question": [str(number) for number in range(100)],
    "options": [str(number) for number in range(len(LETTERS) + 1)],
    "answer": LETTERS,
}


def _ordered(counter: Counter[str], order: Sequence[str]) -> tuple[Count, ...]:
    return tuple(Count(name, counter[name]) for name in order if counter[name])


def _quantiles(name: str, lengths: Sequence[int]) -> Lengths:
    ordered = sorted(lengths)
    last = len(ordered) - 1
    return Lengths(
        name, len(ordered), ordered[round(last / 2)], ordered[round(last * 0.95)], ordered[-1]
    )


def leak_lines(leaks: Leaks) -> tuple[str, ...]:
    """Say in words how leak-free the test partition is: by content, by looks, and where."""
    same = f"{leaks.num_contents:,} images stand in training and in the test, byte for byte"
    if leaks.num_near_copies is None:
        near = "re-encoded copies were not looked for: the source says what is held out"
    else:
        near = f"{leaks.num_near_copies:,} do when re-encoded copies count as the same image"
    if not leaks.test_ids:
        return same, near
    first, more = ", ".join(leaks.test_ids[:5]), len(leaks.test_ids) - 5
    return same, near, f"held out and shown: {first}" + (f" and {more:,} more" if more > 0 else "")
