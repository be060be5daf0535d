"""Weighing worlds so that one picture tells little, and what it does to 3D View and Depth."""

import numpy as np
import pytest

from mirbench.synth.evened import evened_chances
from mirbench.synth.make import sketch
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.view3d.boards import NUM_OPTIONS, _boards, _chances


def shares(sight: np.ndarray, chances: list) -> np.ndarray:
    """Return how often each answer shows each thing [answer, thing]."""
    told = []
    for worlds, until in chances:
        weights = np.diff(until, prepend=0)
        told.append(np.bincount(sight[worlds], weights, sight.max() + 1) / until[-1])
    return np.array(told)


def best_guess(sight: np.ndarray, chances: list) -> float:
    """Return how often one is right who sees this alone and knows how often all is drawn."""
    return float(shares(sight, chances).max(axis=0).sum() / len(chances))


@pytest.mark.parametrize("seed", range(4))
def test_what_can_be_evened_is(seed: int) -> None:
    """Two numbers whose sum is bent towards the answer, but which all answers can show."""
    noise = np.random.default_rng(seed)
    answers = noise.integers(0, 3, 3000)
    sights = np.stack([noise.binomial(4, 0.35 + 0.1 * answers) for _ in range(2)], axis=1)
    before = evened_chances(sights, answers, 3, rounds=0)
    after = evened_chances(sights, answers, 3, rounds=60)
    for sight in sights.T:
        assert best_guess(sight, before) > 0.4
        assert best_guess(sight, after) < 0.34


def test_a_sight_that_goes_with_one_answer_only_stays_a_hint() -> None:
    answers = np.array([0, 0, 1, 1])
    chances = evened_chances(np.array([[0], [1], [1], [1]]), answers, 2, rounds=50)
    told = shares(np.array([0, 1, 1, 1]), chances)
    assert 0 < told[0][0] < 0.05
    assert told[1].tolist() == [0, 1]


def test_only_worlds_with_the_answer_are_drawn_and_each_as_often_as_it_weighs() -> None:
    answers = np.array([0, 1, 1, 1])
    chances = evened_chances(np.array([[0], [0], [0], [0]]), answers, 2, rounds=3)
    stream = Stream("test", "chances")
    drawn = [chances[1].draw(stream) for _ in range(3000)]
    assert set(drawn) == {1, 2, 3}
    assert min(map(drawn.count, (1, 2, 3))) > 850
    assert {chances[0].draw(stream) for _ in range(20)} == {0}


@pytest.mark.parametrize("first", range(12, 17))
def test_weighing_leaves_less_of_a_hint_in_every_picture_of_a_board(first: int) -> None:
    fitting, evened = _chances(first, None)
    shown = _boards().shown[fitting]
    answers = np.zeros(len(fitting), np.int64)
    for answer, chances in enumerate(evened):
        answers[chances.worlds] = answer
    plain = evened_chances(shown, answers, NUM_OPTIONS, rounds=0)
    for picture in shown.T:
        assert best_guess(picture, evened) < best_guess(picture, plain) - 0.03
        assert best_guess(picture, evened) < 0.36


@pytest.mark.parametrize("level", LEVELS)
def test_what_balloons_look_like_fits_the_answer_at_the_first_draw(level: int) -> None:
    """Nothing is drawn in vain, so that no rejection bends what was evened."""
    puzzles = [sketch("depth", level, index) for index in range(8)]
    assert [puzzle.rejected for puzzle in puzzles] == [()] * len(puzzles)
    for puzzle in puzzles:
        assert puzzle.subtask.answer(puzzle.world) == puzzle.slot.answer
