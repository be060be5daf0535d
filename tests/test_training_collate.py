"""What a model is shown and what it is to write, token by token, for each family."""

import io

import pytest
from PIL import Image
from releases import images_of, record, write_release

from mirbench.curriculum import CurriculumSettings
from mirbench.data.pixel_budget import scale_down
from mirbench.errors import MirbenchError, SampleError
from mirbench.interleave import ImageRef, Text
from mirbench.stages import StageExample
from mirbench.tiny import FAMILIES
from mirbench.training_run.steps import REASONS

pytestmark = pytest.mark.slow

# As in llava-hf/llava-onevision-qwen2-7b-ov-hf.
RELEASED_LLAVA_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + ' '}}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
    "{{ '<image>\n' }}{% endfor %}"
    "{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{{ '\n' + content['text'] }}{% endfor %}{{'<|im_end|>'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TARGET = "<summary>Compare.</summary><conclusion>B</conclusion>"
LONG_TARGET = "<caption>A red one,\nthen a blue one.</caption><conclusion>A</conclusion>"


def rendered(target=TARGET, sizes=((90, 60), (40, 130))):
    """A question that shows its first image twice."""
    from training.data import Rendered

    colours = ("red", "blue")
    images = (Image.new("RGB", size, colour) for size, colour in zip(sizes, colours, strict=True))
    parts = (
        Text("Is "), ImageRef(0), Text(" before "), ImageRef(1), Text("? Look again: "),
        ImageRef(0), Text("\nA. yes\nB. no"),
    )  # fmt: skip
    return Rendered(StageExample(parts, target), tuple(images))


def settings(*words):
    from training.settings import read_settings

    return read_settings(None, ["model=tiny", "output_dir=out", *words])


def encoder_of(folder, template=None):
    from transformers import AutoProcessor

    from training.collate import Encoder

    processor = AutoProcessor.from_pretrained(folder)
    processor.chat_template = template or processor.chat_template
    return Encoder(processor, settings()), processor


def batch_of(processor, samples):
    from training.collate import Collator, Encoded

    rows = [Encoded(place, 0, tensors) for place, tensors in enumerate(samples)]
    return Collator(processor.tokenizer.pad_token_id)(rows)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The models are too small to share out; threads that wait for a busy core cost seconds."""
    import torch

    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(num_threads)


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tiny_model_of):
    """The processor, encoder and model of a family."""
    from training.train import load_model

    folder = tiny_model_of(request.param)
    encoder, processor = encoder_of(folder)
    return processor, encoder, load_model(settings(f"model={folder}"), None)


def whole_chat(processor, sample):
    """Tokenise question and answer at once, as the processor's own template writes them."""
    images = [sample.images[index] for index in (0, 1, 0)]
    waiting = iter(images)
    content = [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": "image", "image": next(waiting)}
        for part in sample.example.prompt
    ]
    answer = [{"type": "text", "text": sample.example.target}]
    return processor.apply_chat_template(
        [{"role": "user", "content": content}, {"role": "assistant", "content": answer}],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
    )


def test_the_tokens_are_those_of_the_processors_own_chat(family):
    import torch

    processor, encoder, _ = family
    sample = rendered()
    found, expected = encoder.encode(sample), whole_chat(processor, sample)
    length = found["input_ids"].shape[1]
    assert processor.tokenizer.decode(expected["input_ids"][0, length:]).strip() == ""
    for name, tensor in expected.items():
        if name in ("input_ids", "attention_mask", "mm_token_type_ids"):
            tensor = tensor[:, :length]
        assert torch.equal(found.pop(name), tensor), name
    assert list(found) == ["labels"]


def test_the_loss_counts_what_the_model_writes_and_nothing_else(family):
    processor, encoder, _ = family
    tensors = encoder.encode(rendered())
    tokens, labels = tensors["input_ids"][0].tolist(), tensors["labels"][0].tolist()
    written = processor.tokenizer(f"{TARGET}<|im_end|>")["input_ids"]
    assert labels == [-100] * (len(tokens) - len(written)) + written
    assert tokens[-len(written) :] == written
    prompt = processor.tokenizer.decode(tokens[: -len(written)])
    assert prompt.endswith("<|im_start|>assistant\n")


def test_images_stand_in_the_text_with_as_many_tokens_as_they_have_features(family):
    processor, encoder, model = family
    tensors = encoder.encode(rendered())
    of_images = {name: tensors[name] for name in tensors if "image" in name or "pixel" in name}
    costs = [len(features) for features in model.get_image_features(**of_images).pooler_output]
    text = processor.tokenizer.decode(tensors["input_ids"][0])
    for token in ("<|vision_start|>", "<|vision_end|>"):
        text = text.replace(token, "")
    first, second, _ = (processor.image_token * cost for cost in costs)
    assert f"Is {first} before {second}? Look again: {first}\nA. yes\nB. no<|im_end|>" in text


def test_a_batch_gives_each_sample_the_loss_it_has_alone(family):
    import torch

    processor, encoder, model = family
    samples = [rendered(), rendered(LONG_TARGET, ((50, 50), (60, 60)))]
    alone = [encoder.encode(sample) for sample in samples]
    batch = batch_of(processor, alone)
    assert batch.pop("positions").tolist() == [0, 1]
    assert batch.pop("outcomes").tolist() == [0, 0]
    with torch.no_grad():
        logits = model(**{name: batch[name] for name in batch if name != "labels"}).logits
        for number, tensors in enumerate(alone):
            expected = model(**tensors)
            length = tensors["labels"].shape[1]
            torch.testing.assert_close(
                logits[number, :length], expected.logits[0], rtol=1e-3, atol=1e-4
            )


