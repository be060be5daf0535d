"""An engine that is started again when it dies, so that one death does not end a night's run."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from mirbench.difficulty.engines import (
    Engine,
    EngineDiedError,
    EngineError,
    EngineSpec,
    Prompt,
    Response,
)

MAX_DEATHS: Final = 3
"""An engine that dies this often is not unlucky."""

_log = logging.getLogger(__name__)


class RestartingEngine:
    """The engine of a spec; see `mirbench.difficulty.engines.Engine`."""

    def __init__(self, spec: EngineSpec, engine: Engine) -> None:
        """Take an engine that has started and how to start another one."""
        self._spec = spec
        self._engine = engine
        self._num_deaths = 0
        self._restarting = asyncio.Lock()
        self.concurrency = engine.concurrency

    @classmethod
    async def open(cls, spec: EngineSpec) -> "RestartingEngine":
        """Start the engine.

        Raises:
            EngineError: If it cannot be.
        """
        return cls(spec, await spec.open())

    async def answer(self, prompt: Prompt, seed: int, num: int) -> Sequence[Response]:
        """Draw answers; what was in flight when the engine died is asked again."""
        while True:
            engine = self._engine
            try:
                return await engine.answer(prompt, seed, num)
            except EngineDiedError as error:
                await self._restart(engine, error)

    async def _restart(self, dead: Engine, error: EngineDiedError) -> None:
        """Start another engine, unless someone else who missed the dead one has done so."""
        async with self._restarting:
            if self._engine is not dead:
                return
            self._num_deaths += 1
            if self._num_deaths >= MAX_DEATHS:
                raise EngineError(f"the engine died {self._num_deaths} times: {error}") from error
            _log.warning("the engine died and is started again: %s", error)
            await dead.close()
            self._engine = await self._spec.open()

    async def close(self) -> None:
        """Let go of everything."""
        await self._engine.close()
