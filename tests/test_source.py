import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import COMMIT, serve_dataset
from releases import record, write_release

import mirbench_hf
from mirbench.data.source import DATA_DIR_VARIABLE, HUB_REPO

LOAD = """
import json, sys
import datasets, mirbench_hf
streaming = sys.argv[1] == "streaming"
loaded = datasets.load_dataset("mirbench", split="test", streaming=streaming)
sizes = [[image.size for image in row["images"]] for row in loaded]
print(json.dumps({"sizes": sizes, "splits": datasets.get_dataset_split_names("mirbench")}))
"""


def load_from_hub(endpoint, home, streaming):
    """Load in a process of its own: the endpoint is read when huggingface_hub is imported."""
    root = Path(mirbench_hf.__file__).parent
    environment = {
        name: value for name, value in os.environ.items() if name != DATA_DIR_VARIABLE
    } | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'src'}",
    }
    done = subprocess.run(
        [sys.executable, "-c", LOAD, "streaming" if streaming else "building"],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("streaming", [False, True])
def test_without_a_folder_the_release_comes_from_the_hub(tmp_path, streaming):
    records = [record(number, difficulty="hard", partition="test") for number in range(5)]
    folder = write_release(tmp_path / "repo", records)
    (tmp_path / "home").mkdir()
    with serve_dataset(HUB_REPO, folder) as (endpoint, log):
        loaded = load_from_hub(endpoint, tmp_path / "home", streaming)
    assert loaded == {"sizes": [[[32, 24], [32, 24]]] * 5, "splits": ["test"]}
    whole = [line for line in log if line.startswith("GET") and line.endswith("images.zip")]
    assert len(whole) == (0 if streaming else 1)
    if not streaming:
        assert list((tmp_path / "home" / "hub").glob(f"**/snapshots/{COMMIT}/images.zip"))
