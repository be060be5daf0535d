"""The model of `make demo`: an ordinary folder, and it reads what it was taught to read."""

import io
import json
from pathlib import Path

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from mirbench.interleave import chat_content
from mirbench.prompts import direct_prompt
from mirbench.raw_record import read_record
from mirbench.record import Origin
from mirbench.synth import generate
from mirbench.synth.plan import record_of
from scripts.pretrain.data import Encoder, make_batch
from scripts.pretrain.fast import logits_and_labels

MODEL = Path(__file__).parent.parent / "scripts" / "demo_model"


@pytest.fixture(scope="module")
def loaded():
    model = AutoModelForImageTextToText.from_pretrained(MODEL, dtype=torch.float32)
    return model, AutoProcessor.from_pretrained(MODEL)


def fresh(subtask, level, index):
    puzzle = generate(subtask, level, index)
    raw = json.loads(json.dumps(record_of(puzzle, "test")))
    return read_record(raw, Origin("fresh", 0)), list(puzzle.jpegs)


def inputs_of(processor, sample, jpegs):
    images = [Image.open(io.BytesIO(content)).convert("RGB") for content in jpegs]
    messages = [{"role": "user", "content": chat_content(direct_prompt(sample), images)}]
    text = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return processor(text=[text], images=[images], return_tensors="pt")


def test_the_demo_model_is_a_small_ordinary_folder(loaded):
    model, _ = loaded
    assert type(model).__name__ == "Qwen2_5_VLForConditionalGeneration"
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 8_000_000
    assert json.loads((MODEL / "config.json").read_text())["dtype"] == "bfloat16"


def test_the_demo_model_reads_boards_it_has_not_seen(loaded):
    model, processor = loaded
    num_read = 0
    for index in range(4):
        sample, jpegs = fresh("view3d", 1, index)
        inputs = inputs_of(processor, sample, jpegs)
        written = model.generate(**inputs, max_new_tokens=40, do_sample=False)
        text = processor.tokenizer.decode(written[0, inputs["input_ids"].shape[1] :])
        num_read += all(caption in text for caption in sample.caption[:2])
    assert num_read >= 3  # each has two pictures of three columns of one to four blocks


def test_the_fast_forward_pass_has_the_numbers_of_transformers(loaded):
    model, processor = loaded
    encoder = Encoder(processor, model)
    asked = [fresh("view3d", 1, 0), fresh("weight", 1, 0)]  # square images and wide ones
    questions = [encoder.encode(*one) for one in asked]
    with torch.no_grad():
        logits, _ = logits_and_labels(model, make_batch(questions, "direct", merge=2))
        for question, (sample, jpegs) in zip(questions, asked, strict=True):
            inputs = inputs_of(processor, sample, jpegs)
            prompt = inputs["input_ids"].shape[1]
            ids = torch.from_numpy(question.examples["direct"].input_ids).long()[None]
            assert ids[:, :prompt].equal(inputs["input_ids"])
            kinds = torch.zeros_like(ids)
            kinds[:, :prompt] = inputs["mm_token_type_ids"]
            whole = {"input_ids": ids, "mm_token_type_ids": kinds}
            whole |= {"attention_mask": torch.ones_like(ids)}
            wanted = model(**{**inputs, **whole}).logits[0, prompt - 1 : -1]
            found, logits = logits[: len(wanted)], logits[len(wanted) :]
            assert torch.allclose(found, wanted, atol=1e-3)
