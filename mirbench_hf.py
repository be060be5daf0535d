"""The Hugging Face `datasets` builder of MIR.

    import mirbench_hf                                  # registers "mirbench" with datasets
    from datasets import load_dataset
    load_dataset("mirbench")                            # splits easy / hard / test
    load_dataset("mirbench", "stage3", split="hard")    # chat messages, three steps to write

`mirbench_hf.load_dataset(...)` does the same over public API alone. With datasets below 4 this
file is also a loading script: `load_dataset("mirbench_hf.py", trust_remote_code=True)`.

Images go from the release into Arrow as the bytes they are. A stage configuration stores its
text alone and shares the images of `default`.
"""

import contextlib
import dataclasses
import functools
import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import datasets
import datasets.inspect
import datasets.load
import pyarrow as pa

from mirbench import __version__
from mirbench.data.partition import DEFAULT_TEST_FRACTION
from mirbench.data.release import Entry, Index, Release, write_faults
from mirbench.data.rows import row_sample, sample_row, stage_row
from mirbench.data.source import HUB_REPO, HUB_REVISION, open_source, source_key
from mirbench.errors import RecordError, SourceError, SplitError
from mirbench.record import Fault
from mirbench.stages import STAGES
from mirbench.taxonomy import SPLITS

NAME = "mirbench"
HOMEPAGE = "https://arxiv.org/abs/2509.17040"
ROWS_PER_SHARD = 32
"""Rows of one unit of work, which is one Arrow batch: what `num_proc` divides."""

FAULTS_NAME = "faults"

_log = logging.getLogger(__name__)

SAMPLE_FEATURES = datasets.Features(
    {
        "id": datasets.Value("string"),
        "question": datasets.Value("string"),
        "images": [datasets.Image()],
        "image_refs": [datasets.Value("int32")],
        "options": [datasets.Value("string")],
        "answer": datasets.Value("string"),
        "category": datasets.Value("string"),
        "subtask": datasets.Value("string"),
        "difficulty": datasets.Value("string"),
        "pass_rate": datasets.Value("float32"),
        "partition": datasets.Value("string"),
        "summary": datasets.Value("string"),
        "caption": [datasets.Value("string")],
        "text_to_region": datasets.Value("string"),
        "region_to_region": datasets.Value("string"),
        "reasoning": datasets.Value("string"),
        "conclusion": datasets.Value("string"),
        "regions": [
            {
                "phrase": datasets.Value("string"),
                "image": datasets.Value("int32"),
                "box": [datasets.Value("int32")],
            }
        ],
        "source": datasets.Value("string"),
    }
)

STAGE_TEXT_FEATURES = datasets.Features(
    {
        "id": datasets.Value("string"),
        "messages": [
            {
                "role": datasets.Value("string"),
                "content": [
                    {
                        "type": datasets.Value("string"),
                        "text": datasets.Value("string"),
                        "index": datasets.Value("int32"),
                    }
                ],
            }
        ],
        "answer": datasets.Value("string"),
        "category": datasets.Value("string"),
        "subtask": datasets.Value("string"),
        "difficulty": datasets.Value("string"),
        "stage": datasets.Value("int32"),
    }
)
"""What a stage configuration stores: its images are those of `default`."""

STAGE_FEATURES = datasets.Features({**STAGE_TEXT_FEATURES, "images": [datasets.Image()]})


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
    """

    stage: int | None = None
    repo: str = HUB_REPO
    revision: str = HUB_REVISION
    test_fraction: float = DEFAULT_TEST_FRACTION
    strict: bool = False
    labels: str | None = None

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by the data, so that changed data is never read from a cache."""
        if self.data_files is not None:
            raise SourceError("mirbench reads a release folder: give data_dir, not data_files")
        key = source_key(
            self.data_dir, repo=self.repo, revision=self.revision, labels=self.labels
        )
        fraction = "" if self.test_fraction == DEFAULT_TEST_FRACTION else f"-{self.test_fraction}"
        return f"{self.name}-{key}{fraction}"


