"""The progress bar of an evaluation; plain lines where there is no terminal."""

import time
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_SECONDS: Final = 30.0
"""How often a run without a terminal says how far it is."""


class EvaluationProgress:
    """Shows answers, tokens a second, failures, time left."""

    def __init__(self, console: Console) -> None:
        """Show nothing yet."""
        self._console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("reading questions", total=None, said="")
        self._num = self._done = self._num_failed = self._tokens = 0
        self._started = self._last_line = time.perf_counter()

    def __enter__(self) -> "EvaluationProgress":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it is."""
        self._bar.stop()

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(text, highlight=False)

    def begin(self, num: int, num_known: int) -> None:
        """Say how much there is to ask, and how much of it is answered already."""
        self._num, self._done = num, num_known
        self._bar.update(
            self._task, total=num, completed=num_known, description="loading the model"
        )
        if num_known:
            self.say(f"{num_known:,} of {num:,} answers are there from before")

    def started(self, seconds: float) -> None:
        """Say that the model is loaded: from now on time counts."""
        self._started = self._last_line = time.perf_counter()
        self._bar.reset(self._task, total=self._num, completed=self._done, description="answering")
        if not self._console.is_terminal:
            self.say(f"model loaded in {seconds:.0f} s")

    def advance(self, num_tokens: int | None, *, failed: bool) -> None:
        """Count an answer."""
        self._done += 1
        self._num_failed += failed
        self._tokens += num_tokens or 0
        now = time.perf_counter()
        rate = self._tokens / max(now - self._started, 1e-9)
        said = [f"{rate:,.0f} tokens/s"] if self._tokens else []
        said += [f"{self._num_failed:,} failed"] if self._num_failed else []
        self._bar.update(self._task, advance=1, said=", ".join(said))
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            self.say(", ".join([f"{self._done:,}/{self._num:,} answers", *said]))
