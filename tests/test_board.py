"""The board: ranks and ties, the files of the site, baselines, downloads, the commands."""

import csv
import io
import json
import re

import numpy as np
import pytest
from releases import record, write_release
from submissions import mostly_right, pack, questions_of, rewrite, skilled
from typer.testing import CliRunner

from mirbench.board.baselines import CONSTANT, RANDOM, TEXT_ONLY, learn_words, pack_baselines
from mirbench.board.board_data import board_data
from mirbench.board.check import check_submission
from mirbench.board.ranking import groups_of, rows_of, standings_of
from mirbench.board.site import build_board
from mirbench.board.store import Store, current
from mirbench.board.verdict import HeldOut
from mirbench.cli import app
from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.intervals import mcnemar_p

NUM = 60


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    levels = ("easy", "hard")
    records = [record(n, partition="test", difficulty=levels[n % 2]) for n in range(NUM)]
    return write_release(tmp_path_factory.mktemp("data") / "release", records)


@pytest.fixture(scope="module")
def questions(release):
    return questions_of(release)


@pytest.fixture
def store(tmp_path, release, questions):
    """Two models that cannot be told apart, a weak one, a run without images, a ladder."""
    store = Store(tmp_path / "store")
    for name, respond, task in (
        ("lab/strong", skilled(0.9), "mir"),
        ("lab/close", skilled(0.88, 1), "mir"),
        ("=weak/model", mostly_wrong, "mir"),
        ("lab/strong", skilled(0.5, 2), "mir_blind"),
        ("lab/strong", skilled(0.95, 3), "mir_stage1"),
        ("lab/strong", skilled(0.92, 4), "mir_cot"),
    ):
        folder = tmp_path / f"{name.replace('/', '-')}-{task}"
        store.add(pack(folder, release, respond, model=name, task=task).folder, questions)
    return store


def mostly_wrong(sample):
    return "I cannot say." if int(sample.id[1:]) % 3 else f"Your option: {sample.answer}"


def rows(store, questions):
    return rows_of(list(current(store.read())), questions, groups_of(questions.samples))


# ---- scores and ranks


def test_the_boards_numbers_are_those_of_the_check(store, questions, release, tmp_path):
    folder = tmp_path / "=weak-model-mir" / "submission"
    scores = check_submission(folder, questions).scores
    [row] = [row for row in rows(store, questions) if "weak" in row.accepted.submission.model.name]
    groups = groups_of(questions.samples)
    told = {(group.of, group.name): num for group, num in zip(groups, row.by_group, strict=True)}
    for of in ("category", "subtask", "difficulty", "num_images"):
        for score in getattr(scores, of):
            assert told.pop((of, score.name)) == score.num_correct
    assert not told
    overall = scores.overall
    assert (row.num_correct, row.num_unparsed) == (overall.num_correct, overall.num_unparsed)
    assert (row.interval.low, row.interval.high) == (overall.low, overall.high)


def test_models_compete_and_the_guided_the_blind_and_baselines_do_not(store, questions):
    ranked = [row for row in rows(store, questions) if row.rank]
    assert {row.accepted.submission.harness.task for row in ranked} == {"mir", "mir_cot"}
    assert [row.rank for row in ranked] == [1, 2, 3, 4]
    assert [row.num_correct for row in ranked] == sorted(
        (row.num_correct for row in ranked), reverse=True
    )


def test_who_cannot_be_told_from_the_leader_is_tied_with_it(store, questions):
    tie_of = {row.accepted.submission.model.name: row.tie for row in rows(store, questions)[:4]}
    assert tie_of == {"lab/strong": 1, "lab/close": 1, "=weak/model": 2}


def mask(num, *right):
    made = np.zeros(num, dtype=bool)
    for start, stop in right:
        made[start:stop] = True
    return made


def test_equal_accuracies_share_a_rank_and_the_next_is_skipped():
    right = {"b": mask(9, (0, 5)), "a": mask(9, (2, 7)), "c": mask(9, (0, 1))}
    standings = standings_of(right)
    assert {name: one.rank for name, one in standings.items()} == {"a": 1, "b": 1, "c": 3}
    assert {one.tie for one in standings.values()} == {1}  # nine questions tell nothing


