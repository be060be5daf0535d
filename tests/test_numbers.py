"""The numbers beyond an accuracy: clusters, rotations, draws, the blind gap, the ladder."""

import dataclasses
import json
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import record, write_release
from run_files import command, logged, results_of, samples_of, write_run, write_run_files
from scored_rows import scored

from mirbench.errors import ScoringError
from mirbench.prompts import rotate_options
from mirbench.scoring.intervals import (
    clustered_interval,
    pass_at_k,
    student_quantile,
    wilson_interval,
)
from mirbench.scoring.ladder import climbs
from mirbench.scoring.metrics import aggregate
from mirbench.scoring.repeated import circular, majority_at_k, sampled
from mirbench.scoring.responses import log_row, score_response
from mirbench.scoring.run import read_run, read_runs
from mirbench.scoring.summary import summarise


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release", [record(number) for number in range(12)])


# ---- clusters


@given(st.lists(st.booleans(), min_size=2, max_size=60))
def test_an_interval_of_lone_samples_is_wilsons(values):
    expected = wilson_interval(sum(values), len(values))
    assert clustered_interval(values, np.arange(len(values))) == pytest.approx(expected)


def test_samples_that_repeat_one_another_count_once():
    values = np.repeat([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0], 50)
    low, high = clustered_interval(values, np.arange(400) // 50)
    few = (2.365 / 1.966) ** 2  # Student's t with 7 and 399 degrees of freedom
    expected = wilson_interval(5 / few, 8 / few)
    assert (low, high) == pytest.approx(expected, abs=0.03)


# Two-sided, 95 %: any printed table.
@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (10, 2.228), (30, 2.042), (100, 1.984)],
)
def test_students_quantile_agrees_with_the_printed_table(degrees, quantile):
    assert student_quantile(degrees) == pytest.approx(quantile, rel=2e-3)


def test_few_clusters_are_trusted_less():
    """A thousand worlds of 6 images with 20 questions each: the normal quantile covers 0.91."""
    generator, codes, truth = np.random.default_rng(3), np.arange(120) // 20, 0.6
    covered = 0
    for _ in range(1000):
        image = generator.beta(1.4, 1.4 * 0.4 / 0.6, 6)
        low, high = clustered_interval((generator.random(120) < image[codes]).astype(float), codes)
        covered += low <= truth <= high
    assert covered > 940


def test_one_sample_that_is_half_right_says_nothing():
    assert clustered_interval([0.5], np.zeros(1, dtype=int)) == (0, 1)


def test_a_single_cluster_says_nothing():
    assert clustered_interval([1.0, 0.0, 1.0], np.zeros(3, dtype=int)) == (0, 1)


