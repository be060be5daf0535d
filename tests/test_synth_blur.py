"""Scale Blur: close-ups say nothing of size, rows say nothing of who is meant."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from mirbench.synth import Puzzle, generate
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Brief
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.blur.draw import draw
from mirbench.synth.subtasks.blur.subtask import BLUR
from mirbench.synth.worlds.stones import LOOKS, Row, Stones


def test_stones_of_any_true_size_look_the_same() -> None:
    """Twice the heights in the text, twice the sizes: all pictures stay what they are."""
    world = sketch("blur", 1, 0).world
    larger = replace(world, heights=tuple(2 * height for height in world.heights))
    assert larger.pictures() == world.pictures()
    assert BLUR.answer(larger) == BLUR.answer(world)


@pytest.mark.parametrize("level", LEVELS)
def test_every_row_holds_the_same_true_sizes(level: int) -> None:
    for index in range(6):
        world = sketch("blur", level, index).world
        spans = [sorted(size / min(row.sizes) for size in row.sizes) for row in world.rows]
        assert all(span == spans[0] for span in spans)
        looks = [look for row in world.rows for look in row.stones]
        shared = len(looks) - len(set(looks))
        assert shared == len(world.bare)


def test_a_picture_out_of_focus_has_the_same_things_in_the_same_places() -> None:
    row = Row(stones=LOOKS[:4], sizes=(Fraction(1), Fraction(3, 2), Fraction(2), Fraction(1, 2)),
              thing="bottle")  # fmt: skip
    world = Stones(form="largest", manner=0, asked=(), homes=(), rows=(row,), heights=(28,))
    soft = world.pictures()[0].render(224)
    sharp = row.shot(world.setting).render(224)
    assert all(soft.box(key) == sharp.box(key) for key in (*row.stones, "bottle"))
    assert soft.rgb.shape == sharp.rgb.shape
    edges = [np.abs(np.diff(rgb.astype(int), axis=1)).max() for rgb in (soft.rgb, sharp.rgb)]
    assert edges[0] < edges[1] / 2
    assert abs(soft.rgb.mean() - sharp.rgb.mean()) < 1


@pytest.mark.parametrize("level", LEVELS)
def test_another_close_up_is_another_stone(level: int) -> None:
    puzzle = generate("blur", level, 1)
    twin = puzzle.twins[0]
    assert twin.changed == "image 1"
    assert twin.world.asked[0] != puzzle.world.asked[0]
    assert twin.world.asked[0] in puzzle.world.rows[puzzle.world.homes[0]].stones


# Blind to all but one image


@pytest.mark.parametrize("level", LEVELS)
def test_rows_are_the_same_whatever_the_answer(level: int) -> None:
    """So no row says anything of it, exactly; only the close-ups differ."""
    for index in range(6):
        for form in ("largest", "smallest"):
            streams = {name: Stream("blur test", level, index) for name in ("words", "pictures")}
            worlds = [
                draw(Brief(level=level, form=form, answer=answer,
                           **{name: stream.fork(name) for name, stream in streams.items()}))
                for answer in range(3)
            ]  # fmt: skip
            assert [BLUR.answer(world) for world in worlds] == [0, 1, 2]
            assert len({world.rows for world in worlds}) == 1
            assert len({world.asked for world in worlds}) == 3


@cache
def samples() -> list[Puzzle]:
    return [sketch("blur", level, index) for level in LEVELS for index in range(90)]


def guesses(puzzle: Puzzle) -> Iterator[tuple[str, str]]:
    """Yield guesses from one image and the text: a name of whoever guesses, and a letter."""
    letters = {option.text: letter for letter, option in puzzle.options.items()}
    world = puzzle.world
    for number, look in enumerate(world.asked, start=1):
        letter = letters[f"The stone in image {number}"]
        yield f"{look.split()[0]} close up", letter
        home = world.rows[world.homes[number - 1]]
        yield f"{world.form} {home.thing or 'bare'} first {number}", letter
        place = home.sizes.index(max(home.sizes))
        yield f"{world.form} widest at {place}", letter
        for row in world.rows:
            if row.thing:
                yield f"{world.form} {number}: stones are large: {sum(row.sizes) > 5}", letter


def test_one_image_alone_leaves_the_answer_to_chance() -> None:
    hits: Counter[str] = Counter()
    tries: Counter[str] = Counter()
    for puzzle in samples():
        for who, letter in guesses(puzzle):
            tries[who] += 1
            hits[who] += letter == puzzle.letter
    for who, count in tries.items():
        assert hits[who] <= count / 3 + 3.5 * math.sqrt(count * 2 / 9), who
