import json
import pickle
import shutil
import zipfile

import pytest
from releases import images_of, jpeg, record, write_release, write_zip

from mirbench.data.cache import cache_folder
from mirbench.data.release import Release, write_faults
from mirbench.data.tables import read_shard, shards
from mirbench.data.validate import validate
from mirbench.errors import SourceError
from mirbench.record import Fault


def samples_of(release):
    with release.records_path.open("rb") as file:
        return [release.load(file, entry) for entry in release.index().entries]


def test_every_record_is_a_sample_or_a_fault(tmp_path):
    records = [record(0), record(1, options=None), "rubbish", record(3)]
    index = Release.open(write_release(tmp_path, records)).index()
    assert [entry.id for entry in index.entries] == ["q0000", "q0003"]
    assert [fault.record for fault in index.faults] == [1, 2]
    assert index.num_records == 4


def test_a_release_may_be_json_lines(tmp_path):
    write_release(tmp_path, [record(0), record(1)])
    (tmp_path / "all_data_rel.json").unlink()
    lines = [json.dumps(record(0)), "{broken", json.dumps(record(1))]
    (tmp_path / "all_data_rel.jsonl").write_text("\r\n".join(lines))
    index = Release.open(tmp_path).index()
    assert len(index.entries) == 2
    assert "broken JSON at character 1" in index.faults[0].found


def test_a_release_may_have_its_images_unpacked(tmp_path):
    packed = Release.open(write_release(tmp_path / "packed", [record(0), record(1)]))
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "packed" / "images.zip") as file:
        file.extractall(unpacked / "some" / "where")
    shutil.copy(packed.records_path, unpacked)
    opened = Release.open(unpacked)
    assert opened.index().fingerprint == packed.index().fingerprint
    sample = samples_of(opened)[0]
    assert opened.load_images(sample, 0) == [jpeg(0), jpeg(1)]


def test_a_missing_image_is_a_fault_of_its_record_alone(tmp_path):
    images = images_of([record(0), record(1)])
    del images["images/1-b.jpg"]
    index = Release.open(write_release(tmp_path, [record(0), record(1)], images)).index()
    assert len(index.entries) == 1
    assert "no image 'images/1-b.jpg'" in str(index.faults[0])


def test_ids_that_are_missing_or_repeated_are_made_from_the_content(tmp_path):
    records = [record(0, id=None), record(1, id="same"), record(2, id="same"), record(3)]
    ids = [
        entry.id for entry in Release.open(write_release(tmp_path / "a", records)).index().entries
    ]
    assert len(set(ids)) == 4
    assert ids[3] == "q0003"
    assert all(id.startswith("mir-") for id in ids[:3])
    again = Release.open(write_release(tmp_path / "b", records[::-1], images_of(records)))
    assert [entry.id for entry in again.index().entries] == ids[::-1]


def test_a_copy_of_a_record_is_a_fault(tmp_path):
    index = Release.open(write_release(tmp_path, [record(0), record(0, id="other")])).index()
    assert "a copy of record 0" in str(index.faults[0])


def test_samples_that_share_an_image_are_on_the_same_side(tmp_path):
    records = [record(number, images=["shared.jpg", f"{number}.jpg"]) for number in range(40)]
    index = Release.open(write_release(tmp_path, records)).index(0.5)
    assert len({entry.split for entry in index.entries}) == 1


def test_splits_follow_difficulty_and_partition(tmp_path):
    records = [
        record(0, difficulty="easy", partition="train"),
        record(1, difficulty="hard", partition="train"),
        record(2, difficulty="hard", partition="test"),
        record(3, partition="train"),
    ]
    index = Release.open(write_release(tmp_path, records)).index()
    assert [entry.split for entry in index.entries] == ["easy", "hard", "test", "unlabelled"]
    assert index.splits == ("easy", "hard", "unlabelled", "test")


def test_the_loaded_sample_says_its_partition(tmp_path):
    release = Release.open(write_release(tmp_path, [record(number) for number in range(100)]))
    splits = [entry.split for entry in release.index().entries]
    assert [s.partition for s in samples_of(release)] == [
        "test" if split == "test" else "train" for split in splits
    ]


