"""Runs: the order, whatever the machine; a kill, whenever it comes; what a run leaves behind."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from training_data import GLOBAL_BATCH, NUM_ROWS, NUM_STEPS, steps_of, training_release, words

from mirbench.training_run.steps import OrderError

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent

KILLED_WHILE_SAVING = """
import os, signal, sys
from training import train
from training.trainer import CurriculumTrainer

save = CurriculumTrainer._save_optimizer_and_scheduler

def killed(self, folder):
    if self.state.global_step == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    save(self, folder)

CurriculumTrainer._save_optimizer_and_scheduler = killed
sys.exit(train.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The models are too small to share out; threads that wait for a busy core cost seconds."""
    import torch

    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(num_threads)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A release of thirteen labelled samples."""
    return training_release(tmp_path_factory.mktemp("training-data"))


@pytest.fixture(scope="module")
def schedule(data):
    """The order that `load_dataset` gives."""
    import mirbench_hf

    rows = mirbench_hf.load_dataset("curriculum", data_dir=str(data), split="train")
    assert len(rows) == NUM_ROWS
    return rows


@pytest.fixture(scope="module")
def whole_run(tiny_model, data, tmp_path_factory):
    """A run that nothing stops: one process, two workers."""
    from training.train import main

    out = tmp_path_factory.mktemp("whole-run") / "run"
    assert main(words(tiny_model, data, out, "dataloader_num_workers=2")) == 0
    return out


def start(*command):
    """Run Python in a process of its own."""
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"},
    )


@pytest.fixture(scope="module")
def killed_run(tiny_model, data, tmp_path_factory):
    """The same run, killed in the middle of its second checkpoint."""
    out = tmp_path_factory.mktemp("killed-run") / "run"
    killed = start("-c", KILLED_WHILE_SAVING, *words(tiny_model, data, out))
    assert killed.returncode == -9, killed.stderr[-3000:]
    assert [step["step"] for step in steps_of(out)] == [1, 2, 3, 4]
    assert (out / "checkpoint-4" / "model.safetensors").exists()
    assert not (out / "checkpoint-4" / "whole.json").exists()
    return out


def same_losses(steps, expected):
    return [step["loss"] for step in steps] == pytest.approx(
        [step["loss"] for step in expected], rel=1e-4
    )


def test_every_step_is_the_next_slice_of_the_schedule(whole_run, schedule):
    ids = list(schedule["id"])
    slices = [ids[start : start + GLOBAL_BATCH] for start in range(0, NUM_ROWS, GLOBAL_BATCH)]
    assert [step["ids"] for step in steps_of(whole_run)] == slices
    assert len(slices) == NUM_STEPS
    assert len(slices[-1]) == 1


def test_a_step_says_which_phases_and_stages_it_was_made_of(whole_run, schedule):
    for step, start in zip(steps_of(whole_run), range(0, NUM_ROWS, GLOBAL_BATCH), strict=True):
        rows = schedule[start : start + GLOBAL_BATCH]
        levels = dict.fromkeys(zip(rows["phase"], rows["stage"], strict=True))
        assert [(level["phase"], level["stage"]) for level in step["levels"]] == list(levels)
        for name in ("num_samples", "num_tokens", "num_targets"):
            assert step[name] == sum(level[name] for level in step["levels"])


def test_a_killed_run_is_resumed_and_decodes_nothing_that_was_done(
    killed_run, whole_run, tiny_model, data, tmp_path, monkeypatch
):
    from training import data as training_data
    from training.train import main

    out = shutil.copytree(killed_run, tmp_path / "run")
    decoded = []
    decode = training_data.decode_image
    monkeypatch.setattr(
        training_data, "decode_image", lambda *image: decoded.append(image) or decode(*image)
    )
    assert main(words(tiny_model, data, out, "dataloader_num_workers=0")) == 0
    steps, expected = steps_of(out), steps_of(whole_run)
    assert [step["ids"] for step in steps] == [step["ids"] for step in expected]
    assert same_losses(steps, expected)
    assert [step["learning_rate"] for step in steps] == pytest.approx(
        [step["learning_rate"] for step in expected]
    )
    assert len(decoded) == 2 * sum(len(step["ids"]) for step in steps[2:])  # two images a sample


