"""Location Relationship: parts of a town put together, in the driver's terms."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_image import excess

from mirbench.synth.make import sketch
from mirbench.synth.program import UNDECIDED
from mirbench.synth.puzzle import LEVELS, Eyes, Puzzle
from mirbench.synth.subtasks.location.subtask import LOCATION, execute
from mirbench.synth.worlds.tiles import Vector, is_vehicle
from mirbench.synth.worlds.town import Part, Town, corner_of, side_of

VECTORS = st.builds(Vector, st.integers(-6, 6), st.integers(-6, 6))


@pytest.mark.parametrize(
    ("place", "side", "corner"),
    [
        ((0, 3), 0, UNDECIDED),
        ((4, -1), 1, UNDECIDED),
        ((1, -2), 2, 2),
        ((-3, 3), UNDECIDED, 0),
        ((2, 3), UNDECIDED, 1),
        ((-1, -3), 2, 3),
        ((0, 0), UNDECIDED, UNDECIDED),
    ],
)
def test_places_are_in_the_sector_that_one_would_say(place, side: int, corner: int) -> None:
    assert side_of(Vector(*place)) == side
    assert corner_of(Vector(*place)) == corner


@given(VECTORS)
def test_a_turn_to_the_right_moves_everything_a_sector_to_the_left(place: Vector) -> None:
    for sector in (side_of, corner_of):
        before, after = sector(place), sector(place.turned(-1))
        assert after == (before - 1) % 4 if before != UNDECIDED else after == UNDECIDED


@given(VECTORS)
def test_a_mirror_swaps_left_and_right(place: Vector) -> None:
    mirrored = Vector(-place.right, place.ahead)
    assert side_of(mirrored) == {1: 3, 3: 1}.get(side_of(place), side_of(place))
    assert corner_of(mirrored) == {0: 1, 1: 0, 2: 3, 3: 2}.get(corner_of(place), UNDECIDED)


@pytest.mark.parametrize("level", LEVELS)
@given(index=st.integers(0, 10_000), shown=st.integers(0, 7), turn=st.integers(1, 3))
def test_from_where_a_photograph_is_taken_changes_nothing(
    level: int, index: int, shown: int, turn: int
) -> None:
    """Turning all of a picture, and what the text says of it and the next, keeps the place."""
    world = sketch("location", level, index).world
    at = shown % len(world.parts)
    turned = _taken_from_elsewhere(world, at, turn)
    assert _place(turned) == _place(world)


@pytest.mark.parametrize("level", LEVELS)
def test_the_driver_and_the_thing_share_no_picture(level: int) -> None:
    for index in range(20):
        world = sketch("location", level, index).world
        thing = world.things[world.target].name
        for part in world.parts:
            names = [figure.name for figure in part.figures]
            assert not (world.car in names and thing in names)


@pytest.mark.parametrize("level", [1, 5])
def test_the_pictures_are_read_not_known(level: int) -> None:
    """Shown a twin's pictures under its own words, the second solver gives the twin's answer."""
    world = sketch("location", level, 1).world
    for number in range(1, len(world.parts) + 2):
        twin = next(
            one
            for one in LOCATION.variants(world, f"image {number}")
            if LOCATION.answer(one) not in (UNDECIDED, LOCATION.answer(world))
        )
        views = [picture.render(336) for picture in twin.pictures()]
        assert LOCATION.seen_answers(world, Eyes(views)) == {LOCATION.answer(twin)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_single_image_and_the_text_do_not_tell(level: int) -> None:
    puzzles = [sketch("location", level, index) for index in range(160)]
    for image in range(len(puzzles[0].world.parts) + 1):
        assert excess(puzzles, image, _seen) < 3


def _seen(puzzle: Puzzle, image: int) -> list[str]:
    """What one can make of a single photograph: how figures stand to each other's fronts."""
    world: Town = puzzle.world
    if image == len(world.parts):
        return [f"thing {world.things[world.target].name}"]
    part, turn = world.parts[image], world.turns[image]
    found = [f"turn {turn}", f"veer {world.veer}", f"drive {world.drive}"]
    for figure in part.figures:
        for way in {0, turn, part.anchor.way, figure.way}:
            seen = figure.at.turned(-way)
            found += [f"side {side_of(seen)} {turn}", f"corner {corner_of(seen)}"]
        found.append(f"way {figure.way}")
    return found


def _place(world: Town) -> Vector:
    return execute(LOCATION.program(world), LOCATION.facts(world))["place"]


def _taken_from_elsewhere(world: Town, at: int, turn: int) -> Town:
    """Return the same town, one part of it photographed from `turn` quarters farther round."""
    figures = tuple(
        one._replace(at=one.at.turned(-turn), way=(one.way - turn) % 4)
        for one in world.parts[at].figures
    )
    part = Part(figures=figures, setting=world.parts[at].setting)
    turns = list(world.turns)
    for number, sign in ((at, 1), (at + 1, -1)):
        if 0 < number < len(turns) and not is_vehicle(world.parts[number].anchor.name):
            turns[number] = (turns[number] + sign * turn) % 4
    parts = (*world.parts[:at], part, *world.parts[at + 1 :])
    return replace(world, parts=parts, turns=tuple(turns))
