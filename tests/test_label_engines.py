"""The real engines: vLLM in this process, `vllm serve`, a Ray cluster. All give the same labels.

The model is real too, with weights that name letters at fixed odds (`answering.py`), so that there
are easy and hard questions, and so that engines can be compared draw by draw.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from releases import images_of, record, write_release
from vllm_server import START_SECONDS, VllmServer

from mirbench.data.labels import Label, read_labels
from mirbench.difficulty.ledger import journal_path

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

NUM_QUESTIONS = 16

SAMPLING = ("--min-pixels", "3136", "--max-pixels", "50176", "--max-tokens", "64")
QUICK_START = ("--engine-arg", "enforce_eager=true")


@pytest.fixture(scope="module")
def model(vllm_server: VllmServer) -> Path:
    return vllm_server.model


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen questions that A answers, one too long to read, one with a cut-off image."""
    records = [record(number, conclusion="A") for number in range(NUM_QUESTIONS)]
    records.append(record(16, question="<image1> or <image2>? " + "Look again. " * 9000))
    records.append(record(17))
    images = images_of(records)
    images["images/17-a.jpg"] = images["images/17-a.jpg"][:320]
    return write_release(tmp_path_factory.mktemp("data") / "release", records, images)


@pytest.fixture(scope="module")
def server(vllm_server: VllmServer) -> str:
    return vllm_server.url


def start(release: Path, out: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "mirbench.cli", "label", str(release), "--out", str(out)]
    return subprocess.Popen(
        [*command, *SAMPLING, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str], out: Path) -> dict[str, Label]:
    output, _ = process.communicate(timeout=2 * START_SECONDS)
    assert process.returncode == 1, output[-3000:]  # two questions cannot be answered
    return read_labels(out)


def wait_for_waves(process: subprocess.Popen[str], out: Path, num: int) -> None:
    """Wait until the journal has some waves, so that what follows meets the run at work."""
    start, journal = time.monotonic(), journal_path(out)
    while not journal.exists() or journal.read_bytes().count(b'"letters"') < num:
        assert process.poll() is None, process.communicate()[0][-3000:]
        assert time.monotonic() - start < START_SECONDS
        time.sleep(0.02)


@pytest.fixture(scope="module")
def served(
    release: Path, server: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Label]:
    """The labels by way of `vllm serve`, from a run that was killed at work and gone on with."""
    out = tmp_path_factory.mktemp("served") / "labels.parquet"
    options = ("--engine", "openai", "--server", server, "--concurrency", "3")
    killed = start(release, out, *options)
    wait_for_waves(killed, out, 3)
    killed.kill()
    killed.communicate()
    assert not out.exists()
    return finish(start(release, out, *options), out)


def outcome(labels: dict[str, Label]) -> dict[str, tuple[object, ...]]:
    """Return what has to be the same whichever engine answered."""
    return {
        id: (each.label, each.num_right, each.num_sampled, each.num_unparsed, each.num_tokens)
        for id, each in labels.items()
    }


def test_the_server_labels_every_question_and_says_why_two_cannot_be(
    served: dict[str, Label],
) -> None:
    assert len(served) == NUM_QUESTIONS + 2
    assert {"easy", "hard"} <= {each.label for each in served.values()}
    assert served["q0016"].reason == "too_long"
    assert served["q0017"].reason == "image"


def test_all_ten_answers_of_the_server_give_the_labels_of_the_early_decision(
    release: Path, server: str, served: dict[str, Label], tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    full = finish(start(release, out, "--engine", "openai", "--server", server, "--full"), out)
    assert {id: each.label for id, each in full.items()} == {
        id: each.label for id, each in served.items()
    }
    num_full = sum(each.num_sampled for each in full.values())
    assert num_full == 10 * NUM_QUESTIONS
    assert sum(each.num_sampled for each in served.values()) < num_full


def test_vllm_in_this_process_gives_the_same_draws_though_its_engine_is_killed(
    release: Path, model: Path, served: dict[str, Label], tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    run = start(release, out, "--model", str(model), "--concurrency", "3", *QUICK_START)
    wait_for_waves(run, out, 3)
    os.kill(engine_of(run.pid), 9)
    labels = finish(run, out)
    assert outcome(labels) == outcome(served)
    assert {id: each.reason for id, each in labels.items()} == {
        id: each.reason for id, each in served.items()
    }


def engine_of(pid: int) -> int:
    """Return the process that runs vLLM's core for a process."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        if "EngineCore" in Path(f"/proc/{child}/cmdline").read_text():
            return int(child)
    raise AssertionError(f"no engine among {children}")


def test_a_ray_cluster_gives_the_same_draws(
    release: Path, model: Path, served: dict[str, Label], tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    run = start(release, out, "--engine", "ray", "--model", str(model), *QUICK_START)
    assert outcome(finish(run, out)) == outcome(served)


def test_a_judge_on_vllms_server_is_held_to_the_form_of_a_verdict(
    server: str, release: Path, tmp_path: Path
) -> None:
    """A model that would babble gives a verdict every time: the server enforces the structure."""
    from run_files import write_run

    from mirbench.data.release import Release
    from mirbench.scoring.judge_server import JudgeSpec
    from mirbench.scoring.judging import judge_run
    from mirbench.scoring.run import read_run

    run = write_run(tmp_path / "run", release, lambda sample: "One of them is earlier.")
    tally = judge_run(read_run(run), Release.open(release), JudgeSpec(server=server, max_tries=1))
    assert tally.num_failed == 0, tally.last_problem
    assert tally.num_read + tally.num_none == tally.num_unread == tally.num_responses > 0
    assert tally.prompt_tokens > 100 * tally.num_unread
    assert read_run(run, judged=True).judge == tally.judge
