import json
import os
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import engine_probe
import numpy as np
import pytest
import yaml
from answering import build_answering_model
from PIL import Image
from releases import jpeg, record, write_release
from run_files import samples_of

import mirbench_hf
from lmms_eval_tasks import TASKS_FOLDER, TaskFolderError, check_command, task_names
from lmms_eval_tasks.mir import docs, utils
from mirbench.data.release import Release
from mirbench.data.rows import row_sample, sample_row
from mirbench.errors import SourceError, SplitError
from mirbench.interleave import chat_content
from mirbench.prompts import BLIND_NOTE, DIRECT_INSTRUCTION, direct_prompt
from mirbench.scoring.metrics import aggregate
from mirbench.scoring.run import read_run
from mirbench.stages import stage_example

LMMS_EVAL = Path(sys.executable).with_name("lmms-eval")
QUESTIONS = [
    "Is <image1> before <image2>?",
    "<image2> and <image1>: which is first? Look at <image2> again.",
    "No picture stands in this text.",
    "<image1><image1> then <image2>",
    "<image 3>, <image_1> and <Image2> in this order, and <image3>.",
]


def noise(seed, size):
    """Return a PNG that no other seed makes."""
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Ten questions whose tags come in all kinds of order, with images of all kinds of sizes."""
    records, images = [], {}
    for number in range(10):
        question = QUESTIONS[number % len(QUESTIONS)]
        names = [f"{number}-{letter}.png" for letter in ("abc" if "3" in question else "ab")]
        images |= {
            name: noise(f"{number}-{place}", (56 + 28 * place, 84 + 28 * (number % 3)))
            for place, name in enumerate(names)
        }
        difficulty = "easy" if number % 2 else "hard"
        records.append(
            record(number, question=question, images=names, partition="test", difficulty=difficulty)
        )
    folder = tmp_path_factory.mktemp("data") / "release"
    return write_release(folder, records, images)


# ---- the functions


def doc(number=0, images=None, **changes):
    """Return a row as lmms-eval hands it to a task, and its sample."""
    raw = record(number, **changes)
    contents = [jpeg(place) for place in range(len(raw["images"]))]
    sample = samples_of(write_release(Path(os.environ["HF_HOME"]) / f"doc{number}", [raw]))[0]
    row = sample_row(sample, contents)
    return {**row, "images": images or [Image.open(BytesIO(one)) for one in contents]}, sample


def test_messages_hold_each_image_in_its_place():
    row, _ = doc()
    [message] = utils.doc_to_messages(row)
    first, second = row["images"]
    kinds = [part.get("text") or part["url"] for part in message["content"]]
    assert message["role"] == "user"
    assert kinds[1:6:2] == [first, second, first]
    assert kinds[0] == "Number 0: is "
    assert kinds[-1].endswith(DIRECT_INSTRUCTION)


def test_the_text_for_models_without_messages_names_its_images():
    row, _ = doc()
    text = utils.doc_to_text(row)
    assert text.startswith("Number 0: is <image1> before <image2>? Look at <image1> again.\n")
    assert "<image>" not in text
    assert utils.doc_to_visual(row) == row["images"]


@pytest.mark.parametrize("mode", ["CMYK", "L", "LA", "P", "RGBA", "1"])
def test_every_image_reaches_every_backend_in_rgb(mode):
    row, _ = doc(images=[Image.new("RGB", (4, 4), "red").convert(mode), Image.new("RGB", (4, 4))])
    converted, kept = utils.doc_to_visual(row)
    assert converted.mode == "RGB"
    assert kept is row["images"][1]


def test_what_is_transparent_becomes_white():
    clear = Image.new("RGBA", (2, 1), (255, 0, 0, 255))
    clear.putpixel((1, 0), (0, 0, 0, 0))
    row, _ = doc(images=[clear, clear])
    converted, _ = utils.doc_to_visual(row)
    assert [converted.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0), (255, 255, 255)]


def test_a_response_is_scored_without_the_images():
    row, sample = doc()
    del row["images"]
    results = utils.process_results(row, [f"Your option: {sample.answer}"])
    assert results["accuracy"] == 1.0
    assert [results[f"num_{end}"] for end in ("answered", "unparsed", "failed")] == [1, 0, 0]
    assert results["mirbench"]["id"] == sample.id


# ---- which questions a task asks


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Test rows as tasks get them: two to four options, one without a chain."""
    letters = "ABCD"
    records = [
        record(
            number,
            partition="test",
            options={letter: f"option {letter}" for letter in letters[: 2 + number % 3]},
            conclusion="AB"[number % 2],
            caption=None if number == 4 else ["one", "two"],
        )
        for number in range(6)
    ]
    release = write_release(tmp_path_factory.mktemp("rows") / "release", records)
    return mirbench_hf.load_dataset(data_dir=str(release), split="test")


def test_rotations_follow_one_another_and_copy_nothing(rows):
    asked = docs.rotated(rows)
    expected = [(f"q{number:04d}", turn) for number in range(6) for turn in range(2 + number % 3)]
    assert list(zip(asked["id"], asked["rotation"], strict=True)) == expected
    assert {file["filename"] for file in asked.cache_files} == {rows.cache_files[0]["filename"]}
    assert asked.features["images"] == rows.features["images"]


def test_a_rotated_question_shows_its_options_in_their_new_order(rows):
    row = docs.rotated(rows)[6]
    assert (row["id"], row["rotation"], row["answer"]) == ("q0002", 1, "A")
    assert "\nA. option B\nB. option C\nC. option D\nD. option A\n" in utils.doc_to_text(row)
    results = utils.process_results(row, ["Your option: D"])
    assert results["accuracy"] == 1
    assert results["circular_accuracy"] == [("q0002", 0, True)]
    assert (results["mirbench"]["answer"], results["mirbench"]["rotation"]) == ("D", 1)


