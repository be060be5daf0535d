"""YES, BUT: whose words are belied takes the words, the person and the panel together."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from mirbench.synth import Puzzle, generate
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Eyes
from mirbench.synth.subtasks.yes_but.reason import belied, facts, item_of, measure
from mirbench.synth.worlds.satire import CLAIMS, TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_claims_can_be_kept_and_broken(topic: str) -> None:
    items = set(TOPICS[topic].items)
    for claim, fitting in TOPICS[topic].claims.items():
        assert fitting < items
        assert 2 <= len(fitting) <= len(items) - 2, claim


def test_no_two_topics_share_a_claim() -> None:
    assert len(CLAIMS) == sum(len(topic.claims) for topic in TOPICS.values())


def test_what_was_exchanged_is_found_on_the_other_stand() -> None:
    found = {"red": "apple", "blue": "egg", "green": "pear"}
    assert item_of(found, "red", ("red", "blue")) == "egg"
    assert item_of(found, "green", ("red", "blue")) == "pear"
    assert item_of(found, "red", ()) == "apple"


@pytest.mark.parametrize("level", LEVELS)
def test_shirts_and_stands_are_read_off_the_pictures(level: int) -> None:
    puzzle = generate("yes_but", level, 0)
    assert measure(puzzle.world, Eyes(puzzle.views)) == facts(puzzle.world)


@pytest.mark.parametrize("level", LEVELS)
def test_the_order_of_stands_means_nothing(level: int) -> None:
    for index in range(6):
        puzzle = sketch("yes_but", level, index)
        panels = tuple(
            replace(panel, colours=panel.colours[::-1], items=panel.items[::-1])
            for panel in puzzle.world.panels
        )
        assert puzzle.subtask.answer(replace(puzzle.world, panels=panels)) == puzzle.slot.answer


@cache
def samples() -> list[Puzzle]:
    return [sketch("yes_but", level, index) for level in LEVELS for index in range(80)]


def test_two_of_four_things_fit_every_claim() -> None:
    """So words and panel say nothing without the person."""
    for puzzle in samples():
        world = puzzle.world
        for claim, home in zip(world.claims, world.about, strict=True):
            items = world.panels[home].items
            assert len(set(items)) == 4
            assert sum(belied(claim, item) for item in items) == 2


def guesses(puzzle: Puzzle) -> Iterator[tuple[str, str]]:
    """Yield guesses from one image and the text: a name of whoever guesses, and a letter."""
    letters = list(puzzle.options)
    world = puzzle.world
    by_text = {option.text: letter for letter, option in puzzle.options.items()}
    texts = sorted(by_text)
    for at, (claim, home) in enumerate(zip(world.claims, world.about, strict=True)):
        for text in texts:
            yield f"{claim} {text}", by_text[text]
            yield f"{world.speakers[at]} {text}", by_text[text]
        first = belied(claim, world.panels[home].items[0])
        yield f"first stand {at} {first} {texts[at]}", by_text[texts[at]]
    yield "letter of the panel", letters[len(world.panels)]


def test_one_image_alone_leaves_the_answer_to_chance() -> None:
    hits: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for puzzle in samples():
        for who, letter in guesses(puzzle):
            tries[who] += 1
            hits[who] += letter == puzzle.letter
    for who, count in tries.items():
        assert hits[who] <= count / 4 + 4 * math.sqrt(count * 3 / 16), who


def test_distractors_come_from_several_mistakes() -> None:
    tags = {option.error for puzzle in samples() for option in puzzle.options.values()}
    assert len(tags) >= 7
