import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirbench.errors import TagError
from mirbench.interleave import (
    IMAGE_TAG,
    ImageRef,
    Text,
    chat_content,
    defuse_tags,
    join_parts,
    normalise_tags,
    number_tags,
    split_parts,
)


@pytest.mark.parametrize("tag", ["<image1>", "<image_1>", "<Image 1>", "<IMAGE-1>", "< image 1 >"])
def test_every_form_of_a_numbered_tag_becomes_one_form(tag):
    assert normalise_tags(f"See {tag}.", 1) == ("See <image>.", (0,))


def test_numbered_tags_may_repeat_and_come_out_of_order():
    tagged = normalise_tags("<image2> then <image1>, again <image2>", 2)
    assert tagged == ("<image> then <image>, again <image>", (1, 0, 1))


def test_bare_tags_show_the_images_in_order():
    assert normalise_tags("<image> and <image>", 2).image_refs == (0, 1)


def test_a_question_without_tags_shows_its_images_first():
    assert normalise_tags("Which is it?", 2) == ("<image><image>\nWhich is it?", (0, 1))


@pytest.mark.parametrize(
    ("question", "num_images", "reason"),
    [
        ("<image0> and <image1>", 2, "count from zero"),
        ("<image> and <image1>", 2, "mixed"),
        ("<image> and <image>", 1, "2 image tags but 1 images"),
        ("only <image>", 2, "1 image tags but 2 images"),
        ("<image3>", 2, "<image3> but 2 images"),
        ("<image1> alone", 2, "no tag shows image 2"),
    ],
)
def test_tags_that_do_not_determine_the_images_are_refused(question, num_images, reason):
    with pytest.raises(TagError, match=reason):
        normalise_tags(question, num_images)


texts = st.text(alphabet=st.characters(exclude_characters="<>"), min_size=1, max_size=20)
parts = st.lists(
    st.one_of(texts.map(Text), st.integers(0, 5).map(ImageRef)), min_size=1, max_size=12
)


@given(parts)
def test_splitting_undoes_joining(drawn):
    merged = []
    for part in drawn:
        if merged and isinstance(part, Text) and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].text + part.text)
        else:
            merged.append(part)
    assert split_parts(*join_parts(merged)) == tuple(merged)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=10), texts)
def test_reading_the_numbered_form_again_changes_nothing(numbers, text):
    num_images = max(numbers)
    question = text.join(f"<image{number}>" for number in [*range(1, num_images + 1), *numbers])
    tagged = normalise_tags(question, num_images)
    assert normalise_tags(number_tags(*tagged), num_images) == tagged


def test_tags_and_references_must_agree():
    with pytest.raises(TagError, match="2 image tags but 1"):
        split_parts("<image> <image>", (0,))


def test_chat_content_puts_each_image_in_its_place():
    content = chat_content(split_parts("a <image> b <image>", (1, 0)), ["first", "second"])
    assert content == [
        {"type": "text", "text": "a "},
        {"type": "image", "url": "second"},
        {"type": "text", "text": " b "},
        {"type": "image", "url": "first"},
    ]


def test_chat_content_refuses_an_image_that_is_not_there():
    with pytest.raises(TagError, match="image 3 is shown but there are 1 images"):
        chat_content([ImageRef(2)], ["only"])


def test_defused_text_speaks_of_images_without_showing_them():
    defused = defuse_tags("the car in <image_2>, as in <image>")
    assert defused == "the car in image 2, as in image"
    assert IMAGE_TAG not in defused
