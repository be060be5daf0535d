"""Engines: who answers. One small module each; all of them answer the same call.

`vllm_offline` runs vLLM in this process, `openai_server` asks servers that speak OpenAI's API.
`mirbench.difficulty.cluster` runs either of them on every node of a Ray cluster.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from mirbench.difficulty.draws import FailureReason
from mirbench.errors import MirbenchError
from mirbench.interleave import Part


class EngineError(MirbenchError):
    """An engine cannot be started, or cannot go on at all."""


class EngineDiedError(EngineError):
    """An engine that had started is gone; another one could go on."""


class AnswerError(Exception):
    """One question cannot be answered; the engine goes on with the others."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        """Keep why, in a word and in the words of who refused."""
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, " ".join(detail.split())[:500]


@dataclass(frozen=True, eq=False, kw_only=True)
class Prompt:
    """What one question shows and says. The same object for every wave of a question.

    Attributes:
        id: Of the sample.
        parts: Text and image references in reading order.
        images: The bytes of its images, as they are in the release.
    """

    id: str
    parts: tuple[Part, ...]
    images: tuple[bytes, ...]

    @cached_property
    def image_hashes(self) -> tuple[str, ...]:
        """What engines may cache an image by."""
        return tuple(hashlib.sha256(image).hexdigest() for image in self.images)


class Response(NamedTuple):
    """One answer.

    Attributes:
        text: As the model wrote it.
        num_tokens: Its length.
        truncated: Whether it was cut off for its length.
    """

    text: str
    num_tokens: int
    truncated: bool


class Identity(NamedTuple):
    """Which model answers: its name, and its revision or an empty text."""

    model: str
    revision: str


class Engine(Protocol):
    """Something that answers.

    Attributes:
        concurrency: Questions it wants to be asked at a time.
    """

    concurrency: int

    async def answer(self, prompt: Prompt, seed: int, num: int) -> Sequence[Response]:
        """Draw `num` answers, the first with `seed`, each next one with the seed after.

        Raises:
            AnswerError: If this question cannot be answered.
            EngineError: If no question can.
        """

    async def close(self) -> None:
        """Let go of everything."""


class EngineSpec(Protocol):
    """How to get an engine: plain settings, which can be sent to another machine."""

    @property
    def num_gpus(self) -> int:
        """GPUs that one engine takes, where there are any."""

    def identity(self) -> Identity:
        """Say which model answers, without starting it.

        Raises:
            EngineError: If there is no such model.
        """

    async def open(self) -> Engine:
        """Start the engine.

        Raises:
            EngineError: If it cannot be.
        """
