"""lmms-eval's backends on transformers, run whole, and sglang's code; see chat_backends.py."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import chat_backends
import pytest
from answering import build_answering_model
from PIL import Image
from releases import record, write_release
from run_files import samples_of

from mirbench.evaluation.loading import WithoutEmptyMedia, check_arguments, load_backend
from mirbench.evaluation.manifest import read_manifest
from mirbench.evaluation.settings import SettingsError
from mirbench.interleave import Text
from mirbench.prompts import blind_prompt, direct_prompt, rotate_options
from mirbench.scoring.run import read_run

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
def run(tmp_path_factory, release):
    """A folder with what each backend sent, and the runs of those that ran whole."""
    out = tmp_path_factory.mktemp("backends")
    model = build_answering_model(out / "model")
    done = subprocess.run(
        [sys.executable, chat_backends.__file__, model, out],
        env=os.environ | {"MIRBENCH_DATA_DIR": str(release)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


@pytest.fixture(scope="module")
def sent(run):
    """What each backend sends, by its name."""
    return json.loads((run / "sent.json").read_text())


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


@pytest.mark.engine
@pytest.mark.parametrize("backend", chat_backends.RUN_WHOLE)
def test_a_backend_on_transformers_runs_whole(run, backend):
    """In batches of two of different lengths: padded on the wrong side, the model would babble."""
    manifest = read_manifest(run / backend)
    manifest.check_files(run / backend)
    assert manifest.model.backend == backend
    assert manifest.model.revision.startswith("files-")
    num = len(chat_backends.TASKS) * chat_backends.NUM
    assert (manifest.counts.num_requests, manifest.counts.num_failed) == (num, 0)
    assert manifest.counts.completion_tokens == 9 * num
    for task in chat_backends.TASKS:
        texts = {response.text for response in read_run(run / backend, task).responses}
        assert texts == {"Your option: A. the region"}


# ---- loading


class OnTransformers:
    """A backend that holds a model of transformers, as far as loading looks at it."""

    def __init__(self, pretrained="", batch_size=1, **kwargs):
        from transformers import GenerationConfig

        config = GenerationConfig(
            repetition_penalty=1.05, top_k=20, temperature=0.1, eos_token_id=7
        )
        self.model = SimpleNamespace(generation_config=config)
        tokenizer = SimpleNamespace(padding_side="right")
        self.processor = Processor(tokenizer)


class Processor:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer

    def __call__(self, **given):
        return given


def test_a_backend_generates_as_it_is_told_and_not_as_its_model_likes():
    loaded = load_backend(OnTransformers, {"pretrained": "m"})
    config = loaded.model.generation_config
    assert (config.eos_token_id, config.top_k) == (7, 0)
    assert config.repetition_penalty in (None, 1.0)
    assert config.temperature in (None, 1.0)
    assert loaded.processor.tokenizer.padding_side == "left"


def test_a_processor_is_told_of_media_only_where_there_are_some():
    processor = WithoutEmptyMedia(Processor("tokenizer"))
    assert processor.tokenizer == "tokenizer"
    given = processor(text=["a"], images=[], videos=None, audios=[], padding=True)
    assert given == {"text": ["a"], "padding": True}
    assert processor(text=["a"], images=["b"]) == {"text": ["a"], "images": ["b"]}


def test_only_backends_whose_arguments_are_known_are_checked(monkeypatch):
    check_arguments(OnTransformers, {"whatever": 1})
    monkeypatch.setattr(OnTransformers, "__module__", "lmms_eval.models.chat.huggingface")
    check_arguments(OnTransformers, {"pretrained": "m", "batch_size": 2})
    with pytest.raises(SettingsError, match="huggingface has no argument 'kwargs'; it has batch_"):
        check_arguments(OnTransformers, {"kwargs": 1})
