"""Packing a run, checking the submission, keeping it in a store."""

import json
from pathlib import Path

import pytest
from releases import record, write_release
from run_files import RUN_DATE, logged, results_of, samples_of, write_run_files
from submissions import FACTS, mostly_right, pack, questions_of, rewrite, write_task_run

from mirbench.board.check import check_submission
from mirbench.board.pack import Facts, pack_run
from mirbench.board.store import Store, current
from mirbench.board.submission import MAX_RESPONSE, Submission, json_schema
from mirbench.board.vectors import vector
from mirbench.board.verdict import HeldOut
from mirbench.errors import ScoringError
from mirbench.evaluation.manifest import Manifest, ManifestError, file_info, write_manifest
from mirbench.scoring.metrics import aggregate
from mirbench.scoring.run import read_run

ROOT = Path(__file__).parent.parent
NUM = 36


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    records = [record(number, partition="test") for number in range(NUM)]
    train = [record(number, partition="train") for number in range(100, 103)]
    return write_release(tmp_path_factory.mktemp("data") / "release", [*records, *train])


@pytest.fixture(scope="module")
def questions(release):
    return questions_of(release)


@pytest.fixture
def test_release(tmp_path):
    """A release that is all test, so that a run on all of it is whole."""
    return write_release(tmp_path / "rel", [record(n, partition="test") for n in range(NUM)])


def faults_of(folder, release):
    return [str(fault) for fault in check_submission(folder, questions_of(release)).faults]


def test_a_packed_run_passes_its_check_with_the_same_scores(tmp_path, test_release):
    packed = pack(tmp_path, test_release)
    checked = check_submission(packed.folder, questions_of(test_release))
    assert checked.faults == ()
    assert checked.id == packed.id
    assert checked.scores == packed.scores
    assert packed.scores.overall.num_correct == 27
    assert checked.submission.claims.num_unparsed == 9
    assert checked.answers.count("-") == 9
    run = read_run(tmp_path / "run")
    assert checked.answers == vector(run.scored)
    assert checked.scores.overall.accuracy == aggregate(run.scored).overall.accuracy


def test_the_questions_are_the_test_split_and_survive_the_cache(release):
    first, again = questions_of(release), questions_of(release)
    assert first == again
    assert [sample.id for sample in first.samples] == [f"q{n:04d}" for n in range(NUM)]


