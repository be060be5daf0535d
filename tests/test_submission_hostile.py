"""Submissions as an attacker would send them: each is refused with its reason, and quickly."""

import json
import os
import shutil
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from releases import record, write_release
from submissions import pack, questions_of, rewrite, write_predictions

from mirbench.board.check import check_submission
from mirbench.board.reading import MAX_FAULTS, MAX_LINE_BYTES

NUM = 8
TEN_GIGABYTES = 10 * 2**30


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    records = [record(number, partition="test") for number in range(NUM)]
    return write_release(tmp_path_factory.mktemp("data") / "release", records)


@pytest.fixture(scope="module")
def questions(release):
    return questions_of(release)


@pytest.fixture(scope="module")
def honest(release, tmp_path_factory):
    return pack(tmp_path_factory.mktemp("honest"), release).folder


@pytest.fixture
def folder(honest, tmp_path):
    return shutil.copytree(honest, tmp_path / "submission")


def reasons(folder, questions):
    checked = check_submission(folder, questions)
    assert not checked.ok
    assert checked.scores is None or checked.num_faults
    told = [str(fault) for fault in checked.faults]
    assert all(line.isprintable() and len(line) < 400 for line in told), told
    return "\n".join(told)


def told_as(text):
    """Replace `submission.json` by other content."""
    return lambda folder: (folder / "submission.json").write_bytes(
        text if isinstance(text, bytes) else text.encode()
    )


def with_field(path, value):
    def change(folder):
        def set_field(told):
            *steps, last = path.split(".")
            for step in steps:
                told = told[step]
            told[last] = value

        rewrite(folder, set_field)

    return change


def with_text(old, new):
    """Replace a text of `submission.json`, for what `json` would not write."""

    def change(folder):
        path = folder / "submission.json"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


def with_predictions(make):
    """Replace the predictions, named rightly by the submission."""

    def change(folder):
        content = make((folder / "predictions.jsonl").read_bytes())
        rewrite(folder, lambda told: write_predictions(folder, told, content))

    return change


def with_line(**fields):
    def change(folder):
        rewrite(folder, lines=lambda rows: rows[0].update(fields))

    return change


def link(name, target):
    def change(folder):
        (folder / name).unlink()
        (folder / name).symlink_to(target)

    return change


def pipe(folder):
    (folder / "predictions.jsonl").unlink()
    os.mkfifo(folder / "predictions.jsonl")


def grown(name, size):
    """Make a file sparse and huge; reading it would take minutes."""
    return lambda folder: os.truncate(folder / name, size)


def is_folder(folder):
    (folder / "predictions.jsonl").unlink()
    (folder / "predictions.jsonl").mkdir()