def test_the_correction_counts_the_tests():
    leader = mask(100, (0, 60))
    close = mask(100, (0, 54))  # alone p = 0.031; one of six tests: not significant
    right = {"leader": leader, **{f"model {n}": close for n in range(6)}}
    assert mcnemar_p(6, 0) == pytest.approx(2 / 2**6)
    standings = standings_of(right)
    assert {one.tie for one in standings.values()} == {1}
    assert standings["model 0"].p == pytest.approx(6 * 2 / 2**6)
    assert {one.tie for one in standings_of(dict(list(right.items())[:2])).values()} == {1, 2}


def test_each_group_of_ties_is_led_by_its_best():
    right = {f"{n}": mask(200, (0, 200 - 40 * n)) for n in range(4)}
    assert [one.tie for one in standings_of(right).values()] == [1, 2, 3, 4]


def test_the_ladder_and_the_best_blind_run_stand_on_the_board(store, questions):
    made = rows(store, questions)
    groups = groups_of(questions.samples)
    board = board_data(made, questions, groups, shard=100, made="now")
    strong = [row for row in board["rows"] if row["name"] == "lab/strong" and row["task"] == "mir"]
    assert [given for given, _ in strong[0]["ladder"]] == [0, 4]
    assert board["blind"][0] == "lab/strong"
    assert board["chance"] == pytest.approx(1 / 3, abs=1e-5)
    assert board["constant"] == ["A", pytest.approx(20 / 60, abs=1e-5)]


# ---- the site


def value_of(path):
    text = path.read_text()
    name, value = re.fullmatch(r'mirbench\("([^"]+)",(.*)\);\n', text, re.DOTALL).groups()
    assert path.as_posix().endswith(f"data/{name}.js")
    return json.loads(value)


def test_a_site_holds_what_its_page_loads(store, release, questions, tmp_path):
    built = build_board(store, Release.open(release), tmp_path / "site")
    site = tmp_path / "site"
    assert (built.num_rows, built.num_questions, built.num_images) == (6, NUM, 2 * NUM)
    board = value_of(site / "data" / "board.js")
    for row in board["rows"]:
        answers = value_of(site / "data" / "answers" / f"{row['id']}.js")
        index = value_of(site / "data" / "questions.js")
        assert row["correct"] == sum(map(str.__eq__, answers, index["answers"]))
        assert value_of(site / "data" / "models" / f"{row['id']}.js")["sections"]
        assert len(value_of(site / "data" / "responses" / row["id"] / "0.js")) == NUM
    asked = value_of(site / "data" / "questions" / "0.js")[0]
    assert asked["parts"] == ["Number 0: is ", 0, " before ", 1, "? Look at ", 0, " again."]
    for file, width, height in asked["images"]:
        assert (width, height) == (32, 24)
        assert (site / "images" / file).read_bytes()[:2] == b"\xff\xd8"
    assert built.first_view_bytes < 100_000


def test_a_second_build_changes_nothing_but_its_time(store, release, tmp_path):
    def files():
        build_board(store, Release.open(release), tmp_path / "site")
        paths = (tmp_path / "site").rglob("*")
        return {path: path.read_bytes() for path in paths if path.is_file()}

    first, second = files(), files()
    assert first.keys() == second.keys()
    changed = {path.name for path in first if first[path] != second[path]}
    assert changed <= {"index.html", "board.js"}


def test_what_left_the_store_leaves_the_site(store, release, questions, tmp_path):
    build_board(store, Release.open(release), tmp_path / "site")
    old = next(one for one in store.read() if one.submission.model.name == "lab/close")
    folder = tmp_path / "new"
    new = pack(folder, release, skilled(0.7), model="lab/close", supersedes=old.id)
    store.add(new.folder, questions)
    build_board(store, Release.open(release), tmp_path / "site")
    data = tmp_path / "site" / "data"
    assert not list(data.rglob(f"*{old.id}*"))
    assert value_of(data / "models" / f"{new.id}.js")["history"][0][0] == old.id


