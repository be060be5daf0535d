"""Prompts measured without a model and without decoding an image."""

import io

import pytest
from PIL import Image
from releases import jpeg, record, write_release
from run_files import samples_of

from mirbench.data.rows import sample_row
from mirbench.evaluation.forms import FORMS
from mirbench.evaluation.lengths import PromptMeter, Row, measure_rows
from mirbench.interleave import chat_content

SIZES = [(56, 84), (300, 40), (32, 24)]


QUESTIONS = ["<image1>, <image3>, <image2>, <image1>?", "First <image2>, <image1> and <image3>?"]


@pytest.fixture
def rows(tmp_path):
    """Two questions in every form, each with its sample and its images' bytes."""
    contents = [jpeg(place, size) for place, size in enumerate(SIZES)]
    names = ["a.jpg", "b.jpg", "c.jpg"]
    records = [
        record(number, question=question, images=names, caption=["a", "b", "c"])
        for number, question in enumerate(QUESTIONS)
    ]
    release = write_release(tmp_path / "release", records, dict(zip(names, contents, strict=True)))
    return [
        (Row(task="mir", form=form, row=sample_row(sample, contents)), sample, contents)
        for sample in samples_of(release)
        for form in FORMS.values()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("family", ["qwen2_5_vl", "llava_onevision"])
def test_a_prompt_is_as_long_as_its_model_reads_it(tiny_model_of, rows, family):
    from transformers import AutoProcessor

    model = str(tiny_model_of(family))
    processor = AutoProcessor.from_pretrained(model)
    expected = []
    for row, sample, contents in rows:
        images = [Image.open(io.BytesIO(content)) for content in contents]
        content = chat_content(row.form.render(sample), images)
        text = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
        )
        shown = [part["url"] for part in content if part["type"] == "image"]
        expected.append(len(processor(text=text, images=shown or None)["input_ids"][0]))
    meter = PromptMeter(model, {})
    found = meter._lengths([row for row, _, _ in rows])
    assert found == expected
    limit = sorted(expected)[-2]
    report = measure_rows(model, {"max_model_len": limit}, lambda: (row for row, _, _ in rows))
    assert (report.checked, report.longest, report.limit) == (True, max(expected), limit)
    too_long = [place for place, num in enumerate(expected) if num >= limit]
    assert [one.position for one in report.too_long] == too_long
    assert report.too_long[0].num_tokens == expected[too_long[0]]


def test_without_its_processor_a_model_is_run_unmeasured(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
    report = measure_rows(str(tmp_path), {}, lambda: iter(()))
    assert not report.checked
    assert report.reason


def test_the_processor_is_told_what_the_backend_is_told(tiny_model, rows):
    row, _, _ = rows[0]
    small = PromptMeter(str(tiny_model), {"mm_processor_kwargs": {"max_pixels": 28 * 28 * 4}})
    assert small._lengths([row])[0] < PromptMeter(str(tiny_model), {})._lengths([row])[0]
