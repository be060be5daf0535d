"""lmms-eval's own command asks `mir` on the real engine."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import engine_probe
import numpy as np
import pytest
from answering import build_answering_model
from PIL import Image
from releases import noise, record, write_release
from run_files import samples_of

from mirbench.data.release import Release
from mirbench.interleave import chat_content
from mirbench.prompts import direct_prompt
from mirbench.scoring.metrics import aggregate
from mirbench.scoring.run import read_run

LMMS_EVAL = Path(sys.executable).with_name("lmms-eval")
QUESTIONS = [
    "Is <image1> before <image2>?",
    "<image2> and <image1>: which is first? Look at <image2> again.",
    "No picture stands in this text.",
    "<image1><image1> then <image2>",
    "<image 3>, <image_1> and <Image2> in this order, and <image3>.",
]


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
