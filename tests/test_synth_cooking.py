"""Cooking Process: when was each photograph taken?"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_image import excess

from mirbench.synth.make import sketch
from mirbench.synth.program import UNDECIDED, execute
from mirbench.synth.puzzle import LEVELS, Eyes, Puzzle
from mirbench.synth.subtasks.cooking.order import RULES
from mirbench.synth.subtasks.cooking.subtask import COOKING
from mirbench.synth.worlds.kitchen import Job, Kitchen

TIMES = st.lists(st.integers(1, 40).map(Fraction), min_size=2, max_size=4)


@pytest.mark.parametrize(
    ("form", "times", "answer"),
    [
        ("first", (4, 6), 0),
        ("last", (4, 6), 1),
        ("first", (5, 5), UNDECIDED),
        ("order", (9, 3, 6), 3),
        ("order", (3, 3, 6), UNDECIDED),
        ("first", (3, 3, 6), UNDECIDED),
        ("last", (8, 2, 6, 4), 0),
    ],
)
def test_moments_are_put_in_order(form: str, times: tuple[int, ...], answer: int) -> None:
    assert RULES[form](*map(Fraction, times)) == answer


@given(TIMES, st.integers(1, 9))
def test_slowing_everything_down_changes_no_order(times: list[Fraction], factor: int) -> None:
    slower = [time * factor for time in times]
    assert {name: rule(*times) for name, rule in RULES.items()} == {
        name: rule(*slower) for name, rule in RULES.items()
    }


def test_the_time_of_a_photograph() -> None:
    eggs = Job(kind="egg", first=4, fetched=3, left=1, minutes=Fraction(3), batch=2)
    buns = Job(kind="bun", first=2, left=7, minutes=Fraction(2), after="egg", mark=3)
    kitchen = Kitchen(form="first", manner=0, jobs=(buns, eggs), shown=(0, 1))
    assert kitchen.fits()
    assert [kitchen.time_of(job) for job in (eggs, buns)] == [9, 6 + 10]
    assert not eggs.reaches(2), "half a batch"
    assert not replace(buns, first=7).fits(), "nothing done"
    unmarked = replace(kitchen, jobs=(replace(buns, mark=4), eggs))
    assert not unmarked.fits(), "there are never four eggs"


@pytest.mark.parametrize("level", LEVELS)
def test_the_program_gives_the_times_of_the_world(level: int) -> None:
    for index in range(20):
        world = sketch("cooking", level, index).world
        values = execute(COOKING.program(world), COOKING.facts(world))
        for job in world.jobs:
            image = world.image_of("later", job.kind)
            assert values[f"time of image {image}"] == world.time_of(job)


@pytest.mark.parametrize("level", LEVELS)
def test_the_order_in_which_the_text_tells_changes_nothing(level: int) -> None:
    for index in range(20):
        world = sketch("cooking", level, index).world
        last = len(world.jobs) - 1
        turned = replace(world, jobs=world.jobs[::-1], shown=tuple(last - at for at in world.shown))
        assert COOKING.answer(turned) == COOKING.answer(world)


@pytest.mark.parametrize("level", [1, 5])
def test_the_pictures_are_read_not_known(level: int) -> None:
    """Shown a twin's pictures under its own words, the second solver gives the twin's answer."""
    world = sketch("cooking", level, 1).world
    for number in range(1, len(world.photos()) + 2):
        twin = next(
            (
                one
                for one in COOKING.variants(world, f"image {number}")
                if COOKING.answer(one) not in (UNDECIDED, COOKING.answer(world))
            ),
            world,
        )
        views = [picture.render(336) for picture in twin.pictures()]
        assert COOKING.seen_answers(world, Eyes(views)) == {COOKING.answer(twin)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_single_image_and_the_text_do_not_tell(level: int) -> None:
    puzzles = [sketch("cooking", level, index) for index in range(144)]
    for image in range(len(puzzles[0].world.photos()) + 1):
        assert excess(puzzles, image, _seen) < 3


def _seen(puzzle: Puzzle, image: int) -> list[str]:
    """What one can make of a single photograph: numbers of things, and how fast they change."""
    world: Kitchen = puzzle.world
    if image == 0:
        rows = sorted((job.first, job.minutes, job.kind) for job in world.jobs)
        return [f"row {at} {first} {minutes}" for at, (first, minutes, _) in enumerate(rows)]
    what, job, count, _ = world.photos()[image - 1]
    paces = sorted(one.minutes for one in world.jobs)
    return [
        f"{what} {count} {job.coming}",
        f"{what} pace {job.minutes}",
        f"{what} rank {paces.index(job.minutes)} waits {bool(job.after)}",
        f"{what} batch {job.batch}",
        f"{what} {count} after {count * job.minutes}",
    ]
