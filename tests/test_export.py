import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import datasets
import pyarrow.parquet as pq
import pytest
import yaml
from hub_server import serve_repository
from PIL import Image
from releases import images_of, jpeg, record, write_release
from typer.testing import CliRunner

from mirbench.cli import app
from mirbench.curriculum import CurriculumSettings
from mirbench.data.release import Release
from mirbench.data.schedule import index_schedule
from mirbench.export.card import CANARY
from mirbench.export.folder import ExportError, whole_folder
from mirbench.export.parquet import CONFIGS, export_parquet

ROOT = Path(__file__).parent.parent
run = CliRunner().invoke


def side(number: int) -> dict[str, str]:
    if number % 5 == 0:
        return {"partition": "test", "difficulty": "hard"}
    return {"partition": "train", "difficulty": ("easy", "hard")[number % 2]}


RECORDS = [record(number, **side(number)) for number in range(40)]
RECORDS[6]["question"] = "Is <image2> before <image1>? <image2>"
RECORDS[7]["summary"] = "It says <video>, <bbox> and <|im_end|>."
BROKEN = [*RECORDS, {"id": "broken"}, record(41, **side(41))]
IMAGES = {**images_of(BROKEN), "images/41-b.jpg": b"text"}


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("release"), BROKEN, IMAGES)


@pytest.fixture(scope="module")
def exported(release, tmp_path_factory):
    out = tmp_path_factory.mktemp("export") / "mir"
    export_parquet(Release.open(release), out, curriculum=CurriculumSettings())
    return out


LOAD = """
import json, sys, hashlib
import datasets
folder, version = sys.argv[1:]
assert datasets.__version__.startswith(version), datasets.__version__
found = {}
for config in datasets.get_dataset_config_names(folder):
    for streaming in (False, True):
        loaded = datasets.load_dataset(folder, config, streaming=streaming)
        found[f"{config} {streaming}"] = {name: [row["id"] for row in rows]
                                          for name, rows in loaded.items()}
raw = datasets.load_dataset(folder, split="easy")
found["size"] = raw[0]["images"][0].size
raw = raw.cast_column("images", [datasets.Image(decode=False)])
found["bytes"] = [hashlib.sha256(i["bytes"]).hexdigest() for row in raw for i in row["images"]]
found["columns"] = raw.column_names
print(json.dumps(found))
"""


