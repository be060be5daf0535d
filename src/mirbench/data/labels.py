"""The table of difficulty labels: one Parquet file, one row a question, made for one data.

A table stands by itself: each row says which model gave the answers, how they were drawn and read,
and for which data, so the labels of another model can stand beside it.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from mirbench.errors import MirbenchError
from mirbench.taxonomy import Difficulty

LABELS_NAME: Final = "labels.parquet"
"""In a release folder, this is the table that its splits are made from."""

LabelStatus = Literal["labelled", "failed"]

SAMPLING_TYPE: Final = pa.struct(
    {
        "num_draws": pa.int32(),
        "threshold": pa.int32(),
        "temperature": pa.float64(),
        "top_p": pa.float64(),
        "repetition_penalty": pa.float64(),
        "max_tokens": pa.int32(),
        "min_pixels": pa.int64(),
        "max_pixels": pa.int64(),
        "seed": pa.int64(),
        "prompt": pa.string(),
    }
)

SCHEMA: Final = pa.schema(
    {
        "id": pa.string(),
        "subtask": pa.string(),
        "status": pa.string(),
        "label": pa.string(),
        "num_right": pa.int32(),
        "num_sampled": pa.int32(),
        "num_unparsed": pa.int32(),
        "num_truncated": pa.int32(),
        "num_tokens": pa.int64(),
        "decided_early": pa.bool_(),
        "reason": pa.string(),
        "detail": pa.string(),
        "model": pa.string(),
        "revision": pa.string(),
        "sampling": SAMPLING_TYPE,
        "extractor": pa.string(),
        "fingerprint": pa.string(),
    }
)


class LabelsError(MirbenchError):
    """A label table cannot be read, or was made for other data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingCell:
    """How the answers behind a label were drawn; see `mirbench.difficulty.sampling`."""

    num_draws: int
    threshold: int
    temperature: float
    top_p: float
    repetition_penalty: float
    max_tokens: int
    min_pixels: int
    max_pixels: int
    seed: int
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is known of the difficulty of one question.

    Attributes:
        id: Of the sample.
        subtask: Its subtask, or None where the source does not say.
        status: `failed` where no label could be had.
        label: `easy` or `hard`; `unlabelled` where it failed.
        num_right: Draws that named the gold letter.
        num_sampled: Draws.
        num_unparsed: Draws that named no single option; not right.
        num_truncated: Draws that were cut off.
        num_tokens: Tokens of all draws.
        decided_early: Whether fewer than all draws were needed.
        reason: Why it failed, in a word, or None.
        detail: Why it failed, in the words of who refused, or None.
        model: Who answered.
        revision: The model's revision, or an empty text where it cannot be known.
        sampling: How the answers were drawn.
        extractor: Version of the extractor of answers.
        fingerprint: Names the data; see `mirbench.data.release.Index`.
    """

    id: str
    subtask: str | None
    status: LabelStatus
    label: Difficulty
    num_right: int
    num_sampled: int
    num_unparsed: int
    num_truncated: int
    num_tokens: int
    decided_early: bool
    reason: str | None
    detail: str | None
    model: str
    revision: str
    sampling: SamplingCell
    extractor: str
    fingerprint: str

    @property
    def pass_rate(self) -> float | None:
        """The share of right answers where all were drawn; early decisions do not give one."""
        if self.num_sampled < self.sampling.num_draws:
            return None
        return self.num_right / self.num_sampled


def read_labels(path: Path | str, *, fingerprint: str | None = None) -> dict[str, Label]:
    """Read a label table, by id, in the table's order.

    Args:
        path: The Parquet file.
        fingerprint: The data it has to be made for; None takes any.

    Raises:
        LabelsError: If it is no label table, or one for other data.
    """
    try:
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as error:
        raise LabelsError(f"{path}: expected a table of labels, found none: {error}") from error
    if not table.schema.equals(SCHEMA):
        differing = [name for name in SCHEMA.names if name not in table.schema.names]
        found = f"no column {differing[0]!r}" if differing else "columns of other types"
        raise LabelsError(f"{path}: expected a table of labels, found {found}; {_REMEDY}")
    labels = [_label(row, path) for row in table.to_pylist()]
    by_id = {label.id: label for label in labels}
    if len(by_id) < len(labels):
        raise LabelsError(f"{path}: expected one row a question, found an id twice; {_REMEDY}")
    if fingerprint is not None:
        check_labels(by_id, fingerprint, path)
    return by_id


_REMEDY: Final = "make it again with 'mirbench label'"


def _label(row: Mapping[str, object], path: Path | str) -> Label:
    if row["label"] not in get_args(Difficulty) or row["status"] not in get_args(LabelStatus):
        found = f"label {row['label']!r} and status {row['status']!r}"
        raise LabelsError(f"{path}, sample {row['id']!r}: expected a label, found {found}")
    if any(value is None for name, value in row.items() if name not in _NULLABLE):
        raise LabelsError(f"{path}, sample {row['id']!r}: expected all values, found a missing one")
    # The table's schema has been checked, which a type checker cannot know.
    sampling: Mapping[str, object] = row["sampling"]  # type: ignore[assignment]
    return Label(**{**row, "sampling": SamplingCell(**sampling)})  # type: ignore[arg-type]


_NULLABLE: Final = ("subtask", "reason", "detail")


def check_labels(labels: Mapping[str, Label], fingerprint: str, path: Path | str) -> None:
    """Check that a table was made for the data of this fingerprint.

    Raises:
        LabelsError: If it was made for other data.
    """
    others = {label.fingerprint for label in labels.values()} - {fingerprint}
    if others:
        raise LabelsError(
            f"{path}: expected labels of this data (fingerprint {fingerprint[:12]}), found labels "
            f"of other data ({min(others)[:12]}); label this data with 'mirbench label', or take "
            "the table away"
        )


def write_labels(
    path: Path | str, labels: Iterable[Label], about: Mapping[str, str] | None = None
) -> None:
    """Write a label table in one step: whoever reads finds the old one or the new one.

    Args:
        path: The Parquet file.
        labels: Its rows.
        about: What else is to be known of the run that made it; kept in the file's metadata.
    """
    path = Path(path)
    names = [field.name for field in fields(Label)]
    rows = [
        {**{name: getattr(label, name) for name in names}, "sampling": asdict(label.sampling)}
        for label in labels
    ]
    temporary = path.with_name(f".{path.name}.tmp")
    table = pa.Table.from_pylist(rows, schema=SCHEMA.with_metadata(dict(about or {})))
    pq.write_table(table, temporary, compression="zstd")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.replace(path)


def merge_labels(old: Mapping[str, Label], new: Mapping[str, Label]) -> dict[str, Label]:
    """Return both tables as one, by id; where both have a label the new one stands.

    A failure does not replace a label.

    Raises:
        LabelsError: If they were made for different data.
    """
    fingerprints = {label.fingerprint for table in (old, new) for label in table.values()}
    if len(fingerprints) > 1:
        names = " and ".join(sorted(name[:12] for name in fingerprints))
        raise LabelsError(f"expected two tables of the same data, found fingerprints {names}")
    kept = {
        id: label
        for id, label in new.items()
        if label.status == "labelled" or old.get(id, label).status == "failed"
    }
    return {**old, **kept}
