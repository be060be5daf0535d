"""Image Puzzle: where roads lead, and that no piece alone says so."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import permutations, product

import pytest

from mirbench.synth import Puzzle, generate
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Eyes
from mirbench.synth.subtasks.puzzle.reason import facts, follow, measure, trace_back
from mirbench.synth.worlds.jigsaw import Jigsaw, Piece

LANES = list(permutations(range(4)))


@pytest.mark.parametrize(("ways", "upside_down"), list(product(LANES, (False, True))))
def test_tracing_back_undoes_following(ways: tuple[int, ...], upside_down: bool) -> None:
    for lane in range(4):
        assert trace_back(ways, upside_down, follow(ways, upside_down, lane)) == lane


def test_upside_down_left_is_right_and_the_top_is_the_bottom() -> None:
    assert [follow((1, 0, 2), False, lane) for lane in range(3)] == [1, 0, 2]
    assert [follow((1, 0, 2), True, lane) for lane in range(3)] == [0, 2, 1]


@pytest.mark.parametrize("ways", LANES)
def test_every_crossing_of_roads_can_be_read(ways: tuple[int, ...]) -> None:
    piece = Piece(ways=ways, left=("mill", "camp", "farm", "castle"), look=sum(ways[:2]))
    last = Piece(ways=(0, 1, 2, 3), right=("church", "harbour", "station", "lighthouse"))
    world = Jigsaw(
        form="to", manner=0, pieces=(piece, last), rows=((0, 1),), upside_down=(False, False)
    )
    for size in (224, 336):
        views = [one.render(size) for one in world.pieces]
        assert measure(world, Eyes(views)) == facts(world)
        assert all(views[0].visible_fraction(f"road {lane}") > 0.6 for lane in range(4))


@pytest.mark.parametrize("level", LEVELS)
def test_roads_and_places_are_read_as_they_were_drawn(level: int) -> None:
    puzzle = generate("puzzle", level, 0)
    assert measure(puzzle.world, Eyes(puzzle.views)) == facts(puzzle.world)


@pytest.mark.parametrize("level", LEVELS)
def test_a_map_upside_down_is_the_same_map(level: int) -> None:
    """Top and bottom swapped in every piece: all roads lead where they led."""
    for index in range(6):
        puzzle = sketch("puzzle", level, index)
        pieces = tuple(
            replace(
                piece,
                ways=tuple(len(piece.ways) - 1 - way for way in piece.ways[::-1]),
                left=piece.left[::-1],
                right=piece.right[::-1],
            )
            for piece in puzzle.world.pieces
        )
        assert puzzle.subtask.answer(replace(puzzle.world, pieces=pieces)) == puzzle.slot.answer


# Blind to all but one image


@cache
def samples() -> list[Puzzle]:
    return [sketch("puzzle", level, index) for level in LEVELS for index in range(80)]


def guesses(puzzle: Puzzle) -> Iterator[tuple[str, str]]:
    """Yield guesses from one image and the text: a name of whoever guesses, and a letter."""
    letters = {option.text: letter for letter, option in puzzle.options.items()}
    world = puzzle.world
    names = world.starts if world.form == "from" else world.goals
    for image, piece in enumerate(world.pieces):
        if world.form != "gap":
            for lane, place in enumerate(piece.left if world.form == "from" else piece.right):
                yield f"place {lane}", letters[f"The {place}"]
                yield f"road {piece.ways.index(lane)}", letters[f"The {place}"]
            yield f"first road {image}", letters[f"The {names[piece.ways[0]]}"]
        elif image in world.candidates:
            straight = sum(lane == way for lane, way in enumerate(piece.ways))
            at = world.candidates.index(image)
            texts = list(letters)
            guess = next(text for text in texts if text == f"Only the piece in image {image + 1}")
            yield f"gap {at} {min(straight, 2)}", letters[guess]
        else:
            yield f"gap {piece.ways[0]}", sorted(letters.values())[piece.ways[-1]]


def test_one_image_alone_leaves_the_answer_to_chance() -> None:
    hits: Counter[str] = Counter()
    chances: dict[str, list[float]] = {}
    for puzzle in samples():
        for who, letter in guesses(puzzle):
            chances.setdefault(who, []).append(1 / len(puzzle.options))
            hits[who] += letter == puzzle.letter
    for who, each in chances.items():
        sigma = math.sqrt(sum(chance * (1 - chance) for chance in each))
        assert hits[who] <= sum(each) + 3 * sigma, who


def test_distractors_come_from_several_mistakes() -> None:
    tags = {option.error for puzzle in samples() for option in puzzle.options.values()}
    assert len(tags) >= 10
