"""Labelling on a Ray cluster: Ray Data spreads the questions over engines on every node.

Each actor of the pool holds one engine and asks its questions wave by wave as a single machine
would, so early decision needs no exchange between machines. Ray Data restarts an actor that dies,
and gives its questions to others. Nodes need mirbench installed and see the release's folder.

Ray Data's own vLLM processor is not used: it asks each row once and keeps one answer a row, so
every wave would be a pass over the data that starts all engines anew.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mirbench.data.release import Entry, Release
from mirbench.difficulty.asking import Asker, Question
from mirbench.difficulty.draws import Event, event_from_json, event_to_json
from mirbench.difficulty.engines import Engine, EngineDiedError, EngineError, EngineSpec
from mirbench.difficulty.labelling import Ask
from mirbench.difficulty.sampling import Rule

QUESTIONS_A_TASK: Final = 8
"""What Ray hands out, and hands back, at a time: a task's events arrive when it is done."""

TASKS_IN_FLIGHT: Final = 16
"""Tasks that an actor works on at a time: 128 questions keep an engine's batch full."""

_MISSING: Final = "the cluster needs Ray Data: pip install 'mirbench[ray]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where to run, and what each engine takes.

    Attributes:
        address: Of the cluster; None connects to the one of this machine or starts one here.
        num_actors: Engines; 0 is one for each share of GPUs, and one where there are none.
        num_gpus: GPUs of one engine; None is 1 where the cluster has any.
        num_cpus: CPUs of one engine.
    """

    address: str | None = None
    num_actors: int = 0
    num_gpus: float | None = None
    num_cpus: float = 1


def ask_on_cluster(
    cluster: Cluster, spec: EngineSpec, asker: Asker, started: Callable[[], None]
) -> Ask:
    """Return what asks the engines of a cluster; `started` is called at the first answer.

    Raises:
        EngineError: If there is no Ray.
    """
    try:
        import ray.data
    except ImportError as error:
        raise EngineError(f"{_MISSING} ({error})") from error

    async def ask(questions: Iterator[Question]) -> AsyncGenerator[Event, None]:
        rows = iter(_answered(ray, cluster, spec, asker, questions))
        first = True
        try:
            while (row := await asyncio.to_thread(next, rows, None)) is not None:
                if first:
                    started()
                    first = False
                yield event_from_json(row["event"])
        except ray.exceptions.RayError as error:
            raise EngineError(f"the Ray cluster gave up: {error}") from error

    return ask


def _answered(
    ray: Any, cluster: Cluster, spec: EngineSpec, asker: Asker, questions: Iterator[Question]
) -> Iterator[Mapping[str, Any]]:
    """Return the rows of events as Ray Data yields them."""
    ray.init(address=cluster.address, ignore_reinit_error=True, log_to_driver=False)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    num_gpus, num_actors = _shares(ray.cluster_resources(), cluster)
    rows = [{**question.entry._asdict(), "letters": question.letters} for question in questions]
    tasks = -(-len(rows) // QUESTIONS_A_TASK)
    answered = ray.data.from_items(rows, override_num_blocks=tasks).map_batches(
        AskingActor,
        fn_constructor_args=(spec, replace(asker, release=_unindexed(asker.release))),
        batch_size=None,
        compute=ray.data.ActorPoolStrategy(
            size=num_actors, max_tasks_in_flight_per_actor=TASKS_IN_FLIGHT
        ),
        max_concurrency=TASKS_IN_FLIGHT,
        num_cpus=cluster.num_cpus,
        num_gpus=num_gpus,
    )
    rows_of_events: Iterator[Mapping[str, Any]] = answered.iter_rows()
    return rows_of_events


def _unindexed(release: Release) -> Release:
    """Return the same release without its index, which would travel to every actor."""
    return Release(release.records_path, release.images, release.name)


def _shares(resources: Mapping[str, float], cluster: Cluster) -> tuple[float, int]:
    """Return the GPUs of one engine, and how many engines there are to be."""
    all_gpus = resources.get("GPU", 0.0)
    num_gpus = cluster.num_gpus
    if num_gpus is None:
        num_gpus = 1.0 if all_gpus else 0.0
    if num_gpus > all_gpus:
        raise EngineError(f"the Ray cluster: expected {num_gpus} GPUs, found {all_gpus}")
    return num_gpus, cluster.num_actors or max(1, int(all_gpus // num_gpus) if num_gpus else 1)


class AskingActor:
    """One engine on the cluster; Ray Data makes a pool of these and sends them questions."""

    def __init__(self, spec: EngineSpec, asker: Asker) -> None:
        """Take the settings; the engine starts with the first questions, in their event loop."""
        self._spec = spec
        self._asker = asker
        self._engine: Engine | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, batch: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
        """Ask a batch of questions; yield their events."""
        engine = await self._started()
        columns = (batch[name].tolist() for name in (*Entry._fields, "letters"))
        questions = (Question(Entry(*fields), letters) for *fields, letters in zip(*columns, strict=True))
        try:
            async for event in self._asker.ask_all(engine, questions):
                yield {"event": [event_to_json(event)]}
        except EngineDiedError:
            # The engine is gone but this actor is not, and Ray would retry here for ever. Only
            # an actor that dies unasked is started anew and its questions are given to others.
            os._exit(1)

    async def _started(self) -> Engine:
        async with self._starting:
            if self._engine is None:
                self._engine = await self._spec.open()
            return self._engine