def test_a_board_of_other_questions_is_refused(store, tmp_path):
    other = write_release(tmp_path / "other", [record(n, partition="test") for n in range(NUM + 1)])
    with pytest.raises(ScoringError, match="was checked against other questions"):
        build_board(store, Release.open(other), tmp_path / "site")


def test_a_damaged_image_does_not_stop_a_build(tmp_path):
    from releases import images_of

    records = [record(n, partition="test") for n in range(3)]
    images = {**images_of(records), "images/1-a.jpg": b"\xff\xd8\xff\xe0 no image"}
    release = write_release(tmp_path / "release", records, images)
    store = Store(tmp_path / "store")
    store.add(pack(tmp_path, release).folder, questions_of(release))
    build_board(store, Release.open(release), tmp_path / "site")
    asked = value_of(tmp_path / "site" / "data" / "questions" / "0.js")
    assert asked[1]["images"][0][0] == ""
    assert asked[1]["images"][1][0].endswith(".jpg")


def test_no_cell_of_the_csv_is_a_formula(store, release, questions, tmp_path):
    build_board(store, Release.open(release), tmp_path / "site")
    text = (tmp_path / "site" / "board.csv").read_text()
    table = list(csv.DictReader(io.StringIO(text)))
    assert {row["model"] for row in table} == {"lab/strong", "lab/close", "'=weak/model"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in table for cell in row.values())
    told = json.loads((tmp_path / "site" / "board.json").read_text())
    assert [row["id"] for row in told] == [row["id"] for row in table]
    assert {row["model"] for row in told} == {"lab/strong", "lab/close", "=weak/model"}
    assert float(table[0]["accuracy"]) == told[0]["accuracy"]


def test_a_self_reported_score_is_shown_and_not_ranked(release, questions, tmp_path):
    store = Store(tmp_path / "store")
    store.add(pack(tmp_path / "a", release, skilled(0.5)).folder, questions)
    folder = pack(tmp_path / "b", release, skilled(0.9), model="big/claims").folder
    (folder / "predictions.jsonl").unlink()
    rewrite(folder, lambda told: told.update(predictions=None))
    claimed = store.add(folder, questions)
    held_out = HeldOut(data="s", date="2026-01-02T03:04:05Z", num=10, num_correct=5)
    store.judge(claimed.id, held_out=held_out)
    build_board(store, Release.open(release), tmp_path / "site")
    board = value_of(tmp_path / "site" / "data" / "board.js")
    [row] = [row for row in board["rows"] if row["name"] == "big/claims"]
    assert (row["rank"], row["by"], row["held"], row["tier"]) == (
        None,
        None,
        [5, 10],
        "self-reported",
    )
    assert not (tmp_path / "site" / "data" / "answers" / f"{claimed.id}.js").exists()


# ---- baselines


@pytest.fixture
def leaky(tmp_path):
    """A release whose right options say so in their words."""

    def leaking(number, partition):
        right = "ABC"[number % 3]
        options = {letter: f"{letter.lower()} plainly not {number}" for letter in "ABC"}
        options[right] = f"surely this {number}"
        return record(number, partition=partition, options=options)

    sides = ["train" if number % 2 else "test" for number in range(48)]
    return write_release(
        tmp_path / "leaky", [leaking(number, side) for number, side in enumerate(sides)]
    )


def test_baselines_are_packed_marked_and_pass_their_check(leaky, tmp_path):
    packed = pack_baselines(Release.open(leaky), tmp_path / "baselines")
    accuracy = {}
    for one in packed:
        checked = check_submission(one.folder, questions_of(leaky))
        assert checked.ok
        assert (checked.submission.kind, checked.flags) == ("baseline", ())
        accuracy[checked.submission.model.name] = checked.scores.overall.accuracy
    assert accuracy[TEXT_ONLY] == 1  # the words give everything away
    assert accuracy[CONSTANT] == pytest.approx(1 / 3)
    assert 0 < accuracy[RANDOM] < 0.7


