"""Motion Detection: what moves over the floor, and what only seems to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_image import excess

from mirbench.synth.make import sketch
from mirbench.synth.program import UNDECIDED
from mirbench.synth.puzzle import LEVELS, Eyes, Puzzle
from mirbench.synth.subtasks.motion.draw import rooms_of
from mirbench.synth.subtasks.motion.subtask import (
    MOTION,
    number_moved,
    standing_at,
    the_still_one,
)
from mirbench.synth.worlds.board import Board, Move
from mirbench.synth.worlds.tiles import Vector

VECTORS = st.builds(Vector, st.integers(-4, 4), st.integers(-4, 4))
MOVES = st.builds(Move, VECTORS, st.integers(0, 3))


def test_a_camera_that_moves_right_sees_everything_farther_left() -> None:
    assert Move(Vector(2, 0)).seen(Vector(1, 1)) == Vector(-1, 1)


def test_a_camera_that_turns_right_sees_on_the_left_what_was_ahead() -> None:
    assert Move(Vector(0, 0), 1).seen(Vector(0, 3)) == Vector(-3, 0)


@given(MOVES, VECTORS)
def test_a_move_can_be_undone(move: Move, place: Vector) -> None:
    assert move.unseen(move.seen(place)) == place


@pytest.mark.parametrize(
    ("moved", "still", "count"),
    [((True, False, True), 1, 2), ((True, True), 2, 2), ((False, False), UNDECIDED, 0)],
)
def test_answers_follow_from_what_moved(moved: tuple[bool, ...], still: int, count: int) -> None:
    assert the_still_one(*moved) == still
    assert number_moved(*moved) == count


def test_a_letter_goes_to_whoever_stands_where_it_was() -> None:
    places = (Vector(0, 0), Vector(2, 1), Vector(-1, 3))
    assert standing_at(Vector(2, 1), 0, *places) == 1
    assert standing_at(Vector(1, 1), 0, *places) == 0, "nobody is there"


@pytest.mark.parametrize("level", [4, 5])
def test_whoever_overlooks_one_photograph_loses_the_letter(level: int) -> None:
    """Pieces only swap tiles, so from another piece the letter ends up with another one."""
    for index in range(10):
        world = sketch("motion", level, index).world
        ends = [MOTION.answer(replace(world, asked=asked)) for asked, _ in enumerate(world.names)]
        assert sorted(ends) == list(range(len(world.names)))


@pytest.mark.parametrize("level", LEVELS)
@given(index=st.integers(0, 10_000), by=VECTORS, turn=st.integers(0, 3), when=st.integers(1, 8))
def test_a_camera_elsewhere_changes_nothing_that_moves(
    level: int, index: int, by: Vector, turn: int, when: int
) -> None:
    """All places of one photograph move with the camera: the same pieces move over the floor."""
    world = sketch("motion", level, index).world
    at = min(when, len(world.moves))
    more = Move(by, turn)
    shift, before = world.moves[at - 1]
    moves = [*world.moves]
    moves[at - 1] = Move(shift.plus(by.turned(before)), (before + turn) % 4)
    if at < len(moves):
        later, turned = moves[at]
        moves[at] = Move(more.seen(later), (turned - turn) % 4)
    taken = [*world.taken]
    taken[at] = tuple(more.seen(place) for place in taken[at])
    moved = replace(world, moves=tuple(moves), taken=tuple(taken))
    assert MOTION.answer(moved) == MOTION.answer(world)


@pytest.mark.parametrize("level", LEVELS)
def test_no_piece_leaves_the_pictures(level: int) -> None:
    for index in range(20):
        world = sketch("motion", level, index).world
        rooms = rooms_of(world.moves)
        for places, room in zip(world.taken, rooms, strict=True):
            assert set(places) <= set(room)
            assert len(set(places)) == len(places)


@pytest.mark.parametrize("level", [1, 5])
def test_the_pictures_are_read_not_known(level: int) -> None:
    """Shown a twin's pictures under its own words, the second solver gives the twin's answer."""
    world = sketch("motion", level, 1).world
    for number in range(1, len(world.order) + 1):
        twin = next(
            one
            for one in MOTION.variants(world, f"image {number}")
            if MOTION.answer(one) not in (UNDECIDED, MOTION.answer(world))
        )
        views = [picture.render(336) for picture in twin.pictures()]
        assert MOTION.seen_answers(world, Eyes(views)) == {MOTION.answer(twin)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_single_image_and_the_text_do_not_tell(level: int) -> None:
    puzzles = [sketch("motion", level, index) for index in range(150)]
    for image in range(len(puzzles[0].world.order)):
        assert excess(puzzles, image, _seen) < 3


def _seen(puzzle: Puzzle, image: int) -> list[str]:
    """What one can make of a single photograph: where each piece is against the camera's moves."""
    world: Board = puzzle.world
    when = world.order.index(image)
    found = []
    for at, place in enumerate(world.taken[when]):
        found += [f"piece {at} {place.far()}", f"piece {at} right {place.right}"]
        if when:
            shift = world.moves[when - 1].shift
            found.append(f"piece {at} {place.right * shift.right + place.ahead * shift.ahead}")
        if when < len(world.moves):
            found.append(f"piece {at} seen next {world.moves[when].seen(place).far()}")
    return found
