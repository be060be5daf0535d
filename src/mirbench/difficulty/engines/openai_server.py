"""Servers that speak OpenAI's chat API: one or several, polite to all of them.

vLLM's own server is told more than the API knows (seeds a draw, image sizes) and answers a wave in
one request, as the engine in this process does. Any other server is sent one request a draw, since
nobody says what its `n` does to its `seed`.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final
from weakref import WeakKeyDictionary

import aiohttp

from mirbench.difficulty.draws import FailureReason
from mirbench.difficulty.engines import AnswerError, EngineError, Identity, Prompt, Response
from mirbench.difficulty.engines.openai_wire import answers_of, content_of, reason_of
from mirbench.difficulty.sampling import Sampling
from mirbench.servers import (
    GIVE_UP_AFTER,
    MAX_WAIT,
    NO_REPLY,
    TRANSIENT,
    Reply,
    ServerError,
    asked_wait,
    back_off,
    message_of,
    models_of,
    open_session,
    parameter_of,
    read,
    together,
)

DEFAULT_CONCURRENCY: Final = 64
"""Questions in flight for each server."""

_OF_THE_QUESTION: Final = frozenset({"messages", "max_tokens"})
_REMEDIES: Final = {
    "mm_processor_kwargs": "; vLLM's server takes image sizes if it runs with "
    "--trust-request-mm-kwargs, and with --min-pixels 0 --max-pixels 0 it is not told any",
    "repetition_penalty": "; with --repetition-penalty 1 it is not told any",
}


@dataclass(frozen=True, kw_only=True)
class OpenAISpec:
    """Which servers to ask, and how.

    Attributes:
        servers: Base URLs, each up to and with `/v1`.
        model: The name that the servers know it by; empty takes the only one they serve.
        revision: What the user says it is; servers do not tell.
        sampling: How answers are drawn.
        concurrency: Questions in flight at all servers together; 0 is 64 for each.
        api_key: Sent as a bearer token; empty sends none.
        max_tries: Requests for one answer before its question is given up.
        timeout: Seconds for one request.
    """

    servers: tuple[str, ...]
    model: str = ""
    revision: str = ""
    sampling: Sampling
    concurrency: int = 0
    api_key: str = field(default="", repr=False)
    max_tries: int = 8
    timeout: float = 600.0

    @property
    def num_gpus(self) -> int:
        """None: the servers have theirs."""
        return 0

    def identity(self) -> Identity:
        """Ask every server for its models, and check that all of them serve the same one.

        Raises:
            EngineError: If a server is not there, or they have no model in common.
        """
        return Identity(asyncio.run(self._served()).model, self.revision)

    async def _served(self) -> "_Served":
        try:
            async with self._session() as session:
                lists = [await models_of(session, server) for server in self.servers]
        except ServerError as error:
            raise EngineError(str(error)) from error
        common = set.intersection(*(set(models) for models in lists))
        if self.model not in common and (self.model or len(common) != 1):
            found = ", ".join(sorted(common)) or "none in common"
            wanted = repr(self.model) if self.model else "one model"
            raise EngineError(
                f"{', '.join(self.servers)}: expected {wanted} at every server, found {found}; "
                "name one of them with --model"
            )
        model = self.model or common.pop()
        return _Served(model, all(models[model] == "vllm" for models in lists))

    def _session(self) -> aiohttp.ClientSession:
        return open_session(self.api_key, self.timeout)

    async def open(self) -> "OpenAIEngine":
        """Connect to the servers."""
        return OpenAIEngine(self, self._session(), await self._served())


@dataclass(frozen=True)
class _Served:
    """What the servers said.

    Attributes:
        model: The name to ask for.
        is_vllm: Whether all of them are vLLM's.
    """

    model: str
    is_vllm: bool


class _Server:
    """One server: how busy it is, and until when it asked to be left alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.num_requests = 0
        self.resume_at = 0.0

    def pause(self, seconds: float) -> None:
        self.resume_at = max(self.resume_at, time.monotonic() + seconds)

    @property
    def wait(self) -> float:
        return self.resume_at - time.monotonic()

    def __enter__(self) -> None:
        self.num_requests += 1

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.num_requests -= 1


