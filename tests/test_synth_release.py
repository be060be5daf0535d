"""MIR-Synth's releases: original layout, same bytes however made, verifiable, resumable."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from mirbench.data.release import Release
from mirbench.record import Fault
from mirbench.synth import SynthError, verify_release, write_release
from mirbench.synth.plan import SEED_STRIDE, make_plan

SUBTASKS = ("depth", "speed", "weight")
FILES = ("all_data_rel.json", "images.zip", "synth.jsonl", "synth.json")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("synth") / "release"
    write_release(out, num=24, subtasks=SUBTASKS, workers=1, progress=False)
    return out


def hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def test_our_reader_takes_every_record(release: Path) -> None:
    samples = [read for _, read in Release.open(release).records()]
    assert not [read for read in samples if isinstance(read, Fault)]
    assert len({sample.id for sample in samples}) == len(samples) == 24
    assert Counter(sample.subtask for sample in samples) == dict.fromkeys(
        ("Depth Relationship", "Speed Comparison", "Weight Comparison"), 8
    )
    for sample in samples:
        assert sample.conclusion.startswith(f"{sample.answer}. ")
        assert sample.options["ABCDEF".index(sample.answer)] == sample.conclusion[3:]
        assert sample.image_refs == tuple(range(len(sample.images)))
        assert len(sample.caption) == len(sample.images)
        assert sample.regions
        level = int(sample.id.split("-L")[1][0])
        assert sample.difficulty == ("easy" if level <= 2 else "hard")


def test_no_image_stands_in_both_partitions(release: Path) -> None:
    index = Release.open(release).index()
    assert not index.faults
    assert index.leaks.num_contents == 0


def test_each_subtask_has_exactly_its_share_of_test_samples(release: Path) -> None:
    records = json.loads((release / "all_data_rel.json").read_text())
    held_out = Counter(record["subtask"] for record in records if record["partition"] == "test")
    assert set(held_out.values()) == {2}  # a fifth of eight, rounded


@pytest.mark.parametrize(("num", "fraction"), [(7, 0.5), (300, 0.2), (301, 0.0), (90, 1.0)])
def test_the_partition_is_exact_and_spread_over_levels(num: int, fraction: float) -> None:
    places = make_plan(num=num, subtasks=SUBTASKS, test_fraction=fraction).places()
    for subtask in {place.subtask for place in places}:
        own = [place for place in places if place.subtask == subtask]
        test = Counter(place.level for place in own if place.partition == "test")
        assert test.total() == round(len(own) * fraction)
        shares = [test[level] for level in {place.level for place in own}]
        assert max(shares) - min(shares) <= 1


def test_more_samples_begin_with_the_same_ones_and_seeds_share_none() -> None:
    few, many = names(20, 0), names(50, 0)
    assert many[:20] == few
    assert not set(many) & set(names(50, 1))
    assert all(place.index >= SEED_STRIDE for place in make_plan(num=9, seed=1).places())


def names(num: int, seed: int) -> list[tuple[str, int, int]]:
    return [
        (p.subtask, p.level, p.index)
        for p in make_plan(num=num, seed=seed, subtasks=SUBTASKS).places()
    ]


def test_the_archive_tells_nothing_of_when_and_where_it_was_made(release: Path) -> None:
    with zipfile.ZipFile(release / "images.zip") as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.compress_type) for entry in entries} == {(3, 0)}
    records = json.loads((release / "all_data_rel.json").read_text())
    assert [entry.filename for entry in entries] == [n for r in records for n in r["images"]]


def test_anybody_can_recompute_the_fingerprint_as_the_documentation_says(
    release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (Path(__file__).parents[1] / "docs" / "mir-synth.md").read_text()
    recipe = next(code for code in page.split("```python")[1:] if "digest" in code)
    exec(recipe.split("```")[0].replace("OUT/", f"{release}/"))
    manifest = json.loads((release / "synth.json").read_text())
    assert capsys.readouterr().out.strip() == manifest["fingerprint"]


def test_every_line_backstage_belongs_to_a_record(release: Path) -> None:
    records = json.loads((release / "all_data_rel.json").read_text())
    lines = [json.loads(line) for line in (release / "synth.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == [record["id"] for record in records]
    for line, record in zip(lines, records, strict=True):
        images = [f"image {number}" for number in range(1, len(record["images"]) + 1)]
        changed = [twin["changed"] for twin in line["twins"]]
        assert changed[: len(images)] == images
        assert len(changed) > len(images), "the text is needed, too"
        assert [k for k, v in line["errors"].items() if not v] == [record["conclusion"][0]]


@pytest.mark.slow
def test_workers_and_hash_seeds_change_no_byte(release: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from mirbench.synth import write_release\n"
        "if __name__ == '__main__':\n"
        "    write_release(sys.argv[1], num=24, subtasks=sys.argv[2:], workers=2, progress=False)\n"
    )
    script = tmp_path / "write.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    command = [sys.executable, script, tmp_path / "out", *SUBTASKS]
    subprocess.run(command, check=True, env=environment)
    assert hashes(tmp_path / "out") == hashes(release)


def test_a_killed_run_goes_on_where_it_stopped(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mirbench.synth import release as module

    made: list[Path] = []
    make_chunk = module.make_chunk

    def killed_at_the_second(places, path: Path, size: int) -> int:
        if made:
            raise KeyboardInterrupt
        made.append(path)
        return make_chunk(places, path, size)

    monkeypatch.setattr(module, "make_chunk", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        write_release(tmp_path / "out", num=24, subtasks=SUBTASKS, workers=1, progress=False)
    assert not (tmp_path / "out" / "synth.json").exists()

    def only_the_second(places, path: Path, size: int) -> int:
        assert path not in made, "the first chunk is there already"
        return make_chunk(places, path, size)

    monkeypatch.setattr(module, "make_chunk", only_the_second)
    write_release(tmp_path / "out", num=24, subtasks=SUBTASKS, workers=1, progress=False)
    assert hashes(tmp_path / "out") == hashes(release)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)


def test_parts_of_another_plan_are_not_used(tmp_path: Path) -> None:
    parts = tmp_path / ".synth-parts"
    parts.mkdir()
    (parts / "plan.json").write_text('{"num": 3}')
    (parts / "000000.zip").write_bytes(b"something else")
    assert write_release(tmp_path, num=2, workers=1, progress=False).num_samples == 2


def test_a_release_of_other_making_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "all_data_rel.json").write_text("[]")
    with pytest.raises(SynthError, match="choose another"):
        write_release(tmp_path, num=1, workers=1, progress=False)
    assert (tmp_path / "all_data_rel.json").read_text() == "[]"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"num": 0}, "samples a seed"),
        ({"num": 1, "levels": [7]}, "levels among"),
        ({"num": 1, "subtasks": ["chess"]}, "depth"),
        ({"num": 1, "test_fraction": 1.5}, "from 0 to 1"),
        ({"num": 1, "image_size": 10}, "image size"),
        ({"num": 1, "seed": -1}, "seed"),
    ],
)
def test_wrong_values_are_refused_with_what_is_valid(tmp_path: Path, wrong, message: str) -> None:
    with pytest.raises(SynthError, match=message):
        write_release(tmp_path, workers=1, progress=False, **wrong)
    assert not list(tmp_path.iterdir())


def test_a_sample_that_cannot_be_made_is_reported_and_the_rest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mirbench.synth import release as module

    generate = module.generate

    def sometimes(subtask: str, level: int, index: int, **options: int):
        if subtask == "speed":
            raise SynthError("speed, no fair puzzle")
        return generate(subtask, level, index, **options)

    monkeypatch.setattr(module, "generate", sometimes)
    summary = write_release(
        tmp_path, num=6, subtasks=SUBTASKS, levels=[1], workers=1, progress=False
    )
    assert summary.num_samples == 4
    assert summary.failed == ("speed, no fair puzzle",) * 2
    assert json.loads((tmp_path / "synth.json").read_text())["failed"] == list(summary.failed)


# Verification


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write_release(tmp_path, num=4, workers=1, progress=False)
    return tmp_path


def test_a_whole_release_verifies(small: Path) -> None:
    assert verify_release(small, workers=1) == []


def test_a_changed_record_is_found(small: Path) -> None:
    path = small / "all_data_rel.json"
    records = json.loads(path.read_text())
    records[1]["question"] += " Really?"
    path.write_text(json.dumps(records))
    assert f"all_data_rel.json: {records[1]['id']} differs in question" in verify_release(
        small, workers=1
    )


def test_a_changed_and_a_surplus_image_are_found(small: Path) -> None:
    path = small / "images.zip"
    with zipfile.ZipFile(path) as archive:
        images = {name: archive.read(name) for name in archive.namelist()}
    first = next(iter(images))
    images[first] = images[first][:-2] + b"\xff\xd8"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**images, "images/extra.jpg": b"x"}.items():
            archive.writestr(name, content)
    found = verify_release(small, workers=1)
    assert f"images.zip: {first} is another image" in found
    assert "images.zip: images/extra.jpg does not belong there" in found


@pytest.mark.parametrize("name", FILES[:3])
def test_a_missing_or_damaged_file_is_found(small: Path, name: str) -> None:
    (small / name).write_bytes(b"damaged")
    assert verify_release(small, workers=1)[0].startswith(f"{name}: other bytes")
    (small / name).unlink()
    assert verify_release(small, workers=1) == [f"{name}: missing"]


@pytest.mark.parametrize(
    "manifest",
    [None, "{", "[]", '{"version": "0"}', '{"version": "1"}', '{"version": "1", "num": "x"}'],
)
def test_a_release_without_a_sound_manifest_cannot_be_verified(tmp_path: Path, manifest) -> None:
    if manifest is not None:
        (tmp_path / "synth.json").write_text(manifest)
    with pytest.raises(SynthError, match="expected"):
        verify_release(tmp_path, workers=1)
