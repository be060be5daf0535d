"""What may be done to a question without changing its answer, and what changes it how.

The table in docs/mir-synth.md says where each invariant of MIR-Synth is tested.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mirbench.interleave import normalise_tags
from mirbench.synth import generate
from mirbench.synth.checks import images_give_the_answer, images_show_what_is_true
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS, Puzzle
from mirbench.synth.registry import official_makers
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.weight.reason import opposite

SLUGS = [maker.slug for maker in official_makers()]
NUM = 8


def same(answer: int, world: Any) -> int:
    return answer


def slower_clocks(world: Any) -> Any:
    """Let every photograph be taken after twice the time."""
    roads = (replace(road, gaps=tuple(2 * gap for gap in road.gaps)) for road in world.roads)
    return replace(world, roads=tuple(roads))


def longer_dashes(world: Any) -> Any:
    return replace(world, roads=tuple(replace(road, dash=2 * road.dash) for road in world.roads))


def taller_things(world: Any) -> Any:
    """Let everything that balloons stand beside be twice as tall."""
    meetings = (replace(one, height=2 * one.height) for one in world.meetings)
    return replace(world, meetings=tuple(meetings))


def smaller_sky(world: Any) -> Any:
    """Photograph the sky from further away."""
    return replace(world, balloons=tuple(replace(one, size=one.size / 2) for one in world.balloons))


def other_colours(world: Any) -> Any:
    return replace(world, paint="blue" if world.paint == "red" else "red")


def longer_vehicles(world: Any) -> Any:
    """Let everything look half as tall beside vehicles that are twice as long."""
    meetings = (
        replace(m, things=tuple(t._replace(ratio=t.ratio / 2) for t in m.things))
        for m in world.meetings
    )
    return replace(world, meetings=tuple(meetings))


def seen_in_a_mirror(world: Any) -> Any:
    return replace(world, shown=world.shown[::-1])


def from_the_other_end(answer: int, world: Any) -> int:
    count = len(world.shown)
    return answer if answer == count else count - 1 - answer


def pans_swapped(world: Any) -> Any:
    last = world.weighings[-1]
    turned = replace(last, left=last.right, right=last.left)
    side = {"left": "right", "right": "left"}[world.added_to]
    return replace(world, weighings=(*world.weighings[:-1], turned), added_to=side)


def other_pan(answer: int, world: Any) -> int:
    return opposite(answer)


def other_sizes(world: Any) -> Any:
    """Show other sizes of the same solids; what they weigh is not to be seen."""
    return replace(world, kinds=tuple(replace(kind, size=20) for kind in world.kinds))


@pytest.mark.parametrize(
    ("slug", "change", "becomes"),
    [
        ("speed", slower_clocks, same),
        ("speed", longer_dashes, same),
        ("depth", taller_things, same),
        ("depth", smaller_sky, same),
        ("view3d", other_colours, same),
        ("forced", longer_vehicles, same),
        ("forced", seen_in_a_mirror, from_the_other_end),
        ("weight", pans_swapped, other_pan),
        ("weight", other_sizes, same),
    ],
)
def test_what_means_nothing_changes_nothing_and_a_mirror_swaps_sides(
    slug: str, change: Callable[[Any], Any], becomes: Callable[[int, Any], int]
) -> None:
    for level in LEVELS:
        for index in range(NUM):
            puzzle = sketch(slug, level, index)
            changed = change(puzzle.world)
            expected = becomes(puzzle.slot.answer, puzzle.world)
            assert puzzle.subtask.answer(changed) == expected


@pytest.mark.parametrize("slug", SLUGS)
def test_images_in_another_order_under_new_numbers_are_the_same_question(slug: str) -> None:
    for level in LEVELS:
        puzzle = sketch(slug, level, 5)
        images = [f"picture {n}" for n, _ in enumerate(puzzle.subtask.pictures(puzzle.world))]
        order = Stream(puzzle.id, "order").shuffled(range(len(images)))
        renumbered = puzzle.question
        for new, old in enumerate(order, start=1):
            renumbered = renumbered.replace(f"<image{old + 1}>", f"<was{new}>")
        renumbered = renumbered.replace("<was", "<image")
        assert read(renumbered, [images[old] for old in order]) == read(puzzle.question, images)


def read(question: str, images: list[str]) -> tuple[str, list[str]]:
    """Return a question as a reader meets it: its text, and its images where they stand."""
    text, refs = normalise_tags(question, len(images))
    return text, [images[ref] for ref in refs]


@pytest.mark.parametrize("slug", SLUGS)
def test_smaller_images_give_the_same_answer(slug: str) -> None:
    puzzle = generate(slug, 3, 3)
    small = Puzzle(puzzle.subtask, 3, 3, puzzle.slot, puzzle.world, image_size=224)
    images_show_what_is_true(small)
    images_give_the_answer(small)
