"""Tiny models: the real families, small enough for a test."""

import hashlib
import json
import subprocess
import sys

import pytest
from PIL import Image

from mirbench.tiny import FAMILIES, MAX_IMAGE_TOKENS, TinyModelError, build_tiny_model

CHAT = """
import json, sys
from pathlib import Path
from PIL import Image
from vllm import LLM, SamplingParams

def main(model, answer, images):
    engine = LLM(model, enforce_eager=True, max_num_seqs=4, limit_mm_per_prompt={"image": 2})
    content = [{"type": "text", "text": "Compare "}]
    for joint, path in zip((" with ", "?"), images):
        content.append({"type": "image_pil", "image_pil": Image.open(path)})
        content.append({"type": "text", "text": joint})
    sampling = SamplingParams(n=3, temperature=0.7, max_tokens=8, seed=0)
    (reply,) = engine.chat([{"role": "user", "content": content}], sampling, use_tqdm=False)
    prompt = engine.get_tokenizer().decode(reply.prompt_token_ids)
    lengths = [len(output.token_ids) for output in reply.outputs]
    Path(answer).write_text(json.dumps([prompt, lengths]))

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
"""


@pytest.fixture
def interleaved():
    """One user turn of text and three images of 336 pixels, one of them twice as wide."""
    first, second = Image.new("RGB", (336, 336), "red"), Image.new("RGB", (672, 336), "blue")
    content = [
        {"type": "text", "text": "Between "},
        {"type": "image", "image": first},
        {"type": "text", "text": " and "},
        {"type": "image", "image": second},
        {"type": "image", "image": first},
        {"type": "text", "text": " what changed?"},
    ]
    return [{"role": "user", "content": content}]


def load(folder):
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model, report = AutoModelForImageTextToText.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    return AutoProcessor.from_pretrained(folder), model


def digests(folder):
    files = sorted(folder.iterdir())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_loads_and_answers_an_interleaved_question(tiny_model_of, interleaved, family):
    processor, model = load(tiny_model_of(family))
    inputs = processor.apply_chat_template(
        interleaved,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
    )
    prompt = inputs["input_ids"]

    num_image_tokens = int((prompt == model.config.image_token_id).sum())
    features = model.get_image_features(
        **{name: inputs[name] for name in inputs if "image" in name or name == "pixel_values"}
    )
    assert num_image_tokens == sum(len(image) for image in features.pooler_output)
    assert 3 <= num_image_tokens <= 3 * MAX_IMAGE_TOKENS

    output = model.generate(**inputs, max_new_tokens=4, do_sample=False)
    assert output.shape[1] > prompt.shape[1]
    assert model.num_parameters() < 2_000_000


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_the_template_keeps_text_and_images_in_order(tiny_model_of, interleaved, family):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_model_of(family))
    image = "<image>"
    if family != "llava_onevision":
        image = "<|vision_start|><|image_pad|><|vision_end|>"
    prompt = processor.apply_chat_template(interleaved, add_generation_prompt=True)
    turn = f"<|im_start|>user\nBetween {image} and {image}{image} what changed?<|im_end|>\n"
    assert prompt.endswith(f"{turn}<|im_start|>assistant\n")


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_no_image_costs_more_than_the_limit(tiny_model_of, family):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_model_of(family))
    sizes = [[8, 1600], [336, 336], [28, 28], [4000, 3000]]
    costs = processor._get_num_multimodal_tokens(image_sizes=sizes)["num_image_tokens"]
    assert max(costs) <= MAX_IMAGE_TOKENS


@pytest.mark.slow
def test_the_same_seed_writes_the_same_files_in_another_process(tiny_model, tmp_path):
    command = [sys.executable, "-m", "mirbench.tiny", tmp_path / "again"]
    subprocess.run(command, check=True, capture_output=True)
    expected = digests(tiny_model)
    assert digests(tmp_path / "again") == expected

    other = digests(build_tiny_model(tmp_path / "other", seed=1))
    assert {name for name in expected if other[name] != expected[name]} == {
        "README.md",
        "model.safetensors",
    }


@pytest.mark.slow
def test_building_leaves_the_random_numbers_of_its_caller_alone(tmp_path):
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    build_tiny_model(tmp_path / "model")
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow
def test_the_card_says_that_the_answers_are_noise(tiny_model):
    assert "Random weights; answers are noise." in (tiny_model / "README.md").read_text()


def test_an_unknown_family_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(TinyModelError, match="'bert'; expected one of qwen2_vl, "):
        build_tiny_model(tmp_path / "model", "bert")


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(TinyModelError, match="expected a new or an empty folder"):
        build_tiny_model(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_importing_it_loads_no_torch():
    code = "import sys, mirbench.tiny; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.engine
def test_vllm_reads_two_interleaved_images_and_samples(tiny_model, tmp_path):
    images = [tmp_path / "first.png", tmp_path / "second.png"]
    for path in images:
        Image.effect_noise((336, 336), 80).convert("RGB").save(path)
    script, answer = tmp_path / "chat.py", tmp_path / "answer.json"
    script.write_text(CHAT)
    done = subprocess.run(
        [sys.executable, script, tiny_model, answer, *images], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    prompt, lengths = json.loads(answer.read_text())
    image = f"<|vision_start|>{'<|image_pad|>' * MAX_IMAGE_TOKENS}<|vision_end|>"
    assert f"Compare {image} with {image}?" in prompt
    assert len(lengths) == 3
    assert min(lengths) > 0