def test_clusters_of_one_mind_widen_even_a_perfect_score():
    low, high = clustered_interval(np.ones(100), np.arange(100) // 10)
    assert (low, high) == pytest.approx(wilson_interval(10, 10))


def test_the_clustered_interval_covers_the_truth_where_wilsons_does_not():
    """A thousand worlds of 40 images with 10 questions each, half of a question the image's."""
    generator, codes = np.random.default_rng(7), np.arange(400) // 10
    covered = {"clustered": 0, "wilson": 0}
    for _ in range(1000):
        image = np.clip(generator.normal(0.6, 0.25, 40), 0, 1)
        values = (generator.random(400) < image[codes]).astype(float)
        truth = 0.588  # the mean of the clipped normal
        low, high = clustered_interval(values, codes)
        covered["clustered"] += low <= truth <= high
        low, high = wilson_interval(values.sum(), 400)
        covered["wilson"] += low <= truth <= high
    assert covered["clustered"] > 930
    assert covered["wilson"] < 850


def test_the_score_says_how_many_clusters_there_are():
    clusters = {f"q{number}": number // 2 for number in range(10)}
    overall = aggregate([scored(number) for number in range(10)], clusters).overall
    assert (overall.num, overall.num_samples, overall.num_clusters) == (10, 10, 5)
    assert overall.clustered_low < overall.low


def test_clusters_of_other_data_are_refused():
    with pytest.raises(ScoringError, match="'q0' is not in the data"):
        aggregate([scored(0)], {"another": 0})


# ---- rotations


def test_rotated_left_the_answer_goes_with_its_text(release):
    sample = samples_of(release)[1]
    assert (sample.options, sample.answer) == (("before", "after", "at the same time"), "B")
    turned = rotate_options(sample, 1)
    assert (turned.options, turned.answer) == (("after", "at the same time", "before"), "A")
    assert rotate_options(turned, 2) == sample


def test_a_letter_counts_as_it_was_shown(release):
    sample = samples_of(release)[1]
    one = score_response(sample, "Your option: A", rotation=1)
    assert (one.correct, one.answer, one.rotation) == (True, "A", 1)
    assert one.question_hash == score_response(sample, "A").question_hash


def rotations(number, right, num_options=4):
    """Return a question in all rotations; `right` says which of them are answered rightly."""
    for places, is_right in enumerate(right):
        answer = "ABCD"[-places % num_options]
        chosen = answer if is_right else "ABCD"[(1 - places) % num_options]
        yield scored(
            number, rotation=places, answer=answer, prediction=chosen, num_options=num_options
        )


def test_circular_needs_every_rotation_right():
    rows = [*rotations(0, (1, 1, 1, 1)), *rotations(1, (1, 1, 0, 1)), *rotations(2, (0, 0, 0, 1))]
    found = circular(rows)
    assert (found.num, found.num_incomplete) == (3, 0)
    assert found.plain.value == pytest.approx(2 / 3)
    assert found.circular.value == pytest.approx(1 / 3)
    assert found.gap.value == pytest.approx(1 / 3)


def test_a_favourite_letter_shows_where_every_letter_is_the_answer_equally_often():
    rows = [
        scored(number, rotation=places, answer="ABCD"[-places % 4], prediction="A")
        for number in range(10)
        for places in range(4)
    ]
    found = circular(rows)
    assert [letter.num_gold for letter in found.letters] == [10, 10, 10, 10]
    assert [letter.recall for letter in found.letters] == [1, 0, 0, 0]
    assert found.recall_deviation == pytest.approx(np.std([1, 0, 0, 0]))
    assert (found.plain.value, found.circular.value) == (1, 0)


def test_a_question_without_all_rotations_is_left_out_and_counted():
    rows = [*rotations(0, (1, 1, 1, 1)), *rotations(1, (1, 1, 1))]
    found = circular(rows)
    assert (found.num, found.num_incomplete, found.circular.value) == (1, 1, 1)
    with pytest.raises(ScoringError, match="in every rotation"):
        circular([*rotations(1, (1, 1, 1))])


# ---- draws


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_pass_at_k_is_the_share_of_all_choices_of_k(case):
    num, right = case
    for k in range(1, num + 1):
        every = [any(draw < right for draw in some) for some in combinations(range(num), k)]
        assert pass_at_k(num, right, k) == pytest.approx(sum(every) / len(every))


@given(
    st.lists(st.sampled_from(["A", "B", "C", None]), min_size=1, max_size=8),
    st.data(),
)
def test_majority_at_k_is_the_mean_over_all_choices_of_k(votes, data):
    k = data.draw(st.integers(1, len(votes)))

    def won(some):
        counts = {letter: some.count(letter) for letter in "ABC"}
        most = max(counts.values())
        first = [letter for letter, count in counts.items() if count == most > 0]
        return ("A" in first) / max(1, len(first))

    every = [won(some) for some in combinations(votes, k)]
    others = tuple(count for count in (votes.count("B"), votes.count("C")) if count)
    found = majority_at_k(votes.count("A"), others, votes.count(None), k)
    assert found == pytest.approx(sum(every) / len(every))


def test_draws_become_mean_pass_and_majority():
    letters = ["AABB", "AAAB", "BBBB", "A" + "B" * 3]
    rows = [
        scored(number, draw=draw, prediction=letter)
        for number, drawn in enumerate(letters)
        for draw, letter in enumerate(drawn)
    ]
    found = sampled(rows)
    assert (found.num, found.num_draws) == (4, 4)
    assert found.mean.value == pytest.approx(6 / 16)
    assert [one.name for one in found.pass_at] == ["pass@1", "pass@2", "pass@4"]
    assert found.pass_at[0].value == pytest.approx(6 / 16)
    assert found.pass_at[-1].value == pytest.approx(3 / 4)
    assert found.maj_at[-1].value == pytest.approx((0.5 + 1 + 0 + 0) / 4)


def test_draws_of_unequal_number_are_refused():
    rows = [scored(0, draw=0), scored(0, draw=1), scored(1, draw=0)]
    with pytest.raises(ScoringError, match="questions with 1 and with 2"):
        sampled(rows)


def test_several_draws_are_read_from_the_log(tmp_path, release):
    rows = []
    for number, sample in enumerate(samples_of(release)):
        texts = ["Your option: A", f"Your option: {sample.answer}"]
        each = [score_response(sample, text, draw=draw) for draw, text in enumerate(texts)]
        row = logged(number, sample, texts[0])
        row |= {"filtered_resps": texts, "mirbench": [log_row(one) for one in each]}
        rows.append(row)
    write_run_files(tmp_path / "run", results_of(12), rows)
    run = read_run(tmp_path / "run")
    assert [(one.scored.draw, one.text) for one in run.responses][:2] == [
        (0, "Your option: A"),
        (1, "Your option: A"),
    ]
    [summary] = summarise([run]).runs
    assert summary.sampled.pass_at[-1].value == 1
    assert summary.scores.overall.num_samples == 12


@pytest.mark.parametrize("texts", [["A"], "A", ["A", 1], [], {"0": "A"}])
def test_rows_and_responses_that_do_not_pair_are_refused(tmp_path, release, texts):
    sample = samples_of(release)[0]
    row = logged(0, sample, "A")
    row |= {"filtered_resps": texts, "mirbench": [row["mirbench"]] * 2}
    write_run_files(tmp_path / "run", results_of(1), [row])
    with pytest.raises(ScoringError, match=r"line 1: expected (one|a) response"):
        read_run(tmp_path / "run")


# ---- what tasks say together


def stage_rows(shares):
    """Return stage -> responses; the first `share` of 100 questions are right."""
    return {
        stage: [scored(n, prediction="A" if n < share else "B") for n in range(100)]
        for stage, share in shares.items()
    }


def test_the_ladder_waits_for_the_step_with_the_largest_jump():
    [overall, view] = climbs(stage_rows({5: 20, 4: 25, 3: 30, 2: 70, 1: 72}))
    assert [rung.num_given for rung in overall.rungs] == [0, 1, 2, 3, 4]
    assert [rung.accuracy for rung in overall.rungs] == [0.2, 0.25, 0.3, 0.7, 0.72]
    assert [jump.steps for jump in overall.jumps] == [
        ("summary",),
        ("caption",),
        ("text_to_region",),
        ("region_to_region",),
    ]
    waits_for = overall.bottleneck
    assert waits_for.steps == ("text_to_region",)
    assert waits_for.difference == pytest.approx(0.4)
    assert waits_for.low < 0.4 < waits_for.high
    assert waits_for.support > 0.99
    assert view.name == "3D View"


def test_a_ladder_that_does_not_rise_has_no_bottleneck():
    [overall, _] = climbs(stage_rows({5: 50, 4: 51, 3: 50, 2: 49, 1: 50}))
    assert overall.bottleneck is None


def test_stages_that_were_not_run_join_their_steps():
    [overall, _] = climbs(stage_rows({5: 20, 3: 60}))
    assert [jump.steps for jump in overall.jumps] == [("summary", "caption")]


def test_stages_on_other_questions_are_refused():
    rows = stage_rows({5: 20, 3: 60})
    del rows[5][-1]
    with pytest.raises(ScoringError, match="1 are not in both"):
        climbs(rows)


def task_runs(tmp_path, release, answers):
    """Write and read a run of each task; `answers` tells how many questions are right."""
    runs = []
    for task, num_right in answers.items():

        def respond(sample, num_right=num_right):
            right = int(sample.id[1:]) < num_right
            return f"Your option: {sample.answer if right else 'none'}"

        runs += read_runs(write_run(tmp_path / task, release, respond, task=task))
    return runs


def test_what_the_images_are_worth_is_the_gap_to_the_blind_run(tmp_path, release):
    [gap] = summarise(task_runs(tmp_path, release, {"mir": 9, "mir_blind": 3})).blind_gaps
    assert gap.differences.overall.difference == pytest.approx(0.5)
    assert gap.differences.overall.num_only_second == 6


def test_a_task_that_was_run_twice_is_not_combined(tmp_path, release):
    runs = task_runs(tmp_path, release, {"mir": 9, "mir_blind": 3})
    again = read_runs(write_run(tmp_path / "again", release, lambda sample: "A"))
    found = summarise([*runs, *again])
    assert found.blind_gaps == ()
    assert "several runs of mir" in found.notes[0]


def test_the_ladder_stands_on_the_questions_that_every_stage_asked(tmp_path, release):
    runs = task_runs(tmp_path, release, {"mir_cot": 2, "mir_stage1": 11})
    fewer = dataclasses.replace(runs[1], responses=runs[1].responses[2:])
    found = summarise([runs[0], fewer])
    assert found.ladders[0].climbs[0].num == 10
    assert "leaves out 2 questions" in found.notes[0]


def test_results_of_several_runs_show_gap_and_ladder(tmp_path, release, monkeypatch, capsys):
    answers = {"mir": 9, "mir_blind": 3, "mir_cot": 2, "mir_stage1": 11}
    task_runs(tmp_path, release, answers)
    paths = [tmp_path / task for task in answers]
    assert command(monkeypatch, "results", *paths, "--json", "--data-dir", release) == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["task"] for run in found["runs"]] == list(answers)
    [ladder] = found["ladders"]
    steps = ["summary", "caption", "text_to_region", "region_to_region"]
    assert ladder["climbs"][0]["bottleneck"] == steps
    assert found["blind_gaps"][0]["differences"]["overall"]["difference"] == 0.5
    assert command(monkeypatch, "results", *paths) == 0
    printed = capsys.readouterr().out
    assert "what the images are worth" in printed
    assert "guidance ladder" in printed
