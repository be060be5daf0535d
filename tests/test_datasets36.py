"""The builder as a real loading script, in the oldest environment it supports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from releases import images_of, record, write_release

import mirbench_hf
from mirbench.data.source import DATA_DIR_VARIABLE

ROOT = Path(mirbench_hf.__file__).parent
RECORDS = [record(number, difficulty="hard") for number in range(24)]
LOAD = """
import hashlib, json, sys
import datasets
script, folder = sys.argv[1:]
assert datasets.__version__.startswith("3.6."), datasets.__version__
result = {}
for config in ("default", "stage3"):
    loaded = datasets.load_dataset(script, config, data_dir=folder, trust_remote_code=True)
    raw = loaded["hard"].cast_column("images", [datasets.Image(decode=False)])
    result[config] = {
        "rows": {split: rows.num_rows for split, rows in loaded.items()},
        "bytes": [hashlib.sha256(i["bytes"]).hexdigest() for row in raw for i in row["images"]],
        "size": loaded["hard"][0]["images"][0].size,
    }
streamed = datasets.load_dataset(
    script, "stage1", data_dir=folder, split="test", streaming=True, trust_remote_code=True
)
result["streamed"] = [row["id"] for row in streamed]
import mirbench_hf
result["by name"] = datasets.load_dataset("mirbench", data_dir=folder)["hard"].num_rows
print(json.dumps(result))
"""


@pytest.fixture(scope="module")
def python36():
    setup = [sys.executable, ROOT / "scripts" / "setup.py", "--env", "datasets36"]
    subprocess.run(setup, check=True, capture_output=True)
    return ROOT / ".venv-datasets36" / "bin" / "python"


@pytest.mark.slow
def test_the_file_is_a_loading_script_of_datasets_3_6(python36, tmp_path):
    folder = write_release(tmp_path / "release", RECORDS)
    (tmp_path / "empty").mkdir()
    environment = {name: os.environ[name] for name in os.environ if name != DATA_DIR_VARIABLE}
    environment |= {"HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [python36, "-c", LOAD, ROOT / "mirbench_hf.py", folder],
        cwd=tmp_path / "empty",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    rows = result["default"]["rows"]
    assert rows == result["stage3"]["rows"] == {"hard": 12, "test": 12}
    assert result["default"]["bytes"] == result["stage3"]["bytes"]
    assert len(result["streamed"]) == rows["test"]
    assert result["by name"] == rows["hard"]
    assert len(images_of(RECORDS)) == 2 * sum(rows.values())
