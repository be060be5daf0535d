"""A release as Parquet: loads everywhere with plain `load_dataset(OUT)`, without our code.

A folder a configuration. `default` holds the images, byte for byte; stages hold messages alone,
row for row beside `default`; the curriculum holds an order. Row groups are small and have a page
index, as the Hub's viewer wants them.
"""

import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from mirbench import __version__
from mirbench.curriculum import (
    LABELLED,
    ORDER_VERSION,
    CurriculumSettings,
    candidates,
    make_schedule,
)
from mirbench.data.index import Entry, Index
from mirbench.data.partition import DEFAULT_TEST_FRACTION, Leaks
from mirbench.data.release import Release, write_faults
from mirbench.data.tables import (
    CURRICULUM_SCHEMA,
    SAMPLE_SCHEMA,
    STAGE_SCHEMA,
    curriculum_table,
    read_shard,
    shards,
    stage_table,
)
from mirbench.errors import SourceError
from mirbench.export.features import with_features
from mirbench.export.folder import whole_folder, write_manifest
from mirbench.record import Fault
from mirbench.stages import STAGES
from mirbench.taxonomy import SPLITS, Split

ROWS_PER_GROUP: Final = 100
BYTES_PER_FILE: Final = 480 * 2**20

SCHEMAS: Final = {
    "default": SAMPLE_SCHEMA,
    **{f"stage{stage}": STAGE_SCHEMA for stage in STAGES},
    "curriculum": CURRICULUM_SCHEMA,
}
CONFIGS: Final = tuple(SCHEMAS)


class SplitInfo(NamedTuple):
    """One split of one configuration, as the dataset card tells it."""

    config: str
    split: str
    num_rows: int
    num_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetExport:
    """What was written.

    Attributes:
        num_records: Records of the release; the rows of `default` and the faults together.
        faults: Why records were left out.
        splits: Every split of every configuration.
        fingerprint: Names the data.
        leaks: How far the test partition shares images with training.
    """

    num_records: int
    faults: tuple[Fault, ...]
    splits: tuple[SplitInfo, ...]
    fingerprint: str
    leaks: Leaks


class _Job(NamedTuple):
    """The rows of one file of each configuration."""

    release: Release
    folder: Path
    split: Split
    name: str
    entries: tuple[Entry, ...]


class _Written(NamedTuple):
    """What a job wrote: ids in the order of rows, and what it left out."""

    split: Split
    ids: list[str]
    faults: list[Fault]


