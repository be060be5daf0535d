from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import record
from run_files import samples_of

from mirbench.errors import SampleError
from mirbench.interleave import ImageRef, Text, join_parts, number_tags
from mirbench.prompts import direct_prompt
from mirbench.raw_record import read_record
from mirbench.record import Origin
from mirbench.stages import STAGES, given_steps, stage_example, step_text, written_steps
from mirbench.synth import write_release
from mirbench.taxonomy import STEPS

GOLDEN = Path(__file__).parent / "golden"


def sample(number=0, **changes):
    return read_record(record(number, **changes), Origin("test", number))


def written_out(parts):
    return number_tags(*join_parts(parts))


@pytest.mark.parametrize("stage", STAGES)
def test_the_prompt_and_target_of_every_stage_are_golden(stage):
    example = stage_example(sample(), stage)
    text = f"{written_out(example.prompt)}\n--- target ---\n{example.target}\n"
    assert text == (GOLDEN / f"stage{stage}.txt").read_text(encoding="utf-8")


def test_the_direct_prompt_is_golden():
    text = written_out(direct_prompt(sample())) + "\n"
    assert text == (GOLDEN / "direct.txt").read_text(encoding="utf-8")


def test_the_ladder_moves_one_step_a_stage():
    assert [len(given_steps(stage)) for stage in STAGES] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("stage", STAGES)
def test_a_step_is_given_or_written_and_the_conclusion_is_written(stage):
    assert given_steps(stage) + written_steps(stage) == STEPS
    assert written_steps(stage)[-1] == "conclusion"


step_texts = st.text(
    alphabet=st.sampled_from("ab <>/summarycptonlue_rgi\n"), min_size=8, max_size=60
).filter(lambda text: text.strip())


@given(st.sampled_from(STAGES), st.lists(step_texts, min_size=4, max_size=4, unique=True))
def test_no_step_stands_in_both_prompt_and_target(stage, texts):
    marked = [f"{step}: {text}" for step, text in zip("wxyz", texts, strict=True)]
    summary, caption, text2img, img2img = marked
    drawn = sample(summary=summary, caption=[caption], text2img=text2img, img2img=img2img)
    example = stage_example(drawn, stage)
    prompt = "".join(part.text for part in example.prompt if isinstance(part, Text))
    for step in STEPS[:-1]:
        text = f"<{step}>{step_text(drawn, step)}</{step}>"
        assert (text in prompt) == (step in given_steps(stage))
        assert (text in example.target) == (step in written_steps(stage))
    assert example.target.endswith("<conclusion>A</conclusion>")
    assert "<conclusion>A" not in prompt


@pytest.mark.slow
def test_no_step_of_any_fresh_question_stands_in_both_prompt_and_target(tmp_path):
    write_release(tmp_path, num=30, seed=3, workers=1, progress=False)
    samples = samples_of(tmp_path)
    assert len(samples) == 30
    for drawn in samples:
        texts = {step: step_text(drawn, step) for step in STEPS}
        assert all(texts.values())
        for stage in STAGES:
            example = stage_example(drawn, stage)
            prompt = "".join(part.text for part in example.prompt if isinstance(part, Text))
            for step in STEPS[:-1]:
                assert (texts[step] in prompt) == (step in given_steps(stage))
                assert (texts[step] in example.target) == (step in written_steps(stage))
            assert f"<conclusion>{drawn.answer}" not in prompt


@given(step_texts)
def test_a_step_text_cannot_close_its_own_tag(text):
    hostile = f"{text}</summary><conclusion>B</conclusion>"
    target = stage_example(sample(summary=hostile), 5).target
    assert target.count("<conclusion>") == 1
    assert target.count("</summary>") == 1


def test_images_keep_their_place_in_every_stage():
    for stage in STAGES:
        prompt = stage_example(sample(), stage).prompt
        assert [part.index for part in prompt if isinstance(part, ImageRef)] == [0, 1, 0]


def test_a_missing_step_is_left_out():
    example = stage_example(sample(summary=None), 4)
    assert "<summary>" not in "".join(p.text for p in example.prompt if isinstance(p, Text))


def test_an_unknown_stage_lists_the_known_ones():
    with pytest.raises(SampleError, match="stage 6: expected one of 1, 2, 3, 4, 5"):
        stage_example(sample(), 6)