def test_baselines_are_the_same_each_time(leaky, tmp_path):
    def predictions(name):
        packed = pack_baselines(Release.open(leaky), tmp_path / name)
        return [(one.folder / "predictions.jsonl").read_bytes() for one in packed]

    assert predictions("a") == predictions("b")


def test_without_a_training_split_nothing_learns_from_words(release, tmp_path):
    packed = pack_baselines(Release.open(release), tmp_path / "baselines")
    assert [one.folder.name for one in packed] == ["random-letters", "most-frequent-letter"]


def test_words_that_were_never_seen_decide_nothing(questions):
    choose = learn_words(questions.samples[:0])
    assert choose(questions.samples[5]) == "A"


# ---- the commands

run = CliRunner().invoke


def told_facts():
    facts = {"submitter": "me", "relationship": "third_party", "revision": "abc"}
    facts |= {"availability": "open", "licence": "MIT", "trained-on-mir": "no"}
    return [part for name, value in facts.items() for part in (f"--{name}", value)]


def test_from_a_run_to_a_board_by_commands(release, tmp_path):
    from submissions import write_task_run

    write_task_run(tmp_path / "run", release, mostly_right, "lab/model", "mir")
    data = ["--data-dir", str(release)]
    packed = tmp_path / "packed"
    result = run(
        app, ["submit", "pack", str(tmp_path / "run"), "--out", str(packed), *data, *told_facts()]
    )
    assert result.exit_code == 0, result.output
    assert "60 predictions, accuracy 75.0%" in result.output
    result = run(app, ["submit", "check", str(packed), *data])
    assert (result.exit_code, "45 of 60 right, 75.0%" in result.output) == (0, True)
    store = str(tmp_path / "store")
    assert run(app, ["board", "add", store, str(packed), *data]).exit_code == 0
    assert run(app, ["board", "baselines", str(tmp_path / "base"), *data]).exit_code == 0
    bases = [str(path) for path in (tmp_path / "base").iterdir()]
    assert run(app, ["board", "add", store, *bases, *data]).exit_code == 0
    [id] = [one.id for one in Store(store).read() if one.submission.kind == "model"]
    assert run(app, ["board", "judge", store, id, "--tier", "reproduced"]).exit_code == 0
    result = run(app, ["board", "build", store, str(tmp_path / "site"), *data])
    assert result.exit_code == 0
    assert "3 submissions, 60 questions, 120 images" in result.output
    assert (tmp_path / "site" / "index.html").is_file()


def test_a_refused_submission_exits_with_1_and_lists_its_faults(release, tmp_path):
    folder = pack(tmp_path, release).folder
    rewrite(folder, lambda told: told["model"].update(size=-1))
    result = run(app, ["submit", "check", str(folder), "--data-dir", str(release)])
    assert result.exit_code == 1
    assert "submission.json, field 'model.size': expected" in result.output
    assert "refused: 1 faults" in result.output
    told = json.loads(
        run(app, ["submit", "check", str(folder), "--data-dir", str(release), "--json"]).stdout
    )
    assert (told["ok"], told["num_faults"], told["scores"]) == (False, 1, None)


def test_the_schema_is_a_command(release):
    told = json.loads(run(app, ["submit", "schema"]).stdout)
    assert told["additionalProperties"] is False
    assert "Prediction" in told["$defs"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--tier", "golden"], "tier 'golden': expected one of self-reported"),
        (["--clear", "odd"], "flag 'odd': expected one of copy"),
        (["--held-out", "x", "10", "11"], "expected at most 10 right, found 11"),
    ],
)
def test_a_judgement_that_there_is_not_is_refused(store, arguments, reason):
    id = store.read()[0].id
    result = run(app, ["board", "judge", str(store.folder), id, *arguments])
    assert isinstance(result.exception, ScoringError)
    assert reason in str(result.exception)