def test_only_a_question_right_in_every_rotation_counts():
    rotations = [[("a", 0, True)], [("a", 0, True)], [("b", 0, True)], [("b", 0, False)]]
    assert utils.share_right_in_every_rotation(rotations) == 0.5


def test_every_draw_is_scored_and_logged(rows):
    right, wrong = (f"Your option: {letter}" for letter in "AB")
    results = utils.process_results(rows[0], [right, wrong, "I see a cat.", right])
    assert results["accuracy"] == 0.5
    assert (results["num_answered"], results["num_unparsed"]) == (3, 1)
    assert [one["draw"] for one in results["mirbench"]] == [0, 1, 2, 3]
    assert utils.KeepAll().apply([[right, wrong], [right]], None) == [[right, wrong], right]


def test_the_ladder_asks_questions_with_a_whole_chain(rows):
    assert docs.with_steps(rows)["id"] == [f"q{number:04d}" for number in (0, 1, 2, 3, 5)]


def test_a_task_without_questions_says_so(rows):
    with pytest.raises(SplitError, match=r"none of the 6 test questions is labelled easy.*label"):
        docs.easy(rows)
    with pytest.raises(SplitError, match="is Analytical"):
        docs.analytical(rows)


def test_a_blind_question_names_its_images_and_shows_none(rows):
    settings = {"form": "blind"}
    [message] = utils.doc_to_messages(rows[0], lmms_eval_specific_kwargs=settings)
    [content] = message["content"]
    assert content["text"] == utils.doc_to_text(rows[0], settings)
    assert content["text"].startswith("Number 0: is <image1> before <image2>? Look at <image1>")
    assert BLIND_NOTE in content["text"]
    assert utils.doc_to_visual(rows[0], settings) == []


@pytest.mark.parametrize("stage", range(1, 6))
def test_a_stage_asks_what_its_configuration_asks(rows, stage):
    [message] = utils.doc_to_messages(rows[1], {"form": f"stage{stage}"})
    sample = row_sample(rows[1])
    [text, *_] = [part["text"] for part in reversed(message["content"]) if "text" in part]
    asked = stage_example(sample, stage).prompt
    assert text == asked[-1].text
    assert len(message["content"]) == len(asked)


# ---- the task files


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


# ---- the real command on the real engine


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory, release):
    """Run lmms-eval's own command on a tiny Qwen2.5-VL; returns its folder."""
    folder = tmp_path_factory.mktemp("evaluated")
    model = build_answering_model(folder / "model")
    engine_probe.install(folder / "plugins")
    (folder / "requests").mkdir()
    tests = str(Path(engine_probe.__file__).parent)
    limits = "max_model_len=4096,max_new_tokens=12"
    options = "dtype=float32,enforce_eager=True,mm_processor_cache_gb=0"
    with (folder / "lmms-eval.log").open("w") as log:
        done = subprocess.run(
            [
                *(LMMS_EVAL, "eval", "--model", "vllm", "--tasks", "mir", "--batch_size", "64"),
                *("--model_args", f"model={model},{options},{limits}"),
                *("--gen_kwargs", "max_new_tokens=12", "--log_samples", "--output_path", "out"),
            ],
            cwd=folder,
            env=os.environ
            | {
                "MIRBENCH_DATA_DIR": str(release),
                "LMMS_IMAGE_ENCODE_FORMAT": "BMP",
                "PYTHONPATH": os.pathsep.join([str(folder / "plugins"), tests]),
                "ENGINE_PROBE": str(folder / "requests"),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    assert done.returncode == 0
    return folder


@pytest.mark.engine
def test_each_logged_sample_carries_what_was_asked_and_how_it_was_read(evaluated, release):
    run = read_run(evaluated / "out")
    assert [one.scored.id for one in run.responses] == [one.id for one in samples_of(release)]
    for response, sample in zip(run.responses, samples_of(release), strict=True):
        assert response.scored.subtask == sample.subtask
        assert response.scored.answer == sample.answer
        assert response.scored.how == "your_option"
        read = response.text[slice(*response.scored.span)]
        assert read.endswith(response.scored.prediction)
    overall = aggregate(run.scored).overall
    assert (overall.num, overall.num_answered) == (10, 10)
    results = json.loads(run.results_path.read_text())["results"]["mir"]
    assert results["accuracy,none"] == pytest.approx(overall.accuracy)
    assert results["num_answered,none"] == 10


@pytest.mark.engine
def test_the_run_shows_as_results_and_as_a_report(evaluated, release):
    mirbench = Path(sys.executable).with_name("mirbench")
    run = str(evaluated / "out")
    printed = subprocess.run([mirbench, "results", run], capture_output=True, text=True, check=True)
    assert "10 of 10 responses name one option" in printed.stdout
    page = evaluated / "report.html"
    command = [mirbench, "report", run, "--data-dir", str(release), "--out", str(page)]
    subprocess.run(command, capture_output=True, check=True)
    assert 'class="chunk"' in page.read_text()


@pytest.mark.engine
def test_the_engine_receives_every_image_in_its_place(evaluated, release):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(evaluated / "model")
    opened = Release.open(release)
    requests = map(np.load, sorted((evaluated / "requests").iterdir()))
    for entry, sample, request in zip(
        opened.index().entries, samples_of(release), requests, strict=True
    ):
        images = [Image.open(BytesIO(one)) for one in opened.load_images(sample, entry.record)]
        content = chat_content(direct_prompt(sample), images)
        expected = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        assert engine_probe.prompt_of(processor, request) == expected
        shown = [part["url"] for part in content if part["type"] == "image"]
        assert engine_probe.shows(processor, request, shown)
