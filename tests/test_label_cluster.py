"""A Ray cluster: every question is answered though a worker is lost; engines start again."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest
from chat_server import MODEL, ChatServer, serving
from releases import record, write_release

from mirbench.data.release import Release
from mirbench.difficulty.asking import Asker, Question
from mirbench.difficulty.draws import Draws, Failure, gather
from mirbench.difficulty.engines import EngineDiedError, EngineError, Identity, Prompt, Response
from mirbench.difficulty.engines.openai_server import OpenAISpec
from mirbench.difficulty.engines.restarting import MAX_DEATHS, RestartingEngine
from mirbench.difficulty.labelling import Ask, ask_here
from mirbench.difficulty.sampling import Rule, Sampling

NUM_QUESTIONS = 60


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    records = [record(number) for number in range(NUM_QUESTIONS)]
    release = Release.open(write_release(tmp_path / "release", records))
    return Asker(release=release, rule=Rule(), seed=0)


def spec_of(server: ChatServer) -> OpenAISpec:
    return OpenAISpec(servers=(server.url,), model=MODEL, sampling=Sampling(), concurrency=4)


def ask_all(ask: Ask, asker: Asker) -> dict[str, Draws]:
    async def asked() -> dict[str, Draws]:
        entries = asker.release.index(near_copies=False).entries
        async with aclosing(ask(Question(entry, "") for entry in entries)) as answers:
            return gather([event async for event in answers])

    return asyncio.run(asked())


class LossAt:
    """Kills the worker that asks while the server holds its n-th request, unanswered."""

    def __init__(self, num: int) -> None:
        self.num_left = num

    def __call__(self, body: dict[str, Any]) -> None:
        self.num_left -= 1
        if self.num_left == 0:
            kill_worker()


def kill_worker() -> None:
    """Kill the processes of this test's own cluster that hold an engine."""
    workers = [
        process
        for process in psutil.Process().children(recursive=True)
        if "AskingActor" in " ".join(process.cmdline())
    ]
    assert len(workers) == 1
    workers[0].kill()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_a_worker_that_is_lost_loses_no_question_and_changes_no_draw(asker: Asker) -> None:
    from mirbench.difficulty.cluster import Cluster, ask_on_cluster

    with serving() as server:
        here = ask_all(ask_here(spec_of(server), asker, lambda: None), asker)
        num_requests = len(server.bodies)
    with serving(refuse=LossAt(num_requests // 2)) as server:
        cluster = Cluster(num_engines=1, num_cpus=0.5)
        ask = ask_on_cluster(cluster, spec_of(server), asker, lambda: None)
        there = ask_all(ask, asker)
    assert there == here
    assert len(server.bodies) > num_requests  # what was lost was asked again


class Mortal:
    """An engine that dies at its first answer, as long as its spec says so."""

    concurrency = 2

    def __init__(self, spec: "MortalSpec") -> None:
        self.spec = spec
        self.closed = False

    async def answer(self, prompt: Prompt, seed: int, num: int) -> Sequence[Response]:
        await asyncio.sleep(0)
        if self.spec.num_started <= self.spec.num_deaths:
            raise EngineDiedError("killed")
        return [Response("Your option: A", 3, False)] * num

    async def close(self) -> None:
        self.closed = True


class MortalSpec:
    """How to start engines of which the first ones die."""

    num_gpus = 0

    def __init__(self, num_deaths: int) -> None:
        self.num_deaths = num_deaths
        self.num_started = 0
        self.engines: list[Mortal] = []

    def identity(self) -> Identity:
        return Identity("mortal", "")

    async def open(self) -> Mortal:
        self.num_started += 1
        self.engines.append(Mortal(self))
        return self.engines[-1]


def test_an_engine_that_dies_is_started_again_once_for_all_who_miss_it(asker: Asker) -> None:
    spec = MortalSpec(num_deaths=1)
    draws = ask_all(ask_here(spec, asker, lambda: None), asker)
    assert len(draws) == NUM_QUESTIONS
    assert not any(isinstance(each.failure, Failure) for each in draws.values())
    assert spec.num_started == 2
    assert all(engine.closed for engine in spec.engines)


def test_an_engine_that_always_dies_ends_the_run(asker: Asker) -> None:
    spec = MortalSpec(num_deaths=100)
    with pytest.raises(EngineError, match=f"died {MAX_DEATHS} times: killed"):
        ask_all(ask_here(spec, asker, lambda: None), asker)
    assert spec.num_started == MAX_DEATHS


def test_a_restarting_engine_wants_what_its_engine_wants() -> None:
    engine = asyncio.run(RestartingEngine.open(MortalSpec(num_deaths=0)))
    assert engine.concurrency == Mortal.concurrency
