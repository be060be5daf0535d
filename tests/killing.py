"""A plug-in for lmms-eval that kills its process once so many answers are kept."""

import os
import signal
from itertools import count
from typing import Any


def register() -> list[Any]:
    """Wrap the journal of `mirbench eval`; lmms-eval calls this as an entry point."""
    from mirbench.evaluation.answer_log import AnswerLog

    add, numbers = AnswerLog.add, count(1)

    def add_and_die(*args: Any) -> None:
        add(*args)
        if next(numbers) == int(os.environ.get("KILL_AFTER", "0")):
            os.kill(os.getpid(), signal.SIGKILL)

    AnswerLog.add = add_and_die  # type: ignore[method-assign]
    return []
