"""A server that judges: asked until there is a verdict, given up on where nobody gets one."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import aiohttp

from mirbench.journal import Journal
from mirbench.scoring.judge import (
    Entry,
    Verdict,
    VerdictError,
    key_of,
    messages,
    read_verdict,
    response_format,
    response_hash,
)
from mirbench.scoring.logged import Response
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
    parameter_of,
    read,
)

_MAX_TOKENS: Final = 400
"""Room for the longest quote and the letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSpec:
    """Who judges.

    Attributes:
        server: Base URL, up to and with `/v1`.
        model: The name that the server knows it by; empty takes the only one it serves.
        api_key: Sent as a bearer token; empty sends none.
        concurrency: Responses in flight.
        max_tries: Requests for one verdict before the response is given up for now.
        timeout: Seconds for one request.
    """

    server: str
    model: str = ""
    api_key: str = field(default="", repr=False)
    concurrency: int = 32
    max_tries: int = 6
    timeout: float = 120.0


@dataclass(slots=True)
class Tally:
    """What judging came to.

    Attributes:
        judge: The model that judged.
        num_responses: Responses of the run.
        num_unread: Of these, those that needed a judge.
        num_kept: Of these, those that had a verdict from before.
        num_read: Of the others, those that the judge read as an option.
        num_none: Those that it read as none.
        num_failed: Those that got no verdict.
        prompt_tokens: Tokens sent, as the server counts them.
        completion_tokens: Tokens received.
        seconds: How long it took.
        last_problem: Why the last response that failed did.
    """

    judge: str
    num_responses: int
    num_unread: int
    num_kept: int
    num_read: int = 0
    num_none: int = 0
    num_failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    last_problem: str = ""

    @property
    def rate(self) -> float:
        """Verdicts a second."""
        return (self.num_read + self.num_none) / self.seconds if self.seconds else 0.0

    def cost(self, input_price: float, output_price: float) -> float:
        """Return what it cost, from prices of a million tokens."""
        return (
            self.prompt_tokens * input_price + self.completion_tokens * output_price
        ) / 1_000_000


class Judging:
    """Asks the server for verdicts and keeps them."""

    def __init__(
        self, session: aiohttp.ClientSession, spec: JudgeSpec, journal: Journal, tally: Tally
    ) -> None:
        """Take an open session, and where to write verdicts and counts."""
        self._session = session
        self._spec = spec
        self._journal = journal
        self._tally = tally
        self._num_failed_in_a_row = 0

    async def work(self, waiting: Iterator[tuple[Response, Sequence[str]]]) -> None:
        """Judge what is waiting, one after the other; several workers share what is waiting.

        Raises:
            ServerError: If the server refuses to be used, or nobody gets a verdict any more.
        """
        for response, options in waiting:
            verdict = await self._verdict(response.text, options)
            if verdict is None:
                self._failed()
                continue
            self._num_failed_in_a_row = 0
            self._keep(response, verdict)

    def _failed(self) -> None:
        self._tally.num_failed += 1
        self._num_failed_in_a_row += 1
        if self._num_failed_in_a_row >= GIVE_UP_AFTER:
            raise ServerError(
                f"{self._spec.server}: no verdicts any more, the last problem: "
                f"{self._tally.last_problem}; what was judged is kept, run it again"
            )

    def _keep(self, response: Response, verdict: Verdict) -> None:
        id, rotation, draw = key_of(response.scored)
        entry = Entry(
            id=id,
            rotation=rotation,
            draw=draw,
            response=response_hash(response.text),
            letter=verdict.letter,
            span=verdict.span,
        )
        self._journal.append(json.dumps(asdict(entry)))
        if verdict.letter is None:
            self._tally.num_none += 1
        else:
            self._tally.num_read += 1

    async def _verdict(self, text: str, options: Sequence[str]) -> Verdict | None:
        """Ask until there is a verdict; None if there is none in spite of retries."""
        body = {
            "model": self._tally.judge,
            "messages": messages(options, text),
            "response_format": response_format(len(options)),
            "temperature": 0.0,
            "max_tokens": _MAX_TOKENS,
        }
        for attempt in range(self._spec.max_tries):
            wait = back_off(attempt)
            try:
                reply = await self._post(body)
            except NO_REPLY as error:
                self._tally.last_problem = str(error) or type(error).__name__
            else:
                if reply.status < 400:
                    try:
                        return read_verdict(self._content(reply), len(options), text)
                    except VerdictError as error:
                        self._tally.last_problem = str(error)
                        wait = 0.0
                elif reply.status in TRANSIENT:
                    self._tally.last_problem = f"{reply.status} {message_of(reply)}"
                    wait = min(asked_wait(reply) or wait, MAX_WAIT)
                else:
                    self._refused(reply)
                    return None
            if attempt + 1 < self._spec.max_tries:
                await asyncio.sleep(wait)
        return None

    def _refused(self, reply: Reply) -> None:
        """Note that a response is refused; raise if every other would be refused as well."""
        self._tally.last_problem = f"{reply.status} {message_of(reply)}"
        blamed = parameter_of(reply)
        if reply.status in (401, 403, 404) or blamed in ("model", "response_format"):
            raise ServerError(f"{reply.url}: {self._tally.last_problem}")

    def _content(self, reply: Reply) -> str:
        """Return what the judge wrote, and count what it cost.

        Raises:
            VerdictError: If the reply is no chat completion.
        """
        try:
            body = json.loads(reply.text)
            usage = body.get("usage") or {}
            self._tally.prompt_tokens += int(usage.get("prompt_tokens", 0))
            self._tally.completion_tokens += int(usage.get("completion_tokens", 0))
            return str(body["choices"][0]["message"]["content"] or "")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise VerdictError(f"expected a chat completion, found {reply.text[:200]!r}") from error

    async def _post(self, body: Mapping[str, Any]) -> Reply:
        url = f"{self._spec.server}/chat/completions"
        async with self._session.post(url, json=body) as response:
            return await read(response)
