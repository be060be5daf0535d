"""Labelling on a Ray cluster: Ray Data spreads the questions over engines on every node.

Each actor of the pool holds one engine and asks its questions wave by wave, as a single machine
would, so early decision needs no exchange between machines. Ray Data starts an actor that is lost
with its node anew, and gives its questions to others. The nodes need mirbench and the release's
folder.

Ray Data's own vLLM processor is not used. It asks a row once and keeps one answer of it
(`vLLMOutputData` of ray.llm reads `outputs[0]`), so every wave would be a pass over the data with
engines of its own; and that of Ray 2.60 cannot show images to vLLM 0.32, since its stage for them
imports `vllm.entrypoints.chat_utils`, which is gone.
"""

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mirbench.data.release import Entry
from mirbench.difficulty.asking import Asker, Question
from mirbench.difficulty.draws import Event, event_from_json, event_to_json
from mirbench.difficulty.engines import EngineError, EngineSpec
from mirbench.difficulty.engines.restarting import RestartingEngine
from mirbench.difficulty.labelling import Ask

QUESTIONS_IN_FLIGHT: Final = 128
"""Questions that an engine works on at a time. Each is a task of its own: Ray hands out the events
of a task when it is done, and asks it again when its node is lost."""

_SETTINGS: Final = ("VLLM_", "HF_")  # what engines read, wherever they run


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where to run, and what each engine takes.

    Attributes:
        address: Of the cluster; None is the one this machine belongs to, else one started here.
        num_engines: How many; 0 is one for each share of GPUs, and one where there are none.
        num_cpus: CPUs of one engine.
    """

    address: str | None = None
    num_engines: int = 0
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
        raise EngineError(
            f"expected Ray, found none: pip install 'mirbench[ray]'; {error}"
        ) from error

    async def ask(questions: Iterator[Question]) -> AsyncGenerator[Event, None]:
        _connect(ray, cluster)
        try:
            rows = _in_a_thread(lambda: _answered(ray, cluster, spec, asker, questions))
            async for row in rows:
                started()
                yield event_from_json(row["event"])
        except ray.exceptions.RayError as error:
            raise EngineError(f"the Ray cluster gave up: {_cause(error)}") from error
        finally:
            ray.shutdown()

    return ask


def _connect(ray: Any, cluster: Cluster) -> None:
    settings = {name: value for name, value in os.environ.items() if name.startswith(_SETTINGS)}
    ray.init(
        address=cluster.address,
        runtime_env={"env_vars": settings},
        log_to_driver=False,
        logging_level="warning",
    )


def _answered(
    ray: Any, cluster: Cluster, spec: EngineSpec, asker: Asker, questions: Iterator[Question]
) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of events as Ray Data does."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    num_gpus, num_engines = _shares(ray.cluster_resources(), cluster, spec.num_gpus)
    rows = [{**question.entry._asdict(), "letters": question.letters} for question in questions]
    pool = ray.data.ActorPoolStrategy(
        size=num_engines,
        max_tasks_in_flight_per_actor=QUESTIONS_IN_FLIGHT,
        max_concurrent_calls_per_actor=QUESTIONS_IN_FLIGHT,
    )
    answered = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        AskingActor,
        fn_constructor_args=(spec, asker),
        compute=pool,
        num_cpus=cluster.num_cpus,
        num_gpus=num_gpus,
    )
    yield from answered.iter_rows()


def _shares(resources: Mapping[str, float], cluster: Cluster, num_gpus: int) -> tuple[int, int]:
    """Return the GPUs of one engine, and how many engines there are to be."""
    all_gpus = int(resources.get("GPU", 0))
    if not all_gpus or not num_gpus:
        return 0, cluster.num_engines or 1
    if num_gpus > all_gpus:
        raise EngineError(f"the Ray cluster: expected {num_gpus} GPUs, found {all_gpus}")
    return num_gpus, cluster.num_engines or all_gpus // num_gpus


class AskingActor:
    """One engine on the cluster; Ray Data makes a pool of these and sends them questions."""

    def __init__(self, spec: EngineSpec, asker: Asker) -> None:
        """Take the settings; the engine starts with the first questions, in their event loop."""
        self._spec = spec
        self._asker = asker
        self._engine: RestartingEngine | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, batch: Mapping[str, Any]) -> AsyncIterator[Mapping[str, Any]]:
        """Ask a batch of questions; yield their events."""
        async with self._starting:
            if self._engine is None:
                self._engine = await RestartingEngine.open(self._spec)
        columns = (batch[name].tolist() for name in (*Entry._fields, "letters"))
        rows = zip(*columns, strict=True)
        questions = (Question(Entry(*fields), letters) for *fields, letters in rows)
        async for event in self._asker.ask_all(self._engine, questions):
            yield {"event": [event_to_json(event)]}


async def _in_a_thread(
    iterate: Callable[[], Iterator[Mapping[str, Any]]],
) -> AsyncGenerator[Mapping[str, Any], None]:
    """Yield what an iterator yields that blocks; its thread does not keep the process alive."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Mapping[str, Any] | BaseException | None] = asyncio.Queue()

    def put(thing: Mapping[str, Any] | BaseException | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(queue.put_nowait, thing)

    def run() -> None:
        try:
            for row in iterate():
                put(row)
            put(None)
        except BaseException as error:  # noqa: BLE001 - raised where the rows are awaited
            put(error)

    threading.Thread(target=run, daemon=True).start()
    while (thing := await queue.get()) is not None:
        if isinstance(thing, BaseException):
            raise thing
        yield thing


def _cause(error: BaseException) -> BaseException:
    """Return what an actor raised: Ray's own message is a whole traceback."""
    return getattr(error, "cause", None) or error
