"""The `datasets` builder: a release becomes Arrow tables, one for each split.

Images go from the release into Arrow as the bytes they are. A stage configuration stores its
text alone and shares the images of `default`; the curriculum stores an order of rows.
"""

import contextlib
import dataclasses
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import datasets
import pyarrow as pa

from mirbench.curriculum import (
    LABELLED,
    ORDER_VERSION,
    CurriculumSettings,
    ScheduleRow,
    candidates,
    make_schedule,
)
from mirbench.data.build_notes import (
    close_notes,
    note_faults,
    open_notes,
    read_notes,
    write_json,
)
from mirbench.data.builder_config import (
    CONFIGS,
    CURRICULUM_FEATURES,
    SAMPLE_FEATURES,
    STAGE_FEATURES,
    STAGE_TEXT_FEATURES,
    MIRBenchConfig,
)
from mirbench.data.index import Entry, Index, check_split
from mirbench.data.release import Release
from mirbench.data.rows import row_sample
from mirbench.data.source import open_source
from mirbench.data.tables import (
    ROWS_PER_SHARD,
    SAMPLE_SCHEMA,
    curriculum_table,
    read_shard,
    shards,
    stage_table,
)
from mirbench.errors import RecordError, SourceError

HOMEPAGE: Final = "https://arxiv.org/abs/2509.17040"
CURRICULUM_NAME: Final = "curriculum.json"
"""Stands beside the Arrow file of an order, and says how it was made."""

_log = logging.getLogger(__name__)

_patched_for_streaming = True
"""Tells datasets that nothing here has to be patched: remote files are opened by the library.

Else it would put its own `open` and its like into this module, and import scipy to do so.
"""


