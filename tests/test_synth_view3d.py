"""3D View: what one sees from three sides, and how many blocks that leaves possible."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Eyes
from mirbench.synth.subtasks.view3d.draw import most_of
from mirbench.synth.subtasks.view3d.subtask import VIEW3D
from mirbench.synth.worlds.blocks import (
    SIDES,
    SIZE,
    Evidence,
    Plan,
    highest_stacks,
    possible_totals,
)

SQUARES = list(product(range(SIZE), repeat=2))


def evidence(heights: list[int]) -> Evidence:
    """Return what these stacks look like, row after row."""
    rows = tuple(max(heights[3 * row : 3 * row + 3]) for row in range(SIZE))
    columns = tuple(max(heights[column::3]) for column in range(SIZE))
    return Evidence(rows, columns, tuple(s for s, h in zip(SQUARES, heights, strict=True) if h))


@given(st.lists(st.integers(0, 2), min_size=9, max_size=9))
@settings(max_examples=40, deadline=None)
def test_the_totals_are_those_of_all_stackings_that_look_alike(heights: list[int]) -> None:
    seen = evidence(heights)
    found = {
        sum(stacks)
        for stacks in product(*(range(1, 3) if height else (0,) for height in heights))
        if evidence(list(stacks)) == seen
    }
    assert possible_totals(seen, None) == found


@given(st.lists(st.integers(0, 4), min_size=9, max_size=9), st.sampled_from([None, *SQUARES]))
def test_the_most_is_reached_by_the_highest_stacks(heights, cleared) -> None:
    seen = evidence(heights)
    left = {square: h for square, h in highest_stacks(seen).items() if square != cleared}
    assert max(possible_totals(seen, cleared)) == sum(left.values())


def test_a_row_that_no_stack_can_fill_is_impossible() -> None:
    seen = Evidence(rows=(4, 1, 1), columns=(1, 1, 1), squares=tuple(SQUARES))
    assert highest_stacks(seen) == {}
    assert possible_totals(seen, None) == set()


@pytest.mark.parametrize(
    ("up", "corner"),
    [("north", (0, 0)), ("east", (0, 2)), ("south", (2, 2)), ("west", (2, 0))],
)
def test_the_plan_is_turned_as_the_text_says(up, corner: tuple[int, int]) -> None:
    """Which corner of the board is at the top left of the picture."""
    plan = Plan(up=up, filled=((True, False, False), (False,) * 3, (False,) * 3))
    assert plan.squares() == [corner]


@pytest.mark.parametrize("level", LEVELS)
def test_turning_the_whole_world_changes_no_number(level: int) -> None:
    """Where north is, is a name: renaming all sides by a half turn keeps the most there can be."""
    half = dict(zip(SIDES, (*SIDES[2:], *SIDES[:2]), strict=True))
    for index in range(8):
        world = sketch("view3d", level, index).world
        cleared = world.cleared and (2 - world.cleared[0], 2 - world.cleared[1])
        turned = replace(
            world,
            along=replace(world.along, side=half[world.along.side]),
            across=replace(world.across, side=half[world.across.side]),
            plan=replace(world.plan, up=half[world.plan.up]),
            cleared=cleared,
        )
        assert most_of(turned) == most_of(world)


@pytest.mark.parametrize("level", LEVELS)
def test_the_pictures_are_read_not_known(level: int) -> None:
    """Shown a twin's pictures under its own words, the second solver gives the twin's answer."""
    world = sketch("view3d", level, 1).world
    for part in ("image 1", "image 2", "image 3"):
        twin = next(iter(VIEW3D.variants(world, part)))
        views = [picture.render(336) for picture in twin.pictures()]
        assert VIEW3D.seen_answers(world, Eyes(views)) == {VIEW3D.answer(twin)}
