"""The steps that a response writes, held against what MIR-Synth knows of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import record

from mirbench.raw_record import read_record
from mirbench.record import Origin
from mirbench.scoring.steps import (
    aggregate_steps,
    iou,
    named_boxes,
    parse_steps,
    relations,
    score_steps,
)
from mirbench.stages import STAGES, stage_example

GOLD = (
    "In image 2 the green balloon is 162 pixels tall and the fir tree 189: 3.43 m.\n"
    "The larger this number, the farther away: green 0.0571 and orange 0.0438."
)
SAMPLE = read_record(
    record(
        0,
        text2img='"the green balloon": image 1 [68, 155, 110, 215], image 2 [47, 91, 160, 253]\n'
        '"the fir tree": image 2 [183, 64, 282, 253]',
        img2img=GOLD,
        regions=[
            {"phrase": "the green balloon", "image": 0, "box": [68, 155, 110, 215]},
            {"phrase": "the green balloon", "image": 1, "box": [47, 91, 160, 253]},
            {"phrase": "the fir tree", "image": 1, "box": [183, 64, 282, 253]},
        ],
    ),
    Origin("records.json", 0),
)


def chain(text_to_region="", region_to_region=""):
    return (
        f"<summary>s</summary><caption>c</caption><text_to_region>{text_to_region}"
        f"</text_to_region><region_to_region>{region_to_region}</region_to_region>"
        "<conclusion>A</conclusion>"
    )


@pytest.mark.parametrize("stage", STAGES)
def test_the_gold_target_of_every_stage_is_all_right(stage):
    found = score_steps(SAMPLE, stage_example(SAMPLE, stage).target, stage)
    assert found.in_order
    assert found.num_regions == found.num_found == (3 if stage >= 3 else 0)
    assert found.total_iou == found.num_regions
    assert found.num_relations == found.num_hold == (2 if stage >= 2 else 0)
    assert (found.num_extra, found.num_wrong) == (0, 0)


@pytest.mark.parametrize(
    "response",
    [
        "",
        "A",
        "<summary>s",
        "<summary>a</summary><conclusion>A</conclusion>",
        "<caption>c</caption><summary>s</summary><text_to_region>t</text_to_region>"
        "<region_to_region>r</region_to_region><conclusion>A</conclusion>",
        chain() + "<summary>again</summary>",
        "<summary><caption></summary></caption>",
        "</summary>" + chain(),
    ],
)
def test_steps_that_are_not_all_there_in_order_are_noticed(response):
    assert not parse_steps(response, 5).in_order


def test_a_step_that_is_written_twice_is_not_taken():
    written = parse_steps("<summary>a</summary><summary>b</summary><caption>c</caption>", 5)
    assert written.texts == {"caption": "c"}


def test_a_region_needs_its_image_and_enough_overlap():
    text = (
        '"The green balloon": image 1 [68, 155, 110, 215], image 3 [1, 2, 30, 40]\n'
        '"the fir tree": image 2 [183, 64, 282, 120]\n'
        '"a cat": image 1 [1, 1, 9, 9]'
    )
    found = score_steps(SAMPLE, chain(text), 5)
    assert (found.num_regions, found.num_named, found.num_found) == (3, 2, 1)
    assert found.total_iou == pytest.approx(1 + 56 / 189)
    assert found.num_extra == 2


def test_two_boxes_for_one_region_are_no_choice():
    text = '"the fir tree": image 2 [183, 64, 282, 253], image 2 [0, 0, 5, 5]'
    found = score_steps(SAMPLE, chain(text), 5)
    assert (found.num_named, found.num_found, found.total_iou) == (1, 0, 0)


def test_a_statement_holds_within_the_tolerance_and_is_wrong_beyond():
    close = GOLD.replace("162", "158").replace("0.0571", "0.0580")
    assert relations(GOLD, close) == ["holds", "holds"]
    assert relations(GOLD, GOLD.replace("162", "120")) == ["wrong", "holds"]
    assert relations(GOLD, GOLD.replace("green balloon", "red balloon")) == ["unstated", "holds"]
    assert relations(GOLD, GOLD.replace("image 2", "image 3")) == ["unstated", "holds"]
    assert relations(GOLD, "") == ["unstated", "unstated"]


def test_a_statement_made_in_two_ways_is_not_made_rightly():
    both = GOLD + "\n" + GOLD.replace("0.0571", "0.9")
    assert relations(GOLD, both) == ["holds", "wrong"]


def test_overlaps_are_intersection_over_union():
    assert iou((0, 0, 10, 10), (0, 0, 10, 10)) == 1
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(50 / 150)
    assert iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert iou((0, 0, 0, 0), (9, 9, 3, 3)) == 0


def test_shares_are_over_all_regions_and_statements():
    perfect, empty = (
        score_steps(SAMPLE, text, 5) for text in (stage_example(SAMPLE, 5).target, chain())
    )
    found = aggregate_steps([perfect, empty])
    assert (found.num, found.in_order) == (2, 1)
    assert (found.named, found.found, found.mean_iou, found.hold) == (0.5, 0.5, 0.5, 0.5)
    assert found.wrong == 0


@given(st.text('<>/summarycpton_eg[]0123456789,. :"\nimage', max_size=300))
def test_no_response_can_stop_the_scoring_of_steps(response):
    score_steps(SAMPLE, response, 5)
    score_steps(SAMPLE, chain(response, response), 5)
    named_boxes(response)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("fragment", ["<summary>", "image 1 [1, 2, ", '"a": image 1 [', "a. ", "1"])
def test_long_near_matches_are_read_in_linear_time(fragment):
    score_steps(SAMPLE, chain(fragment * (100_000 // len(fragment)), fragment * 20_000), 5)
