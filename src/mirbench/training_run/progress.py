"""The bars of a run: its steps, and the samples of each phase and stage it has come to."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from mirbench.curriculum import ScheduleRow
from mirbench.training_run.steps import Step


class TrainingProgress:
    """Shows how far a run is. Without a terminal it says a line when a phase or stage begins."""

    def __init__(
        self,
        console: Console,
        schedule: Sequence[ScheduleRow],
        num_steps: int,
        done: Sequence[Step] = (),
    ) -> None:
        """Start the bars; `done` are the steps of a run that goes on."""
        self._progress = Progress(
            TextColumn("{task.description:<16}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} {task.fields[unit]}"),
            TextColumn("{task.fields[said]}", style="cyan"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._nums = Counter((row.phase, row.stage) for row in schedule)
        self._tasks: dict[tuple[int, int], TaskID] = {}
        self._run = self._progress.add_task("run", total=num_steps, unit="steps", said="")
        self._progress.start()
        for step in done:
            self._count(step)
        if done:
            self.say(f"going on after step {done[-1]['step']:,}")

    def show(self, step: Step) -> None:
        """Show a step that is done."""
        loss = "no loss" if step["loss"] is None else f"loss {step['loss']:.4f}"
        rate = step["num_tokens"] / max(step["seconds"], 1e-3)
        said = f"{loss}, {rate:,.0f} tokens/s"
        for phase, stage in self._count(step, said):
            self.say(f"step {step['step']:,}: phase {phase}, stage {stage}, {said}")

    def _count(self, step: Step, said: str = "") -> list[tuple[int, int]]:
        """Move the bars on; return which phases and stages begin."""
        self._progress.update(self._run, completed=step["step"], said=said)
        begun = []
        for level in step["levels"]:
            key = level["phase"], level["stage"]
            if key not in self._tasks:
                begun.append(key)
                self._tasks[key] = self._progress.add_task(
                    f"phase {key[0]}, stage {key[1]}",
                    total=self._nums[key], unit="samples", said="",
                )  # fmt: skip
            self._progress.update(self._tasks[key], advance=level["num_samples"])
        return begun

    def say(self, text: str) -> None:
        """Write a line above the bars."""
        self._progress.console.print(text, soft_wrap=True)

    def stop(self) -> None:
        """Leave the bars as they are."""
        self._progress.stop()
