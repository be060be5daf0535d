"""The run: ask what is still to be asked, keep what comes, write the table."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, suppress
from typing import Final, NamedTuple, TypeAlias

from mirbench.data.labels import Label
from mirbench.difficulty.asking import Asker, Question
from mirbench.difficulty.draws import Event
from mirbench.difficulty.engines import EngineSpec
from mirbench.difficulty.engines.restarting import RestartingEngine
from mirbench.difficulty.ledger import Counts, Ledger

SYNC_SECONDS: Final = 1.0
"""What power loss can cost; the death of the process alone costs nothing that was answered."""

Ask: TypeAlias = Callable[[Iterator[Question]], AsyncGenerator[Event, None]]
"""Asks questions, here or on a cluster, and yields events as they happen."""

Watch: TypeAlias = Callable[[Counts], None]
"""Is told how far the run is: when the first engine has started, and after each event."""


class Outcome(NamedTuple):
    """What came of a run.

    Attributes:
        labels: The rows of the label table.
        counts: How far the run is, work of earlier runs included.
        num_draws: Answers that this run drew.
        num_tokens: Their tokens.
        seconds: Wall time to the last answer, the start of the engine included.
    """

    labels: list[Label]
    counts: Counts
    num_draws: int
    num_tokens: int
    seconds: float


async def label(
    ledger: Ledger, ask: Ask, watch: Watch, about: Mapping[str, str], *, retry_failed: bool = False
) -> Outcome:
    """Label what the ledger has not labelled yet, and write the table.

    The table is written whatever ends the run: what is known is worth having.
    """
    before = Counts(num_draws=ledger.counts.num_draws, num_tokens=ledger.counts.num_tokens)
    syncing = asyncio.create_task(_sync_now_and_then(ledger))
    start = last = time.perf_counter()
    try:
        pending = ledger.pending(retry_failed=retry_failed)
        first = next(pending, None)
        if first is not None:  # else no engine needs to start
            async with aclosing(ask(itertools.chain([first], pending))) as events:
                async for event in events:
                    ledger.take(event)
                    watch(ledger.counts)
                    last = time.perf_counter()
    finally:
        syncing.cancel()
        with suppress(asyncio.CancelledError):
            await syncing
        labels = ledger.write_table(about)
    counts = ledger.counts
    return Outcome(
        labels=labels,
        counts=counts,
        num_draws=counts.num_draws - before.num_draws,
        num_tokens=counts.num_tokens - before.num_tokens,
        seconds=last - start,
    )


async def _sync_now_and_then(ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(SYNC_SECONDS)
        await asyncio.to_thread(ledger.sync)


def ask_here(spec: EngineSpec, asker: Asker, started: Callable[[], None]) -> Ask:
    """Return what asks an engine in this process; `started` is called when it has started."""

    async def ask(questions: Iterator[Question]) -> AsyncGenerator[Event, None]:
        engine = await RestartingEngine.open(spec)
        started()
        try:
            async with aclosing(asker.ask_all(engine, questions)) as events:
                async for event in events:
                    yield event
        finally:
            await engine.close()

    return ask
