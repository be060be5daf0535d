"""A labelling run as users start it: killed, doubled, failing, gone on with; the same labels."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
import pytest
from chat_server import ChatServer, Reply, answer, question_of, serving
from releases import images_of, record, write_release
from typer.testing import CliRunner

from mirbench.answers import extract
from mirbench.cli import app
from mirbench.data.labels import Label, read_labels
from mirbench.data.release import Release
from mirbench.difficulty.draws import Failure, event_from_json
from mirbench.difficulty.ledger import journal_path
from mirbench.difficulty.sampling import first_seed
from mirbench.errors import MirbenchError
from mirbench.journal import Journal

NUM_QUESTIONS = 60


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "release"
    return write_release(folder, [record(number) for number in range(NUM_QUESTIONS)])


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with serving() as running:
        yield running


def options_of(release: Path, server: ChatServer, out: Path, *more: str) -> list[str]:
    return [
        "label",
        str(release),
        "--engine",
        "openai",
        "--server",
        server.url,
        "--out",
        str(out),
        *more,
    ]


def start(options: list[str], stderr: Any = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """Start a run that is going to be killed."""
    command = [sys.executable, "-m", "mirbench.cli", *options]
    return subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        # A shell that runs the tests in the background ignores interrupts, and passes that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


class Done(NamedTuple):
    """What a run said."""

    stdout: str
    stderr: str


def label(release: Path, server: ChatServer, out: Path, *options: str, code: int = 0) -> Done:
    """Run the command in this process."""
    result = CliRunner().invoke(app, options_of(release, server, out, *options))
    refused = isinstance(result.exception, MirbenchError)
    if result.exception and not refused and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert (2 if refused else result.exit_code) == code, result.output
    return Done(result.stdout, str(result.exception) if refused else result.stderr)


def labels_of(out: Path) -> dict[str, Label]:
    return read_labels(out)


def number_of(body: dict[str, Any]) -> int:
    return int(question_of(body).removeprefix("Number ").split(":")[0])


def expected_rights(release: Path) -> dict[str, list[bool]]:
    """Draw all ten answers of every question with its seeds, without any of the code under test
    but the seeds and the extractor."""
    opened = Release.open(release)
    rights = {}
    with opened.records_path.open("rb") as file:
        for entry in opened.index().entries:
            sample = opened.load(file, entry)
            seeds = range(first_seed(0, entry.id), first_seed(0, entry.id) + 10)
            texts = (answer(f"Number {entry.record}:", seed) for seed in seeds)
            rights[entry.id] = [
                extract(text, sample.options).letter == sample.answer for text in texts
            ]
    return rights


def test_labels_are_those_of_ten_answers_and_cost_fewer(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    label(release, server, tmp_path / "early.parquet")
    num_early = sum(server.asked.values())
    early, rights = labels_of(tmp_path / "early.parquet"), expected_rights(release)
    assert {id: each.label for id, each in early.items()} == {
        id: "easy" if sum(draws) >= 7 else "hard" for id, draws in rights.items()
    }
    assert {each.label for each in early.values()} == {"easy", "hard"}
    assert num_early == sum(each.num_sampled for each in early.values())
    assert num_early < 0.8 * 10 * NUM_QUESTIONS
    assert max(server.asked.values()) == 1

    label(release, server, tmp_path / "full.parquet", "--full")
    full = labels_of(tmp_path / "full.parquet")
    assert [each.label for each in full.values()] == [each.label for each in early.values()]
    assert {id: each.num_right for id, each in full.items()} == {
        id: sum(draws) for id, draws in rights.items()
    }
    assert all(each.pass_rate == each.num_right / 10 for each in full.values())


def test_an_answer_that_names_no_option_is_not_right_and_is_counted(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    label(release, server, tmp_path / "labels.parquet", "--full", "--limit", "12")
    labels = labels_of(tmp_path / "labels.parquet")
    assert len(labels) == 12
    unparsed = {}
    for number, id in enumerate(labels):
        seeds = range(first_seed(0, id), first_seed(0, id) + 10)
        texts = [answer(f"Number {number}:", seed) for seed in seeds]
        unparsed[id] = sum(text.startswith("I cannot tell") for text in texts)
    assert {id: each.num_unparsed for id, each in labels.items()} == unparsed
    assert sum(unparsed.values()) > 0


def test_killed_at_random_moments_it_ends_with_the_same_labels_and_repeats_only_what_was_in_flight(
    release: Path, tmp_path: Path
) -> None:
    concurrency, moments = 6, random.Random(6)
    out = tmp_path / "killed.parquet"
    with serving(delay=0.03) as server:
        label(release, server, tmp_path / "whole.parquet")
        once = dict(server.asked)
        server.asked.clear()
        num_kills = 0
        for _ in range(8):
            process = start(options_of(release, server, out, "--concurrency", str(concurrency)))
            wait_for_requests(server, process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(moments.uniform(0.05, 0.4))
            process.kill()
            num_kills += process.wait() == -9
        label(release, server, out)
    assert num_kills >= 5
    assert server.asked.keys() == once.keys()
    repeated = sum(server.asked.values()) - len(once)
    assert repeated <= num_kills * concurrency * 4  # a wave has at most four draws
    assert labels_of(out) == labels_of(tmp_path / "whole.parquet")


def wait_for_requests(server: ChatServer, process: subprocess.Popen[bytes]) -> None:
    """Wait until a run has asked something new, so that a kill meets it at work."""
    before, start = len(server.bodies), time.monotonic()
    while len(server.bodies) == before and process.poll() is None:
        assert time.monotonic() - start < 60
        time.sleep(0.01)


def test_interrupted_it_writes_what_it_knows_and_goes_on_from_there(
    release: Path, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    with serving(delay=0.05) as server:
        process = start(options_of(release, server, out, "--concurrency", "4"), subprocess.PIPE)
        while len(server.bodies) < 40:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
        assert process.returncode == 130, error
        assert b"the same command goes on from here" in error
        assert 0 < len(labels_of(out)) < NUM_QUESTIONS
        label(release, server, out)
    assert len(labels_of(out)) == NUM_QUESTIONS


def test_two_runs_of_one_output_are_one_too_many(release: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.parquet"
    with serving(delay=0.2) as server:
        first = start(options_of(release, server, out, "--concurrency", "2"))
        wait_for_requests(server, first)
        second = label(release, server, out, code=2)
        first.kill()
        first.wait()
    assert f"process {first.pid} on" in second.stderr
    assert "wait for it, or name another output" in second.stderr


def test_failures_are_kept_with_their_reason_and_tried_again_when_asked(
    tmp_path: Path,
) -> None:
    records = [record(number) for number in range(6)]
    images = images_of(records)
    images["images/2-b.jpg"] = b"no image"
    release = write_release(tmp_path / "release", records, images)
    out = tmp_path / "labels.parquet"

    def refuse(body: dict[str, Any]) -> Reply | None:
        too_long = Reply(400, "maximum context length is 16384 tokens", {})
        return too_long if number_of(body) == 4 and not healed else None

    healed = False
    with serving(refuse=refuse) as server:
        done = label(release, server, out, code=1)
        failed = {id: each for id, each in labels_of(out).items() if each.status == "failed"}
        assert {id: each.reason for id, each in failed.items()} == {
            "q0002": "image",
            "q0004": "too_long",
        }
        assert "16384 tokens" in (failed["q0004"].detail or "")
        assert "1 image, 1 too_long; '--retry-failed' tries them again" in done.stdout

        num_requests = len(server.bodies)
        label(release, server, out, code=1)  # failures are not tried again unless asked
        assert len(server.bodies) == num_requests

        healed = True
        label(release, server, out, "--retry-failed", code=1)
        still = [id for id, each in labels_of(out).items() if each.status == "failed"]
        assert still == ["q0002"]
        assert len(labels_of(out)) == 6


def test_a_full_run_goes_on_from_an_early_one_and_another_rule_needs_no_answers(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "20")
    label(release, server, out, "--limit", "20", "--full")
    assert max(server.asked.values()) == 1
    assert sum(server.asked.values()) == 200
    label(release, server, out, "--limit", "20", "--full", "--threshold", "3")
    assert sum(server.asked.values()) == 200
    assert all((each.label == "easy") == (each.num_right >= 3) for each in labels_of(out).values())


def test_a_table_whose_journal_is_gone_is_gone_on_with(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "20")
    first = labels_of(out)
    journal_path(out).unlink()
    label(release, server, out)
    assert max(server.asked.values()) == 1
    both = labels_of(out)
    assert len(both) == NUM_QUESTIONS
    assert {id: both[id] for id in first} == first


@pytest.mark.parametrize(
    ("options", "found"),
    [(["--temperature", "0.1"], "another: it has"), (["--seed", "1"], "another: it has")],
)
def test_answers_drawn_another_way_are_not_mixed(
    release: Path, server: ChatServer, tmp_path: Path, options: list[str], found: str
) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "2")
    assert found in label(release, server, out, *options, code=2).stderr


def test_labels_of_another_model_are_not_overwritten(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "2")
    journal_path(out).unlink()
    error = label(release, server, out, "--revision", "v2", code=2).stderr
    assert "name another output" in error


def test_responses_are_kept_where_asked(release: Path, server: ChatServer, tmp_path: Path) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "2", "--keep-responses")
    lines = [line[9:] for line in journal_path(out).read_text().splitlines()[1:]]
    waves = [event_from_json(line) for line in lines]
    assert all(not isinstance(wave, Failure) and wave.responses for wave in waves)


def test_the_summary_is_for_programs_too_and_a_plot_stands_beside_the_table(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    summary = json.loads(label(release, server, out, "--json").stdout)
    labels = labels_of(out)
    assert summary["total"]["num_easy"] == sum(each.label == "easy" for each in labels.values())
    assert sum(summary["histogram"]) == NUM_QUESTIONS
    assert summary["num_draws"] == sum(each.num_sampled for each in labels.values())
    assert summary["run"]["num_tokens"] == 7 * summary["num_draws"]
    plot = (tmp_path / "labels.svg").read_text()
    assert plot.count("<title>") == sum(
        bool(row[name])
        for row in [*summary["rows"], summary["total"]]
        for name in ("num_easy", "num_hard", "num_failed")
    )


def test_a_table_says_how_it_was_made(
    release: Path, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-secret")
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "2")
    run = json.loads(pq.read_schema(out).metadata[b"mirbench.run"])
    assert run["engine"] == "openai"
    assert run["settings"]["sampling"]["temperature"] == 0.7
    assert "python" in run["versions"]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"a-secret" not in written


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--engine", "vllm"], "--server: expected with --engine openai"),
        (["--engine-arg", "a=1"], "--engine-arg: expected with vllm and ray"),
        (["--threshold", "11"], "threshold: expected 1 to 10, found 11"),
        (["--top-p", "0"], "top_p: expected above 0"),
    ],
)
def test_wrong_use_says_what_is_expected(
    release: Path, server: ChatServer, tmp_path: Path, options: list[str], message: str
) -> None:
    done = label(release, server, tmp_path / "labels.parquet", *options, code=2)
    assert message in done.stderr


def test_a_finished_run_asks_nobody(release: Path, server: ChatServer, tmp_path: Path) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out, "--limit", "4")
    before, content = len(server.bodies), labels_of(out)
    label(release, server, out, "--limit", "4")
    assert len(server.bodies) == before
    assert labels_of(out) == content


def test_a_torn_journal_loses_its_torn_line_alone(
    release: Path, server: ChatServer, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    label(release, server, out)
    whole = labels_of(out)
    journal = journal_path(out)
    journal.write_bytes(journal.read_bytes()[:-10])
    header = journal.read_text().splitlines()[0][9:]
    entries: list[str] = []
    Journal(journal, header, entries.append).close()
    out.unlink()
    num_asked = sum(server.asked.values())
    label(release, server, out)
    assert 0 < sum(server.asked.values()) - num_asked <= 4
    assert labels_of(out) == whole
