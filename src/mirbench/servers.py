"""Servers of OpenAI's API: connecting, asking again, and what their replies say.

What the labeller and the judge share; what each of them asks is its own.
"""

import asyncio
import email.utils
import json
import random
import time
from collections.abc import Coroutine, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

import aiohttp

from mirbench.errors import MirbenchError

_Answer = TypeVar("_Answer")

API_KEY_VARIABLE: Final = "OPENAI_API_KEY"

GIVE_UP_AFTER: Final = 16
"""Requests without an answer, and none with one between them, after which nobody is asked on."""

MAX_WAIT: Final = 600.0
"""Seconds that a server may ask us to wait before it is asked again all the same."""

NO_REPLY: Final = (aiohttp.ClientError, asyncio.TimeoutError)
"""What is raised where no reply came."""

TRANSIENT: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses of a reply that may be another one later."""


class ServerError(MirbenchError):
    """A server is not there, or refuses to be used as asked."""


class Reply(NamedTuple):
    """What a server sent back."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str


async def read(response: aiohttp.ClientResponse) -> Reply:
    """Wait for the rest of a reply and return it."""
    text = (await response.read()).decode("utf-8", errors="replace")
    return Reply(str(response.url), response.status, response.headers, text)


def open_session(api_key: str, timeout: float) -> aiohttp.ClientSession:
    """Return a session that limits nothing by itself; `timeout` is for one request, in seconds."""
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
        connector=aiohttp.TCPConnector(limit=0),  # the caller limits what is in flight
        # Connecting fails fast; an answer may wait in a full server's queue.
        timeout=aiohttp.ClientTimeout(total=timeout, sock_connect=10.0),
        trust_env=True,  # proxies
    )


async def models_of(session: aiohttp.ClientSession, server: str) -> dict[str, str]:
    """Return the models of a server with who it says owns them.

    Raises:
        ServerError: If there is no such server.
    """
    try:
        async with session.get(f"{server}/models", raise_for_status=True) as response:
            models = json.loads((await read(response)).text)["data"]
            return {str(model["id"]): str(model.get("owned_by")) for model in models}
    except (*NO_REPLY, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ServerError(
            f"{server}: expected a server of OpenAI's API, found {error or type(error).__name__}; "
            "its address ends in /v1"
        ) from error


def back_off(attempt: int) -> float:
    """Return seconds to wait: doubling up to a minute, with a jitter that spreads the retries."""
    return min(60.0, 0.5 * 2.0**attempt) * random.uniform(0.5, 1)


def asked_wait(reply: Reply) -> float | None:
    """Return how many seconds a server asks to be left alone (RFC 9110, Retry-After)."""
    asked = reply.headers.get("Retry-After", "")
    try:
        return max(0.1, float(asked))
    except ValueError:
        pass
    try:
        return max(0.1, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def message_of(reply: Reply) -> str:
    """Return what an error reply says."""
    try:
        body = json.loads(reply.text)
        error = body.get("error", body)
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, AttributeError):
        return reply.text[:300]


def parameter_of(reply: Reply) -> str:
    """Return which field of the request an error reply blames, or an empty text."""
    try:
        return str(json.loads(reply.text)["error"]["param"])
    except (ValueError, KeyError, TypeError):
        return ""


async def together(asks: Iterable[Coroutine[Any, Any, _Answer]]) -> list[_Answer]:
    """Await all; where one fails, cancel the others and wait for their end."""
    tasks = [asyncio.create_task(ask) for ask in asks]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
