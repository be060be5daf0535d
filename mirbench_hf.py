"""The Hugging Face `datasets` builder of MIR.

    import mirbench_hf                                     # registers "mirbench" with datasets
    from datasets import load_dataset
    load_dataset("mirbench")                               # splits easy / hard / test
    load_dataset("mirbench", "stage3", split="hard")       # chat messages, three steps to write
    load_dataset("mirbench", "curriculum", split="train")  # the training order

`mirbench_hf.load_dataset(...)` does the same over public API alone. With datasets below 4 this
file is also a loading script: `load_dataset("mirbench_hf.py", trust_remote_code=True)`.

Images go from the release into Arrow as the bytes they are. A stage configuration stores its
text alone and shares the images of `default`; the curriculum stores an order of rows.
"""

import contextlib
import dataclasses
import functools
import hashlib
import json
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import datasets
import datasets.inspect
import datasets.load
import pyarrow as pa

from mirbench import __version__
from mirbench.curriculum import (
    LABELLED,
    ORDER_VERSION,
    CurriculumSettings,
    Overlap,
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
from mirbench.data.cache import code_hash
from mirbench.data.partition import DEFAULT_TEST_FRACTION
from mirbench.data.release import Entry, Index, Release
from mirbench.data.rows import row_sample
from mirbench.data.source import HUB_REPO, HUB_REVISION, open_source, source_key
from mirbench.data.tables import (
    CURRICULUM_SCHEMA,
    ROWS_PER_SHARD,
    SAMPLE_SCHEMA,
    STAGE_SCHEMA,
    curriculum_table,
    read_shard,
    shards,
    stage_table,
)
from mirbench.errors import RecordError, SourceError, SplitError
from mirbench.stages import STAGES
from mirbench.taxonomy import SPLITS

NAME = "mirbench"
HOMEPAGE = "https://arxiv.org/abs/2509.17040"
CURRICULUM_NAME = "curriculum.json"
"""Stands beside the Arrow file of an order, and says how it was made."""

_log = logging.getLogger(__name__)

IMAGES = [datasets.Image()]
SAMPLE_FEATURES = datasets.Features(
    {**datasets.Features.from_arrow_schema(SAMPLE_SCHEMA), "images": IMAGES}
)
STAGE_TEXT_FEATURES = datasets.Features.from_arrow_schema(STAGE_SCHEMA)
"""What a stage configuration stores: its images are those of `default`."""

STAGE_FEATURES = datasets.Features({**STAGE_TEXT_FEATURES, "images": IMAGES})
_PAPER = CurriculumSettings()
CURRICULUM_FEATURES = datasets.Features.from_arrow_schema(CURRICULUM_SCHEMA)


@dataclasses.dataclass(eq=False)
class MIRBenchConfig(datasets.BuilderConfig):
    """One way to see the data.

    Attributes:
        stage: The guidance stage of the messages, or None for structured records.
        repo: The Hub dataset to read where no folder is given.
        revision: Its revision.
        test_fraction: Share of each subtask that is held out, where the source does not say.
        strict: Raise on the first faulty record instead of leaving it out and reporting it.
        labels: A table of `mirbench label` that says what is easy; else that of the release.
        test_ids: The official list of what is held out; else that of the release.
        near_copies: Whether re-encoded copies of images are looked for, so that they are held out
            together; None looks where the source does not say what is held out.
        fraction: For the curriculum, as all below: see `mirbench.curriculum`.
        seed: Draw and order.
        ladder: The stages of the second phase.
        easy_stage: What easy samples are trained on.
        overlap: Whether a hard sample may stand in several stages.
    """

    stage: int | None = None
    repo: str = HUB_REPO
    revision: str = HUB_REVISION
    test_fraction: float = DEFAULT_TEST_FRACTION
    strict: bool = False
    labels: str | None = None
    test_ids: str | None = None
    near_copies: bool | None = None
    fraction: float = _PAPER.fraction
    seed: int = _PAPER.seed
    ladder: Sequence[int] = _PAPER.ladder
    easy_stage: int | None = _PAPER.easy_stage
    overlap: Overlap = _PAPER.overlap

    @property
    def is_curriculum(self) -> bool:
        """Whether this is the training order."""
        return bool(self.name == "curriculum")

    @property
    def curriculum(self) -> CurriculumSettings:
        """The settings of the training order."""
        return CurriculumSettings(
            fraction=self.fraction,
            seed=self.seed,
            ladder=tuple(self.ladder),
            easy_stage=self.easy_stage,
            overlap=self.overlap,
        )

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by the data, so that changed data is never read from a cache."""
        if self.data_files is not None:
            raise SourceError("mirbench reads a release folder: give data_dir, not data_files")
        key = source_key(
            self.data_dir,
            repo=self.repo,
            revision=self.revision,
            labels=self.labels,
            test_ids=self.test_ids,
        )
        settings: list[Any] = [self.test_fraction, self.near_copies, self.strict]
        if self.is_curriculum:
            settings.append(self.curriculum)
        digest = hashlib.sha256(repr(settings).encode()).hexdigest()
        return f"{self.name}-{key}-{digest[:8]}"


class MIRBench(datasets.ArrowBasedBuilder):
    """Structured records (`default`), chat messages of each guidance stage, the training order."""

    BUILDER_CONFIG_CLASS = MIRBenchConfig
    BUILDER_CONFIGS: ClassVar = [
        MIRBenchConfig(name="default", version=__version__, description="Structured records."),
        *(
            MIRBenchConfig(
                name=f"stage{stage}",
                version=__version__,
                description=f"Chat messages of guidance stage {stage}.",
                stage=stage,
            )
            for stage in STAGES
        ),
        MIRBenchConfig(
            name="curriculum", version=__version__, description="The order in which to train."
        ),
    ]
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
        _check_split(split, list(self.info.splits or ()))
        return super().as_dataset(split=split, **kwargs)

    def as_streaming_dataset(self, split: Any = None, base_path: str | None = None) -> Any:
        """Return the dataset as it is read; see `datasets.DatasetBuilder.as_streaming_dataset`.

        Raises:
            SplitError: If the data has no such split; the message says how to get it.
        """
        if split is not None:
            is_curriculum = self.config.is_curriculum
            _check_split(split, ["train"] if is_curriculum else self._index(streaming=True).splits)
        return super().as_streaming_dataset(split=split, base_path=base_path)


def _split_generator(name: str, shards: list[Any]) -> datasets.SplitGenerator:
    return datasets.SplitGenerator(name=name, gen_kwargs={"shards": shards})


def _check_split(split: Any, present: Sequence[str]) -> None:
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


# -- registration with datasets -------------------------------------------------------------------


def load_dataset(
    name: str | None = None,
    *,
    data_dir: str | None = None,
    split: str | None = None,
    streaming: bool = False,
    num_proc: int | None = None,
    cache_dir: str | None = None,
    **config: Any,
) -> Any:
    """Load a configuration of MIR: `datasets.load_dataset("mirbench", ...)` over public API alone.

    Args:
        name: `default`, `stage1` .. `stage5`, or `curriculum`.
        data_dir: A release folder; else the variable `MIRBENCH_DATA_DIR`, else the Hub.
        split: One split, or None for a dictionary of all.
        streaming: Return an iterable dataset and write nothing to disk.
        num_proc: Number of processes that build.
        cache_dir: Where the Arrow files go; else where datasets puts them.
        **config: Fields of `MIRBenchConfig`.
    """
    builder = MIRBench(
        cache_dir=cache_dir,
        dataset_name=NAME,
        config_name=name,
        hash=code_hash(),
        data_dir=data_dir,
        **config,
    )
    if streaming:
        return builder.as_streaming_dataset(split=split)
    builder.download_and_prepare(num_proc=num_proc)
    return builder.as_dataset(split=split)


def _register() -> None:
    """Let `datasets.load_dataset("mirbench")` and its relatives resolve to this module.

    datasets has no public way to add a builder by name, so the function that maps names to
    builder modules is wrapped where it is looked up.
    """
    resolve = datasets.load.dataset_module_factory
    if getattr(resolve, "knows_mirbench", False):
        return

    @functools.wraps(resolve)
    def dataset_module_factory(path: str, *args: Any, **kwargs: Any) -> Any:
        if path != NAME:
            return resolve(path, *args, **kwargs)
        revision = kwargs.get("revision")
        builder_kwargs = {"dataset_name": NAME, **({"revision": revision} if revision else {})}
        return datasets.load.DatasetModule(__name__, code_hash(), builder_kwargs)

    # A function may carry attributes; its type does not say so.
    dataset_module_factory.knows_mirbench = True  # type: ignore[attr-defined]
    datasets.load.dataset_module_factory = dataset_module_factory
    datasets.inspect.dataset_module_factory = dataset_module_factory


# As a loading script (datasets below 4) this file runs under another name and needs no register.
if __name__ == "mirbench_hf":
    _register()
