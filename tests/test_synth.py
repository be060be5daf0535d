"""MIR-Synth's puzzles: the same for everyone, true, needed in every part, closed to the blind."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synth_fingerprints import fingerprint

from mirbench.interleave import contains_tag
from mirbench.synth import SynthError, generate
from mirbench.synth.checks import (
    IMAGE_CHECKS,
    answer_is_executed,
    answer_survives_shaking,
    chain_leads_to_the_answer,
    images_give_the_answer,
    images_show_what_is_true,
    regions_are_visible,
)
from mirbench.synth.make import MAX_DRAWS, sketch
from mirbench.synth.options import Form, slot_at
from mirbench.synth.puzzle import LEVELS, Puzzle, RejectedError
from mirbench.synth.registry import official_makers
from mirbench.taxonomy import LETTERS, SUBTASKS

SLUGS = [maker.slug for maker in official_makers()]
CASES = list(product(SLUGS, LEVELS))


@cache
def made(slug: str, level: int) -> Puzzle:
    """Return a puzzle that tests share: making it costs more than looking at it."""
    return generate(slug, level, 3)


GOLDEN = json.loads((Path(__file__).parent / "golden" / "synth.json").read_text())


@pytest.mark.parametrize("slug", SLUGS)
def test_a_puzzle_has_its_golden_fingerprint(slug: str) -> None:
    assert fingerprint(generate(slug, 3, 0)) == GOLDEN.get(slug), "see tests/synth_fingerprints.py"


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_processor() -> None:
    """All of them again, by kernels compiled for any x86-64; numba keeps these beside its own."""
    script = Path(__file__).parent / "synth_fingerprints.py"
    plain = {**os.environ, "NUMBA_CPU_NAME": "generic", "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, script], env=plain, capture_output=True, check=True)
    assert json.loads(done.stdout) == GOLDEN


@given(st.sampled_from(CASES), st.integers(0, 2**40))
@settings(max_examples=8, deadline=None)
def test_any_sample_can_be_made_and_made_again(case: tuple[str, int], index: int) -> None:
    puzzle = generate(*case, index)
    assert puzzle.index == index
    assert len(puzzle.rejected) < 400
    assert fingerprint(generate(*case, index)) == fingerprint(puzzle)


def test_the_order_of_asking_changes_nothing() -> None:
    before = [fingerprint(made(slug, 2)) for slug in SLUGS]
    backwards = [fingerprint(generate(slug, 2, 3)) for slug in reversed(SLUGS)]
    assert before == backwards[::-1]


@pytest.mark.parametrize("slug", SLUGS)
def test_no_two_samples_have_the_same_scene(slug: str) -> None:
    worlds = [sketch(slug, level, index).world for level in LEVELS for index in range(20)]
    assert len(set(map(repr, worlds))) == len(worlds)


@pytest.mark.parametrize(("slug", "level"), CASES)
def test_a_sketch_has_the_words_of_the_puzzle(slug: str, level: int) -> None:
    puzzle, words_only = made(slug, level), sketch(slug, level, 3)
    assert words_only.question == puzzle.question
    assert words_only.letter == puzzle.letter
    texts, others = (
        [option.text for option in one.options.values()] for one in (words_only, puzzle)
    )
    assert texts == others


@pytest.mark.parametrize(("slug", "level"), CASES)
def test_each_image_and_each_span_has_a_fair_twin_with_another_answer(
    slug: str, level: int
) -> None:
    puzzle = made(slug, level)
    assert [twin.changed for twin in puzzle.twins] == puzzle.subtask.parts(puzzle.world)
    for part, world, answer in puzzle.twins:
        twin = puzzle.with_world(world, answer)
        changed = [
            f"image {number}"
            for number, (a, b) in enumerate(zip(twin.jpegs, puzzle.jpegs, strict=True), start=1)
            if a != b
        ]
        spans = puzzle.wording.spans
        changed += [span for span in spans if twin.wording.spans[span] != spans[span]]
        assert changed == [part]
        assert twin.wording.template == puzzle.wording.template
        assert answer != puzzle.slot.answer
        for check in IMAGE_CHECKS:
            check(twin)


@pytest.mark.parametrize(("slug", "level"), CASES)
def test_every_distractor_is_false_and_has_an_error(slug: str, level: int) -> None:
    for index in range(6):
        puzzle = sketch(slug, level, index)
        wrong = {letter: one.error for letter, one in puzzle.options.items() if one.error}
        assert set(puzzle.options) - set(wrong) == {puzzle.letter}
        assert tuple(puzzle.options) == tuple(LETTERS[: len(puzzle.options)])


@pytest.mark.parametrize(("slug", "level"), CASES)
def test_the_steps_hold_together(slug: str, level: int) -> None:
    puzzle = made(slug, level)
    steps = puzzle.steps
    truth = puzzle.options[puzzle.letter].text
    assert not re.search(r"\d", steps.summary), "the plan has no values"
    assert len(steps.caption) == len(puzzle.views)
    assert all(f"Image {n}" in text for n, text in enumerate(steps.caption, start=1))
    assert not any(truth in text for text in (steps.summary, *steps.caption))
    assert steps.conclusion == f"{puzzle.letter}. {truth}"
    for text in (*steps.caption, steps.summary, steps.text2img, steps.img2img, steps.conclusion):
        assert not contains_tag(text)
        assert not any(contains_tag(option.text) for option in puzzle.options.values())


@pytest.mark.parametrize("slug", SLUGS)
def test_every_box_is_tight_around_what_it_names(slug: str) -> None:
    puzzle = made(slug, 3)
    for phrase, region in zip(puzzle.subtask.phrases(puzzle.world), puzzle.regions, strict=True):
        mask = puzzle.views[phrase.image].mask(phrase.key)
        x0, y0, x1, y1 = region.box
        assert mask[y0:y1, x0:x1].sum() == mask.sum()
        for edge in (mask[y0, :], mask[y1 - 1, :], mask[:, x0], mask[:, x1 - 1]):
            assert edge.any()


@pytest.mark.parametrize("slug", SLUGS)
def test_every_box_of_the_text_to_region_step_is_a_region(slug: str) -> None:
    puzzle = made(slug, 4)
    for line in puzzle.steps.text2img.splitlines():
        phrase = line.split('"')[1]
        for image, box in re.findall(r"image (\d+) \[([^]]+)\]", line):
            found = (phrase, int(image) - 1, tuple(map(int, box.split(", "))))
            assert found in puzzle.regions


@pytest.mark.parametrize("size", [224, 448])
@pytest.mark.parametrize("slug", SLUGS)
def test_puzzles_can_be_made_in_other_sizes(slug: str, size: int) -> None:
    puzzle = generate(slug, 2, 1, image_size=size)
    height, width = puzzle.views[0].rgb.shape[:2]
    assert abs(height * width - size * size) < 3 * size


# The checks can fail


@pytest.mark.parametrize(("slug", "level"), CASES)
def test_a_puzzle_with_a_wrong_answer_fails_every_check_of_the_answer(
    slug: str, level: int
) -> None:
    puzzle = made(slug, level)
    wrong = puzzle.with_world(puzzle.world, (puzzle.slot.answer + 1) % puzzle.slot.form.answers)
    wrong.views = puzzle.views
    for check in (
        answer_is_executed,
        images_give_the_answer,
        answer_survives_shaking,
        chain_leads_to_the_answer,
    ):
        check(puzzle)
        with pytest.raises(RejectedError):
            check(wrong)


@pytest.mark.parametrize("slug", SLUGS)
def test_images_of_a_twin_do_not_pass_as_those_of_the_puzzle(slug: str) -> None:
    puzzle = made(slug, 2)
    for part, world, answer in puzzle.twins:
        if part.startswith("image"):
            mixed = puzzle.with_world(puzzle.world, puzzle.slot.answer)
            mixed.views = puzzle.with_world(world, answer).views
            with pytest.raises(RejectedError):
                for check in (images_show_what_is_true, images_give_the_answer):
                    check(mixed)


@pytest.mark.parametrize(
    ("place", "size", "reason"),
    [((95, 0), Fraction(1, 4), "cut off"), (None, Fraction(1, 12), "hidden|cannot be seen")],
)
def test_a_region_that_is_cut_off_or_hidden_is_refused(place, size, reason: str) -> None:
    puzzle = generate("depth", 1, 0)
    regions_are_visible(puzzle)
    first, second = puzzle.world.balloons
    second = replace(second, size=Fraction(1, 2))
    behind = (second.place[0], second.place[1] + 10)
    first = replace(first, place=place or behind, size=size)
    world = replace(puzzle.world, balloons=(first, second))
    with pytest.raises(RejectedError, match=reason):
        regions_are_visible(puzzle.with_world(world, puzzle.slot.answer))


# The schedule


def test_a_block_of_the_schedule_holds_every_combination_once() -> None:
    forms = [
        Form(name="a", answers=3),
        Form(name="b", answers=2),
        Form(name="c", answers=4, ranked=True),
    ]
    block = 9 + 4 + 4
    for start in (0, 5 * block):
        slots = [slot_at(forms, start + index, "key") for index in range(block)]
        assert len(set(slots)) == block
        assert Counter(slot.form.name for slot in slots) == {"a": 9, "b": 4, "c": 4}
    ranked = [slot for slot in slots if slot.form.ranked]
    assert all(slot.letter == LETTERS[slot.answer] for slot in ranked)


def test_blocks_are_shuffled_apart() -> None:
    form = [Form(name="a", answers=6)]
    first, second = ([slot_at(form, 36 * b + i, "k") for i in range(36)] for b in (0, 1))
    assert first != second
    assert sorted(first, key=repr) == sorted(second, key=repr)


@pytest.mark.parametrize("slug", SLUGS)
def test_answers_and_letters_are_balanced_also_within_each_form(slug: str) -> None:
    maker = next(maker for maker in official_makers() if maker.slug == slug)
    for level in LEVELS:
        forms = maker.forms(level)
        size = sum(len(form.combinations()) for form in forms)
        slots = [sketch(slug, level, index).slot for index in range(size)]
        for form in forms:
            own = [slot for slot in slots if slot.form == form]
            assert set(Counter((slot.answer, slot.letter) for slot in own).values()) == {1}


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("chess", 1, 0), "depth"), (("depth", 6, 0), "level"), (("depth", 1, -1), "index")],
)
def test_wrong_arguments_are_refused_with_what_is_valid(arguments, message: str) -> None:
    with pytest.raises(SynthError, match=message):
        generate(*arguments)


def test_the_makers_stand_in_the_order_of_the_taxonomy() -> None:
    positions = [SUBTASKS.index(maker.name) for maker in official_makers()]
    assert positions == sorted(positions)
    assert len({maker.slug for maker in official_makers()}) == len(official_makers())


def test_words_that_no_picture_suits_are_drawn_anew() -> None:
    puzzle = generate("speed", 3, 11)
    assert len(puzzle.rejected) >= MAX_DRAWS
    assert puzzle.question != sketch("speed", 3, 11).question
    assert puzzle.letter == sketch("speed", 3, 11).letter


def test_a_subtask_that_never_fits_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(puzzle: Puzzle) -> None:
        raise RejectedError("it never fits")

    monkeypatch.setattr("mirbench.synth.make.RENDERED_CHECKS", [never])
    with pytest.raises(SynthError, match="it never fits"):
        generate("depth", 1, 0)