def load_elsewhere(python, folder, version, home):
    """Load an export in a process that has neither our code nor our settings."""
    environment = {"HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [python, "-c", LOAD, folder, version],
        capture_output=True, text=True, cwd=home, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def python36():
    setup = [sys.executable, ROOT / "scripts" / "setup.py", "--env", "datasets36"]
    subprocess.run(setup, check=True, capture_output=True)
    return ROOT / ".venv-datasets36" / "bin" / "python"


@pytest.mark.slow
def test_an_export_loads_with_plain_load_dataset_in_the_oldest_and_the_newest(
    exported, release, python36, tmp_path
):
    (tmp_path / "new").mkdir()
    (tmp_path / "old").mkdir()
    new = load_elsewhere(sys.executable, exported, "5.", tmp_path / "new")
    old = load_elsewhere(python36, exported, "3.6.", tmp_path / "old")
    assert new == old
    index = Release.open(release).index()
    for config in CONFIGS[:-1]:
        for split in ("easy", "hard", "test"):
            ids = [entry.id for entry in index.of_split(split) if entry.id != "q0041"]
            assert new[f"{config} False"][split] == new[f"{config} True"][split] == ids
    assert new["size"] == [32, 24]
    assert len(new["curriculum False"]["train"]) == 16 + 5 * 6


def test_the_parquet_is_what_a_viewer_wants(exported):
    file = pq.ParquetFile(exported / "default" / "hard-00000-of-00001.parquet")
    images = next(
        file.metadata.row_group(0).column(number)
        for number in range(file.metadata.num_columns)
        if file.schema.column(number).path == "images.list.element.bytes"
    )
    assert images.compression == "UNCOMPRESSED"
    assert not images.is_stats_set
    assert file.metadata.row_group(0).column(0).has_offset_index
    assert file.metadata.row_group(0).column(0).has_column_index
    assert file.metadata.row_group(0).num_rows <= 100


def test_images_are_stored_once_and_unchanged(exported):
    stored = pq.read_table(exported / "default", columns=["images"])["images"].to_pylist()
    assert all(IMAGES[image["path"]] == image["bytes"] for row in stored for image in row)
    for config in CONFIGS[1:]:
        assert "images" not in pq.read_table(exported / config).column_names


def test_stages_stand_row_for_row_beside_default(exported, tmp_path):
    kwargs = {"split": "hard", "cache_dir": str(tmp_path)}
    stage = datasets.load_dataset(str(exported), "stage3", **kwargs)
    images = datasets.load_dataset(str(exported), **kwargs).select_columns(["images"])
    joined = datasets.concatenate_datasets([stage, images], axis=1)
    assert len(joined[0]["images"]) == 2
    shown = [
        part["index"] for part in joined[0]["messages"][0]["content"] if part["type"] == "image"
    ]
    assert set(shown) == {0, 1}


def test_the_curriculum_counts_the_rows_that_were_written(exported, tmp_path):
    order = datasets.load_dataset(str(exported), "curriculum", split="train", cache_dir=tmp_path)
    default = datasets.load_dataset(str(exported), cache_dir=tmp_path)
    for row in order:
        assert default[row["split"]][row["row"]]["id"] == row["id"]
    assert json.loads((exported / "curriculum.json").read_text())["fraction"] == 0.4


def test_the_card_says_what_the_hub_and_people_need(exported):
    _, metadata, text = (exported / "README.md").read_text().split("---\n", 2)
    told = yaml.safe_load(metadata)
    assert [config["config_name"] for config in told["configs"]] == list(CONFIGS)
    assert told["configs"][0]["default"]
    assert told["license"] == "apache-2.0"
    assert "visual-question-answering" in told["task_categories"]
    info = told["dataset_info"][0]
    assert [split["num_examples"] for split in info["splits"]] == [16, 16, 8]
    assert {"name": "images", "list": "image"} in info["features"]
    assert CANARY in text
    assert "synthetic" not in told["tags"]
    assert "Made by a program" not in text
    assert "42 records = 40 questions + 2 left out" in text
    assert "2509.17040" in text
    with Image.open(exported / "figure.png") as figure:
        assert figure.width == 1200


def test_the_card_of_synthetic_questions_says_so(tmp_path):
    words = "--num 6 --seed 5 --subtasks chart --levels 1,2 --test-fraction 0.5 --image-size 224"
    assert run(app, ["synth", str(tmp_path / "release"), *words.split()]).exit_code == 0
    out = tmp_path / "out"
    release = Release.open(tmp_path / "release")
    export_parquet(release, out, curriculum=CurriculumSettings())
    _, metadata, text = (out / "README.md").read_text().split("---\n", 2)
    assert "synthetic" in yaml.safe_load(metadata)["tags"]
    assert f"\nmirbench synth OUT {words}\n" in text
    assert "not the data of the paper" in text


def test_every_record_is_accounted_for(release, tmp_path):
    result = run(app, ["export", "parquet", str(tmp_path / "out"), str(release)])
    assert result.exit_code == 1
    assert "42 records = 40 read + 2 quarantined" in result.stdout
    faults = (tmp_path / "out" / "faults.jsonl").read_text().splitlines()
    assert [json.loads(line)["record"] for line in faults] == [40, 41]


def test_several_processes_write_the_same_files(release, exported, tmp_path, monkeypatch):
    export_parquet(
        Release.open(release), tmp_path / "out", curriculum=CurriculumSettings(), num_proc=2
    )
    for path in exported.rglob("*.parquet"):
        assert (tmp_path / "out" / path.relative_to(exported)).read_bytes() == path.read_bytes()


def test_without_labels_there_is_no_curriculum(tmp_path):
    bare = write_release(tmp_path / "bare", [record(number) for number in range(30)])
    out = tmp_path / "out"
    export_parquet(Release.open(bare), out, curriculum=CurriculumSettings(), near_copies=False)
    assert not (out / "curriculum").exists()
    assert datasets.get_dataset_split_names(str(out)) == ["unlabelled", "test"]


@pytest.mark.slow
def test_an_export_that_is_killed_leaves_what_was_there_and_starts_again(tmp_path):
    images = {path: jpeg(k) + bytes(1_000_000) for k, path in enumerate(images_of(RECORDS))}
    folder, out = write_release(tmp_path / "release", RECORDS, images), tmp_path / "out"
    out.mkdir()
    (out / "mirbench.json").write_text('{"kind": "parquet"}')
    process = subprocess.Popen(
        [sys.executable, "-m", "mirbench.cli", "export", "parquet", out, folder],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    begun = tmp_path / ".out.incomplete"
    while not any(path.stat().st_size for path in begun.rglob("*.parquet")):
        assert process.poll() is None
    process.kill()
    process.wait()
    assert [path.name for path in out.iterdir()] == ["mirbench.json"]
    assert run(app, ["export", "parquet", str(out), str(folder)]).exit_code == 0
    assert not begun.exists()
    assert json.loads((out / "mirbench.json").read_text())["num_records"] == 40


def test_what_an_export_did_not_write_is_never_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ExportError, match="found other files"), whole_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("trainer", ["ms-swift", "llama-factory"])
def test_training_files_are_the_curriculum_in_its_order(release, tmp_path, trainer):
    out = tmp_path / "out"
    result = run(app, ["export", trainer, str(out), str(release), "--seed", "5"])
    assert result.exit_code == 1  # two records were left out
    lines = [json.loads(line) for line in (out / "train.jsonl").read_text().splitlines()]
    schedule = index_schedule(Release.open(release).index(), CurriculumSettings(seed=5))
    wanted = [(row.id, row.stage) for row in schedule if row.id != "q0041"]
    assert [(line["id"], line["stage"]) for line in lines] == wanted
    for line in lines:
        user, assistant = line["messages"]
        assert (user["role"], assistant["role"]) == ("user", "assistant")
        assert user["content"].count("<image>") == len(line["images"])
        assert "<image>" not in assistant["content"]
        assert not re.search(r"<(video|bbox|\|im_end\|)>", user["content"] + assistant["content"])
        assert all((out / path).is_file() for path in line["images"])
    repeated = next(line for line in lines if line["id"] == "q0006")
    contents = [(out / path).read_bytes() for path in repeated["images"]]
    assert contents == [IMAGES[f"images/6-{name}.jpg"] for name in "bab"]
    text = (out / "README.md").read_text()
    flags = {
        "ms-swift": [
            "--dataset_shuffle false", "--train_dataloader_shuffle false", "--strict true",
        ],
        "llama-factory": ["disable_shuffling: true", "cutoff_len: 131072", "dataset_dir: ."],
    }  # fmt: skip
    assert all(flag in text for flag in flags[trainer])


def test_llama_factory_finds_the_file_by_its_dataset_info(release, tmp_path):
    out = tmp_path / "out"
    run(app, ["export", "llama-factory", str(out), str(release)])
    (entry,) = json.loads((out / "dataset_info.json").read_text()).values()
    assert (out / entry["file_name"]).is_file()
    line = json.loads((out / entry["file_name"]).read_text().splitlines()[0])
    assert set(entry["columns"].values()) <= set(line)


PUSH = """
import sys
sys.path.insert(0, sys.argv[1])
from mirbench.cli import main
sys.argv = ["mirbench", "export", "push", *sys.argv[2:]]
main()
"""


def push(endpoint, home, *arguments, disable_xet=True):
    """Push in a process of its own: the endpoint is read when huggingface_hub is imported."""
    environment = {
        "HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_TOKEN": "hf_test",
        "PATH": "/usr/bin:/bin", "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1" if disable_xet else "0",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", PUSH, ROOT / "src", *arguments],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip


def test_an_export_is_pushed_in_one_commit(exported, tmp_path):
    with serve_repository("me/mir") as (endpoint, repository):
        repository.files = {"default/old-00000-of-00001.parquet": b"stale", ".gitattributes": b"x"}
        done = push(endpoint, tmp_path, exported, "me/mir")
        assert done.returncode == 0, done.stderr
        here = {
            path.relative_to(exported).as_posix(): path.read_bytes()
            for path in exported.rglob("*")
            if path.is_file()
        }
        assert repository.files == {**here, ".gitattributes": b"x"}
        assert len(repository.commits) == 1
        assert f"{len(here)} files, 1 deleted: {endpoint}/datasets/me/mir/commit/" in done.stdout


def test_an_export_is_pushed_as_one_pull_request(exported, tmp_path):
    with serve_repository("me/mir") as (endpoint, repository):
        done = push(endpoint, tmp_path, exported, "me/mir", "--pr", "--json")
        assert done.returncode == 0, done.stderr
        assert repository.files == {}
        assert len(repository.pull_requests) == len(repository.commits) == 1
        assert json.loads(done.stdout)["url"] == f"{endpoint}/datasets/me/mir/discussions/1"


def test_an_export_is_pushed_through_xet_where_the_hub_has_it(exported, tmp_path):
    with serve_repository("me/mir") as (endpoint, repository):
        repository.has_xet = True
        done = push(endpoint, tmp_path, exported, "me/mir", disable_xet=False)
    assert done.returncode == 0, done.stderr
    assert repository.xorbs and repository.num_shards
    assert repository.uploaded == {}
    assert len(repository.commits) == 1
    for path in exported.rglob("*.parquet"):
        oid = hashlib.sha256(path.read_bytes()).hexdigest()
        assert repository.files[path.relative_to(exported).as_posix()] == oid.encode()


def test_an_endpoint_without_xet_is_told_apart_and_changes_nothing(exported, tmp_path):
    with serve_repository("me/mir") as (endpoint, repository):
        done = push(endpoint, tmp_path, exported, "me/mir", disable_xet=False)
    assert (done.returncode, repository.commits) == (2, [])
    assert "as plain LFS: set HF_HUB_DISABLE_XET=1" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_push_that_finds_nobody_says_so(exported, tmp_path):
    done = push("http://127.0.0.1:9", tmp_path, exported, "me/mir")
    assert done.returncode == 2
    assert done.stderr.startswith("mirbench: me/mir: the Hub did not take")


def test_a_push_that_the_hub_refuses_says_so(exported, tmp_path):
    with serve_repository("me/mir") as (endpoint, repository):
        repository.refused = True
        done = push(endpoint, tmp_path, exported, "me/mir")
    assert done.returncode == 2
    assert done.stderr.startswith("mirbench: me/mir: the Hub did not take")


def test_what_is_no_whole_export_is_not_pushed(exported, tmp_path):
    done = push("http://127.0.0.1:9", tmp_path, tmp_path, "me/mir")
    assert (done.returncode, "expected an export" in done.stderr) == (2, True)
    (tmp_path / "cut").mkdir()
    for path in exported.rglob("*"):
        if path.is_file() and path.suffix != ".parquet":
            (tmp_path / "cut" / path.name).write_bytes(path.read_bytes())
    done = push("http://127.0.0.1:9", tmp_path, tmp_path / "cut", "me/mir")
    assert (done.returncode, "export again" in done.stderr) == (2, True)
