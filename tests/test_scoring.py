import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import record, write_release
from run_files import command, logged, results_of, samples_of, write_run, write_run_files
from scored_rows import scored

from mirbench.errors import ScoringError
from mirbench.raw_record import read_record
from mirbench.record import Origin
from mirbench.scoring.intervals import wilson_interval
from mirbench.scoring.metrics import aggregate
from mirbench.scoring.responses import log_row, question_hash, score_response
from mirbench.scoring.run import caveats, find_results, read_run, read_runs
from mirbench.taxonomy import SUBTASKS

SAMPLE = read_record(record(0), Origin("records.json", 0))


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release", [record(number) for number in range(12)])


@pytest.fixture
def run(tmp_path, release):
    return write_run(tmp_path / "run", release, lambda sample: f"Your option: {sample.answer}")


# ---- intervals and groups


# Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
@pytest.mark.parametrize(
    ("num_correct", "num", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_wilson_interval_agrees_with_the_published_one(num_correct, num, low, high):
    assert wilson_interval(num_correct, num) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_lies_in_its_range_and_holds_the_share(case):
    num_correct, num = case
    low, high = wilson_interval(num_correct, num)
    mirrored = wilson_interval(num - num_correct, num)
    assert 0 <= low <= num_correct / num <= high <= 1
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_every_response_is_counted_once_under_what_became_of_it():
    ends = ["answered", "answered", "unparsed", "truncated", "failed"]
    letters = ["A", "B", None, None, None]
    responses = [
        scored(n, status=status, prediction=letter)
        for n, (status, letter) in enumerate(zip(ends, letters, strict=True))
    ]
    overall = aggregate(responses).overall
    assert (overall.num, overall.num_correct, overall.accuracy) == (5, 1, 0.2)
    assert overall.num_answered == 2
    assert overall.num_unparsed == overall.num_truncated == overall.num_failed == 1


def test_chance_is_the_mean_over_the_numbers_of_options():
    responses = [scored(0, num_options=2), scored(1, num_options=4), scored(2, num_options=4)]
    assert aggregate(responses).overall.chance == pytest.approx((0.5 + 0.25 + 0.25) / 3)


def test_groups_come_in_the_order_of_the_taxonomy_and_add_up():
    responses = [
        scored(0, category="Analytical", subtask="Scale Blur", difficulty="hard", num_images=10),
        scored(1, category=None, subtask=None, difficulty="unlabelled", num_images=9),
        scored(2, num_images=2),
    ]
    scores = aggregate(responses)
    assert [score.name for score in scores.category] == ["Spatial", "Analytical", "not stated"]
    assert [score.name for score in scores.subtask] == ["3D View", "Scale Blur", "not stated"]
    assert [score.name for score in scores.difficulty] == ["easy", "hard", "unlabelled"]
    assert [score.name for score in scores.num_images] == ["2", "9", "10"]
    for group in (scores.category, scores.subtask, scores.difficulty, scores.num_images):
        assert sum(score.num for score in group) == 3


def test_nothing_to_score_is_refused():
    with pytest.raises(ScoringError, match="found none"):
        aggregate([])


def test_a_sample_that_is_scored_twice_is_refused():
    with pytest.raises(ScoringError, match="'q1' was scored twice"):
        aggregate([scored(1), scored(1)])


# ---- one response


@pytest.mark.parametrize(
    ("response", "prediction", "status"),
    [
        ("Your option: B\nReason: it is later", "B", "answered"),
        ("<think>A or B?</think> <conclusion>C</conclusion>", "C", "answered"),
        ("The clocks differ.", None, "unparsed"),
        ("", None, "unparsed"),
        ("<summary>Compare the two clocks, first the one in", None, "truncated"),
        ("[LMMS_EVAL_REQUEST_FAILED after 3 retries] Option A", None, "failed"),
        ("Error: code 500, answer: B", None, "failed"),
    ],
)
def test_a_response_ends_as_it_does(release, response, prediction, status):
    sample = samples_of(release)[0]
    one = score_response(sample, response)
    assert (one.prediction, one.status) == (prediction, status)
    assert one.correct == (prediction == sample.answer)


@given(st.text(max_size=300))
def test_no_response_can_stop_the_scoring(response):
    one = score_response(SAMPLE, response)
    assert (one.status == "answered") == (one.prediction in {"A", "B", "C"})
    json.dumps(log_row(one))


def test_a_question_is_named_by_everything_that_is_asked(tmp_path):
    records = [
        record(0),
        record(0, id="b", question="Number 0: is <image1> after <image2>?"),
        record(0, id="c", options={"A": "before", "B": "after"}),
        record(0, id="d", conclusion="B"),
        record(
            0, id="e", question="Number 0: is <image2> before <image1>? Look at <image1> again."
        ),
        record(0, id="f", difficulty="hard", summary="Another plan."),
    ]
    images = {name: bytes(range(9)) + name.encode() for name in records[0]["images"]}
    # Copies of one question are faults, so each stands in a release of its own.
    hashes = [
        question_hash(samples_of(write_release(tmp_path / raw["id"], [raw], images))[0])
        for raw in records
    ]
    assert len(set(hashes)) == 5
    assert hashes[5] == hashes[0]


# ---- what lmms-eval wrote


def test_a_run_is_read_as_it_was_scored(run, release):
    read = read_run(run)
    assert (read.task, read.model, read.data) == ("mir", "test/model", "release")
    assert read.command == "lmms-eval eval --model vllm --model_args model=test/model --tasks mir"
    assert [one.scored.id for one in read.responses] == [one.id for one in samples_of(release)]
    assert aggregate(read.scored).overall.accuracy == 1
    first = read.responses[0]
    assert first.text[slice(*first.scored.span)].endswith(first.scored.prediction)


def test_spans_count_from_the_stripped_response(tmp_path, release):
    run = write_run(tmp_path / "run", release, lambda sample: "\n\n  Your option: B\n")
    response = read_run(run).responses[0]
    assert response.text == "Your option: B"
    assert response.text[slice(*response.scored.span)].endswith("B")


def test_runs_on_the_same_questions_agree_in_their_hash(tmp_path, release, run):
    other = write_run(tmp_path / "other", release, lambda sample: "B")
    elsewhere = write_release(tmp_path / "b", [record(n) for n in range(11)])
    shorter = write_run(tmp_path / "shorter", elsewhere, lambda sample: "B")
    assert read_run(run).questions_hash == read_run(other).questions_hash
    assert read_run(run).questions_hash != read_run(shorter).questions_hash


def test_no_results_are_an_error_that_names_the_log(tmp_path):
    (tmp_path / "run.log").write_text("Error during evaluation")
    with pytest.raises(ScoringError, match=r"exit code 0 even when it failed.*run\.log"):
        find_results(tmp_path)


def test_two_evaluations_below_a_folder_are_told_apart_by_their_files(tmp_path, release):
    for name in ("a", "b"):
        write_run(tmp_path / "runs" / name, release, lambda sample: "A")
    with pytest.raises(ScoringError, match="expected one evaluation, found 2"):
        read_runs(tmp_path / "runs")
    named = next((tmp_path / "runs" / "b").rglob("*_results.json"))
    assert read_run(named).results_path == named


def test_a_run_without_logged_samples_says_how_to_log_them(run):
    next(run.rglob("*.jsonl")).unlink()
    with pytest.raises(ScoringError, match="--log_samples"):
        read_run(run)


def test_a_task_of_someone_else_is_not_ours(tmp_path):
    results = results_of(0)
    results["configs"] = {"mme": {"dataset_path": "lmms-lab/MME"}}
    write_run_files(tmp_path, results, [])
    with pytest.raises(ScoringError, match="expected a task of mirbench, found mme"):
        read_run(tmp_path)


def tampered(sample, change):
    row = logged(0, sample, "Your option: A")
    change(row)
    return row


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row: row.pop("mirbench"), "line 1: expected a sample that a mirbench task logged"),
        (lambda row: row["mirbench"].update(subtask="Chess"), "line 1: expected a sample"),
        (lambda row: row["mirbench"].update(prediction="B"), "prediction is 'B'"),
        (lambda row: row["mirbench"].update(status="failed"), "says it is failed"),
        (lambda row: row["mirbench"].update(span=[0, 99]), "lies outside"),
        (
            lambda row: row.update(filtered_resps=["A", "B"]),
            "expected one response a row, found list",
        ),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(tmp_path, release, change, message):
    row = tampered(samples_of(release)[0], change)
    write_run_files(tmp_path / "run", results_of(1), [row])
    with pytest.raises(ScoringError, match=message):
        read_run(tmp_path / "run")


def test_missing_samples_are_noticed(tmp_path, release):
    row = logged(0, samples_of(release)[0], "A")
    write_run_files(tmp_path / "run", results_of(2), [row])
    with pytest.raises(ScoringError, match="expected 2 samples of 'mir', found 1"):
        read_run(tmp_path / "run")


def test_what_weakens_a_number_is_said(run):
    overall = aggregate(
        [scored(0), *(scored(n, status="failed", prediction=None) for n in range(1, 4))]
    ).overall
    assert [caveat.split(" and")[0] for caveat in caveats(read_run(run), overall)] == [
        "3 requests failed"
    ]


# ---- the command


def test_results_prints_a_line_a_group(run, monkeypatch, capsys):
    assert command(monkeypatch, "results", run) == 0
    printed = capsys.readouterr().out
    assert all(subtask in printed for subtask in SUBTASKS)
    assert "12 of 12 responses name one option" in printed


def test_results_prints_json_for_programs(run, monkeypatch, capsys):
    assert command(monkeypatch, "results", run, "--json") == 0
    [printed] = json.loads(capsys.readouterr().out)["runs"]
    assert printed["scores"]["overall"]["accuracy"] == 1
    assert [score["name"] for score in printed["scores"]["subtask"]] == list(SUBTASKS)


def test_results_of_nothing_end_with_an_error(tmp_path, monkeypatch, capsys):
    assert command(monkeypatch, "results", tmp_path) == 2
    assert "expected lmms-eval's results" in capsys.readouterr().err


def test_a_models_name_cannot_write_to_the_terminal(tmp_path, release, monkeypatch, capsys):
    run = write_run(tmp_path / "run", release, lambda sample: "A", model="\x1b[2J\u202eevil")
    assert command(monkeypatch, "results", run) == 0
    printed = capsys.readouterr().out
    assert "\x1b[2J" not in printed
    assert "\u202e" not in printed
