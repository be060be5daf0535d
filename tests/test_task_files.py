"""The task files, and how lmms-eval's own command finds them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from releases import record, write_release

from lmms_eval_tasks import TASKS_FOLDER, TaskFolderError, check_command, task_names
from lmms_eval_tasks.mir import docs, utils
from mirbench.errors import SourceError


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Ten questions, half of them easy, and half of them hard."""
    records = [
        record(number, partition="test", difficulty="easy" if number % 2 else "hard")
        for number in range(10)
    ]
    return write_release(tmp_path_factory.mktemp("data") / "release", records)


@pytest.mark.parametrize("arguments", [["--tasks", "mir"], ["--tasks=mir"]])
def test_a_folder_named_like_a_task_cannot_stand_in_for_it(
    tmp_path, monkeypatch, release, arguments
):
    (tmp_path / "mir").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRBENCH_DATA_DIR", str(release))
    with pytest.raises(TaskFolderError, match="folder 'mir'"):
        check_command(["lmms-eval", "eval", *arguments])
    check_command(["--tasks", "mir,mir", "--output_path", "mir"])
    check_command(["--tasks", "./mir"])
    monkeypatch.chdir("/")
    check_command(arguments)


def test_missing_data_is_noticed_before_a_model_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRBENCH_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match="looks for MIR's data in three places"):
        check_command(["lmms-eval", "eval", "--tasks", "mme,mir"])
    for tasks in ("mir_ladder", "mir_stage1", "mir_*"):
        with pytest.raises(SourceError):
            check_command(["lmms-eval", "eval", f"--tasks={tasks}"])
    check_command(["lmms-eval", "eval", "--tasks", "mme"])


def test_tasks_in_a_configuration_file_are_checked_too(tmp_path, monkeypatch, release):
    monkeypatch.chdir(tmp_path)
    Path("one.yaml").write_text("model: vllm\ntasks: mir_cot\n")
    Path("two.yaml").write_text("- tasks: mme\n- tasks: mme,mir\n- model: vllm\n")
    monkeypatch.setenv("MIRBENCH_DATA_DIR", str(tmp_path / "nowhere"))
    for config in ("one.yaml", "two.yaml"):
        with pytest.raises(SourceError):
            check_command(["lmms-eval", "eval", "--config", config])
    monkeypatch.setenv("MIRBENCH_DATA_DIR", str(release))
    check_command(["lmms-eval", "eval", "--config", "two.yaml"])
    check_command(["lmms-eval", "eval", "--config", "missing.yaml"])
    Path("mir_cot").mkdir()
    with pytest.raises(TaskFolderError, match="folder 'mir_cot'"):
        check_command(["lmms-eval", "eval", "--config", "one.yaml"])


LISTING = """
import json, sys
from pathlib import Path
import lmms_eval.models  # loads the entry points, as the command does
from lmms_eval.tasks import TaskManager, get_task_dict
found = []
for include in (None, sys.argv[1]):
    tasks = TaskManager(include_path=include)
    for name in sys.argv[2:]:
        [task] = get_task_dict([name], tasks, "chat").values()
        if isinstance(task, dict):
            found.append({"name": name, "tasks": sorted(task)})
            continue
        doc = task.test_docs()[0]
        found.append({
            "name": name,
            "path": tasks.task_index[name]["yaml_path"],
            "config": {key: value for key, value in task.config.to_dict().items()
                       if key in ("generation_kwargs", "metadata", "reasoning_tags")},
            "columns": sorted(task.eval_docs_no_media.features),
            "num": len(task.test_docs()),
            "repeats": task.config.repeats,
            "target": task.doc_to_target(doc),
            "content": [part["type"] for part in task.doc_to_messages(doc)[0]["content"]],
        })
Path("listing.json").write_text(json.dumps(found))
"""


NUM_ASKED = {
    "mir_circular": 30,
    "mir_easy": 5,
    "mir_hard": 5,
    "mir_spatial": 4,
    "mir_sequential": 4,
    "mir_analytical": 2,
}


@pytest.mark.slow
def test_every_task_loads_from_any_directory_with_and_without_its_path(tmp_path, release):
    names = sorted(task_names())
    subprocess.run(
        [sys.executable, "-c", LISTING, TASKS_FOLDER, *names],
        cwd=tmp_path,
        env=os.environ | {"MIRBENCH_DATA_DIR": str(release)},
        check=True,
        capture_output=True,
    )
    found = json.loads((tmp_path / "listing.json").read_text())
    assert [task["name"] for task in found] == names * 2
    rungs = sorted(["mir_cot", *(f"mir_stage{stage}" for stage in range(1, 5))])
    prompts = {}
    for task in found:
        if task["name"] == "mir_ladder":
            assert task["tasks"] == rungs
            continue
        assert Path(task["path"]) == TASKS_FOLDER / "mir" / f"{task['name']}.yaml"
        sampled = task["name"] == "mir_sampled"
        assert task["repeats"] == (10 if sampled else 1)
        assert task["config"]["generation_kwargs"] == {
            "do_sample": sampled,
            "temperature": 0.7 if sampled else 0,
            "top_p": 0.8 if sampled else 1,
            "until": [],
            "max_new_tokens": 4096,
        }
        assert task["config"]["reasoning_tags"] == "none"
        assert task["config"]["metadata"].keys() == {"version", "prompt", "data", "versions"}
        assert task["config"]["metadata"]["data"] == "release"
        assert "images" not in task["columns"]
        assert task["num"] == NUM_ASKED.get(task["name"], 10)
        assert ("image" in task["content"]) == (task["name"] != "mir_blind")
        prompts[task["name"]] = task["config"]["metadata"]["prompt"]
    assert prompts["mir"] == prompts["mir_circular"] == prompts["mir_easy"]
    assert len(set(prompts.values())) == 7  # direct, blind, five stages


def test_function_tags_name_their_module_in_full():
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda loader, node: loader.construct_scalar(node))
    files = sorted(TASKS_FOLDER.rglob("*.yaml"))
    assert {path.stem for path in files} >= task_names()
    for path in files:
        for value in yaml.load(path.read_text(), Loader).values():
            if isinstance(value, str) and "lmms_eval_tasks." in value:
                module, name = value.rsplit(".", 1)
                assert hasattr({one.__name__: one for one in (docs, utils)}[module], name)
