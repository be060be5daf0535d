from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirbench.curriculum import (
    Candidate,
    CurriculumError,
    CurriculumSettings,
    levels,
    make_schedule,
    num_drawn,
)


def pool(num_easy=20, num_hard=50):
    easy = [Candidate(f"e{row}", "easy", row) for row in range(num_easy)]
    return easy + [Candidate(f"h{row}", "hard", row) for row in range(num_hard)]


settings_drawn = st.builds(
    CurriculumSettings,
    fraction=st.sampled_from([0.1, 0.2, 0.4, 1.0]),
    seed=st.integers(0, 99),
    ladder=st.lists(st.sampled_from([1, 2, 3, 4, 5]), max_size=5).map(tuple),
    easy_stage=st.sampled_from([None, 1, 5]),
    overlap=st.sampled_from(["free", "even"]),
)
pools_drawn = st.builds(pool, st.integers(1, 30), st.integers(0, 60))


@given(pools_drawn, settings_drawn, st.randoms(use_true_random=False))
def test_the_order_depends_on_the_settings_and_the_samples_alone(samples, settings, random):
    mixed = random.sample(samples, len(samples))
    assert make_schedule(mixed, settings) == make_schedule(samples, settings)


@given(pools_drawn, settings_drawn)
def test_levels_follow_each_other_and_no_sample_comes_twice_in_one(samples, settings):
    schedule = make_schedule(samples, settings)
    assert [row.position for row in schedule] == list(range(len(schedule)))
    found = levels(schedule, settings)
    assert sum(level.num for level in found) == len(schedule)
    for level in found:
        rows = schedule[level.start : level.start + level.num]
        assert {(row.phase, row.stage) for row in rows} <= {(level.phase, level.stage)}
        assert len({row.id for row in rows}) == level.num
    stages = [level.stage for level in found if level.phase == 2]
    assert tuple(stages) == settings.ladder


@given(pools_drawn, settings_drawn)
def test_every_row_names_a_sample_and_its_place(samples, settings):
    places = {candidate.id: (candidate.split, candidate.row) for candidate in samples}
    for row in make_schedule(samples, settings):
        assert places[row.id] == (row.split, row.row)
        assert row.phase == (1 if row.split == "easy" else 2)


def test_the_paper_takes_all_of_easy_and_then_two_fifths_of_hard_five_times():
    settings = CurriculumSettings()
    schedule = make_schedule(pool(20, 50), settings)
    assert [(level.phase, level.stage, level.num) for level in levels(schedule, settings)] == [
        (1, 5, 20), (2, 1, 20), (2, 2, 20), (2, 3, 20), (2, 4, 20), (2, 5, 20),
    ]  # fmt: skip


def test_the_first_rows_of_the_default_schedule_stay_what_they_are():
    ids = [row.id for row in make_schedule(pool(4, 5), CurriculumSettings())]
    assert ids == [
        "e2",
        "e0",
        "e1",
        "e3",
        "h3",
        "h0",
        "h3",
        "h0",
        "h3",
        "h2",
        "h3",
        "h4",
        "h1",
        "h3",
    ]


def test_another_seed_draws_other_samples_in_another_order():
    one, other = (make_schedule(pool(), CurriculumSettings(seed=seed)) for seed in (0, 1))
    assert [row.id for row in one[:20]] != [row.id for row in other[:20]]
    assert {row.id for row in one[20:40]} != {row.id for row in other[20:40]}


def test_new_samples_do_not_reorder_the_old_ones():
    before = [row.id for row in make_schedule(pool(20, 0), CurriculumSettings())]
    after = [row.id for row in make_schedule(pool(25, 0), CurriculumSettings())]
    assert [id for id in after if id in set(before)] == before


def uses(settings, num_hard=50):
    schedule = make_schedule(pool(0, num_hard), settings)
    return Counter(Counter(row.id for row in schedule).values())


def test_stages_that_overlap_evenly_use_every_sample_as_often():
    assert uses(CurriculumSettings(overlap="even")) == {2: 50}
    assert len(uses(CurriculumSettings(overlap="free"))) > 2


@given(st.integers(1, 70), st.sampled_from([(1, 2, 3, 4, 5), (1, 3, 5)]))
def test_stages_that_stand_apart_share_no_sample(num_hard, ladder):
    settings = CurriculumSettings(overlap="none", fraction=1 / len(ladder), ladder=ladder)
    if num_hard >= len(ladder):
        assert set(uses(settings, num_hard)) == {1}


def test_stages_that_cannot_stand_apart_are_refused():
    with pytest.raises(CurriculumError, match=r"take fraction <= 0\.2, or overlap 'even'"):
        CurriculumSettings(overlap="none")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fraction": 1.7}, "fraction"),
        ({"fraction": 0.0}, "fraction"),
        ({"fraction": float("nan")}, "fraction"),
        ({"ladder": (1, 6)}, "found 6"),
        ({"easy_stage": 9}, "found 9"),
        ({"overlap": "some"}, "free, even, none"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, reason):
    with pytest.raises(CurriculumError, match=reason):
        CurriculumSettings(**changes)


def test_without_labels_there_is_no_schedule():
    with pytest.raises(CurriculumError, match="'mirbench label' makes labels"):
        make_schedule([], CurriculumSettings())


def test_each_stage_draws_its_share_of_the_hard_samples():
    assert [num_drawn(num, CurriculumSettings()) for num in (0, 1, 2, 5, 100)] == [0, 1, 1, 2, 40]
