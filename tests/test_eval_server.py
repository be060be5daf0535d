"""`mirbench eval --model async_openai` against a small server, killed on the way."""

import base64
import io
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from chat_server import MODEL, Reply, answer, question_of, serving
from PIL import Image
from releases import record, write_release
from run_files import samples_of

from mirbench.data.release import Release
from mirbench.evaluation.forms import FORMS
from mirbench.evaluation.journaled import first_seed
from mirbench.evaluation.manifest import read_manifest
from mirbench.interleave import Text
from mirbench.scoring.run import read_run
from mirbench.servers import GIVE_UP_AFTER

NUM, DRAWS, CONCURRENCY, KILL_AT = 8, 3, 4, 20
TASKS = "mir,mir_sampled"


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    records = [record(number, partition="test") for number in range(NUM)]
    return write_release(tmp_path_factory.mktemp("data") / "release", records)


@dataclass
class Killed:
    """What became of a run that was killed and went on, and of its command when it was whole."""

    out: Path
    first_exit: int
    second_exit: int
    third: subprocess.CompletedProcess
    num_kept: int
    bodies_before: list
    bodies_after: list


@pytest.fixture(scope="module")
def killed(tmp_path_factory, release):
    """Run until the server has the 20th request, kill, and run the same command twice more."""
    out = tmp_path_factory.mktemp("run") / "out"
    victim, started, numbers = [], threading.Event(), []

    def kill(body):
        numbers.append(body)
        if len(numbers) == KILL_AT:
            started.wait()
            os.kill(victim[0], signal.SIGKILL)

    with serving(refuse=kill) as server:
        arguments = f"model={MODEL},base_url={server.url},api_key=sk-1,num_cpus={CONCURRENCY}"
        command = [
            *(sys.executable, "-m", "mirbench.cli", "eval", "--model", "async_openai"),
            *("--model-args", arguments, "--tasks", TASKS, "--repeats", str(DRAWS)),
            *("--data-dir", str(release), "--out", str(out)),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
            victim.append(first.pid)
            started.set()
            first.communicate()
        bodies_before = server.bodies[:]
        lines = (out / "answers.journal").read_text().splitlines()
        second = subprocess.run(command, capture_output=True)
        bodies_after = server.bodies[len(bodies_before) :]
        third = subprocess.run(command, capture_output=True, text=True)
        assert len(server.bodies) == len(bodies_before) + len(bodies_after)
    return Killed(
        out,
        first.returncode,
        second.returncode,
        third,
        sum('["answer"' in line for line in lines),
        bodies_before,
        bodies_after,
    )


@pytest.mark.engine
def test_a_killed_run_goes_on_and_asks_nothing_twice(killed):
    assert killed.first_exit == -signal.SIGKILL
    assert killed.second_exit == 0
    # The request that killed it left when all but four were answered, at most three of them not.
    assert KILL_AT - CONCURRENCY <= killed.num_kept < KILL_AT
    assert len(killed.bodies_after) == NUM * (1 + DRAWS) - killed.num_kept


@pytest.mark.engine
def test_a_killed_run_ends_as_one_that_was_not(killed, release):
    direct = FORMS["direct"]
    for task, seeds in (("mir", [0]), ("mir_sampled", range(DRAWS))):
        responses = iter(read_run(killed.out, task).responses)
        for sample in samples_of(release):
            prompt = named(sample, direct.render(sample))
            first = first_seed(0, prompt) if task == "mir_sampled" else 0
            # lmms-eval counts --repeats for every task; a greedy one is asked once
            for draw in range(DRAWS):
                seed = first + (draw if len(seeds) > 1 else 0)
                response = next(responses)
                assert response.scored.id == sample.id
                assert response.scored.draw == draw
                assert response.text == answer(sample.question, seed)
        assert next(responses, None) is None


def named(sample, parts):
    return "".join(
        part.text if isinstance(part, Text) else f"<image{part.index + 1}>" for part in parts
    )


@pytest.mark.engine
def test_a_whole_run_is_not_run_again(killed):
    assert killed.third.returncode == 0
    assert "whole already, nothing to ask" in killed.third.stderr
    assert "task mir_sampled" in killed.third.stdout


@pytest.mark.engine
def test_the_server_is_shown_every_image_in_its_place(killed, release):
    opened = Release.open(release)
    samples = {sample.question.split(":")[0]: sample for sample in samples_of(release)}
    entries = {entry.id: entry for entry in opened.index().entries}
    for body in [*killed.bodies_before, *killed.bodies_after]:
        sample = samples[question_of(body).split(":")[0]]
        images = opened.load_images(sample, entries[sample.id].record)
        [message] = body["messages"]
        expected = FORMS["direct"].render(sample)
        assert len(message["content"]) == len(expected)
        for sent, part in zip(message["content"], expected, strict=True):
            if isinstance(part, Text):
                assert sent == {"type": "text", "text": part.text}
            else:
                kind, _, content = sent["image_url"]["url"].partition(";base64,")
                assert kind == "data:image/png"
                pixels = Image.open(io.BytesIO(base64.b64decode(content))).tobytes()
                assert pixels == Image.open(io.BytesIO(images[part.index])).tobytes()


@pytest.mark.engine
def test_the_server_is_told_every_setting(killed):
    bodies = [*killed.bodies_before, *killed.bodies_after]
    greedy = [body for body in bodies if not body["temperature"]]
    sampled = [body for body in bodies if body["temperature"]]
    assert all(body["top_p"] == 1 and "seed" not in body for body in greedy)
    assert all((body["temperature"], body["top_p"]) == (0.7, 0.8) for body in sampled)
    assert {body["max_tokens"] for body in bodies} == {4096}
    assert len({body["seed"] for body in sampled}) == NUM * DRAWS


@pytest.mark.engine
def test_the_manifest_says_what_was_run(killed, release):
    manifest = read_manifest(killed.out)
    manifest.check_files(killed.out)
    assert (manifest.model.name, manifest.model.backend) == (MODEL, "async_openai")
    assert manifest.data.fingerprint == Release.open(release).index().fingerprint
    assert [(one.name, one.num_questions, one.num_draws) for one in manifest.tasks] == [
        ("mir", NUM, DRAWS),
        ("mir_sampled", NUM, DRAWS),
    ]
    assert manifest.tasks[0].prompt == FORMS["direct"].prompt
    counts = manifest.counts
    assert (counts.num_requests, counts.num_failed) == (2 * NUM * DRAWS, 0)
    assert (counts.num_cut_off, counts.completion_tokens) == (0, 7 * 2 * NUM * DRAWS)
    assert manifest.timing.num_sessions == 2
    assert manifest.versions["lmms-eval"]
    assert "sk-1" not in (killed.out / "manifest.json").read_text()
    assert "sk-1" not in (killed.out / "answers.journal").read_text()


def test_a_flag_that_would_take_the_journal_away_is_refused(tmp_path):
    command = [sys.executable, "-m", "mirbench.cli", "eval", "--model", "vllm", "--model-args"]
    done = subprocess.run(
        [*command, "model=m", "--out", tmp_path / "out", "--use_cache", "x"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "--use_cache: not taken by 'mirbench eval': answers are kept anyway" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.engine
def test_ctrl_c_ends_a_run_with_130_and_its_answers_are_kept(tmp_path, release):
    victim, started, asked = [], threading.Event(), []

    def interrupt(body):
        asked.append(body)
        if len(asked) == 4:
            started.wait()
            os.kill(victim[0], signal.SIGINT)

    with serving(refuse=interrupt) as server:
        arguments = f"model={MODEL},base_url={server.url},num_cpus=1"
        command = [
            *(sys.executable, "-m", "mirbench.cli", "eval", "--model", "async_openai"),
            *("--model-args", arguments, "--data-dir", release, "--out", tmp_path / "out"),
        ]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts
        ) as process:
            victim.append(process.pid)
            started.set()
            _, said = process.communicate()
    assert process.returncode == 130, said
    assert said.strip().endswith("interrupted; the same command goes on from here")
    assert len(asked) == 4
    assert (tmp_path / "out" / "answers.journal").read_text().count('["answer"') == 3


def heed_interrupts():
    """Undo what a shell does to what it runs in the background, these tests included."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.engine
def test_a_server_that_dies_ends_the_run_and_the_answers_are_kept(tmp_path, release):
    """It answers four requests, and then no more: the run does not ask for all that is left."""
    asked = []

    def die(body):
        asked.append(body)
        return None if len(asked) <= 4 else Reply(503, "the engine is dead", {})

    records = [record(number, partition="test") for number in range(4 + GIVE_UP_AFTER + 1)]
    longer = write_release(tmp_path / "release", records)
    with serving(refuse=die) as server:
        arguments = f"model={MODEL},base_url={server.url},num_cpus=1,max_retries=1"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mirbench.cli", "eval", "--model", "async_openai"),
                *("--model-args", arguments, "--data-dir", longer, "--out", tmp_path / "out"),
            ],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 2
    assert len(asked) == 4 + GIVE_UP_AFTER
    said = " ".join(done.stderr.split())
    assert f"expected answers, found none to {GIVE_UP_AFTER} requests in a row" in said
    assert "the engine is dead" in said
    assert "Traceback" not in said
    assert (tmp_path / "out" / "answers.journal").read_text().count('["answer"') == 4
    assert not (tmp_path / "out" / "manifest.json").exists()
