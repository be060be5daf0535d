"""Two runs side by side: what may be compared, and what the numbers are."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import jpeg, record, write_release
from run_files import command, results_of, write_run
from scored_rows import scored

from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.clusters import release_clusters
from mirbench.scoring.compare import IncomparableError, allowed, compare_runs
from mirbench.scoring.intervals import clustered_mcnemar_p, holm, mcnemar_p
from mirbench.scoring.paired import differences
from mirbench.scoring.run import read_run


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release", [record(number) for number in range(24)])


def run_of(tmp_path, release, respond, name="a", **changes):
    return write_run(tmp_path / name, release, respond, **changes)


def right(sample):
    return f"Your option: {sample.answer}"


def half_right(sample):
    return right(sample) if int(sample.id[1:]) % 2 else "Your option: A"


# ---- the numbers


# 86 against 150: the approval ratings of Agresti, Categorical Data Analysis. Last: 2 / 2**10.
@pytest.mark.parametrize(
    ("only_first", "only_second", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (1, 9, 0.021484375), (86, 150, 3.716e-05), (0, 10, 2 / 1024)],
)
def test_mcnemar_is_exact(only_first, only_second, p):
    assert mcnemar_p(only_first, only_second) == pytest.approx(p, rel=1e-3)
    assert mcnemar_p(only_second, only_first) == mcnemar_p(only_first, only_second)


def test_mcnemar_of_thousands_of_pairs_is_exact_too():
    assert mcnemar_p(5000, 5000) == 1
    assert 0 < mcnemar_p(4800, 5200) < 1e-4


CHANGES = st.lists(st.tuples(st.sampled_from((-1, 0, 1)), st.integers(0, 4)), min_size=1)


@given(CHANGES)
def test_clusters_that_change_together_are_swapped_together(changes):
    """Against every way to swap five clusters, one by one."""
    values, clusters = (np.array(column) for column in zip(*changes, strict=True))
    sums = np.bincount(clusters, weights=values, minlength=5)
    swapped = [abs(sums @ signs) for signs in product((-1, 1), repeat=5)]
    expected = np.mean(np.array(swapped) >= abs(sums.sum()))
    assert clustered_mcnemar_p(values.astype(float), clusters) == pytest.approx(expected)


@given(st.lists(st.sampled_from((-1.0, 0.0, 1.0)), min_size=1, max_size=40))
def test_without_shared_images_it_is_mcnemars_test(changes):
    p = clustered_mcnemar_p(np.array(changes), np.arange(len(changes)))
    assert p == mcnemar_p(changes.count(-1.0), changes.count(1.0))


def test_ten_questions_about_one_image_are_no_ten_questions():
    changes = np.ones(10)
    assert clustered_mcnemar_p(changes, np.arange(10)) == pytest.approx(2 / 1024)
    assert clustered_mcnemar_p(changes, np.zeros(10, dtype=int)) == 1


def test_holm_agrees_with_the_worked_example():
    # Four tests at 0.05: 0.005 * 4, 0.01 * 3, then never below what stands before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_keeps_the_order_and_never_makes_a_test_stronger(p_values):
    adjusted = holm(p_values)
    assert all(p <= new <= 1 for p, new in zip(p_values, adjusted, strict=True))
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[place] for place in order] == sorted(adjusted)


def test_a_difference_is_that_of_the_accuracies_and_lies_in_its_interval():
    first = [scored(number, prediction="AB"[number % 3 == 0]) for number in range(90)]
    second = [scored(number, prediction="AB"[number % 4 == 0]) for number in range(90)]
    found = differences(first, second).overall
    assert found.difference == pytest.approx(found.second - found.first)
    assert found.num_only_second - found.num_only_first == round(90 * found.difference)
    assert found.low < found.difference < found.high
    assert found.p == mcnemar_p(found.num_only_first, found.num_only_second)


def test_equal_runs_differ_by_nothing():
    same = [scored(number, prediction="AB"[number % 3 == 0]) for number in range(30)]
    found = differences(same, same).overall
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_clusters_that_answer_alike_widen_the_interval():
    """Ten questions on each image, all won or all lost: forty of them are four pieces of news."""
    first = [scored(number, prediction="B") for number in range(400)]
    second = [scored(number, prediction="AB"[number // 10 % 2]) for number in range(400)]
    clusters = {f"q{number}": number // 10 for number in range(400)}
    alone = differences(first, second).overall
    shared = differences(first, second, clusters).overall
    assert shared.difference == alone.difference == 0.5
    ratio = (shared.high - shared.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(np.sqrt(10), rel=0.1)


def test_the_interval_is_the_same_every_time():
    first = [scored(number, prediction="AB"[number % 3 == 0]) for number in range(90)]
    second = [scored(number, prediction="AB"[number % 4 == 0]) for number in range(90)]
    assert differences(first, second) == differences(first, second)


def test_subtasks_are_tested_together():
    subtasks = ["3D View"] * 40 + ["Scale Blur"] * 40
    first = [scored(n, subtask=name, prediction="B") for n, name in enumerate(subtasks)]
    second = [
        scored(n, subtask=name, prediction="A" if n < 8 or n in (50, 51) else "B")
        for n, name in enumerate(subtasks)
    ]
    view, blur = differences(first, second).subtask
    assert (view.name, blur.name) == ("3D View", "Scale Blur")
    assert (view.p, view.p_adjusted) == (2 / 2**8, 4 / 2**8)
    assert (blur.p, blur.p_adjusted) == (0.5, 0.5)


def test_drawn_responses_are_compared_by_their_means_without_mcnemar():
    first = [scored(n, draw=d, prediction="AB"[d]) for n in range(20) for d in (0, 1)]
    second = [scored(n, prediction="A") for n in range(20)]
    found = differences(first, second).overall
    assert (found.first, found.second, found.p) == (0.5, 1, None)


def test_samples_that_share_an_image_are_a_cluster(tmp_path):
    records = [record(number) for number in range(4)]
    images = {
        path: jpeg(place) for place, path in enumerate(p for r in records for p in r["images"])
    }
    images[records[2]["images"][1]] = images[records[0]["images"][0]]  # the same bytes
    release = Release.open(write_release(tmp_path / "release", records, images))
    clusters = release_clusters(release)
    assert clusters["q0000"] == clusters["q0002"]
    assert len(set(clusters.values())) == 3


# ---- what may be compared


def test_runs_of_two_models_are_compared(tmp_path, release):
    first = read_run(run_of(tmp_path, release, half_right))
    second = read_run(run_of(tmp_path, release, right, "b", model="other/model"))
    found = compare_runs(first, second)
    assert (found.first, found.second, found.task) == ("test/model", "other/model", "mir")
    assert found.differences.overall.second == 1
    assert found.differences.overall.num_only_first == 0
    assert not found.allowed


def test_other_questions_are_never_compared(tmp_path, release):
    records = [record(number) for number in range(24)]
    records[3]["options"]["B"] = "much later"
    del records[7]
    other = write_release(tmp_path / "elsewhere" / "release", records)
    first = read_run(run_of(tmp_path, release, right))
    second = read_run(run_of(tmp_path, other, right, "b"))
    with pytest.raises(IncomparableError) as refused:
        compare_runs(first, second, allow=allowed(["data", "task", "prompt", "limit"]))
    message = str(refused.value)
    assert "1 of its own (the first 'q0007')" in message
    assert "1 that read differently (the first 'q0003')" in message
    assert {one.aspect for one in refused.value.mismatches} == {"questions"}


@pytest.mark.parametrize(
    ("aspect", "change"),
    [
        ("prompt", lambda config: config["metadata"].update(prompt="1" * 12)),
        ("task", lambda config: config["metadata"].update(version=2)),
        ("data", lambda config: config["metadata"].update(data="another")),
        ("extractor", lambda config: config["metadata"]["versions"].update(extractor="0")),
    ],
)
def test_what_was_asked_differently_has_to_be_allowed(tmp_path, release, aspect, change):
    results = results_of(24)
    change(results["configs"]["mir"])
    first = read_run(run_of(tmp_path, release, right))
    second = read_run(run_of(tmp_path, release, right, "b", results=results))
    with pytest.raises(IncomparableError, match=rf"{aspect}: .* against .*\n.*--allow {aspect}$"):
        compare_runs(first, second)
    [one] = compare_runs(first, second, allow=allowed([aspect])).allowed
    assert one.aspect == aspect


def test_data_is_known_by_its_fingerprint_where_both_runs_have_one(tmp_path, release):
    results = results_of(24)
    results["configs"]["mir"]["metadata"]["data"] = "renamed"
    first = replace(read_run(run_of(tmp_path, release, right)), fingerprint="a" * 64)
    second = read_run(run_of(tmp_path, release, right, "b", results=results))
    assert not compare_runs(first, replace(second, fingerprint="a" * 64)).allowed
    with pytest.raises(IncomparableError, match=r"data: fingerprint a{12} against .* b{12}"):
        compare_runs(first, replace(second, fingerprint="b" * 64))
    with pytest.raises(IncomparableError, match="data: release against renamed"):
        compare_runs(first, second)


def test_versions_and_settings_that_differ_are_told(tmp_path, release):
    results = results_of(24)
    results["configs"]["mir"]["generation_kwargs"] = {"temperature": 0.7}
    results["configs"]["mir"]["metadata"]["versions"] = {"mirbench": "0", "vllm": "9"}
    first = read_run(run_of(tmp_path, release, right))
    second = read_run(run_of(tmp_path, release, right, "b", results=results))
    noted = compare_runs(first, second).noted
    assert noted == ("temperature: 0.0 against 0.7", "vllm: none against 9")


def test_only_what_may_differ_can_be_allowed():
    with pytest.raises(ScoringError, match=r"expected one of data, task, .* found 'questions'"):
        allowed(["questions"])


# ---- the command


def test_the_command_prints_the_table_and_ends_with_0(tmp_path, release, monkeypatch, capsys):
    first, second = run_of(tmp_path, release, half_right), run_of(tmp_path, release, right, "b")
    assert command(monkeypatch, "compare", first, second, "--data-dir", release) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "24 clusters of questions that share images" in printed
    assert "3D View" in printed


def test_the_command_ends_with_1_and_says_what_differs(tmp_path, release, monkeypatch, capsys):
    results = results_of(24)
    results["configs"]["mir"]["metadata"]["prompt"] = "1" * 12
    first = run_of(tmp_path, release, right)
    second = run_of(tmp_path, release, right, "b", results=results)
    assert command(monkeypatch, "compare", first, second, "--json") == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["mismatches"] == [
        {"aspect": "prompt", "first": "0" * 12, "second": "1" * 12}
    ]
    assert "--allow prompt" in captured.err
    assert command(monkeypatch, "compare", first, second, "--json", "--allow", "prompt") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["differences"]["overall"]["difference"] == 0
    assert found["allowed"][0]["aspect"] == "prompt"


def test_what_is_no_run_ends_with_2(tmp_path, monkeypatch):
    assert command(monkeypatch, "compare", tmp_path, tmp_path) == 2
