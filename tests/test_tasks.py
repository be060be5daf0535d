"""The functions that the task files name: what is asked, how, and what is scored."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from releases import jpeg, record, write_release
from run_files import samples_of

import mirbench_hf
from lmms_eval_tasks.mir import docs, utils
from mirbench.data.rows import row_sample, sample_row
from mirbench.errors import SplitError
from mirbench.prompts import BLIND_NOTE, DIRECT_INSTRUCTION
from mirbench.stages import stage_example


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
