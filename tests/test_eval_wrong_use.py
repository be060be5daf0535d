"""Wrong uses of `mirbench eval`: each ends with what is wrong, what there is, what to do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cli_calls
import pytest
from releases import record, write_release

from mirbench.errors import MirbenchError
from mirbench.model_identity import model_identity

NOBODY = "http://127.0.0.1:9/v1"
OURS = ["--model", "async_openai", "--model-args", f"model=m,base_url={NOBODY}"]


def with_model(backend: str, arguments: str) -> list[str]:
    return ["--model", backend, "--model-args", arguments]


USES = {
    "an unknown task": (
        [*OURS, "--tasks", "mir,mri"],
        "--tasks: there is no task 'mri'; there are mir, mir_analytical, mir_blind",
    ),
    "an unknown backend": (
        with_model("vlm", "model=m"),
        "--model: lmms-eval has no backend 'vlm'; run with MIR were vllm, async_openai",
    ),
    "no model": (
        with_model("async_openai", f"base_url={NOBODY}"),
        "--model-args: expected model=... (or pretrained=...), found none",
    ),
    "arguments that are none": (
        with_model("async_openai", "m"),
        "--model-args: expected name=value,name=value, found 'm'",
    ),
    "a misspelt argument": (
        with_model("async_openai", f"model=m,base_ur={NOBODY}"),
        "--model-args: async_openai has no argument 'base_ur'; did you mean base_url?",
    ),
    "a model that is not there": (
        with_model("huggingface", "pretrained=/nowhere/model"),
        "model '/nowhere/model': expected the folder of a model, found none",
    ),
    "generation settings that are none": (
        [*OURS, "--gen_kwargs", "temperature:1"],
        "--gen_kwargs: expected name=value,name=value, found 'temperature:1'",
    ),
    "a server that is not there": (
        OURS,
        f"{NOBODY}: expected a server of OpenAI's API, found none",
    ),
    "a flag that nobody knows": ([*OURS, "--limitt", "5"], "unrecognized arguments: --limitt 5"),
    "a limit that is no number": ([*OURS, "--limit", "x"], "--limit: invalid float value: 'x'"),
    "data that is not there": (
        [*OURS, "--data-dir", "/nowhere"],
        "/nowhere: expected a release folder with all_data_rel.json and images.zip",
    ),
    "a backend whose package is missing": (
        with_model("sglang", "model=m"),
        "--model sglang: expected the package 'sglang', which lmms-eval's backend imports, "
        "found none: pip install sglang",
    ),
}


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """How each wrong use ended."""
    folder = tmp_path_factory.mktemp("wrong")
    release = write_release(folder / "release", [record(0, partition="test")])
    calls = [
        ["eval", *use, "--out", str(folder / str(number)), *data_of(use, release)]
        for number, (use, _) in enumerate(USES.values())
    ]
    (folder / "calls.json").write_text(json.dumps(calls))
    subprocess.run(
        [sys.executable, cli_calls.__file__, folder / "calls.json", folder / "ends.json"],
        check=True,
        capture_output=True,
    )
    return dict(zip(USES, json.loads((folder / "ends.json").read_text()), strict=True))


def data_of(use: list[str], release: Path) -> list[str]:
    return [] if "--data-dir" in use else ["--data-dir", str(release)]


@pytest.mark.engine
@pytest.mark.parametrize("use", USES)
def test_a_wrong_use_ends_with_2_and_says_what_is_wrong(
    ends: dict[str, tuple[int, str]], use: str
) -> None:
    code, said = ends[use]
    assert code == 2, said
    assert " ".join(USES[use][1].split()) in " ".join(said.split())


def test_a_path_is_never_looked_up_on_the_hub(tmp_path: Path) -> None:
    assert "HF_HUB_OFFLINE" in os.environ
    with pytest.raises(MirbenchError, match="expected the folder of a model, found none"):
        model_identity(str(tmp_path / "nowhere"))
