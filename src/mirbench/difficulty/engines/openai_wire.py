"""What goes over the wire to a server of OpenAI's chat API, and what comes back."""

import base64
import json
from typing import Any, Final

from mirbench.difficulty.draws import FailureReason
from mirbench.difficulty.engines import AnswerError, Prompt, Response
from mirbench.interleave import Text
from mirbench.servers import Reply

_SIGNATURES: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
    b"BM": "image/bmp",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}


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
