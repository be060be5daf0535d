"""Rows as Arrow tables: what the datasets builder and the Parquet export both write.

Images enter Arrow as the bytes they are. A table holds the rows of one shard, and shards are
cut by bytes as well as by rows, so memory does not depend on the release.
"""

import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import pyarrow as pa

from mirbench.curriculum import ScheduleRow
from mirbench.data.index import Entry
from mirbench.data.release import Release
from mirbench.data.rows import sample_row, stage_row
from mirbench.errors import RecordError
from mirbench.record import Fault, Sample

ROWS_PER_SHARD: Final = 32
BYTES_PER_SHARD: Final = 64 * 2**20

IMAGE_TYPE: Final = pa.struct({"bytes": pa.binary(), "path": pa.string()})

SAMPLE_SCHEMA: Final = pa.schema(
    {
        "id": pa.string(),
        "question": pa.string(),
        "images": pa.list_(IMAGE_TYPE),
        "image_refs": pa.list_(pa.int32()),
        "options": pa.list_(pa.string()),
        "answer": pa.string(),
        "category": pa.string(),
        "subtask": pa.string(),
        "difficulty": pa.string(),
        "pass_rate": pa.float32(),
        "partition": pa.string(),
        "summary": pa.string(),
        "caption": pa.list_(pa.string()),
        "text_to_region": pa.string(),
        "region_to_region": pa.string(),
        "reasoning": pa.string(),
        "conclusion": pa.string(),
        "regions": pa.list_(
            pa.struct({"phrase": pa.string(), "image": pa.int32(), "box": pa.list_(pa.int32())})
        ),
        "source": pa.string(),
    }
)

_CONTENT_TYPE: Final = pa.struct({"type": pa.string(), "text": pa.string(), "index": pa.int32()})

STAGE_SCHEMA: Final = pa.schema(
    {
        "id": pa.string(),
        "messages": pa.list_(pa.struct({"role": pa.string(), "content": pa.list_(_CONTENT_TYPE)})),
        "answer": pa.string(),
        "category": pa.string(),
        "subtask": pa.string(),
        "difficulty": pa.string(),
        "stage": pa.int32(),
    }
)
"""What a stage stores: its images are those of the same row of `default`."""

CURRICULUM_SCHEMA: Final = pa.schema(
    {
        "position": pa.int32(),
        "phase": pa.int32(),
        "stage": pa.int32(),
        "id": pa.string(),
        "split": pa.string(),
        "row": pa.int32(),
    }
)


class Shard(NamedTuple):
    """The rows of some entries, and the faults of those whose images turned out to be none."""

    samples: list[Sample]
    table: pa.Table
    faults: list[Fault]


class Entries(tuple[Entry, ...]):
    """Entries that are read at once.

    They are pickled in one piece: datasets sends those of a release to its processes by a pickler
    that is written in Python, and would take each of them apart.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[Callable[[bytes], object], tuple[bytes]]:
        return pickle.loads, (pickle.dumps(tuple(self)),)


def shards(entries: Iterable[Entry], *, num_rows: int = ROWS_PER_SHARD) -> Iterator[Entries]:
    """Cut entries into what is read at once: at most so many rows, and so many bytes."""
    shard: list[Entry] = []
    num_bytes = 0
    for entry in entries:
        is_full = len(shard) == num_rows or num_bytes + entry.num_image_bytes > BYTES_PER_SHARD
        if shard and is_full:
            yield Entries(shard)
            shard, num_bytes = [], 0
        shard.append(entry)
        num_bytes += entry.num_image_bytes
    if shard:
        yield Entries(shard)


def read_shard(release: Release, entries: Sequence[Entry]) -> Shard:
    """Read the records of some entries with their images."""
    samples: list[Sample] = []
    contents: list[list[bytes]] = []
    faults: list[Fault] = []
    with release.records_path.open("rb") as file:
        for entry in entries:
            try:
                sample = release.load(file, entry)
                contents.append(release.load_images(sample, entry.record))
            except RecordError as error:
                faults.append(error.fault)
            else:
                samples.append(sample)
    return Shard(samples, _sample_table(samples, contents), faults)


def _sample_table(samples: Sequence[Sample], contents: Sequence[Sequence[bytes]]) -> pa.Table:
    rows = [sample_row(each, images) for each, images in zip(samples, contents, strict=True)]
    place = SAMPLE_SCHEMA.get_field_index("images")
    text = pa.Table.from_pylist(rows, SAMPLE_SCHEMA.remove(place))
    return text.add_column(place, SAMPLE_SCHEMA.field(place), _images_column(samples, contents))


def _images_column(samples: Sequence[Sample], contents: Sequence[Sequence[bytes]]) -> pa.Array:
    """Return the column of images; each image's bytes are copied once."""
    ends = [0]
    for images in contents:
        ends.append(ends[-1] + len(images))
    cells = pa.StructArray.from_arrays(
        [
            _binary_array([content for images in contents for content in images]),
            pa.array([name for sample in samples for name in sample.images], pa.string()),
        ],
        fields=list(IMAGE_TYPE),
    )
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), cells)


def _binary_array(values: Sequence[bytes]) -> pa.Array:
    """Return values as an array. `pa.array` would copy them again each time its buffer grows."""
    ends = pa.array(itertools.accumulate(map(len, values), initial=0), pa.int32())
    buffers = [None, ends.buffers()[1], pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.binary(), len(values), buffers)


def stage_table(samples: Iterable[Sample], stage: int) -> pa.Table:
    """Return the rows of a stage, without images."""
    return pa.Table.from_pylist([stage_row(sample, stage) for sample in samples], STAGE_SCHEMA)


def curriculum_table(rows: Sequence[ScheduleRow]) -> pa.Table:
    """Return the rows of a schedule."""
    return pa.Table.from_pylist([row._asdict() for row in rows], CURRICULUM_SCHEMA)