class OpenAIEngine:
    """Servers that answer; see `mirbench.difficulty.engines.Engine`."""

    def __init__(self, spec: OpenAISpec, session: aiohttp.ClientSession, served: _Served) -> None:
        """Take connected servers; `OpenAISpec.open` makes them."""
        self._spec = spec
        self._session = session
        self._served = served
        self._servers = [_Server(url) for url in spec.servers]
        # A question stays with its server, whose caches hold its images and its prefix.
        self._homes: WeakKeyDictionary[Prompt, _Server] = WeakKeyDictionary()
        self._num_given_up = 0
        self.concurrency = spec.concurrency or DEFAULT_CONCURRENCY * len(self._servers)

    async def answer(self, prompt: Prompt, seed: int, num: int) -> Sequence[Response]:
        """Draw answers; see `mirbench.difficulty.engines.Engine`."""
        body = self._body(prompt)
        if self._served.is_vllm:
            return await self._ask(prompt, {**body, "n": num, "seed": seed}, num)
        single = (self._ask(prompt, {**body, "seed": seed + draw}, 1) for draw in range(num))
        return [response for (response,) in await together(single)]

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        drawn = self._spec.sampling
        body: dict[str, Any] = {
            "model": self._served.model,
            "messages": [{"role": "user", "content": content_of(prompt)}],
            "temperature": drawn.temperature,
            "top_p": drawn.top_p,
            "max_tokens": drawn.max_tokens,
        }
        if drawn.repetition_penalty != 1:
            body["repetition_penalty"] = drawn.repetition_penalty
        if self._served.is_vllm:
            # Said, since the server would take what is not said from the model's own defaults.
            body |= {"repetition_penalty": drawn.repetition_penalty, "top_k": 0, "min_p": 0.0}
            body |= {"presence_penalty": 0.0, "frequency_penalty": 0.0}
            if drawn.processor_kwargs:
                body["mm_processor_kwargs"] = drawn.processor_kwargs
        return body

    async def _ask(self, prompt: Prompt, body: Mapping[str, Any], num: int) -> list[Response]:
        """Ask until there is an answer, waiting longer after each failure.

        Raises:
            AnswerError: If the server refuses, or gives no answer in spite of retries.
            EngineError: If it has answered nobody for long.
        """
        num_tries, problem = 0, ""
        while num_tries < self._spec.max_tries:
            server = await self._free_server(prompt, anew=bool(problem))
            try:
                with server:
                    reply = await self._post(server, body)
            except NO_REPLY as error:
                problem = f"{server.url}: {error or type(error).__name__}"
                server.pause(back_off(num_tries))
                num_tries += 1
                continue
            if reply.status not in TRANSIENT:
                return self._responses(reply, body, num)
            problem = f"{server.url}: {reply.status} {message_of(reply)}"
            wait = asked_wait(reply)
            if wait is None:
                server.pause(back_off(num_tries))
                num_tries += 1
            else:  # a server that says when to come back is well; it is not a try that failed
                server.pause(min(wait, MAX_WAIT))
        raise self._given_up("server", f"{self._spec.max_tries} tries; {problem}")

    def _responses(self, reply: Reply, body: Mapping[str, Any], num: int) -> list[Response]:
        """Read the answers out of a reply that is not to be retried."""
        message = message_of(reply)
        if reply.status in (401, 403, 404):
            raise EngineError(f"{reply.url}: {reply.status} {message}")
        if reply.status >= 400:
            parameter = parameter_of(reply)
            if parameter in body.keys() - _OF_THE_QUESTION:
                remedy = _REMEDIES.get(parameter, "")
                raise EngineError(f"{reply.url} does not take {parameter}: {message}{remedy}")
            raise self._given_up(reason_of(message), f"{reply.status} {message}")
        self._num_given_up = 0
        return answers_of(reply, num)

    def _given_up(self, reason: FailureReason, detail: str) -> Exception:
        """Return the question's failure, or that of the run where nobody is answered any more."""
        self._num_given_up += reason in ("server", "refused")
        if self._num_given_up >= GIVE_UP_AFTER:
            return EngineError(f"no server answers any more; the last said: {detail}")
        return AnswerError(reason, detail)

    async def _post(self, server: _Server, body: Mapping[str, Any]) -> Reply:
        async with self._session.post(f"{server.url}/chat/completions", json=body) as response:
            return await read(response)

    async def _free_server(self, prompt: Prompt, *, anew: bool) -> _Server:
        """Return the question's server; at its first request and after a failure, the best one."""
        server = self._homes.get(prompt)
        if server is None or anew:
            server = min(self._servers, key=lambda each: (max(0.0, each.wait), each.num_requests))
            self._homes[prompt] = server
        while (wait := server.wait) > 0:
            await asyncio.sleep(wait + random.uniform(0, 0.2))
        return server

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()
