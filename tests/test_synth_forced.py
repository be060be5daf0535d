"""Forced Perspective: the first picture hides everything but what is asked for."""

from dataclasses import replace
from itertools import permutations, product

import pytest

from mirbench.synth import generate
from mirbench.synth.make import sketch
from mirbench.synth.program import UNDECIDED
from mirbench.synth.puzzle import LEVELS, Eyes, RejectedError
from mirbench.synth.subtasks.forced.draw import lengths_of
from mirbench.synth.subtasks.forced.subtask import FORCED
from mirbench.synth.worlds.forced import KINDS, Illusion

CASES = list(product(LEVELS, range(4)))


def illusion(shown: tuple[str, ...]) -> Illusion:
    return Illusion(form="taller", manner=0, shown=shown, meetings=(), links=())


@pytest.mark.parametrize("pair", list(permutations(KINDS, 2)), ids=" and ".join)
def test_any_two_things_look_equally_tall_and_hide_where_they_stand(pair: tuple[str, str]) -> None:
    view = illusion(pair).pictures()[0].render(336)
    (_, top, _, foot), (_, other_top, _, other_foot) = (view.box(kind) for kind in pair)
    assert abs(top - other_top) <= 3
    hedge = view.box("hedge")
    assert foot == other_foot == hedge.y0
    assert (hedge.x0, hedge.x1) == (0, 448)


def test_no_ground_shows_behind_the_hedge() -> None:
    """What is not a thing above the hedge is sky, so no horizon gives distances away."""
    view = illusion(("fir tree", "tower")).pictures()[0].render(336)
    above = view.depth[: view.box("hedge").y0]
    assert above[view.owner[: above.shape[0]] < 0].min() >= 1e9


@pytest.mark.parametrize(("level", "index"), CASES)
def test_the_first_picture_is_the_same_whatever_the_true_heights(level: int, index: int) -> None:
    world = sketch("forced", level, index).world
    answers = set()
    for part in FORCED.parts(world)[1:]:
        for twin in FORCED.variants(world, part):
            assert twin.pictures()[0] == world.pictures()[0]
            answers.add(FORCED.answer(twin))
    assert len(answers - {UNDECIDED}) >= 2


@pytest.mark.parametrize("level", LEVELS)
def test_one_more_thing_is_photographed_than_is_asked_for(level: int) -> None:
    world = sketch("forced", level, 0).world
    assert len(set(world.kinds)) == len(world.kinds) == len(world.shown) + 1
    assert set(world.shown) < set(world.kinds)


@pytest.mark.parametrize("level", LEVELS)
def test_mirroring_the_first_picture_mirrors_the_answer(level: int) -> None:
    for index in range(12):
        world = sketch("forced", level, index).world
        count = len(world.shown)
        mirrored = replace(world, shown=world.shown[::-1])
        answer = FORCED.answer(world)
        assert FORCED.answer(mirrored) == (answer if answer == count else count - 1 - answer)


@pytest.mark.parametrize("level", LEVELS)
def test_the_first_picture_is_read_not_known(level: int) -> None:
    """Shown another first picture, the second solver answers for what that one shows."""
    puzzle = generate("forced", level, 4)
    mirrored = replace(puzzle.world, shown=puzzle.world.shown[::-1])
    views = (mirrored.pictures()[0].render(336), *puzzle.views[1:])
    assert FORCED.seen_answers(puzzle.world, Eyes(views)) == {FORCED.answer(mirrored)}


def test_a_first_picture_that_is_no_illusion_is_rejected() -> None:
    puzzle = generate("forced", 1, 0)
    unequal = next(view for view in puzzle.views[1:] if len(view.scene.objects) == 3)
    with pytest.raises(RejectedError, match="equally tall"):
        FORCED.seen_answers(puzzle.world, Eyes((unequal, *puzzle.views[1:])))


@pytest.mark.parametrize("level", LEVELS)
def test_every_vehicle_has_one_length(level: int) -> None:
    for index in range(12):
        world = sketch("forced", level, index).world
        lengths = lengths_of(world)
        assert {meeting.vehicle for meeting in world.meetings} <= set(lengths)
        assert len(lengths) == 1 + len(world.links)
