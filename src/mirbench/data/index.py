"""What each record of a release is worth: a place in a split, or a fault.

Every record is read once and none is kept: an index holds an id, an offset and a split for each,
so that memory hardly grows with the release.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as quoted
from typing import Final, NamedTuple

from mirbench.data import json_stream
from mirbench.data.images import ContentKey, ImageStore
from mirbench.data.partition import (
    Leaks,
    Member,
    assign_partitions,
    find_leaks,
)
from mirbench.errors import ImageError, SplitError
from mirbench.record import Fault, Sample
from mirbench.taxonomy import SPLITS, Difficulty, Partition, Split, Subtask

MAX_RECORD_IMAGE_BYTES: Final = 128 * 2**20
"""Of all images of one record, which are in memory together, on their way into Arrow four times."""


class Entry(NamedTuple):
    """A valid record's place in the index.

    Attributes:
        record: Zero-based position in the release's JSON.
        start: Byte offset of the record.
        length: Its number of bytes.
        id: The sample's id.
        split: The split it belongs to.
        num_image_bytes: Size of its images together.
    """

    record: int
    start: int
    length: int
    id: str
    split: Split
    num_image_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Every record of a release, read once: what is valid and what is not.

    Attributes:
        entries: The valid records, in the release's order.
        faults: The others; `num_records` is the sum of both.
        fingerprint: SHA-256 over ids, records and image contents, in order: names the data.
        leaks: How far the test partition shares images with training.
    """

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    fingerprint: str
    leaks: Leaks

    @property
    def num_records(self) -> int:
        """Valid and faulty records together."""
        return len(self.entries) + len(self.faults)

    def of_split(self, split: Split) -> tuple[Entry, ...]:
        """Return the entries of one split, in the release's order."""
        return tuple(entry for entry in self.entries if entry.split == split)

    @property
    def splits(self) -> tuple[Split, ...]:
        """The splits that have samples, in the order of the taxonomy."""
        present = {entry.split for entry in self.entries}
        return tuple(split for split in SPLITS if split in present)

    def to_json(self) -> str:
        """Write the index as text, to be read again by `from_json`."""
        return json.dumps(
            {
                "entries": self.entries,
                "faults": [fault.as_dict() for fault in self.faults],
                "fingerprint": self.fingerprint,
                "leaks": self.leaks._asdict(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Index":
        """Read what `to_json` wrote.

        Raises:
            ValueError: If it did not write that.
        """
        try:
            told = json.loads(text)
            leaks = {**told["leaks"], "test_ids": tuple(told["leaks"]["test_ids"])}
            return cls(
                entries=tuple(Entry(*entry) for entry in told["entries"]),
                faults=tuple(Fault(**fault) for fault in told["faults"]),
                fingerprint=told["fingerprint"],
                leaks=Leaks(**leaks),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an index: {error}") from error


class _Draft(NamedTuple):
    """A valid record between reading it and knowing its id and split."""

    record: int
    start: int
    length: int
    id: str
    content_id: str
    answer: str
    subtask: Subtask | None
    difficulty: Difficulty
    partition: Partition | None
    images: tuple[str, ...]
    keys: tuple[ContentKey, ...]
    size: int


class Drafts:
    """Collects the records of a release, one after the other, and then makes their index."""

    def __init__(self, file: str, images: ImageStore) -> None:
        """Take the name of the file of records, for messages, and the store of its images."""
        self._file = file
        self._images = images
        self._drafts: list[_Draft] = []
        self._faults: list[Fault] = []
        self._first_with: dict[str, int] = {}

    def add(self, record: int, span: json_stream.Span, read: Sample | Fault) -> None:
        """Take the next record."""
        drafted = self._draft(record, span, read) if isinstance(read, Sample) else read
        if isinstance(drafted, Fault):
            self._faults.append(drafted)
        else:
            self._drafts.append(drafted)

    def _draft(self, record: int, span: json_stream.Span, sample: Sample) -> _Draft | Fault:
        def fault(field: str, expected: str, found: str) -> Fault:
            return Fault(
                file=self._file,
                record=record,
                id=sample.id or None,
                field=field,
                expected=expected,
                found=found,
            )

        try:
            keys = self._images.content_keys(sample.images)
        except ImageError as error:
            return fault("images", "readable images", str(error))
        size = sum([key.size for key in keys])
        if size > MAX_RECORD_IMAGE_BYTES:
            return fault("images", f"at most {MAX_RECORD_IMAGE_BYTES:,} bytes", f"{size:,}")
        content_id = _content_id(sample, keys)
        earlier = self._first_with.setdefault(content_id, record)
        if earlier != record:
            return fault("", "a question of its own", f"a copy of record {earlier}")
        return _Draft(
            record,
            span.start,
            span.length,
            sample.id,
            content_id,
            sample.answer,
            sample.subtask,
            sample.difficulty,
            sample.partition,
            sample.images,
            keys,
            size,
        )

    def index(
        self,
        *,
        test_fraction: float,
        test_ids: frozenset[str] | None,
        same: Mapping[ContentKey, ContentKey] | None,
    ) -> Index:
        """Give every valid record its id and its split.

        Args:
            test_fraction: Share of each subtask that is held out, where nobody says.
            test_ids: An official list of what is held out; all else is training.
            same: For each image with re-encoded copies what stands for them all, or None where
                nobody looked for any.
        """
        ids = _ids(self._drafts)
        members = [
            Member(id, draft.subtask or "", draft.keys, _declared(id, draft, test_ids))
            for id, draft in zip(ids, self._drafts, strict=True)
        ]
        alike = None
        if same is not None:
            alike = [
                member._replace(images=tuple(same.get(key, key) for key in draft.keys))
                for member, draft in zip(members, self._drafts, strict=True)
            ]
        partitions = assign_partitions(alike or members, test_fraction)
        return Index(
            entries=_entries(self._drafts, ids, partitions),
            faults=tuple(self._faults),
            fingerprint=_fingerprint(self._drafts),
            leaks=find_leaks(members, alike, partitions),
        )

    @property
    def image_of(self) -> dict[ContentKey, str]:
        """The first image with each content."""
        images: dict[ContentKey, str] = {}
        for draft in self._drafts:
            for key, name in zip(draft.keys, draft.images, strict=True):
                images.setdefault(key, name)
        return images

    @property
    def are_declared(self) -> bool:
        """Whether the source itself says for every record where it belongs."""
        return all(draft.partition for draft in self._drafts)


def _content_id(sample: Sample, keys: Sequence[ContentKey]) -> str:
    """Name a question by what it shows and says: a hash of compact JSON, which is fixed."""
    refs = ",".join(map(str, sample.image_refs))
    options = ",".join(map(quoted, sample.options))
    contents = ",".join(map("[%d,%d]".__mod__, keys))
    text = f"[{quoted(sample.question)},[{refs}],[{options}],[{contents}]]"
    return f"mir-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _ids(drafts: Sequence[_Draft]) -> list[str]:
    """Return the records' own ids where they are there and name nothing else, else made ones."""
    uses = Counter(draft.id for draft in drafts)
    uses.update({draft.content_id for draft in drafts if draft.content_id != draft.id})
    return [draft.id if draft.id and uses[draft.id] == 1 else draft.content_id for draft in drafts]


def _declared(id: str, draft: _Draft, test_ids: frozenset[str] | None) -> Partition | None:
    if test_ids is None:
        return draft.partition
    return "test" if id in test_ids else "train"


def _fingerprint(drafts: Iterable[_Draft]) -> str:
    parts = [f"{draft.id}\0{draft.content_id}\0{draft.answer}\0" for draft in drafts]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def _entries(
    drafts: Sequence[_Draft], ids: Sequence[str], partitions: Sequence[Partition]
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            record=draft.record,
            start=draft.start,
            length=draft.length,
            id=id,
            split="test" if partition == "test" else draft.difficulty,
            num_image_bytes=draft.size,
        )
        for id, draft, partition in zip(ids, drafts, partitions, strict=True)
    )


def check_split(split: object, present: Sequence[str]) -> None:
    """Check that a split, or each part of a sum of splits and slices, is there.

    Raises:
        SplitError: If one is not; the message says how to get it.
    """
    if not isinstance(split, str):
        return
    for name in re.findall(r"(?:^|\+)\s*(\w+)", split):
        if name in present or name == "all":
            continue
        if name in ("easy", "hard") and "unlabelled" in present:
            remedy = (
                "this data has no difficulty labels, so everything trainable is in 'unlabelled'; "
                "'mirbench label' makes labels"
            )
        else:
            remedy = f"mirbench's splits are {', '.join(SPLITS)}"
        raise SplitError(f"no split {name!r}: found {', '.join(present)}; {remedy}")
