import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import record

from mirbench.answers import gold_letter
from mirbench.errors import RecordError
from mirbench.raw_record import read_record
from mirbench.record import Origin, Region

ORIGIN = Origin("all_data_rel.json", 7)


def read(**changes):
    return read_record(record(0, **changes), ORIGIN)


def test_a_valid_record_becomes_a_sample():
    sample = read()
    assert sample.question == "Number 0: is <image> before <image>? Look at <image> again."
    assert sample.image_refs == (0, 1, 0)
    assert sample.options == ("before", "after", "at the same time")
    assert sample.answer == "A"
    assert (sample.category, sample.subtask) == ("Spatial", "Location Relationship")
    assert sample.text_to_region.startswith("'before' means")
    assert sample.difficulty == "unlabelled"
    assert sample.partition is None


def test_what_the_release_may_leave_out_may_be_left_out():
    sample = read(id=None, category=None, subtask=None, summary=None, caption=None)
    assert (sample.id, sample.category, sample.subtask) == ("", None, None)
    assert (sample.summary, sample.caption) == ("", ())


def test_the_category_follows_from_the_subtask():
    assert read(category=None, subtask="yes but").category == "Analytical"


@pytest.mark.parametrize(
    "options",
    [
        {"A": "red", "B": "blue"},
        {"b": "blue", "a": "red"},
        {"(B)": "blue", "(A)": "red"},
        ["red", "blue"],
        ["A. red", "B. blue"],
        ["(a) red", "(b) blue"],
        {"A": "A: red", "B": "B: blue"},
    ],
)
def test_every_way_to_write_options_reads_alike(options):
    assert read(options=options, conclusion="A").options == ("red", "blue")


def test_options_that_only_look_lettered_are_kept_whole():
    assert read(options=["A. Smith", "Jones"], conclusion="A").options == ("A. Smith", "Jones")


def test_numbers_may_be_options():
    assert read(options=[1, 2.5], conclusion="B").options == ("1", "2.5")


@pytest.mark.parametrize(
    ("changes", "field", "found"),
    [
        ({"question": 5}, "question", "5"),
        ({"question": None}, "question", "no such field"),
        ({"question": "  "}, "question", "an empty text"),
        ({"question": "<image> a <image2>"}, "question", "mixed"),
        ({"question": "nul \0 <image1><image2>"}, "question", "one at 4"),
        ({"question": "\ud800 <image1><image2>"}, "question", "surrogate"),
        ({"images": []}, "images", "none"),
        ({"images": "a.jpg"}, "images", "'a.jpg'"),
        ({"images": [1, 2]}, "images", "1"),
        ({"options": None}, "options", "nothing"),
        ({"options": {"A": "x", "C": "y"}}, "options", "'A', 'C'"),
        ({"options": ["same", "Same"]}, "options", "two of the same text"),
        ({"options": ["one"]}, "options", "1"),
        ({"options": ["x", None]}, "options", "nothing"),
        ({"options": ["x", True]}, "options", "True"),
        ({"conclusion": None}, "conclusion", "no such field"),
        ({"conclusion": "Z"}, "conclusion", "'Z'"),
        ({"conclusion": "A or B"}, "conclusion", "'A or B'"),
        ({"answer": "B"}, "answer", "A in 'conclusion' and B in 'answer'"),
        ({"subtask": "Juggling"}, "subtask", "'Juggling'"),
        ({"category": "Analytical"}, "category", "'Analytical'"),
        ({"difficulty": "medium"}, "difficulty", "'medium'"),
        ({"pass_rate": 1.7}, "pass_rate", "1.7"),
        ({"caption": [1]}, "caption", "list"),
        ({"summary": ["x"]}, "summary", "list"),
        ({"id": "a\nb"}, "id", "'a\\nb'"),
        ({"regions": [{"phrase": "x", "image": 2, "box": [0, 0, 1, 1]}]}, "regions", "2"),
        ({"regions": [{"phrase": "x", "image": 0, "box": [5, 0, 1, 1]}]}, "regions", "list"),
    ],
)
def test_a_fault_names_the_record_the_field_and_what_was_found(changes, field, found):
    with pytest.raises(RecordError) as caught:
        read(**changes)
    fault = caught.value.fault
    assert (fault.file, fault.record, fault.field) == ("all_data_rel.json", 7, field)
    assert found in fault.found
    assert str(fault) in str(caught.value)


