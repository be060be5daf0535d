"""The study's arms differ in what they say they differ in, and in nothing else."""

from collections import Counter

import pytest

from scripts.study.design import ARMS, arm_order

EASY = [f"easy-{number}" for number in range(7)]
HARD = [f"hard-{number}" for number in range(10)]


@pytest.fixture
def orders():
    return {arm: arm_order(arm, EASY, HARD, seed=1) for arm in ARMS if arm != "untrained"}


def test_all_arms_learn_from_the_same_samples_equally_often(orders):
    counts = [Counter(row.id for row in order) for order in orders.values()]
    assert counts[0] == counts[1] == counts[2]
    assert {counts[0][id] for id in EASY} == {1}
    assert {counts[0][id] for id in HARD} == {2}


def test_only_the_curriculum_gives_steps_away(orders):
    assert {row.stage for row in orders["curriculum"]} == {1, 2, 3, 4, 5}
    assert {row.stage for row in orders["easy_to_hard"] + orders["shuffled"]} == {5}


def test_easy_to_hard_has_the_curriculums_order(orders):
    ids = [[row.id for row in orders[arm]] for arm in ("easy_to_hard", "curriculum", "shuffled")]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0][: len(EASY)] != EASY
    assert sorted(ids[0][: len(EASY)]) == EASY


def test_places_are_counted_from_zero(orders):
    for order in orders.values():
        assert [row.position for row in order] == list(range(27))


def test_another_seed_is_another_order(orders):
    for arm, order in orders.items():
        assert arm_order(arm, EASY, HARD, seed=2) != order
