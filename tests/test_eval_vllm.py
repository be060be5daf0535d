"""`mirbench eval` on the real engine, in this process and by way of its server; both killed."""

import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import engine_probe
import numpy as np
import pytest
from answering import build_answering_model
from PIL import Image
from releases import noise, record, write_release
from run_files import samples_of

from mirbench.data.release import Release
from mirbench.evaluation.answer_log import JOURNAL_NAME
from mirbench.evaluation.forms import FORMS
from mirbench.evaluation.manifest import read_manifest
from mirbench.interleave import chat_content
from mirbench.journal import read_entries
from mirbench.model_identity import model_identity
from mirbench.prompts import rotate_options
from mirbench.scoring.run import read_run

pytestmark = pytest.mark.timeout(900)  # three engines start, one after the other

NUM, DRAWS, OPTIONS, MAX_TOKENS, KILL_AFTER = 4, 3, 3, 9, 5
TASKS = "mir_circular,mir_stage2,mir_blind,mir_sampled"
QUESTIONS = [
    "<image2>, then <image1>?",
    "<image1><image1> and <image2>.",
    "Is <image1> before <image2>?",
    f"Is <image1> before <image2>? {'Look at both of them. ' * 400}",
]
NUM_ASKED = NUM * (OPTIONS + 1 + 1 + DRAWS)
NUM_TOO_LONG = NUM_ASKED // NUM


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Four questions, of which the last does not fit into the model."""
    names = [[f"{number}-{letter}.png" for letter in "ab"] for number in range(NUM)]
    records = [
        record(number, question=QUESTIONS[number], images=names[number], partition="test")
        for number in range(NUM)
    ]
    images = {name: noise(name, (56, 84)) for some in names for name in some}
    return write_release(tmp_path_factory.mktemp("data") / "release", records, images)


@pytest.fixture(scope="module")
def killed(tmp_path_factory, release):
    """Kill a run when five answers are kept, let it go on; returns its folder."""
    folder = tmp_path_factory.mktemp("killed")
    model = build_answering_model(folder / "model")
    for plugin in ("engine_probe", "killing"):
        engine_probe.install(folder / "plugins", plugin)
    tests = str(Path(engine_probe.__file__).parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "plugins"), tests])}
    engine = "enforce_eager=True,max_model_len=2048,mm_processor_cache_gb=0"
    command = command_of("vllm", f"model={model},{engine}", release, folder / "run")
    for session, kill_after in (("first", KILL_AFTER), ("second", 0)):
        (folder / session).mkdir()
        settings = {"ENGINE_PROBE": str(folder / session), "KILL_AFTER": str(kill_after)}
        done = subprocess.run(command, env=environment | settings, capture_output=True, text=True)
        # Questions that do not fit have failed, and the exit code says so.
        assert done.returncode == (-signal.SIGKILL if kill_after else 1), done.stderr
    return folder


def command_of(backend, arguments, release, out):
    return [
        *(sys.executable, "-m", "mirbench.cli", "eval", "--model", backend),
        *("--model-args", arguments, "--tasks", TASKS, "--too-long", "fail"),
        *("--repeats", str(DRAWS), "--gen_kwargs", f"max_new_tokens={MAX_TOKENS}"),
        *("--data-dir", str(release), "--out", str(out)),
    ]


@pytest.mark.engine
def test_the_engine_is_asked_for_what_is_missing_and_no_more(killed):
    assert len(list((killed / "first").iterdir())) == NUM_ASKED - NUM_TOO_LONG
    assert len(list((killed / "second").iterdir())) == NUM_ASKED - NUM_TOO_LONG - KILL_AFTER
    manifest = read_manifest(killed / "run")
    manifest.check_files(killed / "run")
    assert manifest.timing.num_sessions == 2
    assert manifest.model.revision.startswith("files-")


@pytest.mark.engine
def test_prompts_that_do_not_fit_have_failed_and_the_others_are_whole(killed):
    manifest = read_manifest(killed / "run")
    assert manifest.lengths.checked
    assert manifest.lengths.limit == 2048
    assert manifest.lengths.num_too_long == NUM_TOO_LONG
    for task in TASKS.split(","):
        for response in read_run(killed / "run", task).responses:
            expected = "failed" if response.scored.id == f"q{NUM - 1:04d}" else "answered"
            assert response.scored.status in (expected, "truncated")


@pytest.mark.engine
def test_the_token_limit_of_the_task_holds_and_its_effect_is_known(killed):
    counts = read_manifest(killed / "run").counts
    num_draws = NUM * DRAWS * 4 + NUM * DRAWS * (OPTIONS - 1)  # as lmms-eval counts them
    num_whole = num_draws - num_draws // NUM
    assert (counts.num_requests, counts.num_failed) == (num_draws, num_draws // NUM)
    assert counts.num_cut_off == num_whole
    assert counts.completion_tokens == MAX_TOKENS * num_whole


@pytest.mark.engine
def test_every_task_shows_its_question_with_the_images_in_place(killed, release):
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(killed / "model")
    expected = {}
    for sample, images in samples_with_images(release)[: NUM - 1]:
        asked = [FORMS[form].render(sample) for form in ("direct", "stage2", "blind")]
        asked += [FORMS["direct"].render(rotate_options(sample, places)) for places in (1, 2)]
        for parts in asked:
            content = chat_content(parts, images)
            text = processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
            )
            expected[text] = [part["url"] for part in content if part["type"] == "image"]
    found = set()
    for path in (killed / "first").iterdir():
        request = np.load(path)
        prompt = engine_probe.prompt_of(processor, request)
        assert engine_probe.shows(processor, request, expected[prompt])
        found.add(prompt)
    assert found == set(expected)


def samples_with_images(release):
    opened = Release.open(release)
    entries = opened.index().entries
    return [
        (sample, [Image.open(BytesIO(one)) for one in opened.load_images(sample, entry.record)])
        for sample, entry in zip(samples_of(release), entries, strict=True)
    ]


# ---- the same questions, by way of vLLM's server


@pytest.fixture(scope="module")
def served(tmp_path_factory, release, vllm_server):
    """Kill a run over a server when five answers are kept, let it go on; returns its folder.

    Below it, in `requests`, is what reached the server's engine.
    """
    folder = tmp_path_factory.mktemp("served")
    engine_probe.install(folder / "plugins", "killing")
    tests = str(Path(engine_probe.__file__).parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder / "plugins"), tests])}
    arguments = f"model={vllm_server.model.name},base_url={vllm_server.url}"
    command = command_of("async_openai", arguments, release, folder / "run")
    before = {path.name for path in vllm_server.requests.iterdir()}
    for kill_after in (KILL_AFTER, 0):
        settings = {"KILL_AFTER": str(kill_after)}
        done = subprocess.run(command, env=environment | settings, capture_output=True, text=True)
        assert done.returncode == (-signal.SIGKILL if kill_after else 0), done.stderr
    (folder / "requests").mkdir()
    for path in vllm_server.requests.glob("[0-9]*.npz"):
        if path.name not in before:
            (folder / "requests" / path.name).symlink_to(path)
    return folder


@pytest.mark.engine
def test_a_server_is_asked_for_what_is_missing_and_no_more(served):
    entries = [json.loads(entry) for entry in read_entries(served / "run" / JOURNAL_NAME)]
    kinds = [entry[0] for entry in entries[1:]]
    assert kinds == ["session", *["answer"] * KILL_AFTER, "session", *kinds[KILL_AFTER + 2 :]]
    keys = [entry[1] for entry in entries[1:] if entry[0] == "answer"]
    assert len(keys) == len(set(keys)) == NUM_ASKED


@pytest.mark.engine
def test_a_servers_engine_is_shown_and_told_the_same_as_one_in_this_process(killed, served):
    here, there = received(killed / "first"), received(served / "requests")
    assert len(here) == NUM_ASKED - NUM_TOO_LONG
    assert here == {request: there[request] for request in here}
    settings = {settings for settings, _, _ in there.values()}
    assert {json.loads(each)["max_tokens"] for each in settings} == {MAX_TOKENS}
    assert {json.loads(each)["repetition_penalty"] for each in settings} == {1.0}


@pytest.mark.engine
def test_a_server_gives_the_same_responses_draw_by_draw(killed, served):
    for task in TASKS.split(","):
        here = read_run(killed / "run", task).responses
        there = read_run(served / "run", task).responses
        for one, other in zip(here, there, strict=True):
            fits_here = one.scored.id != f"q{NUM - 1:04d}"
            assert (one.scored.id, one.scored.draw) == (other.scored.id, other.scored.draw)
            assert (one.text == other.text) == fits_here
            assert other.scored.status != "failed"


@pytest.mark.engine
def test_the_manifest_names_what_a_server_of_this_machine_serves(served, vllm_server):
    model = read_manifest(served / "run").model
    assert model.name == vllm_server.model.name
    assert model.revision == model_identity(str(vllm_server.model)).revision
    assert model.server.startswith("vllm ")
    assert model.server.endswith(f", {vllm_server.model.name}")


def received(folder):
    """Return what reached an engine: how to answer, where images stand, and what they show."""
    requests = {}
    for path in folder.iterdir():
        request = np.load(path)
        settings = str(request["settings"])
        pixels = tuple(request[f"pixels{n}"].tobytes() for n in range(len(request["places"])))
        asked = tuple(request["tokens"].tolist()), json.loads(settings)["seed"]
        requests[asked] = settings, request["places"].tolist(), pixels
    return requests
