"""A release in its original layout: one JSON of records and the images they name.

Opening a release locates its files; `index()` reads every record once and says what each is worth
(a split, or a fault) without keeping its text; `load()` reads a record again by its offset. That
way memory stays flat and several processes can share the work.

Ids: the release's own id where it is there and unique, else `mir-` and a hash of question,
options and image contents, so that an id survives reordering, repacking and renaming of images.
"""

import contextlib
import functools
import gc
import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Final

from mirbench.data import json_stream
from mirbench.data.cache import cache_folder, code_hash, keep
from mirbench.data.images import ContentKey, FolderImages, ImageStore, check_image
from mirbench.data.index import Drafts, Entry, Index
from mirbench.data.labels import LABELS_NAME, Label, check_labels, read_labels
from mirbench.data.partition import DEFAULT_TEST_FRACTION, TEST_IDS_NAMES, read_test_ids
from mirbench.data.zips import ZipImages
from mirbench.errors import ImageError, RecordError, SourceError
from mirbench.raw_record import read_record
from mirbench.record import Fault, Origin, Sample
from mirbench.taxonomy import Partition

__all__ = ["IMAGES_NAME", "RECORDS_NAMES", "Entry", "Index", "Release", "write_faults"]

RECORDS_NAMES: Final = ("all_data_rel.json", "all_data_rel.jsonl")
IMAGES_NAME: Final = "images.zip"

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def collector(*, on: bool) -> Iterator[None]:
    """Switch the garbage collector on or off, and back.

    Off, it does not walk again and again over all that an index gathers: none of that is garbage,
    nothing in it is a cycle, and a fifth of the time would go there.
    """
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()