def test_a_run_on_other_questions_is_not_packed(tmp_path, release, test_release):
    run = read_run(_run_on(tmp_path, release))
    with pytest.raises(ScoringError, match=r"expected the 36 test questions .* found 39; 3 are"):
        pack_run(run, questions_of(release), Facts(**FACTS), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def _run_on(tmp_path, release, **changes):
    rows = [logged(n, sample, "A") for n, sample in enumerate(samples_of(release))]
    write_run_files(tmp_path / "run", {**results_of(len(rows)), **changes}, rows)
    return tmp_path / "run"


def test_a_limited_run_is_not_packed(tmp_path, test_release):
    folder = _run_on(tmp_path, test_release, config={"model": "vllm", "limit": 5})
    with pytest.raises(ScoringError, match="--limit 5; run all questions"):
        pack_run(read_run(folder), questions_of(test_release), Facts(**FACTS), tmp_path / "out")


def test_all_missing_facts_are_asked_for_at_once_with_their_meaning(tmp_path, test_release):
    run = read_run(_run_on(tmp_path, test_release))
    with pytest.raises(ScoringError) as caught:
        pack_run(run, questions_of(test_release), Facts(submitter="me"), tmp_path / "out")
    told = str(caught.value)
    assert "--licence         SPDX name of the model's licence" in told
    assert "One of: no, train, test, unknown." in told
    assert "--submitter" not in told
    assert "--model-name" not in told  # the run says it


def test_a_fact_that_the_schema_refuses_is_named(tmp_path, test_release):
    with pytest.raises(ScoringError, match=r"model.*licence|availability"):
        pack(tmp_path, test_release, availability="half open")
    assert not (tmp_path / "submission").exists()


def test_a_long_response_keeps_its_end_and_is_scored_by_it(tmp_path, test_release):
    def respond(sample):
        return "hm " * MAX_RESPONSE + f"\nYour option: {sample.answer}"

    packed = pack(tmp_path, test_release, respond)
    assert (packed.num_cut, packed.num_changed) == (NUM, 0)
    assert packed.scores.overall.accuracy == 1
    line = json.loads((packed.folder / "predictions.jsonl").read_text().splitlines()[0])
    assert len(line["response"]) == MAX_RESPONSE
    assert line["cut"] == 3 * MAX_RESPONSE + len("\nYour option: A") - MAX_RESPONSE
    assert faults_of(packed.folder, test_release) == []


def test_a_lone_surrogate_in_a_response_does_not_stop_a_submission(tmp_path, test_release):
    packed = pack(tmp_path, test_release, lambda sample: "\ud800 Your option: A")
    assert faults_of(packed.folder, test_release) == []


def test_an_existing_folder_is_not_written_over(tmp_path, test_release):
    pack(tmp_path, test_release)
    with pytest.raises(ScoringError, match="found something in it"):
        pack(tmp_path, test_release)


def test_the_schema_file_is_the_schema():
    kept = json.loads((ROOT / "docs" / "submission.schema.json").read_text())
    assert kept == json_schema()


def test_the_schema_explains_every_field_a_person_fills_in():
    definitions = json_schema()["$defs"]
    for name in ("Submitter", "Model", "Disclosure"):
        for field, told in definitions[name]["properties"].items():
            assert told.get("description"), f"{name}.{field}"


def manifest_of(run, **changes):
    """Write the manifest of a run where `mirbench eval` would."""
    folder = run.parent
    files = [path for path in run.rglob("*") if path.is_file()]
    told = {
        "model": {
            "name": "lab/model",
            "revision": "0123abc",
            "backend": "vllm",
            "args": {"dtype": "bfloat16", "max_pixels": "100352"},
        },
        "data": {"name": "release", "revision": "", "fingerprint": "0"},
        "tasks": [
            {
                "name": "mir",
                "version": 1,
                "prompt": "0",
                "generation": {},
                "num_questions": NUM,
                "num_draws": 1,
            }
        ],
        "counts": {"num_requests": NUM, "num_failed": 0, "completion_tokens": 4321},
        "timing": {
            "finished": "2026-01-02T03:04:05Z",
            "seconds_asking": 61.5,
            "seconds_loading": 3,
            "num_sessions": 1,
        },
        "hardware": {"cpu": "x", "num_cpus": 2, "memory_gib": 8, "gpus": ["H100", "H100"]},
        "lengths": {"checked": True},
        "versions": {},
        "settings": {},
        "seed": 7,
        "command": "mirbench eval --model vllm",
        "files": [file_info(path, folder).model_dump() for path in files],
        **changes,
    }
    return write_manifest(folder, Manifest.model_validate(told))


def test_what_the_manifest_knows_need_not_be_said(tmp_path, test_release):
    folder = write_task_run(tmp_path / "run", test_release, mostly_right, "lab/model", "mir")
    manifest_of(folder)
    facts = Facts(**{name: value for name, value in FACTS.items() if name != "revision"})
    packed = pack_run(read_run(folder), questions_of(test_release), facts, tmp_path / "out")
    told = Submission.model_validate(json.loads((packed.folder / "submission.json").read_text()))
    assert (told.model.name, told.model.revision) == ("lab/model", "0123abc")
    inference = told.inference
    assert (inference.dtype, inference.image_limits) == ("bfloat16", "max_pixels 100352")
    assert (inference.seed, inference.tokens, inference.seconds) == (7, 4321, 61.5)
    assert inference.hardware == "H100, H100"
    assert told.harness.command == "mirbench eval --model vllm"  # the one without keys


def test_a_run_that_changed_since_its_manifest_is_not_packed(tmp_path, test_release):
    folder = write_task_run(tmp_path / "run", test_release, mostly_right, "lab/model", "mir")
    manifest_of(folder)
    [samples] = folder.rglob("*_samples_mir.jsonl")
    samples.write_text(samples.read_text().replace("clocks", "CLOCKS"))
    with pytest.raises(ManifestError, match="was changed after the run"):
        pack_run(read_run(folder), questions_of(test_release), Facts(**FACTS), tmp_path / "out")


# ---- what does not match is refused, and all of it is said


def test_inflated_claims_are_refused_with_what_was_computed(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder

    def inflate(told):
        told["claims"]["num_correct"] += 5
        told["claims"]["accuracy"] = 32 / 36
        told["claims"]["groups"][0]["num_correct"] += 5

    faults = faults_of(rewrite(folder, inflate), test_release)
    assert faults == [
        "submission.json, field 'claims.num_correct': expected 27, as computed again, found 32",
        "submission.json, field 'claims.accuracy': expected 0.75, as computed again, found "
        "0.8888888888888888",
        "submission.json, field 'claims.groups category Spatial': expected 9 of 12, as computed "
        "again, found 14 of 12",
    ]


def test_predictions_that_the_responses_do_not_bear_out_are_refused(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder

    def cheat(rows):
        rows[0] |= {"prediction": "A", "status": "answered"}
        rows[1]["response"] = "Your option: A"

    faults = faults_of(rewrite(folder, lines=cheat), test_release)
    assert faults == [
        "sample 'q0000' (predictions.jsonl, line 1), field 'prediction': expected nothing, as the "
        "response is read, found 'A'",
        "sample 'q0000' (predictions.jsonl, line 1), field 'status': expected unparsed, found "
        "'answered'",
        "sample 'q0001' (predictions.jsonl, line 2), field 'prediction': expected A, as the "
        "response is read, found 'B'",
    ]


def test_missing_extra_and_repeated_questions_are_all_named(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder

    def shuffle(rows):
        return [*rows[2:], rows[5], {**rows[6], "id": "q9999"}]

    faults = faults_of(rewrite(folder, lines=shuffle), test_release)
    assert [fault.split("field ")[1] for fault in faults] == [
        "'id': expected once, as in line 4, found again",
        "'id': expected a question of the test split, found 'q9999'",
        "'id': expected a line for each of 36 questions, found 2 missing: 'q0000', 'q0001'",
    ]


def test_another_order_of_lines_is_no_fault(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder
    straight = check_submission(folder, questions_of(test_release)).answers
    rewrite(folder, lines=lambda rows: rows[::-1])
    checked = check_submission(folder, questions_of(test_release))
    assert (checked.faults, checked.answers) == ((), straight)


def test_questions_that_read_differently_are_refused(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder
    records = [record(number, partition="test") for number in range(NUM)]
    records[7]["options"]["B"] = "much later"
    other = write_release(tmp_path / "other", records)
    faults = faults_of(folder, other)
    assert "field 'data.fingerprint': expected" in faults[0]
    assert "sample 'q0007' (predictions.jsonl, line 8), field 'sample': expected" in faults[1]


def test_a_changed_file_is_noticed_by_its_checksum(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder
    path = folder / "predictions.jsonl"
    path.write_text(path.read_text().replace("clocks", "CLOCKS", 1))
    [fault] = faults_of(folder, test_release)
    assert fault.startswith("predictions.jsonl: expected SHA-256")


# ---- oddities


def respond_like(letters):
    return lambda sample: f"Your option: {letters[int(sample.id[1:]) % len(letters)]}"


def flags(folder, release, store=None):
    earlier = store.earlier() if store else ()
    return {flag.kind for flag in check_submission(folder, questions_of(release), earlier).flags}


def test_scores_that_need_no_image_or_no_model_are_flagged(tmp_path, test_release):
    def gold(sample):
        return f"Your option: {sample.answer}"

    perfect = pack(tmp_path / "perfect", test_release, gold).folder
    guessing = pack(tmp_path / "a", test_release, respond_like("AABC")).folder
    constant = pack(tmp_path / "b", test_release, respond_like("A")).folder
    good = pack(tmp_path / "c", test_release, mostly_right).folder
    assert flags(guessing, test_release) == {"image_free"}
    assert flags(constant, test_release) == {"image_free", "one_letter"}
    assert flags(good, test_release) == {"no_answers"}
    assert flags(perfect, test_release) == set()  # 36 questions are too few to doubt


def test_a_copy_of_another_model_is_flagged(tmp_path, test_release):
    store = Store(tmp_path / "store")
    first = pack(tmp_path / "1", test_release, respond_like("CABB"), model="one/model")
    store.add(first.folder, questions_of(test_release))
    copy = pack(tmp_path / "2", test_release, respond_like("CABB"), model="two/model")
    own = pack(tmp_path / "3", test_release, respond_like("CABB"), model="one/model", notes="again")
    assert "copy" in flags(copy.folder, test_release, store)
    assert "copy" not in flags(own.folder, test_release, store)


# ---- the store


def test_the_store_keeps_what_was_sent_and_notices_changes(tmp_path, test_release):
    packed = pack(tmp_path, test_release)
    store = Store(tmp_path / "store")
    added = store.add(packed.folder, questions_of(test_release))
    assert (added.id, added.verdict.tier) == (packed.id, "recomputed")
    kept = tmp_path / "store" / "submissions" / packed.id
    for name in ("submission.json", "predictions.jsonl"):
        assert (kept / name).read_bytes() == (packed.folder / name).read_bytes()
    assert [one.id for one in store.read()] == [packed.id]
    assert store.add(packed.folder, questions_of(test_release)).verdict == added.verdict
    with (kept / "predictions.jsonl").open("a") as file:
        file.write("\n")
    with pytest.raises(ScoringError, match="changed since it was accepted"):
        store.read()
    (kept / "submission.json").write_text((kept / "submission.json").read_text() + " ")
    with pytest.raises(ScoringError, match="never change"):
        store.read()


def test_a_faulty_submission_does_not_enter_the_store(tmp_path, test_release):
    folder = rewrite(pack(tmp_path, test_release).folder, lambda told: told.update(extra=1))
    with pytest.raises(ScoringError, match="field 'extra': expected no such field"):
        Store(tmp_path / "store").add(folder, questions_of(test_release))
    assert not (tmp_path / "store").exists()


def test_a_correction_supersedes_and_the_old_one_stays(tmp_path, test_release):
    store, questions = Store(tmp_path / "store"), questions_of(test_release)
    old = store.add(pack(tmp_path / "1", test_release).folder, questions)
    new = pack(tmp_path / "2", test_release, respond_like("B"), supersedes=old.id)
    added = store.add(new.folder, questions)
    assert {one.id for one in store.read()} == {old.id, added.id}
    assert [one.id for one in current(store.read())] == [added.id]
    other = pack(tmp_path / "3", test_release, model="other/model", supersedes=old.id)
    with pytest.raises(ScoringError, match="expected 'other/model' on mir, found 'test/model'"):
        store.add(other.folder, questions)
    lost = pack(tmp_path / "4", test_release, supersedes="not-there")
    with pytest.raises(ScoringError, match="expected a submission of this store"):
        store.add(lost.folder, questions)


def test_a_claim_without_responses_is_self_reported_and_stays_so(tmp_path, test_release):
    folder = pack(tmp_path, test_release).folder
    (folder / "predictions.jsonl").unlink()
    rewrite(folder, lambda told: told.update(predictions=None))
    store = Store(tmp_path / "store")
    added = store.add(folder, questions_of(test_release))
    assert (added.verdict.tier, added.verdict.answers) == ("self-reported", "")
    with pytest.raises(ScoringError, match="no responses that could be scored again"):
        store.judge(added.id, tier="recomputed")


def test_maintainers_raise_a_tier_and_add_a_held_out_result(tmp_path, test_release):
    store = Store(tmp_path / "store")
    added = store.add(pack(tmp_path, test_release).folder, questions_of(test_release))
    held_out = HeldOut(data="synth 2026-01", date="2026-01-02T03:04:05Z", num=100, num_correct=61)
    store.judge(added.id, tier="reproduced", held_out=held_out, clear=["no_answers"])
    [verdict] = [one.verdict for one in store.read()]
    assert (verdict.tier, verdict.flags, verdict.held_out) == ("reproduced", [], held_out)
    assert verdict.answers == added.verdict.answers


def test_a_submission_says_where_it_comes_from(tmp_path, test_release):
    packed = pack(tmp_path, test_release, hardware="1 x H100 80 GB", size=7, cost=1.5)
    told = Submission.model_validate(json.loads((packed.folder / "submission.json").read_text()))
    assert told.run_id.startswith(RUN_DATE)
    assert told.model.name == "test/model"
    assert (told.harness.task, told.inference.engine, told.inference.attempts) == ("mir", "vllm", 1)
    assert {one.name: one.value for one in told.inference.sampling} == {"temperature": "0.0"}
    assert told.inference.hardware == "1 x H100 80 GB"
