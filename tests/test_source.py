import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import COMMIT, serve_dataset
from releases import record, write_release

import mirbench_hf
from mirbench.data.source import DATA_DIR_VARIABLE, HUB_REPO, open_named
from mirbench.errors import SourceError

LOAD = """
import json, sys
import datasets, mirbench_hf
streaming = sys.argv[1] == "streaming"
loaded = datasets.load_dataset("mirbench", split="test", streaming=streaming)
sizes = [[image.size for image in row["images"]] for row in loaded]
print(json.dumps({"sizes": sizes, "splits": datasets.get_dataset_split_names("mirbench")}))
"""


def run_with_hub(endpoint: str, home: Path, *command: str, **more: str):
    """Run Python in a process of its own: the endpoint is read when huggingface_hub is imported."""
    root = Path(mirbench_hf.__file__).parent
    environment = {
        name: value for name, value in os.environ.items() if name != DATA_DIR_VARIABLE
    } | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}",
        **more,
    }
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("streaming", [False, True])
def test_without_a_folder_the_release_comes_from_the_hub(tmp_path, streaming):
    records = [record(number, difficulty="hard", partition="test") for number in range(5)]
    folder = write_release(tmp_path / "repo", records)
    (tmp_path / "home").mkdir()
    with serve_dataset(HUB_REPO, folder) as (endpoint, log):
        way = "streaming" if streaming else "building"
        done = run_with_hub(endpoint, tmp_path / "home", "-c", LOAD, way)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"sizes": [[[32, 24], [32, 24]]] * 5, "splits": ["test"]}
    whole = [line for line in log if line.startswith("GET") and line.endswith("images.zip")]
    assert len(whole) == (0 if streaming else 1)
    if not streaming:
        assert list((tmp_path / "home" / "hub").glob(f"**/snapshots/{COMMIT}/images.zip"))


def test_a_command_reads_a_dataset_of_the_hub_by_its_name(tmp_path):
    folder = write_release(tmp_path / "repo", [record(number) for number in range(4)])
    (tmp_path / "home").mkdir()
    with serve_dataset("somebody/mir", folder) as (endpoint, _):
        validate = ("-m", "mirbench.cli", "validate", "--json")
        elsewhere = {DATA_DIR_VARIABLE: str(tmp_path)}  # a name on the command line goes first
        found = run_with_hub(
            endpoint, tmp_path / "home", *validate, f"somebody/mir@{COMMIT}", **elsewhere
        )
        missing = run_with_hub(endpoint, tmp_path / "home", *validate, "nobody/mir")
    assert json.loads(found.stdout)["num_valid"] == 4
    assert missing.returncode == 1
    assert "nobody/mir: there is no folder of this name here" in missing.stdout


def test_the_hub_is_asked_for_names_of_the_hub_alone(monkeypatch):
    monkeypatch.delenv(DATA_DIR_VARIABLE, raising=False)
    with pytest.raises(SourceError, match=r"expected a release folder .* found no folder"):
        open_named("../no/such/folder")