class Release:
    """A release folder, or the two parts of one."""

    def __init__(
        self,
        records: Path,
        images: Callable[[], ImageStore],
        name: str,
        *,
        labels: Path | None = None,
        test_ids: Path | None = None,
        is_remote: bool = False,
    ) -> None:
        """Take what a release consists of.

        Args:
            records: The JSON of records.
            images: Opens the store of images, when they are first asked for.
            name: Stands in messages.
            labels: A label table (`mirbench.data.labels`): difficulty is what the table says, and
                what it does not label is unlabelled, whatever the records say.
            test_ids: The official list of what is held out.
            is_remote: Whether looking at every image would mean to fetch them all.
        """
        self.records_path = records
        self.name = name
        self.labels_path = labels
        self.test_ids_path = test_ids
        self._open_images = images
        self._is_remote = is_remote
        self._indexes: dict[tuple[float, bool | None], Index] = {}

    @classmethod
    def open(cls, folder: Path | str, *, labelled: bool = True) -> "Release":
        """Open a release folder: its JSON, its zip or its unpacked images, its label table.

        Args:
            folder: The release folder.
            labelled: Take the folder's label table, where there is one.

        Raises:
            SourceError: If it holds no such files; the message says which are expected.
        """
        folder = Path(folder)
        if not folder.is_dir():
            raise SourceError(
                f"{folder}: expected a release folder with {RECORDS_NAMES[0]} and {IMAGES_NAME}, "
                "found no folder; 'mirbench synth FOLDER' makes a MIR-Synth release"
            )
        return cls(
            _records_path(folder),
            _image_store(folder),
            str(folder),
            labels=_first_file(folder, (LABELS_NAME,)) if labelled else None,
            test_ids=_first_file(folder, TEST_IDS_NAMES),
        )

    @cached_property
    def images(self) -> ImageStore:
        """The store of its images.

        Raises:
            SourceError: If they cannot be opened.
        """
        return self._open_images()

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
        span = json_stream.Span(entry.start, entry.length)
        partition: Partition = "test" if entry.split == "test" else "train"
        sample = self._read(file, span, entry.record)._replace(id=entry.id, partition=partition)
        if self.labels_path is None:
            return sample
        label = self._labels.get(entry.id)
        return sample._replace(
            difficulty=label.label if label else "unlabelled",
            pass_rate=label.pass_rate if label else None,
        )

    @cached_property
    def _labels(self) -> dict[str, Label]:
        return read_labels(self.labels_path) if self.labels_path else {}

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

    def index(
        self,
        test_fraction: float = DEFAULT_TEST_FRACTION,
        *,
        near_copies: bool | None = None,
    ) -> Index:
        """Read the whole release and say what each record is worth. Read once, then kept.

        Args:
            test_fraction: Share of each subtask that is held out, where the source does not say.
            near_copies: Look at every image for re-encoded copies, so that they are held out
                together; None looks where the partition is ours to draw.

        Raises:
            SourceError: If the records, the list of held-out ids or the images cannot be read.
        """
        key = (test_fraction, near_copies)
        if key not in self._indexes:
            self._indexes[key] = self._kept_index(test_fraction, near_copies)
        return self._indexes[key]

    def _kept_index(self, test_fraction: float, near_copies: bool | None) -> Index:
        """Return the index that an earlier process kept of these very files, or make it."""
        name = f"index-{code_hash()}-{test_fraction}-{near_copies}.json"
        kept = cache_folder(self.cache_key) / name
        try:
            return Index.from_json(kept.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            index = self._index(test_fraction, near_copies)
            keep(kept, index.to_json().encode())
            return index

    @collector(on=False)
    def _index(self, test_fraction: float, near_copies: bool | None) -> Index:
        drafts = Drafts(self.records_path.name, self.images)
        for record, (span, read) in enumerate(self.records()):
            drafts.add(record, span, read)
        test_ids = read_test_ids(self.test_ids_path) if self.test_ids_path else None
        if near_copies is None:
            near_copies = test_ids is None and not drafts.are_declared
        same = self._near_copies(drafts.image_of) if near_copies else None
        index = drafts.index(test_fraction=test_fraction, test_ids=test_ids, same=same)
        if test_ids is not None:
            self._check_test_ids(index, test_ids)
        if self.labels_path is None:
            return index
        check_labels(self._labels, index.fingerprint, self.labels_path)
        return replace(index, entries=tuple(self._labelled(entry) for entry in index.entries))

    @collector(on=True)
    def _near_copies(
        self, images: Mapping[ContentKey, str]
    ) -> Mapping[ContentKey, ContentKey] | None:
        from mirbench.data.near_copies import near_copies

        if self._is_remote:
            _log.warning(
                "%s: the test partition is drawn without looking for re-encoded copies of images, "
                "which would fetch them all: build the dataset instead of streaming it, or add "
                "an official %s", self.name, TEST_IDS_NAMES[0],
            )  # fmt: skip
            return None
        cache = cache_folder(self._files_key) / "near_copies.npz"
        return near_copies(images, self.images.read, cache)

    def _check_test_ids(self, index: Index, test_ids: frozenset[str]) -> None:
        """Say which ids of the official list are not here; a list of other data is refused."""
        known = {entry.id for entry in index.entries}
        missing = sorted(test_ids - known - {fault.id for fault in index.faults})
        if known and known.isdisjoint(test_ids):
            raise SourceError(
                f"{self.test_ids_path}: expected ids of {self.name}, found none of its "
                f"{len(known):,} ids among {len(test_ids):,}; it is a list of other data"
            )
        if missing:
            _log.warning(
                "%s: %d of %d held-out ids are not in %s, the first: %s",
                self.test_ids_path, len(missing), len(test_ids), self.name, missing[0],
            )  # fmt: skip

    def _labelled(self, entry: Entry) -> Entry:
        label = self._labels.get(entry.id)
        if entry.split == "test":
            return entry
        return entry._replace(split=label.label if label else "unlabelled")

    def __getstate__(self) -> dict[str, Any]:
        """Leave the index behind: who reads records elsewhere needs offsets, and it is large."""
        return {**self.__dict__, "_indexes": {}}

    @cached_property
    def cache_key(self) -> str:
        """Name the files as they are now, without reading them: for caches, not for science."""
        beside = [path for path in (self.labels_path, self.test_ids_path) if path]
        return _state(self._files_key, beside)

    @cached_property
    def _files_key(self) -> str:
        """Name the records and the images as they are now, without reading them."""
        folder = self.records_path.parent
        zips = sorted(folder.glob("*.zip"))
        # Unpacked images; a list of held-out ids or a label table changes no image.
        files = [] if zips else sorted(path for path in folder.rglob("*") if path.suffix)
        beside = {self.labels_path, self.test_ids_path}
        paths = [path for path in (*zips, *files) if path not in beside]
        return _state(str(self.records_path.resolve()), [self.records_path, *paths])

    def _read(self, file: BinaryIO, span: json_stream.Span, record: int) -> Sample:
        if span.problem:
            raise RecordError(self._fault(record, "", "a record of sane size", span.problem))
        raw = span.value
        if raw is json_stream.UNREAD:
            file.seek(span.start)
            try:
                raw = json_stream.parse(file.read(span.length))
            except ValueError as error:
                raise RecordError(self._fault(record, "", "valid JSON", str(error))) from None
        sample = read_record(raw, Origin(self.records_path.name, record))
        try:
            entries = self.images.find_all(sample.images)
        except ImageError as error:
            fault = self._fault(record, "images", "images of the release", str(error), sample.id)
            raise RecordError(fault) from None
        return sample if entries is sample.images else sample._replace(images=entries)

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


def _first_file(folder: Path, names: Sequence[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _image_store(folder: Path) -> Callable[[], ImageStore]:
    """Return what opens `images.zip`, the only zip, or unpacked files."""
    zips = [folder / IMAGES_NAME] if (folder / IMAGES_NAME).is_file() else []
    zips = zips or sorted(folder.glob("*.zip"))
    if len(zips) > 1:
        names = ", ".join(path.name for path in zips)
        raise SourceError(f"{folder}: expected {IMAGES_NAME}, found several zips: {names}")
    return functools.partial(ZipImages, zips[0]) if zips else functools.partial(_unpacked, folder)


def _unpacked(folder: Path) -> FolderImages:
    images = FolderImages(folder)
    if not images.entries():
        raise SourceError(f"{folder}: expected {IMAGES_NAME} or unpacked images, found neither")
    return images


def _state(name: str, paths: Sequence[Path]) -> str:
    digest = hashlib.sha256(name.encode())
    for path in paths:
        status = path.stat()
        digest.update(f"{path.name}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def write_faults(path: Path | str, faults: Sequence[Fault]) -> None:
    """Write faults as JSON Lines, one a line, in one step."""
    path = Path(path)
    lines = (json.dumps(fault.as_dict(), ensure_ascii=False) + "\n" for fault in faults)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text("".join(lines), encoding="utf-8")
    temporary.replace(path)