class MIRBench(datasets.ArrowBasedBuilder):
    """Structured records (`default`), chat messages of each guidance stage, the training order."""

    BUILDER_CONFIG_CLASS = MIRBenchConfig
    BUILDER_CONFIGS: ClassVar = CONFIGS
    DEFAULT_CONFIG_NAME = "default"

    _release: Release | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._default_text: dict[str, Any] = {}

    def _info(self) -> datasets.DatasetInfo:
        description = self.config.description
        features = SAMPLE_FEATURES if self.config.stage is None else STAGE_FEATURES
        if self.config.is_curriculum:
            features = CURRICULUM_FEATURES
            description += f" Settings: {json.dumps(self._curriculum_settings())}"
        return datasets.DatasetInfo(description=description, features=features, homepage=HOMEPAGE)

    # -- where rows come from -------------------------------------------------------------------

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        if self.config.is_curriculum:
            return [_split_generator("train", [self._schedule(dl_manager.is_streaming)])]
        if self.config.stage is not None and not dl_manager.is_streaming:
            return self._stage_split_generators()
        index = self._index(streaming=dl_manager.is_streaming)
        self._report(index, keep=not dl_manager.is_streaming)
        return [
            _split_generator(split, list(shards(index.of_split(split)))) for split in index.splits
        ]

    def _stage_split_generators(self) -> list[datasets.SplitGenerator]:
        """Divide the rows of the prepared `default`, so that both have the same rows."""
        splits = self._default_builder().info.splits
        return [
            _split_generator(
                split,
                [
                    (split, start, min(start + ROWS_PER_SHARD, info.num_examples))
                    for start in range(0, info.num_examples, ROWS_PER_SHARD)
                ],
            )
            for split, info in splits.items()
        ]

    def _generate_tables(self, shards: Sequence[Any]) -> Iterator[tuple[str, pa.Table]]:
        for number, shard in enumerate(shards):
            if self.config.is_curriculum:
                yield str(number), curriculum_table(shard)
            elif isinstance(shard[0], Entry):
                yield str(number), self._release_table(shard)
            else:
                yield str(number), self._stage_table(*shard)

    def _release_table(self, entries: Sequence[Entry]) -> pa.Table:
        shard = read_shard(self._open(streaming=False), entries)
        if shard.faults and self.config.strict:
            raise RecordError(shard.faults[0])
        for fault in shard.faults:
            _log.warning("left out: %s", fault)
        if shard.faults and self._folder:
            note_faults(self._folder, entries[0].record, shard.faults)
        if self.config.stage is None:
            return shard.table
        text = stage_table(shard.samples, self.config.stage)
        return text.append_column(SAMPLE_SCHEMA.field("images"), shard.table["images"])

    def _stage_table(self, split: str, start: int, stop: int) -> pa.Table:
        if split not in self._default_text:
            default = self._default_builder().as_dataset(split=split)
            self._default_text[split] = default.remove_columns("images").data
        rows = self._default_text[split].slice(start, stop - start).to_pylist()
        return stage_table(map(row_sample, rows), self.config.stage)

    def _schedule(self, is_streaming: bool) -> tuple[ScheduleRow, ...]:
        """Return the training order: of the prepared `default`, or of the index when streaming."""
        if is_streaming:
            easy, hard = (
                [entry.id for entry in self._index(streaming=True).of_split(split)]
                for split in LABELLED
            )
        else:
            default = self._default_builder()
            easy, hard = (
                default.as_dataset(split=split).data.column("id").to_pylist()
                if split in default.info.splits
                else []
                for split in LABELLED
            )
        return make_schedule(candidates(easy, hard), self.config.curriculum)

    def _curriculum_settings(self) -> dict[str, Any]:
        return {"order": ORDER_VERSION, **dataclasses.asdict(self.config.curriculum)}

    def _index(self, *, streaming: bool) -> Index:
        release = self._open(streaming=streaming)
        index = release.index(self.config.test_fraction, near_copies=self.config.near_copies)
        if not index.entries:
            first = f"; the first: {index.faults[0]}" if index.faults else ""
            raise SourceError(f"{release.name}: no valid record among {index.num_records}{first}")
        return index

    def _open(self, *, streaming: bool) -> Release:
        if self._release is None:
            self._release = open_source(
                self.config.data_dir,
                repo=self.config.repo,
                revision=self.config.revision,
                streaming=streaming,
                labels=self.config.labels,
                test_ids=self.config.test_ids,
            )
        return self._release

    # -- what was left out ------------------------------------------------------------------------

    @property
    def _folder(self) -> Path | None:
        """Where a build writes; when streaming there is no such place."""
        is_building = self._output_dir.endswith(".incomplete")
        return Path(self._output_dir) if is_building else None

    def _report(self, index: Index, *, keep: bool) -> None:
        name = self._open(streaming=not keep).name
        if self._folder:
            open_notes(self._folder, name, index)
        if not index.faults:
            return
        message = (
            f"{name}: {len(index.faults)} of {index.num_records} records left out, the first: "
            f"{index.faults[0]}; run 'mirbench validate {name}' for the whole list"
        )
        if self.config.strict:
            raise SourceError(message)
        _log.warning(message)

    # -- a stage shares the images of `default` ---------------------------------------------------

    def _default_builder(self) -> "MIRBench":
        of_curriculum = {field.name for field in dataclasses.fields(CurriculumSettings)}
        kwargs = {
            **{name: value for name, value in self.config_kwargs.items()
               if name not in of_curriculum},
            "config_name": "default",
        }  # fmt: skip
        return type(self)(
            cache_dir=self._cache_dir_root,
            dataset_name=self.dataset_name,
            hash=self.hash,
            **kwargs,
        )

    def _download_and_prepare(
        self, dl_manager: Any, verification_mode: Any, **prepare_split_kwargs: Any
    ) -> None:
        if self.config.stage is None and not self.config.is_curriculum:
            super()._download_and_prepare(dl_manager, verification_mode, **prepare_split_kwargs)
            num_rows = sum(split.num_examples for split in self.info.splits.values())
            _log.info(close_notes(Path(self._output_dir), num_rows))
            return
        num_proc = prepare_split_kwargs.pop("num_proc", None)
        self._default_builder().download_and_prepare(num_proc=num_proc)
        if self.config.is_curriculum:
            num_proc = None
            notes = read_notes(Path(self._default_builder().cache_dir))
            made_from = {name: notes[name] for name in ("mirbench", "source", "fingerprint")}
            settings = {**self._curriculum_settings(), **made_from}
            write_json(Path(self._output_dir, CURRICULUM_NAME), settings)
        super()._download_and_prepare(
            dl_manager, verification_mode, num_proc=num_proc, **prepare_split_kwargs
        )

    def _prepare_split(self, split_generator: Any, **kwargs: Any) -> None:
        with self._stored_features():
            super()._prepare_split(split_generator, **kwargs)

    def _as_dataset(self, split: Any = datasets.Split.TRAIN, in_memory: bool = False) -> Any:
        with self._stored_features():
            stored = super()._as_dataset(split, in_memory)
        if self.config.stage is None:
            return stored
        default = self._default_builder()
        default.download_and_prepare()
        images = default.as_dataset(split=split, in_memory=in_memory).select_columns(["images"])
        return datasets.concatenate_datasets([stored, images], axis=1)

    @contextlib.contextmanager
    def _stored_features(self) -> Iterator[None]:
        """Let `info` name the columns on disk, which for a stage leave out the images."""
        features = self.info.features
        if self.config.stage is not None:
            self.info.features = STAGE_TEXT_FEATURES
        try:
            yield
        finally:
            self.info.features = features

    # -- asking for a split that is not there ------------------------------------------------------

    def as_dataset(self, split: Any = None, **kwargs: Any) -> Any:
        """Return the prepared dataset; see `datasets.DatasetBuilder.as_dataset`.

        Raises:
            SplitError: If the data has no such split; the message says how to get it.
        """
        check_split(split, list(self.info.splits or ()))
        return super().as_dataset(split=split, **kwargs)

    def as_streaming_dataset(self, split: Any = None, base_path: str | None = None) -> Any:
        """Return the dataset as it is read; see `datasets.DatasetBuilder.as_streaming_dataset`.

        Raises:
            SplitError: If the data has no such split; the message says how to get it.
        """
        if split is not None:
            is_curriculum = self.config.is_curriculum
            check_split(split, ["train"] if is_curriculum else self._index(streaming=True).splits)
        return super().as_streaming_dataset(split=split, base_path=base_path)


def _split_generator(name: str, shards: list[Any]) -> datasets.SplitGenerator:
    return datasets.SplitGenerator(name=name, gen_kwargs={"shards": shards})
