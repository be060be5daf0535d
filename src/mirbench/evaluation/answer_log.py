"""The answers of a run, in a journal that survives being killed at any moment.

Every answer goes in as it comes, under a key that names exactly what was asked: the task, the
document, its prompt, the generation settings, which draw it is. The journal's header names the
model and the data. So an answer is found again only by the request that it answers.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from mirbench.journal import Journal

JOURNAL_NAME: Final = "answers.journal"
_SYNC_SECONDS: Final = 1.0
"""At most this much is lost when the machine dies; when the process dies, nothing is."""


class Answer(NamedTuple):
    """What came of a request.

    Attributes:
        text: The response.
        finish_reason: Why it ended, in the backend's word: `stop`, `length`; None if it is silent.
        prompt_tokens: Length of the prompt, images included; None if the backend is silent.
        completion_tokens: Length of the response; None if the backend is silent.
    """

    text: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class AnswerLog:
    """Answers by key, those of earlier sessions included."""

    def __init__(self, folder: Path, header: Mapping[str, Any]) -> None:
        """Open the journal of a run's folder, or start one.

        Raises:
            JournalError: If the answers there are of another model or other data.
        """
        self._answers: dict[str, Answer] = {}
        self._session_seconds: list[float] = []
        self._journal = Journal(folder / JOURNAL_NAME, _as_json(header), self._replay)
        self._session_seconds.append(0.0)
        self._journal.append(_as_json(["session"]))
        self._started = self._synced = time.monotonic()

    def _replay(self, entry: str) -> None:
        match json.loads(entry):
            case ["session"]:
                self._session_seconds.append(0.0)
            case ["answer", key, seconds, *answer]:
                self._answers[key] = Answer(*answer)
                self._session_seconds[-1] = seconds

    def __getitem__(self, key: str) -> Answer:
        """Return the answer to a request."""
        return self._answers[key]

    def __contains__(self, key: str) -> bool:
        """Say whether a request has been answered."""
        return key in self._answers

    def start_clock(self) -> None:
        """From now on time is spent on asking."""
        self._started = time.monotonic()

    def add(self, key: str, answer: Answer) -> None:
        """Keep an answer; from here on the death of this process does not lose it."""
        now = time.monotonic()
        self._answers[key] = answer
        self._session_seconds[-1] = round(now - self._started, 3)
        self._journal.append(_as_json(["answer", key, self._session_seconds[-1], *answer]))
        if now - self._synced >= _SYNC_SECONDS:
            self._synced = now
            self._journal.sync()

    @property
    def num_sessions(self) -> int:
        """How often the run was started, this time included."""
        return len(self._session_seconds)

    @property
    def seconds(self) -> float:
        """Spent on asking, over all sessions."""
        return sum(self._session_seconds)

    def close(self) -> None:
        """Have the disk keep what was written, and close."""
        self._journal.close()


def answer_key(task: str, doc_id: int, draw: int, prompt: str, settings: Mapping[str, Any]) -> str:
    """Name a request."""
    asked: Sequence[Any] = [task, doc_id, draw, prompt, settings]
    return hashlib.sha256(_as_json(asked).encode()).hexdigest()[:32]


def _as_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, default=str)