def export_parquet(
    release: Release,
    out: Path,
    *,
    curriculum: CurriculumSettings,
    test_fraction: float = DEFAULT_TEST_FRACTION,
    near_copies: bool | None = None,
    num_proc: int = 1,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> ParquetExport:
    """Write a release as Parquet files with a dataset card.

    Args:
        release: What to read.
        out: Where to write; there whole or not at all.
        curriculum: The settings of the training order; left out where there are no labels.
        test_fraction: Share of each subtask that is held out, where the source does not say.
        near_copies: As in `Release.index`.
        num_proc: Processes that write.
        on_progress: Called with the numbers of written rows and of all.

    Raises:
        ExportError: If something else stands at `out`.
        SourceError: If the release cannot be read.
        SynthError: If MIR-Synth made it, and what it says of that cannot be read.
    """
    from mirbench.export.card import FIGURE_NAME, write_card
    from mirbench.export.figure import draw_figure
    from mirbench.synth.verify import recipe_of

    recipe = recipe_of(release.records_path.parent)
    index = release.index(test_fraction, near_copies=near_copies)
    if not index.entries:
        raise SourceError(f"{release.name}: no valid record among {index.num_records}")
    with whole_folder(out) as folder:
        written = []
        done = 0
        for each in _run(list(_jobs(release, index, folder)), num_proc):
            written.append(each)
            done += len(each.ids) + len(each.faults)
            on_progress(done, len(index.entries))
        _write_curriculum(folder, written, curriculum, index.fingerprint)
        faults = [*index.faults, *(fault for each in written for fault in each.faults)]
        export = ParquetExport(
            num_records=index.num_records,
            faults=tuple(sorted(faults, key=lambda fault: fault.record or 0)),
            splits=tuple(_split_infos(folder)),
            fingerprint=index.fingerprint,
            leaks=index.leaks,
        )
        write_faults(folder / "faults.jsonl", export.faults)
        draw_figure(release, index.entries, folder / FIGURE_NAME)
        write_card(folder, export, curriculum, recipe)
        write_manifest(folder, _manifest(release, export, curriculum))
    return export


def _jobs(release: Release, index: Index, folder: Path) -> Iterator[_Job]:
    for split in index.splits:
        files = list(_files(index.of_split(split)))
        for number, entries in enumerate(files):
            name = f"{split}-{number:05d}-of-{len(files):05d}.parquet"
            yield _Job(release, folder, split, name, entries)


def _files(entries: Sequence[Entry]) -> Iterator[tuple[Entry, ...]]:
    """Cut the entries of a split into files of about the same size."""
    total = sum(entry.num_image_bytes for entry in entries)
    size = total / (total // BYTES_PER_FILE + 1)
    file: list[Entry] = []
    num_bytes, end = 0, size
    for entry in entries:
        if file and num_bytes >= end:
            yield tuple(file)
            file, end = [], end + size
        file.append(entry)
        num_bytes += entry.num_image_bytes
    yield tuple(file)


def _run(jobs: Sequence[_Job], num_proc: int) -> Iterator[_Written]:
    if min(num_proc, len(jobs)) <= 1:
        yield from map(_write, jobs)
        return
    # Started afresh, not forked: a forked copy of a process with threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(num_proc, len(jobs)), mp_context=context) as pool:
        try:
            yield from pool.map(_write, jobs)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write(job: _Job) -> _Written:
    """Write one file of `default` and the same rows of every stage."""
    written = _Written(job.split, [], [])
    with ExitStack() as stack:
        writers = {
            config: stack.enter_context(_writer(job.folder / config / job.name, SCHEMAS[config]))
            for config in CONFIGS
            if config != "curriculum"
        }
        for entries in shards(job.entries, num_rows=ROWS_PER_GROUP):
            shard = read_shard(job.release, entries)
            tables = {"default": shard.table}
            tables |= {f"stage{stage}": stage_table(shard.samples, stage) for stage in STAGES}
            for config, table in tables.items():
                writers[config].write_table(table, row_group_size=ROWS_PER_GROUP)
            written.ids.extend(sample.id for sample in shard.samples)
            written.faults.extend(shard.faults)
    return written


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a Parquet file: text packed, images as they are, no statistics on images."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = _leaves(schema)
    texts = [column for column in columns if not column.endswith(".bytes")]
    return pq.ParquetWriter(
        path,
        with_features(schema),
        compression={column: "ZSTD" if column in texts else "NONE" for column in columns},
        use_dictionary=[column for column in texts if column in _REPEATED],
        write_statistics=texts,
        write_page_index=True,
    )


_REPEATED: Final = frozenset(
    ("answer", "category", "subtask", "difficulty", "partition", "source", "split",
     "messages.list.element.role", "messages.list.element.content.list.element.type")
)  # fmt: skip
"""Columns of few different values."""


def _leaves(schema: pa.Schema) -> list[str]:
    """Return the paths of a schema's columns as Parquet names them."""
    sink = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), sink)
    columns = pq.ParquetFile(sink.getvalue()).schema
    return [columns.column(number).path for number in range(len(columns))]


def _write_curriculum(
    folder: Path, written: Sequence[_Written], settings: CurriculumSettings, fingerprint: str
) -> None:
    easy, hard = (
        [id for each in written if each.split == split for id in each.ids] for split in LABELLED
    )
    if not easy and not hard:
        return
    path = folder / "curriculum" / "train-00000-of-00001.parquet"
    with _writer(path, CURRICULUM_SCHEMA) as writer:
        writer.write_table(curriculum_table(make_schedule(candidates(easy, hard), settings)))
    made = {"order": ORDER_VERSION, **asdict(settings), "fingerprint": fingerprint}
    (folder / "curriculum.json").write_text(json.dumps(made, indent=2) + "\n")


def _split_infos(folder: Path) -> Iterator[SplitInfo]:
    for config in CONFIGS:
        for split in (*SPLITS, "train"):
            files = sorted((folder / config).glob(f"{split}-*.parquet"))
            told = [pq.read_metadata(file) for file in files]
            groups = (
                each.row_group(number) for each in told for number in range(each.num_row_groups)
            )
            if files:
                yield SplitInfo(
                    config=config,
                    split=split,
                    num_rows=sum(each.num_rows for each in told),
                    num_bytes=sum(group.total_byte_size for group in groups),
                    file_bytes=sum(file.stat().st_size for file in files),
                )


def _manifest(
    release: Release, export: ParquetExport, settings: CurriculumSettings
) -> dict[str, object]:
    return {
        "kind": "parquet",
        "mirbench": __version__,
        "source": release.name,
        "fingerprint": export.fingerprint,
        "num_records": export.num_records,
        "num_faults": len(export.faults),
        "splits": [each._asdict() for each in export.splits],
        "leaks": export.leaks._asdict(),
        "curriculum": {"order": ORDER_VERSION, **asdict(settings)},
    }