@pytest.mark.parametrize(
    ("question", "options", "shown", "refs"),
    [
        ("Like <image1>?", ["<image2>", "<Image 3>"], "Like <image>?", (0,)),
        ("Like <image>?", ["<image>", "<image>"], "Like <image>?", (0,)),
        ("Like <image>?", ["<image2>", "<image_3>"], "Like <image>?", (0,)),
        ("Which?", ["see <image>", "<image>", "<image>"], "Which?", ()),
    ],
)
def test_images_that_only_options_show_stand_behind_the_question(question, options, shown, refs):
    sample = read(question=question, images=["a", "b", "c"], options=options, conclusion="B")
    lines = [f"\nimage {number}: <image>" for number in range(len(refs) + 1, 4)]
    assert sample.question == shown + "".join(lines)
    assert sample.image_refs == (0, 1, 2)
    assert sample.options[1] == f"image {len(refs) + 2}"


def test_options_may_speak_of_an_image_that_the_question_shows():
    sample = read(options=["<image1>", "<image2>", "both"], conclusion="<image2>")
    assert sample.question == read().question
    assert (sample.options, sample.answer) == (("image 1", "image 2", "both"), "B")


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("<image1> <image2>", ["<image3>", "x"]),
        ("<image1> <image2>", ["<image0>", "x"]),
        ("<image1> <image2>", ["<image>", "x"]),
        ("<image> <image>", ["<image>", "x"]),
        ("Which?", ["<image>", "x"]),
        ("<image>", ["<image>", "<image2>"]),
        ("<image1>", ["<image1>", "x"]),
    ],
)
def test_options_that_do_not_say_which_image_they_show_are_a_fault(question, options):
    with pytest.raises(RecordError, match="tags that say which image"):
        read(question=question, images=["a", "b"], options=options)


@pytest.mark.parametrize(
    "conclusion",
    ["B", "b", "B.", "(B)", "The answer is B.", "after", "The answer is: after.",
     "<conclusion>B</conclusion>", "So the first is later, and the answer is (B) after."],
)  # fmt: skip
def test_every_way_to_write_the_conclusion_names_the_same_answer(conclusion):
    assert read(conclusion=conclusion).answer == "B"


SLY_OPTIONS = ["A", "B", "b", "C.", "(A)", "A and B", "not B", "B is wrong", "1", "I think"]


@given(st.permutations(SLY_OPTIONS), st.integers(2, 6), st.data())
def test_a_letter_that_stands_alone_is_what_the_extractor_says_whatever_the_options(
    options, num_options, data
):
    letter = data.draw(st.sampled_from("ABCDEF"[:num_options]))
    assert gold_letter(letter, options[:num_options]) == letter


@pytest.mark.parametrize(
    "text", ["من اليمين إلى اليسار", "日本語 " * 50_000, "e\u0301 \u202e 👩‍👩‍👧"]
)
def test_any_language_and_length_is_kept_as_it_is(text):
    sample = read(question=f"<image1> {text} <image2>", summary=text)
    assert text in sample.question
    assert sample.summary == text.strip()


def test_a_record_that_is_no_object_is_a_fault():
    with pytest.raises(RecordError, match="expected a JSON object, found list"):
        read_record([1], ORIGIN)


def test_regions_are_read():
    sample = read(regions=[{"phrase": "the car", "image": 1, "box": [1, 2, 3, 4]}])
    assert sample.regions == (Region(phrase="the car", image=1, box=(1, 2, 3, 4)),)


def test_steps_speak_of_images_without_showing_them():
    assert read(img2img="<image1> is behind <image_2>").region_to_region == (
        "image 1 is behind image 2"
    )


hostile = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(record(0))), hostile)
def test_any_value_in_any_field_is_a_sample_or_a_fault(field, value):
    raw = {**record(0), field: value}
    try:
        sample = read_record(raw, ORIGIN)
    except RecordError as error:
        json.dumps(error.fault.as_dict()).encode()
    else:
        assert sample.answer in "ABCDEFGHIJ"[: len(sample.options)]