class MIRBench(datasets.ArrowBasedBuilder):
    """Structured records (`default`) and the chat messages of each guidance stage."""

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
    ]
    DEFAULT_CONFIG_NAME = "default"

    _release: Release | None = None

    def _info(self) -> datasets.DatasetInfo:
        features = SAMPLE_FEATURES if self.config.stage is None else STAGE_FEATURES
        return datasets.DatasetInfo(
            description=self.config.description, features=features, homepage=HOMEPAGE
        )

    # -- where rows come from -------------------------------------------------------------------

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        if self.config.stage is not None and not dl_manager.is_streaming:
            return self._stage_split_generators()
        index = self._index(streaming=dl_manager.is_streaming)
        self._report(index, keep=not dl_manager.is_streaming)
        return [
            _split_generator(split, _divided(index.of_split(split), ROWS_PER_SHARD))
            for split in index.splits
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
            if isinstance(shard[0], Entry):
                yield str(number), self._release_table(shard)
            else:
                yield str(number), self._stage_table(*shard)

    def _release_table(self, entries: Sequence[Entry]) -> pa.Table:
        release = self._open(streaming=False)
        rows: list[Any] = []
        faults: list[Fault] = []
        with release.records_path.open("rb") as file:
            for entry in entries:
                try:
                    rows.append(self._row(release, file, entry))
                except RecordError as error:
                    if self.config.strict:
                        raise
                    _log.warning("left out: %s", error)
                    faults.append(error.fault)
        if faults:
            self._keep_faults(f"{FAULTS_NAME}-{entries[0].record:07d}.jsonl", faults)
        return pa.Table.from_pylist(rows, schema=self.info.features.arrow_schema)

    def _row(self, release: Release, file: Any, entry: Entry) -> Any:
        sample = release.load(file, entry)
        images = release.load_images(sample, entry.record)
        row = sample_row(sample, images)
        if self.config.stage is None:
            return row
        return {**stage_row(sample, self.config.stage), "images": row["images"]}

    def _stage_table(self, split: str, start: int, stop: int) -> pa.Table:
        default = self._default_builder().as_dataset(split=split)
        text = default.remove_columns("images").select(range(start, stop))
        rows = [stage_row(row_sample(row), self.config.stage) for row in text]
        return pa.Table.from_pylist(rows, schema=STAGE_TEXT_FEATURES.arrow_schema)

    def _index(self, *, streaming: bool) -> Index:
        release = self._open(streaming=streaming)
        index = release.index(self.config.test_fraction)
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
            )
        return self._release

    # -- what was left out ------------------------------------------------------------------------

    def _report(self, index: Index, *, keep: bool) -> None:
        if not index.faults:
            return
        name = self._open(streaming=not keep).name
        message = (
            f"{name}: {len(index.faults)} of {index.num_records} records left out, the first: "
            f"{index.faults[0]}; run 'mirbench validate {name}' for the whole list"
        )
        if self.config.strict:
            raise SourceError(message)
        _log.warning(message)
        if keep:
            self._keep_faults(f"{FAULTS_NAME}.jsonl", index.faults)

    def _keep_faults(self, name: str, faults: Sequence[Fault]) -> None:
        """Keep faults beside the Arrow files; when streaming there is no such place."""
        if self._output_dir.endswith(".incomplete"):
            write_faults(f"{self._output_dir}/{name}", faults)

    # -- a stage shares the images of `default` ---------------------------------------------------

    def _default_builder(self) -> "MIRBench":
        kwargs = {**self.config_kwargs, "config_name": "default"}
        return type(self)(
            cache_dir=self._cache_dir_root,
            dataset_name=self.dataset_name,
            hash=self.hash,
            **kwargs,
        )

    def _download_and_prepare(
        self, dl_manager: Any, verification_mode: Any, **prepare_split_kwargs: Any
    ) -> None:
        if self.config.stage is not None:
            num_proc = prepare_split_kwargs.get("num_proc")
            self._default_builder().download_and_prepare(num_proc=num_proc)
        super()._download_and_prepare(dl_manager, verification_mode, **prepare_split_kwargs)

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
            _check_split(split, self._index(streaming=True).splits)
        return super().as_streaming_dataset(split=split, base_path=base_path)


def _split_generator(name: str, shards: list[Any]) -> datasets.SplitGenerator:
    return datasets.SplitGenerator(name=name, gen_kwargs={"shards": shards})


def _divided(things: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [things[start : start + size] for start in range(0, len(things), size)]


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


@functools.cache
def _code_hash() -> str:
    """Name the code that makes rows: a cached dataset made by other code is not reused."""
    from mirbench.data.source import code_hash

    return code_hash()


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
        name: `default` or `stage1` .. `stage5`.
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
        hash=_code_hash(),
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
        return datasets.load.DatasetModule(__name__, _code_hash(), builder_kwargs)

    dataset_module_factory.knows_mirbench = True  # type: ignore[attr-defined]
    datasets.load.dataset_module_factory = dataset_module_factory
    datasets.inspect.dataset_module_factory = dataset_module_factory


# As a loading script (datasets below 4) this file runs under another name and needs no register.
if __name__ == "mirbench_hf":
    _register()
