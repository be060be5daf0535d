"""The label table: what it holds, whom it refuses, and the splits that are made from it."""

import dataclasses
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from label_rows import by_id, failed, label
from releases import record, write_release

import mirbench_hf
from mirbench.data.labels import (
    SCHEMA,
    LabelsError,
    merge_labels,
    read_labels,
    write_labels,
)
from mirbench.data.release import Release


def test_a_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    labels = [label("b"), failed("a"), label("c", subtask=None, label="hard", num_right=3)]
    write_labels(tmp_path / "labels.parquet", labels, {"run": "{}"})
    assert list(read_labels(tmp_path / "labels.parquet").values()) == labels
    assert pq.read_schema(tmp_path / "labels.parquet").metadata[b"run"] == b"{}"


def test_a_write_that_breaks_off_leaves_the_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "labels.parquet"
    write_labels(path, [label("a")])

    def full_disk(table: pa.Table, where: Path, **_: Any) -> None:
        where.write_bytes(b"PAR1")
        raise OSError("no space left on device")

    monkeypatch.setattr(pq, "write_table", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_labels(path, [label("b")])
    assert list(read_labels(path)) == ["a"]


def test_a_table_for_other_data_is_refused(tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.parquet", [label("a", fingerprint="b" * 64)])
    with pytest.raises(LabelsError, match=r"\(fingerprint aaaaaaaaaaaa\).*\(bbbbbbbbbbbb\)"):
        read_labels(tmp_path / "labels.parquet", fingerprint="a" * 64)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"no parquet", "found none"),
        (pa.table({"id": ["a"]}), "no column 'subtask'"),
        (pa.table({name: pa.array([], pa.null()) for name in SCHEMA.names}), "other types"),
    ],
)
def test_a_file_that_is_no_label_table_is_refused(
    tmp_path: Path, content: bytes | pa.Table, found: str
) -> None:
    path = tmp_path / "labels.parquet"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        pq.write_table(content, path)
    with pytest.raises(LabelsError, match=found):
        read_labels(path)


@pytest.mark.parametrize(
    ("changes", "found"),
    [({"label": "medium"}, "label 'medium'"), ({"num_right": None}, "a missing one")],
)
def test_rows_that_make_no_sense_are_refused(
    tmp_path: Path, changes: dict[str, Any], found: str
) -> None:
    write_labels(tmp_path / "labels.parquet", [label("a", **changes)])
    with pytest.raises(LabelsError, match=f"sample 'a': expected .*{found}"):
        read_labels(tmp_path / "labels.parquet")


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    write_labels(tmp_path / "labels.parquet", [label("a"), label("a", label="hard")])
    with pytest.raises(LabelsError, match="an id twice"):
        read_labels(tmp_path / "labels.parquet")


def test_merging_takes_the_newer_label_but_no_failure_for_a_label() -> None:
    old = by_id(label("a"), label("b"), failed("c"), failed("d"))
    new = by_id(label("a", label="hard"), failed("b"), label("c"), failed("d"), label("e"))
    merged = merge_labels(old, new)
    assert list(merged) == ["a", "b", "c", "d", "e"]
    assert [each.label for each in merged.values()] == [
        "hard", "easy", "easy", "unlabelled", "easy",
    ]  # fmt: skip


def test_tables_of_different_data_are_not_merged() -> None:
    with pytest.raises(LabelsError, match="fingerprints data and other"):
        merge_labels(by_id(label("a")), by_id(label("b", fingerprint="other")))


def test_a_pass_rate_is_given_only_where_all_answers_were_drawn() -> None:
    assert label("a").pass_rate is None
    assert label("a", num_sampled=10).pass_rate == 0.7


# -- splits --------------------------------------------------------------------------------------


@pytest.fixture
def release(tmp_path: Path) -> Path:
    changes = {7: {"partition": "test"}, 8: {"difficulty": "hard"}}
    records = [record(number, **changes.get(number, {"partition": "train"})) for number in range(9)]
    return write_release(tmp_path / "release", records)


def write_table(path: Path, release: Path) -> None:
    """Label q0000-q0002 easy, q0003-q0004 and the test sample q0007 hard; q0005 failed."""
    fingerprint = Release.open(release, labelled=False).index().fingerprint
    labels = [label(f"q000{number}") for number in (0, 1, 2)]
    labels += [label(f"q000{number}", label="hard", num_sampled=10) for number in (3, 4, 7)]
    labels += [failed("q0005")]
    write_labels(path, [dataclasses.replace(each, fingerprint=fingerprint) for each in labels])


def splits_of(release: Path, cache: Path, **config: Any) -> dict[str, list[str]]:
    loaded = mirbench_hf.load_dataset(data_dir=str(release), cache_dir=str(cache), **config)
    return {split: list(rows["id"]) for split, rows in loaded.items()}


LABELLED = {
    "easy": ["q0000", "q0001", "q0002"],
    "hard": ["q0003", "q0004"],
    "unlabelled": ["q0005", "q0006", "q0008"],
    "test": ["q0007"],
}


def test_splits_come_from_the_table_in_the_release_folder(release: Path, tmp_path: Path) -> None:
    before = splits_of(release, tmp_path / "cache")
    assert list(before) == ["hard", "unlabelled", "test"]
    write_table(release / "labels.parquet", release)
    assert splits_of(release, tmp_path / "cache") == LABELLED


def test_splits_come_from_the_table_that_is_named(release: Path, tmp_path: Path) -> None:
    write_table(tmp_path / "other.parquet", release)
    labels = str(tmp_path / "other.parquet")
    assert splits_of(release, tmp_path / "cache", labels=labels) == LABELLED
    assert splits_of(release, tmp_path / "cache", labels=labels, name="stage3") == LABELLED
    assert "easy" not in splits_of(release, tmp_path / "cache")


def test_rows_carry_label_and_pass_rate_also_in_the_test_split(
    release: Path, tmp_path: Path
) -> None:
    write_table(release / "labels.parquet", release)
    loaded = mirbench_hf.load_dataset(data_dir=str(release), cache_dir=str(tmp_path / "cache"))
    assert loaded["easy"][0]["difficulty"] == "easy"
    assert loaded["easy"][0]["pass_rate"] is None
    assert loaded["test"][0]["difficulty"] == "hard"
    assert loaded["test"][0]["pass_rate"] == pytest.approx(0.7)
    assert loaded["unlabelled"][2]["difficulty"] == "unlabelled"


def test_labels_count_in_the_streamed_dataset_too(release: Path) -> None:
    write_table(release / "labels.parquet", release)
    rows = mirbench_hf.load_dataset(data_dir=str(release), split="easy", streaming=True)
    assert [row["id"] for row in rows] == LABELLED["easy"]


def test_a_changed_table_is_never_read_from_the_cache(release: Path) -> None:
    write_table(release / "labels.parquet", release)
    before = Release.open(release).cache_key
    write_labels(release / "labels.parquet", [label("q0000")])
    assert Release.open(release).cache_key != before


def test_a_release_with_labels_of_other_data_is_refused(release: Path, tmp_path: Path) -> None:
    write_labels(release / "labels.parquet", [label("q0000")])
    with pytest.raises(LabelsError, match="found labels of other data"):
        splits_of(release, tmp_path / "cache")
