import json
import random
import subprocess
import sys
from pathlib import Path

import datasets
import pytest
from PIL import ImageFile
from releases import images_of, record, write_release

import mirbench_hf
from mirbench.curriculum import CurriculumError
from mirbench.data.release import Release
from mirbench.data.source import DATA_DIR_VARIABLE
from mirbench.errors import RecordError, SourceError, SplitError

CONFIGS = ["default", "stage1", "stage2", "stage3", "stage4", "stage5"]
ALL_CONFIGS = [*CONFIGS, "curriculum"]
RECORDS = [record(number, difficulty=("easy", "hard")[number % 2]) for number in range(60)]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("release"), RECORDS)


@pytest.fixture(autouse=True)
def surroundings(release, tmp_path, monkeypatch):
    """An empty current directory, a cache of its own, the release in the variable."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(release))


def test_names_of_configs_and_splits_are_known():
    assert datasets.get_dataset_config_names("mirbench") == ALL_CONFIGS
    assert datasets.get_dataset_split_names("mirbench") == ["easy", "hard", "test"]
    assert datasets.get_dataset_split_names("mirbench", "stage2") == ["easy", "hard", "test"]


def test_load_dataset_gives_every_record_once():
    loaded = datasets.load_dataset("mirbench")
    ids = [id for split in loaded.values() for id in split["id"]]
    assert sorted(ids) == [raw["id"] for raw in RECORDS]
    assert loaded["test"].num_rows > 0
    assert set(loaded["test"]["partition"]) == {"test"}
    assert set(loaded["easy"]["difficulty"]) == {"easy"}


def test_the_current_directory_is_not_looked_at(monkeypatch):
    Path("mirbench").mkdir()
    Path("data.csv").write_text("a,b\n1,2\n")
    assert "question" in datasets.load_dataset("mirbench", split="test").column_names


def test_image_bytes_arrive_unchanged_and_nothing_is_decoded(monkeypatch):
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    loaded = datasets.load_dataset("mirbench", split="easy+hard+test")
    loaded = loaded.cast_column("images", [datasets.Image(decode=False)])
    originals = images_of(RECORDS)
    for row in loaded:
        for image in row["images"]:
            assert image["bytes"] == originals[image["path"]]


def test_images_decode_when_they_are_looked_at():
    row = datasets.load_dataset("mirbench", split="test")[0]
    assert [image.size for image in row["images"]] == [(32, 24), (32, 24)]


@pytest.mark.parametrize("config", CONFIGS)
def test_streaming_gives_the_same_rows(config):
    built = datasets.load_dataset("mirbench", config, split="hard")
    streamed = datasets.load_dataset("mirbench", config, split="hard", streaming=True)
    assert streamed.features == built.features
    assert [dict(row, images=0) for row in streamed] == [dict(row, images=0) for row in built]
    assert next(iter(streamed))["images"][0].tobytes() == built[0]["images"][0].tobytes()


@pytest.mark.parametrize("config", ["default", "stage3"])
def test_several_processes_build_the_same_dataset(config, tmp_path):
    alone = datasets.load_dataset("mirbench", config, split="all")
    together = datasets.load_dataset(
        "mirbench", config, split="all", num_proc=2, cache_dir=str(tmp_path / "other")
    )
    assert [dict(row, images=0) for row in together] == [dict(row, images=0) for row in alone]


def test_a_stage_has_messages_that_name_its_images_in_place():
    row = datasets.load_dataset("mirbench", "stage3", split="hard")[0]
    user, assistant = row["messages"]
    assert [part["index"] for part in user["content"] if part["type"] == "image"] == [0, 1, 0]
    assert assistant["content"][0]["text"].startswith("<text_to_region>")
    assert len(row["images"]) == 2


def test_a_stage_stores_no_image_again():
    built = datasets.load_dataset("mirbench", "stage5", split="easy")
    sizes = {Path(file["filename"]).parts[-4]: file["filename"] for file in built.cache_files}
    (stage,) = [path for name, path in sizes.items() if name.startswith("stage5")]
    assert b"JFIF" not in Path(stage).read_bytes()
    assert any(name.startswith("default") for name in sizes)


def test_a_slice_of_a_stage_keeps_rows_and_images_together():
    whole = datasets.load_dataset("mirbench", "stage1", split="hard")
    part = datasets.load_dataset("mirbench", "stage1", split="hard[5:8]")
    assert part["id"] == whole["id"][5:8]
    assert part[0]["images"][1].tobytes() == whole[5]["images"][1].tobytes()


def test_the_curriculum_is_an_order_of_rows_of_default():
    order = datasets.load_dataset("mirbench", "curriculum", split="train")
    default = datasets.load_dataset("mirbench")
    assert order.column_names == ["position", "phase", "stage", "id", "split", "row"]
    assert order["position"][:] == list(range(order.num_rows))
    for row in order:
        assert default[row["split"]][row["row"]]["id"] == row["id"]
    num_easy, num_hard = default["easy"].num_rows, default["hard"].num_rows
    assert order["stage"][:num_easy] == [5] * num_easy
    assert set(order["id"][:num_easy]) == set(default["easy"]["id"])
    assert order["stage"][num_easy:] == [
        stage for stage in range(1, 6) for _ in range(round(0.4 * num_hard))
    ]
    streamed = datasets.load_dataset("mirbench", "curriculum", split="train", streaming=True)
    assert list(streamed) == list(order)


def test_the_settings_of_a_curriculum_are_saved_with_it(release):
    order = datasets.load_dataset(
        "mirbench", "curriculum", split="train",
        fraction=0.2, seed=3, ladder=[1, 2, 3, 5], easy_stage=1, overlap="none",
    )  # fmt: skip
    beside = Path(order.cache_files[0]["filename"]).parent / "curriculum.json"
    saved = json.loads(beside.read_text())
    assert saved.pop("fingerprint") == Release.open(release).index().fingerprint
    assert (saved["fraction"], saved["seed"], saved["ladder"]) == (0.2, 3, [1, 2, 3, 5])
    assert '"overlap": "none"' in order.info.description
    assert set(order["stage"]) == {1, 2, 3, 5}
    paper = datasets.load_dataset("mirbench", "curriculum", split="train")
    assert paper["id"][:] != order["id"][:]


def test_a_curriculum_counts_the_rows_that_were_built(tmp_path):
    images = {**images_of(RECORDS), "images/4-a.jpg": b"text"}
    folder = str(write_release(tmp_path / "damaged", RECORDS, images))
    default = datasets.load_dataset("mirbench", data_dir=folder)
    for row in datasets.load_dataset("mirbench", "curriculum", data_dir=folder, split="train"):
        assert default[row["split"]][row["row"]]["id"] == row["id"]


def test_a_curriculum_without_labels_says_how_to_get_them(tmp_path):
    bare = write_release(tmp_path / "bare", [record(number) for number in range(40)])
    for streaming in (False, True):
        with pytest.raises(CurriculumError, match="'mirbench label' makes labels"):
            datasets.load_dataset(
                "mirbench", "curriculum", data_dir=str(bare), split="train", streaming=streaming
            )


def test_stages_and_curriculum_take_a_tenth_of_the_disk_at_most(tmp_path):
    noise = random.Random(0).randbytes(60_000)
    images = {path: content + noise for path, content in images_of(RECORDS).items()}
    folder = write_release(tmp_path / "large", RECORDS, images)
    sizes = {}
    for config in ALL_CONFIGS:
        loaded = datasets.load_dataset("mirbench", config, data_dir=str(folder))
        caches = {
            Path(f["filename"]).parent for split in loaded.values() for f in split.cache_files
        }
        sizes |= {path: path.stat().st_size for cache in caches for path in cache.iterdir()}
        if config == "default":
            default = sum(sizes.values())
    assert sum(sizes.values()) < 1.1 * default


def test_an_official_list_says_what_is_held_out(tmp_path):
    folder = write_release(tmp_path / "listed", RECORDS)
    (folder / "test_ids.txt").write_text("q0001\nq0002\nq9999\n")
    loaded = datasets.load_dataset("mirbench", data_dir=str(folder), split="test")
    assert sorted(loaded["id"]) == ["q0001", "q0002"]
    (tmp_path / "other.json").write_text('["q0007"]')
    loaded = datasets.load_dataset(
        "mirbench", data_dir=str(folder), split="test", test_ids=str(tmp_path / "other.json")
    )
    assert loaded["id"][:] == ["q0007"]


@pytest.mark.slow
def test_a_build_that_is_killed_leaves_nothing_and_starts_again(tmp_path):
    images = {path: content + bytes(500_000) for path, content in images_of(RECORDS).items()}
    folder = write_release(tmp_path / "large", RECORDS, images)
    code = (
        "import sys, datasets; sys.path[:0] = sys.argv[3:]; import mirbench_hf;"
        "mirbench_hf.load_dataset(data_dir=sys.argv[1], cache_dir=sys.argv[2])"
    )
    root, cache = Path(mirbench_hf.__file__).parent, tmp_path / "killed"
    command = [sys.executable, "-c", code, folder, cache, root, root / "src"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while not any(path.stat().st_size for path in cache.rglob("*.arrow")):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert not list(cache.rglob("dataset_info.json"))
    loaded = datasets.load_dataset("mirbench", data_dir=str(folder), cache_dir=str(cache))
    assert sum(split.num_rows for split in loaded.values()) == len(RECORDS)
    assert not list(cache.rglob("*.incomplete"))


def test_the_own_load_dataset_does_the_same():
    for config in ("default", "stage4"):
        own = mirbench_hf.load_dataset(config, split="test")
        assert own[:]["id"] == datasets.load_dataset("mirbench", config, split="test")[:]["id"]
    assert set(mirbench_hf.load_dataset()) == {"easy", "hard", "test"}
    assert "messages" in next(
        iter(mirbench_hf.load_dataset("stage1", split="easy", streaming=True))
    )


def test_data_dir_comes_before_the_variable(tmp_path):
    other = write_release(tmp_path / "other", [record(7, partition="test")])
    loaded = datasets.load_dataset("mirbench", data_dir=str(other))
    assert loaded["test"]["id"][:] == ["q0007"]


def test_without_labels_everything_trainable_is_unlabelled(tmp_path):
    bare = write_release(tmp_path / "bare", [record(number) for number in range(40)])
    assert set(datasets.load_dataset("mirbench", data_dir=str(bare))) == {"unlabelled", "test"}
    for streaming in (False, True):
        with pytest.raises(SplitError, match="'mirbench label' makes labels"):
            datasets.load_dataset("mirbench", data_dir=str(bare), split="easy", streaming=streaming)


def test_an_unknown_split_lists_the_known_ones():
    with pytest.raises(SplitError, match=r"no split 'train': found easy, hard, test"):
        datasets.load_dataset("mirbench", split="train")


def test_changed_data_is_not_read_from_the_cache(tmp_path):
    folder = write_release(tmp_path / "changing", RECORDS[:30])
    assert datasets.load_dataset("mirbench", data_dir=str(folder), split="all").num_rows == 30
    write_release(folder, RECORDS[:20])
    assert datasets.load_dataset("mirbench", data_dir=str(folder), split="all").num_rows == 20


def test_faulty_records_are_left_out_reported_and_kept(tmp_path, caplog):
    images = images_of(RECORDS)
    images["images/3-a.jpg"] = b"text"
    records = [*RECORDS[:10], {"id": "broken"}]
    folder = write_release(tmp_path / "faulty", records, images)
    loaded = datasets.load_dataset("mirbench", data_dir=str(folder), split="all")
    assert loaded.num_rows == 9
    assert "1 of 11 records left out" in caplog.text
    assert "run 'mirbench validate" in caplog.text
    cache = Path(loaded.cache_files[0]["filename"]).parent
    kept = (cache / "faults.jsonl").read_text().splitlines()
    assert sorted(json.loads(line)["record"] for line in kept) == [3, 10]
    summary = json.loads((cache / "mirbench.json").read_text())
    assert (summary["num_records"], summary["num_rows"], summary["num_faults"]) == (11, 9, 2)


def test_strict_raises_on_a_faulty_record(tmp_path):
    folder = write_release(tmp_path / "faulty", [*RECORDS[:10], {"id": "broken"}])
    with pytest.raises(SourceError, match="1 of 11 records left out"):
        datasets.load_dataset("mirbench", data_dir=str(folder), strict=True)
    images = {**images_of(RECORDS[:10]), "images/3-a.jpg": b"text"}
    folder = write_release(tmp_path / "damaged", RECORDS[:10], images)
    with pytest.raises(datasets.exceptions.DatasetGenerationError) as caught:
        datasets.load_dataset("mirbench", data_dir=str(folder), strict=True)
    assert isinstance(caught.value.__cause__, RecordError)


def test_a_release_without_a_valid_record_is_an_error(tmp_path):
    folder = write_release(tmp_path / "empty-release", [{}], {"a.jpg": b""})
    with pytest.raises(SourceError, match="no valid record among 1; the first:"):
        datasets.load_dataset("mirbench", data_dir=str(folder))


def test_data_files_are_refused():
    with pytest.raises(SourceError, match="give data_dir, not data_files"):
        datasets.load_dataset("mirbench", data_files=str(Path(mirbench_hf.__file__)))


def test_without_data_the_three_ways_are_named(monkeypatch):
    monkeypatch.delenv(DATA_DIR_VARIABLE)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(SourceError) as caught:
        datasets.load_dataset("mirbench")
    for way in ("data_dir=", DATA_DIR_VARIABLE, "ShellyCoder/MIRBench", "mirbench synth"):
        assert way in str(caught.value)


def test_other_datasets_still_resolve(tmp_path):
    (tmp_path / "x.csv").write_text("a\n1\n")
    assert datasets.load_dataset("csv", data_files=str(tmp_path / "x.csv"))["train"][0] == {"a": 1}


def modules_after(code):
    """Return the modules that a fresh process holds after running some imports."""
    command = [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


def test_importing_adds_no_engine_to_what_datasets_imports():
    added = modules_after("import datasets, mirbench_hf") - modules_after("import datasets")
    assert "mirbench.record" in added
    assert not {"torch", "vllm", "lmms_eval", "transformers", "numba", "PIL"} & added


def test_the_command_imports_neither_engine_nor_datasets():
    modules = modules_after("import mirbench.cli")
    assert not {"torch", "vllm", "lmms_eval", "transformers", "numba", "datasets"} & modules
