"""The progress bar of a labelling run; plain lines where there is no terminal."""

import time
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from mirbench.difficulty.ledger import Counts

LINE_SECONDS: Final = 30.0
"""How often a run without a terminal says how far it is."""


class LabelProgress:
    """Shows questions decided, answers drawn, saved by early decision, tokens a second, time left.

    Rates and the time left are those of this run: what an earlier run did counts as done, not as
    fast, and the engine's start-up counts apart.
    """

    def __init__(self, console: Console, counts: Counts) -> None:
        """Start from what is done already."""
        self._console = console
        self._start = counts.num_decided + counts.num_failed, counts.num_tokens
        self._opened = time.perf_counter()
        self._started: float | None = None
        self._last_line = 0.0
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} questions"),
            _Counts(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(
            "starting the engine", total=counts.num_questions, completed=self._start[0], said=""
        )

    def __enter__(self) -> "LabelProgress":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Leave the bar as it is."""
        self._bar.stop()

    @property
    def startup_seconds(self) -> float:
        """How long the engine took to start."""
        return (self._started or self._opened) - self._opened

    def started(self) -> None:
        """Say that the engine has started: from now on time counts. Once is enough."""
        if self._started is not None:
            return
        self._started = time.perf_counter()
        self._bar.update(self._task, description="labelling")
        if not self._console.is_terminal:
            self._console.print(f"engine started after {self.startup_seconds:.0f} s")

    def show(self, counts: Counts) -> None:
        """Show how far the run is."""
        done = counts.num_decided + counts.num_failed
        said = self._said(counts, done)
        self._bar.update(self._task, completed=done, said=said)
        now = time.perf_counter()
        if not self._console.is_terminal and now - self._last_line >= LINE_SECONDS:
            self._last_line = now
            self._console.print(f"{done:,}/{counts.num_questions:,} questions, {said}")

    def _said(self, counts: Counts, done: int) -> str:
        seconds = time.perf_counter() - (self._started or self._opened)
        rate = (counts.num_tokens - self._start[1]) / max(seconds, 1e-9)
        just_done = done - self._start[0]
        left = seconds / just_done * (counts.num_questions - done) if just_done else None
        failed = f", {counts.num_failed:,} failed" if counts.num_failed else ""
        return (
            f"{counts.num_draws:,} answers, {counts.num_saved:,} saved{failed}, "
            f"{rate:,.0f} tokens/s, {_clock(left)} left"
        )


def _clock(seconds: float | None) -> str:
    if seconds is None:
        return "-:--:--"
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


class _Counts(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(task.fields["said"], style="cyan")