def test_two_processes_go_on_with_the_steps_of_one(
    killed_run, whole_run, tiny_model, data, tmp_path
):
    out = shutil.copytree(killed_run, tmp_path / "run")
    launch = ("-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "training.train")
    done = start(*launch, *words(tiny_model, data, out))
    assert done.returncode == 0, done.stderr[-3000:]
    steps, expected = steps_of(out), steps_of(whole_run)
    assert [step["ids"] for step in steps] == [step["ids"] for step in expected]
    assert same_losses(steps, expected)
    assert {path.name for path in (out / "checkpoint-6").glob("rng_state*")} == {
        "rng_state_0.pth",
        "rng_state_1.pth",
    }


def test_a_step_dealt_by_length_is_the_same_step(whole_run, tiny_model, data, tmp_path):
    from training.train import main

    out = tmp_path / "run"
    assert main(words(tiny_model, data, out, "per_device_train_batch_size=2")) == 0
    steps, expected = steps_of(out), steps_of(whole_run)
    assert [step["ids"] for step in steps] == [step["ids"] for step in expected]
    assert same_losses(steps, expected)
    assert any(step["dealt"] != sorted(step["dealt"]) for step in steps)
    for step in expected:  # a sample a batch in one process: there is nothing to group
        assert step["dealt"] == list(range(len(step["ids"])))


@pytest.mark.parametrize(
    ("word", "said"), [("model=nowhere", "nowhere"), ("attention=flash_attention_2", "Flash")]
)
def test_a_model_that_cannot_be_loaded_is_said_without_a_traceback(
    tiny_model, data, tmp_path, word, said, capsys
):
    from training.train import main

    assert main([*words(tiny_model, data, tmp_path / "run"), word]) == 2
    assert said in capsys.readouterr().err


def test_a_finished_run_is_not_trained_again(whole_run, tiny_model, data, tmp_path):
    from training.train import main

    out = shutil.copytree(whole_run, tmp_path / "run")
    before = (out / "model" / "model.safetensors").read_bytes()
    assert main(words(tiny_model, data, out)) == 0
    assert (out / "steps.jsonl").read_text() == (whole_run / "steps.jsonl").read_text()
    assert (out / "model" / "model.safetensors").read_bytes() == before


def test_a_checkpoint_of_another_order_is_refused(whole_run, tiny_model, data, capsys):
    from training.train import main

    assert main(words(tiny_model, data, whole_run, "curriculum.seed=1")) == 2
    assert "made with order" in capsys.readouterr().err


def test_checkpoints_and_the_final_model_are_ordinary_folders(whole_run):
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    last = whole_run / f"checkpoint-{NUM_STEPS}"
    for folder, dtype in ((last, torch.float32), (whole_run / "model", torch.bfloat16)):
        model, report = AutoModelForImageTextToText.from_pretrained(
            folder, output_loading_info=True
        )
        assert not any(report.values()), report
        assert model.dtype == dtype
        AutoProcessor.from_pretrained(folder)
    assert (whole_run / "loss.svg").read_text().count("<polyline") == 6  # a phase, five stages


def test_what_cannot_be_shown_is_left_out_and_the_order_stands(tiny_model, schedule, tmp_path):
    from training.train import main

    data = training_release(tmp_path / "data", question="<image1> <image2> <|im_end|>")
    out = tmp_path / "run"
    assert main(words(tiny_model, data, out, "max_steps=2", "max_length=100000")) == 0
    steps = steps_of(out)
    ids = [id_ for step in steps for id_ in step["ids"]]
    assert ids == list(schedule["id"])[: 2 * GLOBAL_BATCH]
    assert [step["left_out"] for step in steps if step["left_out"]] == [
        {"q0000": "control token in the text"}
    ]


def test_a_run_in_which_nothing_fits_changes_no_weight(tiny_model, data, tmp_path):
    from safetensors.torch import load_file

    from training.train import main

    out = tmp_path / "run"
    arguments = words(tiny_model, data, out, "max_steps=1", "max_length=60", "weight_decay=0")
    assert main(arguments) == 0
    (step,) = steps_of(out)
    assert set(step["left_out"].values()) == {"longer than max_length"}
    assert step["loss"] is None
    before = load_file(tiny_model / "model.safetensors")
    after = load_file(out / "model" / "model.safetensors")
    assert all(after[name].equal(before[name]) for name in before)


def test_adapters_resume_and_are_merged_into_the_final_model(tiny_model, data, tmp_path):
    from safetensors.torch import load_file

    from training.train import main

    out = tmp_path / "run"
    arguments = words(tiny_model, data, out, "lora.rank=4", "warmup_steps=0")
    assert main([*arguments, "max_steps=2"]) == 0
    assert (out / "checkpoint-2" / "adapter_model.safetensors").exists()
    assert main([*arguments, "max_steps=4"]) == 0
    assert len(steps_of(out)) == 4
    before = load_file(tiny_model / "model.safetensors")
    after = load_file(out / "model" / "model.safetensors")
    changed = {name for name in before if not after[name].equal(before[name])}
    assert changed
    assert all(name.endswith("_proj.weight") and "visual" not in name for name in changed)


def test_a_step_that_leaves_the_order_stops_the_run():
    import torch
    from transformers import TrainerState

    from training.run_log import RunLog

    class Arguments:
        gradient_accumulation_steps, per_device_train_batch_size, world_size = 1, 2, 1

    log = RunLog([], {})
    log.add(torch.tensor([[0, 0, 9, 5, 1.0], [2, 0, 9, 5, 1.0]]))
    with pytest.raises(OrderError, match=r"expected positions \[0, 1\], found \[0, 2\]"):
        log.on_optimizer_step(Arguments, TrainerState(), None)


def test_sft_sh_is_two_lines_that_start_the_papers_recipe(tmp_path):
    script = REPOSITORY / "training" / "sft.sh"
    assert len([line for line in script.read_text().splitlines() if line.strip()]) == 2
    accelerate = tmp_path / "accelerate"
    accelerate.write_text('#!/bin/sh\necho "$PWD $@"\n')
    accelerate.chmod(0o755)
    done = subprocess.run(
        [script, "training/configs/paper.yaml", "output_dir=mine"],
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    command = "launch -m training.train --config training/configs/paper.yaml output_dir=mine"
    assert done.stdout == f"{REPOSITORY} {command}\n"


@pytest.mark.engine
def test_vllm_loads_a_checkpoint_as_it_is(tiny_model_of, data, tmp_path):
    from test_tiny import CHAT

    from training.train import main

    out = tmp_path / "run"
    assert main(words(tiny_model_of("llava_onevision"), data, out, "max_steps=1")) == 0
    script, answer, image = (tmp_path / name for name in ("chat.py", "answer.json", "image.png"))
    script.write_text(CHAT)
    Image.effect_noise((100, 80), 80).convert("RGB").save(image)
    done = subprocess.run(
        [sys.executable, script, out / "checkpoint-1", answer, image, image],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    prompt, lengths = json.loads(answer.read_text())
    assert re.search(r"Compare (<image>)+ with (<image>)+\?", prompt)
    assert min(lengths) > 0
