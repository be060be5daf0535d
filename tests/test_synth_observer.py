"""Levels change what has to be reasoned: whoever misreads is right less often at higher levels."""

from collections import Counter

import pytest
from typer.testing import CliRunner

from mirbench.synth.command import synth_app
from mirbench.synth.make import sketch
from mirbench.synth.observer import Seen, misread_answer, observe, things_to_read, trend_of
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.registry import official_makers
from mirbench.synth.rng import Stream

SLUGS = [maker.slug for maker in official_makers()]
NUM, PERCENT, LOOKS = 24, 4, 6
"""`mirbench synth observe` shows more questions, to tell how steep the fall is."""
FLAT = ("view3d",)
"""Its levels ask for other things to be worked out, of as many regions: accuracy stays."""


@pytest.mark.parametrize("slug", SLUGS)
def test_accuracy_falls_with_level(slug: str) -> None:
    seen = [observe(slug, level, num=NUM, percent=PERCENT, looks=LOOKS) for level in LEVELS]
    trend = trend_of(seen)
    least = -2 * trend.error if slug in FLAT else 0.0
    assert trend.fall > least, [one.accuracy for one in seen]
    assert seen[-1].facts > seen[0].facts


@pytest.mark.parametrize("slug", SLUGS)
def test_who_misreads_nothing_is_always_right(slug: str) -> None:
    assert observe(slug, 5, num=4, percent=0, looks=1).accuracy == 1.0


@pytest.mark.parametrize("slug", SLUGS)
def test_who_misreads_everything_is_seldom_right(slug: str) -> None:
    assert observe(slug, 3, num=12, percent=100, looks=1).accuracy < 0.75


@pytest.mark.parametrize("slug", SLUGS)
def test_every_image_and_every_span_has_to_be_read(slug: str) -> None:
    puzzle = sketch(slug, 2, 0)
    assert set(things_to_read(puzzle)) == set(puzzle.subtask.parts(puzzle.world))


def test_one_misreading_of_what_a_twin_changes_can_decide() -> None:
    puzzle = sketch("weight", 2, 0)
    once = Counter({"image 1": 1})
    answers = {misread_answer(puzzle, once, 100, Stream("look", look)) for look in range(20)}
    assert len(answers) > 1


def test_a_fall_is_certain_only_if_it_is_steeper_than_chance() -> None:
    def at(*rights: int) -> list[Seen]:
        return [Seen("x", level, 100, right, 5.0, 3.0) for level, right in enumerate(rights, 1)]

    assert trend_of(at(90, 80, 70, 60, 50)).fall == pytest.approx(0.1)
    assert trend_of(at(90, 80, 70, 60, 50)).certain
    assert not trend_of(at(81, 80, 80, 81, 79)).certain
    assert trend_of(at(50, 60, 70, 80, 90)).fall == pytest.approx(-0.1)


def test_the_command_says_which_subtask_does_not_fall() -> None:
    few = ["observe", "--subtasks", "puzzle", "--num", "1", "--percent"]
    flat = CliRunner().invoke(synth_app, [*few, "0"])
    assert flat.exit_code == 1
    assert "100.0" in flat.stdout
    assert "DOES NOT FALL" in flat.stdout
    steep = CliRunner().invoke(synth_app, [*few[:-3], "--num", "40", "--percent", "5"])
    assert steep.exit_code == 0, steep.stdout