def test_the_loss_is_that_of_transformers_and_reaches_every_weight(family, tmp_path):
    import torch

    from training.run_log import RunLog
    from training.settings import training_arguments
    from training.trainer import CurriculumTrainer

    processor, encoder, model = family
    given = settings("global_batch_size=2", "per_device_train_batch_size=2")
    arguments = training_arguments(
        given.model_copy(update={"output_dir": tmp_path}), 1, use_cpu=True
    )
    log = RunLog([], {})
    trainer = CurriculumTrainer(run_log=log, model=model, args=arguments)
    tensors = [encoder.encode(rendered(target)) for target in (TARGET, LONG_TARGET)]
    batch = batch_of(processor, tensors)
    num_targets = int((batch["labels"] != -100).sum())
    with torch.no_grad():
        expected = [model(**each).loss.item() for each in tensors]
    loss = trainer.compute_loss(model, batch, num_items_in_batch=torch.tensor(num_targets))
    loss.backward()
    (places,) = log._batches
    of_each = places[:, 4] / places[:, 3]
    assert of_each.tolist() == pytest.approx(expected, rel=1e-4)
    assert loss.item() == pytest.approx(float(places[:, 4].sum()) / num_targets)
    trained = [name for name, weight in model.named_parameters() if weight.requires_grad]
    without = [name for name in trained if model.get_parameter(name).grad is None]
    model.zero_grad()
    assert without == []


def test_a_filler_has_an_image_and_no_target(family):
    _, encoder, _ = family
    tensors = encoder.filler()
    assert "pixel_values" in tensors
    assert set(tensors["labels"].flatten().tolist()) == {-100}


def test_what_images_cost_is_known_from_their_sizes(family):
    from training.collate import Encoder

    processor, _, _ = family
    sizes = ((90, 60), (400, 130))
    text = sum(len(part.text) for part in rendered().example.prompt if isinstance(part, Text))
    for words in ((), ("max_pixels=20000", "max_pixels_per_sample=30000")):
        encoder = Encoder(processor, settings(*words))
        sample = rendered(TARGET, sizes)
        tokens = encoder.encode(sample)["input_ids"]
        of_images = int((tokens == processor.image_token_id).sum())
        expected = of_images + (text + len(TARGET)) // 4
        assert encoder.about_num_tokens(sample.example, sizes) == expected


def test_llavas_released_template_is_replaced_by_one_that_keeps_images_in_place(tiny_model_of):
    _, kept = encoder_of(tiny_model_of("llava_onevision"))
    _, replaced = encoder_of(tiny_model_of("llava_onevision"), RELEASED_LLAVA_TEMPLATE)
    assert replaced.chat_template == kept.chat_template


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<|image_pad|>{{ messages[0].content[0].text }}", "its chat template moves images about"),
        ("before <|image_pad|> behind{% if add_generation_prompt %}<think>{% endif %}",
         "writes an answer otherwise than it asks for one"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_trained_with_is_refused(tiny_model, template, said):
    with pytest.raises(MirbenchError, match=said):
        encoder_of(tiny_model, template)


@pytest.mark.parametrize("text", ["<|im_end|>", "<|image_pad|>"])
def test_a_text_with_the_templates_own_tokens_is_refused(tiny_model, text):
    encoder, _ = encoder_of(tiny_model)
    with pytest.raises(SampleError, match="control token"):
        encoder.encode(rendered(f"{text}{TARGET}"))


def test_an_image_that_does_not_decode_leaves_its_sample_out(tiny_model, tmp_path, caplog):
    from training.collate import TrainingSet
    from training.data import TrainingData

    file = io.BytesIO()
    Image.effect_noise((64, 64), 80).save(file, "JPEG")
    records = [record(0, difficulty="easy", partition="train")]
    images = images_of(records)
    images["images/0-a.jpg"] = file.getvalue()[:-200]
    folder = write_release(tmp_path / "data", records, images)
    data = TrainingData.load(str(folder), CurriculumSettings())
    sample = TrainingSet(data, encoder_of(tiny_model)[0], 1)[0]
    assert REASONS[sample.outcome] == "image does not decode"
    assert "images/0-a.jpg" in caplog.text


def test_images_are_scaled_to_their_own_limit_and_then_by_one_factor():
    images = [Image.new("RGB", size) for size in ((400, 100), (100, 100), (10, 10))]
    capped = scale_down(images, [0, 1, 2], max_pixels=10_000, max_pixels_of_all=None)
    assert [image.size for image in capped] == [(200, 50), (100, 100), (10, 10)]
    assert capped[1] is images[1]
    shared = scale_down(images, [0, 1, 2, 1], max_pixels=10_000, max_pixels_of_all=7_525)
    assert [image.size for image in shared] == [(100, 25), (50, 50), (5, 5)]
    with_none = scale_down(images, [0, 1, 2], max_pixels=None, max_pixels_of_all=None)
    assert all(one is other for one, other in zip(with_none, images, strict=True))
