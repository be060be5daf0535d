"""YES, BUT: whose words are belied takes the words, the person and the panel together."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from mirbench.synth import Puzzle, generate
from mirbench.synth.checks import MIN_FRACTION, MIN_PIXELS
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Eyes
from mirbench.synth.subtasks.yes_but.reason import belied, facts, item_of, measure
from mirbench.synth.worlds.satire import Panel, stand_key
from mirbench.synth.worlds.satire_topics import CLAIMS, TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_claims_can_be_kept_and_broken(topic: str) -> None:
    items = set(TOPICS[topic].items)
    for claim, fitting in TOPICS[topic].claims.items():
        assert fitting < items
        assert 2 <= len(fitting) <= len(items) - 2, claim


def test_no_two_topics_share_a_claim() -> None:
    assert len(CLAIMS) == sum(len(topic.claims) for topic in TOPICS.values())


@pytest.mark.parametrize("topic", TOPICS)
def test_claims_name_things_that_there_are(topic: str) -> None:
    for claim, fitting in TOPICS[topic].claims.items():
        assert fitting <= set(TOPICS[topic].items), claim


@pytest.mark.parametrize("topic", TOPICS)
def test_whatever_is_found_can_be_seen_on_its_stand(topic: str) -> None:
    """Also the thinnest thing, and the stand behind the widest."""
    items = tuple(TOPICS[topic].items)
    for start in range(0, len(items), 4):
        shown = (items + items)[start : start + 4]
        panel = Panel(topic=topic, colours=("red", "white", "green", "black"), items=shown)
        view = panel.shot().render(336)
        for key in (*shown, *map(stand_key, panel.colours)):
            assert view.visible_pixels(key) >= MIN_PIXELS, key
            assert view.visible_fraction(key) >= MIN_FRACTION, key


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
        for text in texts:
            yield f"first stand {at} {first} {text}", by_text[text]
    yield "letter of the panel", letters[len(world.panels) % len(letters)]


def test_one_image_alone_leaves_the_answer_to_chance() -> None:
    hits: Counter[str] = Counter()
    chances: dict[str, list[float]] = defaultdict(list)
    for puzzle in samples():
        for who, letter in guesses(puzzle):
            chances[who].append(1 / len(puzzle.options))
            hits[who] += letter == puzzle.letter
    for who, each in chances.items():
        sigma = math.sqrt(sum(chance * (1 - chance) for chance in each))
        assert hits[who] <= sum(each) + 4 * sigma, who


def test_distractors_come_from_several_mistakes() -> None:
    tags = {option.error for puzzle in samples() for option in puzzle.options.values()}
    assert len(tags) >= 7