def zipped(folder):
    with zipfile.ZipFile(folder / "predictions.jsonl.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("predictions.jsonl", bytes(10 * 2**20))


def beside(name):
    return lambda folder: (folder / name).write_text("x")


DEEP = "[" * 50_000 + "]" * 50_000

CORPUS = {
    # the folder
    "link to a secret": (link("submission.json", "/etc/passwd"), "a plain file, found a link"),
    "linked predictions": (
        link("predictions.jsonl", "/etc/passwd"),
        "predictions.jsonl: expected a plain file, found a link",
    ),
    "pipe": (pipe, "predictions.jsonl: expected a plain file, found something else"),
    "folder for a file": (is_folder, "expected a plain file, found something else"),
    "zip bomb": (zipped, "submission.json and predictions.jsonl alone, found 'predictions.jsonl.z"),
    "script beside": (beside("conftest.py"), "alone, found 'conftest.py'"),
    "backslash path": (beside("..\\..\\evil"), "alone, found '..\\\\..\\\\evil'"),
    "name of control characters": (beside("\x1b[2Jx\u202e"), "alone, found '\\x1b[2Jx\\u202e'"),
    "no submission": (
        lambda folder: (folder / "submission.json").unlink(),
        "submission.json: expected a plain file, found none",
    ),
    "10 GB submission": (
        grown("submission.json", TEN_GIGABYTES),
        "submission.json: expected at most 1,048,576 bytes, found 10,737,418,240",
    ),
    "10 GB of predictions": (
        grown("predictions.jsonl", TEN_GIGABYTES),
        "predictions.jsonl: expected at most 1,073,741,824 bytes, found 10,737,418,240",
    ),
    # the JSON
    "empty": (told_as(""), "expected valid JSON, found nothing"),
    "a list": (told_as("[]"), "submission.json"),
    "a number": (told_as("7"), "submission.json"),
    "UTF-16": (told_as('{"a": 1}'.encode("utf-16")), "expected UTF-8, found another byte at 0"),
    "Latin-1": (told_as(b'{"a": "\xe9"}'), "expected UTF-8, found another byte at 7"),
    "cut off": (told_as('{"kind": "mod'), "expected valid JSON, found broken JSON"),
    "deep": (told_as(DEEP), "nested more than 64 deep"),
    "a little deep": (told_as("[" * 70 + "]" * 70), "values nested at most 64 deep"),
    "key twice": (
        with_text('"kind": "model"', '"kind": "model", "kind": "baseline"'),
        "the key 'kind' twice in one object",
    ),
    "NaN": (with_text('"size": null', '"size": NaN'), "the number NaN"),
    "infinity by exponent": (
        with_text('"size": null', '"size": 1e999'),
        "field 'model.size': expected a finite number",
    ),
    "a number of 5,000 digits": (
        with_text('"cost": null', f'"cost": {"9" * 5000}'),
        "expected valid JSON, found Exceeds the limit",
    ),
    # the fields
    "unknown key": (with_field("model.score", 1), "'model.score': expected no such field, found 1"),
    "missing key": (
        lambda folder: rewrite(folder, lambda told: told.pop("claims")),
        "field 'claims': expected this field, found nothing",
    ),
    "text for a number": (
        with_field("data.num", "8"),
        "field 'data.num': expected a valid integer, found '8'",
    ),
    "true for a number": (with_field("claims.num_correct", True), "expected a valid integer"),
    "negative count": (with_field("claims.num_failed", -1), "greater than or equal to 0, found -1"),
    "accuracy of 2": (with_field("claims.accuracy", 2), "less than or equal to 1, found 2"),
    "best of 64": (with_field("inference.attempts", 64), "'inference.attempts': expected 1"),
    "control character": (
        with_field("model.name", "a\x1b[31mred"),
        "printable text on one line; character 1 is U+001B, found 'a\\x1b[31mred'",
    ),
    "right to left": (with_field("model.name", "gpt\u202e4"), "character 3 is U+202E"),
    "line break": (with_field("submitter.name", "a\nb"), "character 1 is U+000A"),
    "lone surrogate": (with_text('"A. Person"', '"\\ud800"'), "field 'submitter.name': expected"),
    "long name": (with_field("model.name", "x" * 300), "at most 200 characters"),
    "script link": (with_field("model.link", "javascript:alert(1)"), "field 'model.link'"),
    "data link": (with_field("model.link", "data:text/html,x"), "field 'model.link'"),
    "link with a quote": (with_field("model.link", 'https://a.b/"onload='), "field 'model.link'"),
    "path as an id": (with_field("supersedes", "../../etc"), "field 'supersedes'"),
    "31 February": (with_field("created", "2026-02-31T00:00:00Z"), "field 'created'"),
    "5,000 versions": (
        with_field("harness.versions", [{"name": "a", "value": "b"}] * 5000),
        "field 'harness.versions': expected",
    ),
    "task that gives steps away": (with_field("harness.task", "mir_easy"), "field 'harness.task'"),
    "other data": (with_field("data.fingerprint", "0" * 64), "field 'data.fingerprint'"),
    # the predictions
    "long line": (
        with_predictions(lambda lines: lines + b"x" * (MAX_LINE_BYTES + 2)),
        "line 9: expected lines of at most 262,144 bytes, found a longer one",
    ),
    "a million empty lines": (
        with_predictions(lambda lines: lines + b"\n" * 10**6),
        "predictions.jsonl: expected at most 116 lines, found more",
    ),
    "blank line": (with_predictions(lambda lines: b"\n" + lines), "line 1: expected valid JSON"),
    "zeros": (with_predictions(lambda lines: bytes(10**6)), "line 1"),
    "list for a line": (
        with_predictions(lambda lines: lines + b"[1]\n"),
        "line 9: expected a JSON object, found a list of 1",
    ),
    "deep line": (with_predictions(lambda lines: lines + DEEP.encode()), "nested more than 64"),
    "line of bad bytes": (
        with_predictions(lambda lines: lines + b'{"\xff'),
        "line 9: expected UTF",
    ),
    "no line at all": (with_predictions(lambda lines: b""), "8 missing: 'q0000'"),
    "unknown field of a line": (with_line(score=1), "line 1), field 'score': expected no such"),
    "id of markup": (with_line(id="<img src=x>"), "a question of the test split, found '<img"),
    "prediction of two letters": (with_line(prediction="AB"), "field 'prediction': expected"),
    "NaN tokens": (
        with_predictions(lambda lines: lines.replace(b'"tokens":null', b'"tokens":NaN', 1)),
        "line 1: expected valid JSON, found the number NaN",
    ),
    "long response": (with_line(response="x" * 20_000), "at most 16384 characters"),
    "response of a lone surrogate": (
        with_predictions(lambda lines: lines.replace(b'"response":"', b'"response":"\\ud800', 1)),
        "line 1), field 'response': expected",
    ),
    "other question": (with_line(sample="0" * 12), "the question in this release, found '0000"),
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_hostile_submission_is_refused_with_its_reason(name, folder, questions):
    spoil, reason = CORPUS[name]
    spoil(folder)
    assert reason in reasons(folder, questions)


@pytest.mark.parametrize("make", [lambda path: path.write_bytes(b"PK"), lambda path: None])
def test_what_is_no_folder_is_refused(make, tmp_path, questions):
    make(tmp_path / "submission.zip")
    assert "submission.zip: expected a folder" in reasons(tmp_path / "submission.zip", questions)


def test_a_link_to_a_submission_is_refused(honest, tmp_path, questions):
    (tmp_path / "link").symlink_to(honest)
    assert "link: expected a folder, found a file or a link" in reasons(
        tmp_path / "link", questions
    )


NAMES = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", '"><img src=x onerror=a>', "../../x")


@pytest.mark.parametrize("name", NAMES)
def test_text_that_would_act_elsewhere_is_text_here(name, folder, questions):
    rewrite(folder, lambda told: told["model"].update(name=name))
    checked = check_submission(folder, questions)
    assert checked.ok
    assert set(checked.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_faults_beyond_a_thousand_are_counted_and_not_kept(folder, questions):
    rewrite(folder, lines=lambda rows: [dict.fromkeys("abcdefghijkl")] * 100)
    checked = check_submission(folder, questions)
    assert len(checked.faults) == MAX_FAULTS
    assert checked.num_faults > MAX_FAULTS


# ---- whatever comes, a check returns

SLOW_SETUP = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAME = st.sampled_from(["submission.json", "predictions.jsonl"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def soundly(folder, questions):
    """Check; what passes has every question right or wrong as the release says."""
    checked = check_submission(folder, questions)
    assert all(str(fault).isprintable() for fault in checked.faults)
    assert checked.ok == (checked.num_faults == 0)
    if checked.ok and checked.scores:
        right = sum(a == s.answer for a, s in zip(checked.answers, questions.samples, strict=True))
        assert checked.submission.claims.num_correct == right


@SLOW_SETUP
@given(name=NAME, at=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=40))
def test_broken_bytes_never_stop_a_check(honest, tmp_path, questions, name, at, cut, put):
    folder = shutil.copytree(honest, tmp_path / "submission", dirs_exist_ok=True)
    content = (honest / name).read_bytes()
    place = int(at * len(content))
    changed = content[:place] + put + content[place + cut :]
    (folder / name).write_bytes(changed)
    if name == "predictions.jsonl":
        rewrite(folder, lambda told: write_predictions(folder, told, changed))
    soundly(folder, questions)


def places(value, path=()):
    """Yield the path of every value inside a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(one, (*path, key))


def put_at(value, path, new):
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = put_at(value[path[0]], path[1:], new)
    return copied


@SLOW_SETUP
@given(data=st.data(), new=JSON)
def test_other_values_never_stop_a_check(honest, tmp_path, questions, data, new):
    folder = shutil.copytree(honest, tmp_path / "submission", dirs_exist_ok=True)
    told = json.loads((honest / "submission.json").read_text())
    path = data.draw(st.sampled_from(list(places(told))))
    (folder / "submission.json").write_text(json.dumps(put_at(told, path, new)))
    soundly(folder, questions)


@SLOW_SETUP
@given(data=st.data(), new=JSON)
def test_other_lines_never_stop_a_check(honest, tmp_path, questions, data, new):
    folder = shutil.copytree(honest, tmp_path / "submission", dirs_exist_ok=True)
    rows = [json.loads(line) for line in (honest / "predictions.jsonl").read_text().splitlines()]
    path = data.draw(st.sampled_from(list(places(rows[3]))))
    rows[3] = put_at(rows[3], path, new)
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / "submission.json").write_bytes((honest / "submission.json").read_bytes())
    rewrite(folder, lambda told: write_predictions(folder, told, content))
    soundly(folder, questions)
