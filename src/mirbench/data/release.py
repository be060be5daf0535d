"""A release in its original layout: one JSON of records and the images they name.

Opening a release locates its files; `index()` reads every record once and says what each is worth
(a split, or a fault) without keeping its text; `load()` reads a record again by its offset. That
way memory stays flat and several processes can share the work.

Ids: the release's own id where it is there and unique, else `mir-` and a hash of question,
options and image contents, so that an id survives reordering, repacking and renaming of images.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from mirbench.data import json_stream
from mirbench.data.images import ContentKey, FolderImages, ImageStore, ZipImages, check_image
from mirbench.data.partition import DEFAULT_TEST_FRACTION, Member, assign_partitions
from mirbench.errors import ImageError, RecordError, SourceError
from mirbench.record import Fault, Origin, Sample, read_record
from mirbench.taxonomy import SPLITS, Partition, Split

RECORDS_NAMES: Final = ("all_data_rel.json", "all_data_rel.jsonl")
IMAGES_NAME: Final = "images.zip"


class Entry(NamedTuple):
    """A valid record's place in the index.

    Attributes:
        record: Zero-based position in the release's JSON.
        start: Byte offset of the record.
        length: Its number of bytes.
        id: The sample's id.
        split: The split it belongs to.
    """

    record: int
    start: int
    length: int
    id: str
    split: Split


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """Every record of a release, read once: what is valid and what is not.

    Attributes:
        entries: The valid records, in the release's order.
        faults: The others; `num_records` is the sum of both.
        fingerprint: SHA-256 over ids, records and image contents, in order: names the data.
    """

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    fingerprint: str

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


class _Draft(NamedTuple):
    """A valid record between reading it and knowing its id and split."""

    record: int
    span: json_stream.Span
    sample: Sample
    content_id: str
    keys: tuple[ContentKey, ...]


class Release:
    """A release folder, or the two parts of one."""

    def __init__(self, records: Path, images: ImageStore, name: str) -> None:
        """Take the JSON of records and the store of images; `name` stands in messages."""
        self.records_path = records
        self.images = images
        self.name = name
        self._indexes: dict[float, Index] = {}

    @classmethod
    def open(cls, folder: Path | str) -> "Release":
        """Open a release folder: its JSON, and its zip or its unpacked images.

        Raises:
            SourceError: If it holds no such files; the message says which are expected.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise SourceError(
                f"{folder}: expected a release folder with {RECORDS_NAMES[0]} and {IMAGES_NAME}, "
                "found no folder; 'mirbench synth FOLDER' makes a MIR-Synth release"
            )
        return cls(_records_path(folder), _image_store(folder), str(folder))

    def records(self) -> Iterator[tuple[json_stream.Span, Sample | Fault]]:
        """Read every record in order; images are looked up by name but not opened.

        Raises:
            SourceError: If the JSON is no array of records or is cut off.
        """
        with self.records_path.open("rb") as scanned, self.records_path.open("rb") as read:
            for record, span in enumerate(json_stream.scan(scanned, self.records_path.name)):
                try:
                    yield span, self._read(read, span, record)
                except RecordError as error:
                    yield span, error.fault

    def load(self, file: BinaryIO, entry: Entry) -> Sample:
        """Read an indexed record again, from the open JSON, by its offset."""
        span = json_stream.Span(entry.start, entry.length, "")
        partition: Partition = "test" if entry.split == "test" else "train"
        return replace(self._read(file, span, entry.record), id=entry.id, partition=partition)

    def load_images(self, sample: Sample, record: int) -> list[bytes]:
        """Return the bytes of a sample's images, unchanged, their headers checked.

        Raises:
            RecordError: If an image is damaged or none.
        """
        contents = []
        for name in sample.images:
            try:
                content = self.images.read(name)
                check_image(content, name)
            except ImageError as error:
                fault = self._fault(record, "images", "readable images", str(error), sample.id)
                raise RecordError(fault) from None
            contents.append(content)
        return contents

    def index(self, test_fraction: float = DEFAULT_TEST_FRACTION) -> Index:
        """Read the whole release and say what each record is worth. Read once, then kept."""
        if test_fraction not in self._indexes:
            self._indexes[test_fraction] = self._index(test_fraction)
        return self._indexes[test_fraction]

    def _index(self, test_fraction: float) -> Index:
        drafts: list[_Draft] = []
        faults: list[Fault] = []
        digest = hashlib.sha256()
        first_with: dict[str, int] = {}
        for record, (span, read) in enumerate(self.records()):
            if isinstance(read, Fault):
                faults.append(read)
                continue
            keys = tuple(self.images.content_key(name) for name in read.images)
            content_id = _content_id(read, keys)
            earlier = first_with.setdefault(content_id, record)
            if earlier != record:
                found = f"a copy of record {earlier}"
                faults.append(self._fault(record, "", "a question of its own", found, read.id))
                continue
            digest.update(f"{read.id}\0{content_id}\0{read.answer}\0".encode())
            drafts.append(_Draft(record, span, _without_text(read), content_id, keys))
        entries = _entries(drafts, test_fraction)
        return Index(entries=entries, faults=tuple(faults), fingerprint=digest.hexdigest())

    @cached_property
    def cache_key(self) -> str:
        """Name the files as they are now, without reading them: for caches, not for science."""
        digest = hashlib.sha256(str(self.records_path.resolve()).encode())
        folder = self.records_path.parent
        files = sorted(folder.rglob("*")) if isinstance(self.images, FolderImages) else ()
        zips = sorted(folder.glob("*.zip"))
        for path in (self.records_path, *zips, *files):
            status = path.stat()
            digest.update(f"{path.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
        return digest.hexdigest()[:16]

    def _read(self, file: BinaryIO, span: json_stream.Span, record: int) -> Sample:
        if span.problem:
            raise RecordError(self._fault(record, "", "a record of sane size", span.problem))
        file.seek(span.start)
        try:
            raw = json_stream.parse(file.read(span.length))
        except ValueError as error:
            raise RecordError(self._fault(record, "", "valid JSON", str(error))) from None
        sample = read_record(raw, Origin(self.records_path.name, record))
        try:
            entries = tuple(self.images.find(name) for name in sample.images)
        except ImageError as error:
            fault = self._fault(record, "images", "images of the release", str(error), sample.id)
            raise RecordError(fault) from None
        return replace(sample, images=entries)

    def _fault(
        self, record: int, field: str, expected: str, found: str, id: str | None = None
    ) -> Fault:
        file = self.records_path.name
        return Fault(
            file=file, record=record, id=id or None, field=field, expected=expected, found=found
        )


def _records_path(folder: Path) -> Path:
    for name in RECORDS_NAMES:
        if (folder / name).is_file():
            return folder / name
    found = sorted(path.name for path in folder.iterdir())[:8]
    raise SourceError(
        f"{folder}: expected {RECORDS_NAMES[0]} (or {RECORDS_NAMES[1]}), "
        f"found {', '.join(found) if found else 'an empty folder'}"
    )


def _image_store(folder: Path) -> ImageStore:
    """Return the images of a release folder: `images.zip`, the only zip, or unpacked files."""
    zips = [folder / IMAGES_NAME] if (folder / IMAGES_NAME).is_file() else []
    zips = zips or sorted(folder.glob("*.zip"))
    if len(zips) > 1:
        names = ", ".join(path.name for path in zips)
        raise SourceError(f"{folder}: expected {IMAGES_NAME}, found several zips: {names}")
    if zips:
        return ZipImages(zips[0])
    images = FolderImages(folder)
    if not images.entries():
        raise SourceError(f"{folder}: expected {IMAGES_NAME} or unpacked images, found neither")
    return images


def _without_text(sample: Sample) -> Sample:
    """Drop what the index does not need, so that memory does not grow with the text."""
    return replace(
        sample, question="", options=(), images=(), summary="", caption=(), text_to_region="",
        region_to_region="", reasoning="", conclusion="", regions=(),
    )  # fmt: skip


def _content_id(sample: Sample, keys: Sequence[ContentKey]) -> str:
    """Name a question by what it shows and says."""
    content = [sample.question, sample.image_refs, sample.options, keys]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return f"mir-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _entries(drafts: Sequence[_Draft], test_fraction: float) -> tuple[Entry, ...]:
    uses = Counter(draft.sample.id for draft in drafts)
    ids = [
        draft.sample.id if draft.sample.id and uses[draft.sample.id] == 1 else draft.content_id
        for draft in drafts
    ]
    partitions = assign_partitions(
        [
            Member(id, draft.sample.subtask or "", draft.keys, draft.sample.partition)
            for id, draft in zip(ids, drafts, strict=True)
        ],
        test_fraction,
    )
    return tuple(
        Entry(
            record=draft.record,
            start=draft.span.start,
            length=draft.span.length,
            id=id,
            split="test" if partition == "test" else draft.sample.difficulty,
        )
        for id, draft, partition in zip(ids, drafts, partitions, strict=True)
    )


def write_faults(path: Path | str, faults: Sequence[Fault]) -> None:
    """Write faults as JSON Lines, one a line, in one step."""
    path = Path(path)
    lines = (json.dumps(fault.as_dict(), ensure_ascii=False) + "\n" for fault in faults)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text("".join(lines), encoding="utf-8")
    temporary.replace(path)