def test_the_fingerprint_changes_with_any_content(tmp_path):
    original = Release.open(write_release(tmp_path / "a", [record(0)])).index().fingerprint
    image = {**images_of([record(0)]), "images/0-b.jpg": jpeg(99)}
    for name, (records, images) in {
        "image": ([record(0)], image),
        "option": ([record(0, options=["x", "y", "z"])], None),
        "answer": ([record(0, conclusion="B")], None),
    }.items():
        changed = Release.open(write_release(tmp_path / name, records, images)).index().fingerprint
        assert changed != original, name


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda folder: shutil.rmtree(folder), "found no folder"),
        (lambda folder: (folder / "all_data_rel.json").unlink(), "expected all_data_rel.json"),
        (lambda folder: (folder / "images.zip").unlink(), "or unpacked images, found neither"),
        (lambda folder: (folder / "images.zip").write_bytes(b"PK"), "expected a zip of images"),
        (lambda folder: (folder / "all_data_rel.json").write_text('[{"a"'), "ends inside a record"),
        (
            lambda folder: (folder / "all_data_rel.json").write_text("<html>"),
            "expected a JSON array",
        ),
    ],
)
def test_a_broken_release_says_what_is_expected(tmp_path, break_it, reason):
    folder = write_release(tmp_path / "release", [record(0)])
    break_it(folder)
    with pytest.raises(SourceError, match=reason):
        Release.open(folder).index()


def test_validation_finds_faults_of_records_and_of_images(tmp_path):
    images = images_of([record(0), record(1), record(2)])
    images["images/1-a.jpg"] = b"text named .jpg"
    release = write_release(tmp_path, [record(0), record(1), record(2, options={})], images)
    found = validate(Release.open(release))
    assert (found.num_records, found.num_valid) == (3, 1)
    assert [fault.record for fault in found.faults] == [1, 2]


def test_only_a_deep_validation_finds_an_image_that_is_cut_off(tmp_path):
    from releases import jpeg as make

    images = images_of([record(0)])
    images["images/0-a.jpg"] = make(5, (400, 400))[:2000]
    release = Release.open(write_release(tmp_path, [record(0)], images))
    assert validate(release).faults == ()
    assert "does not decode" in str(validate(release, deep=True).faults[0])


def test_an_index_is_kept_until_any_file_changes(tmp_path, monkeypatch):
    folder = write_release(tmp_path, [record(0, partition="train"), record(1), {"id": "broken"}])
    first = Release.open(folder).index()
    with monkeypatch.context() as context:
        context.setattr(Release, "records", lambda self: pytest.fail("read again"))
        assert Release.open(folder).index() == first
        with pytest.raises(pytest.fail.Exception):
            Release.open(folder).index(0.3)
    (kept,) = cache_folder(Release.open(folder).cache_key).glob("index-*.json")
    kept.write_text('{"entries": [[1]]}')
    assert Release.open(folder).index() == first
    (folder / "test_ids.txt").write_text("q0001")
    assert [entry.split for entry in Release.open(folder).index().entries] == ["unlabelled", "test"]


def test_a_release_travels_to_other_processes_without_its_index(tmp_path):
    release = Release.open(write_release(tmp_path, [record(number) for number in range(40)]))
    size_before = len(pickle.dumps(release))
    expected = samples_of(release)
    pickled = pickle.dumps(release)
    assert len(pickled) <= size_before + 200
    entries = next(shards(release.index().entries))
    read = read_shard(pickle.loads(pickled), pickle.loads(pickle.dumps(entries)))
    assert read.samples == expected[: len(entries)]


def test_faults_are_written_one_a_line(tmp_path):
    fault = Fault(file="f", record=3, id=None, field="x", expected="é", found="\n")
    write_faults(tmp_path / "faults.jsonl", [fault, fault])
    lines = (tmp_path / "faults.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [fault.as_dict()] * 2


def test_a_release_may_have_another_name_for_its_only_zip(tmp_path):
    write_release(tmp_path, [record(0)])
    (tmp_path / "images.zip").rename(tmp_path / "pictures.zip")
    assert len(Release.open(tmp_path).index().entries) == 1
    write_zip(tmp_path / "more.zip", {})
    with pytest.raises(SourceError, match=r"found several zips: more.zip, pictures.zip"):
        Release.open(tmp_path)
