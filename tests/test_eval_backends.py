"""What lmms-eval's own chat backends show a model when they ask our tasks; see chat_backends.py."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import chat_backends
import pytest
from PIL import Image
from releases import record, write_release
from run_files import samples_of

from mirbench.interleave import Text
from mirbench.prompts import blind_prompt, direct_prompt, rotate_options

QUESTIONS = [
    "<image2>: is it before <image1>?",
    "Look at <image1> and <image2>, then at <image1> again.",
    "<image1><image2> Which is first?",
]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    records = [
        record(number, question=question, partition="test")
        for number, question in enumerate(QUESTIONS)
    ]
    return write_release(tmp_path_factory.mktemp("data") / "release", records)


@pytest.fixture(scope="module")
def sent(tmp_path_factory, release, tiny_model):
    """What each backend sends, by its name."""
    out = tmp_path_factory.mktemp("sent") / "sent.json"
    subprocess.run(
        [sys.executable, chat_backends.__file__, tiny_model, out],
        env=os.environ | {"MIRBENCH_DATA_DIR": str(release)},
        check=True,
        capture_output=True,
    )
    return json.loads(out.read_text())


def colours_of(release):
    """Return the colour of each image of a release, by its name."""
    colours = {}
    with zipfile.ZipFile(Path(release) / "images.zip") as file:
        for name in file.namelist():
            image = Image.open(io.BytesIO(file.read(name)))
            colours[name] = list(image.resize((1, 1)).getpixel((0, 0)))
    return colours


def as_sent(sample, parts, colours):
    """Return a prompt as texts and, between them, the colours of its images."""
    sent = [""]
    for part in parts:
        if isinstance(part, Text):
            sent[-1] += part.text
        else:
            sent += [colours[sample.images[part.index]], ""]
    return sent


def without_template(prompt):
    """Take away what the model's chat template puts around the user's message."""
    first, last = prompt[0], prompt[-1]
    if len(prompt) == 1:
        return [first.split("<|im_start|>user\n")[1].split("<|im_end|>")[0]]
    return [first.split("<|im_start|>user\n")[1], *prompt[1:-1], last.split("<|im_end|>")[0]]


@pytest.mark.engine
@pytest.mark.parametrize("backend", ["huggingface", "qwen2_5_vl", "sglang"])
def test_a_backend_shows_every_image_in_its_place(sent, release, backend):
    samples, colours = samples_of(release), colours_of(release)
    asked = [
        *((sample, direct_prompt(sample)) for sample in samples),
        *((sample, blind_prompt(sample)) for sample in samples),
        *((samples[0], direct_prompt(rotate_options(samples[0], places))) for places in range(3)),
    ]
    expected = [as_sent(sample, parts, colours) for sample, parts in asked]
    found = [without_template(prompt) for prompt in sent[backend]]
    for start in range(0, 9, 3):  # a backend may sort the questions of a task
        assert sorted(found[start : start + 3], key=json.dumps) == sorted(
            expected[start : start + 3], key=json.dumps
        )
