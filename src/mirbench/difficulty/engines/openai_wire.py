"""What goes over the wire to a server of OpenAI's chat API, and what comes back."""

import base64
import email.utils
import json
import random
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import aiohttp

from mirbench.difficulty.draws import FailureReason
from mirbench.difficulty.engines import AnswerError, Prompt, Response
from mirbench.interleave import Text

_SIGNATURES: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}


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


def content_of(prompt: Prompt) -> list[dict[str, Any]]:
    """Write a prompt as a message's content, each image in its place with its own bytes."""
    urls = [_data_url(image) for image in prompt.images]
    return [
        {"type": "text", "text": part.text}
        if isinstance(part, Text)
        else {"type": "image_url", "image_url": {"url": urls[part.index]}}
        for part in prompt.parts
    ]


def _data_url(image: bytes) -> str:
    kinds = (kind for start, kind in _SIGNATURES.items() if image.startswith(start))
    return f"data:{next(kinds, 'image/jpeg')};base64,{base64.b64encode(image).decode()}"


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


def answers_of(reply: Reply, num: int) -> list[Response]:
    """Read the answers out of a reply that has some.

    Raises:
        AnswerError: If it has not, or not as many as were asked for.
    """
    try:
        body = json.loads(reply.text)
        choices = sorted(body["choices"], key=lambda choice: choice["index"])
        texts = [choice["message"]["content"] or "" for choice in choices]
        truncated = [choice["finish_reason"] == "length" for choice in choices]
        num_tokens = int(body.get("usage", {}).get("completion_tokens", 0))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnswerError("server", f"no chat completion but {reply.text[:200]!r}") from error
    if len(texts) != num:
        raise AnswerError("server", f"{len(texts)} answers where {num} were asked for")
    # The usage is that of all answers; only their sum is used.
    tokens = [num_tokens, *[0] * (num - 1)]
    return [Response(*each) for each in zip(texts, tokens, truncated, strict=True)]


def reason_of(message: str) -> FailureReason:
    """Return why a server refused a question, by what it says."""
    low = message.lower()
    if "context length" in low or "maximum model length" in low or "too long" in low:
        return "too_long"
    return "image" if "image" in low else "refused"
