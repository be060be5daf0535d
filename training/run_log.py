"""What a run says of itself: a line for each step, a bar, a plot at the end."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import gather
from rich.console import Console
from transformers import TrainerCallback

from mirbench.curriculum import ScheduleRow
from mirbench.training_run.checkpoints import declare_whole, write_whole
from mirbench.training_run.plot import loss_plot
from mirbench.training_run.progress import TrainingProgress
from mirbench.training_run.steps import (
    STEPS_NAME,
    Place,
    level_losses,
    read_steps,
    require_order,
    step_line,
)


class RunLog(TrainerCallback):  # type: ignore[misc]  # transformers is typed in part
    """Follows a run. It writes what the model was given, and stops a run that left the order."""

    def __init__(self, schedule: Sequence[ScheduleRow], identity: Mapping[str, Any]) -> None:
        """Take the order, and what is to be noted in every checkpoint."""
        self._schedule, self._identity = schedule, identity
        self._batches: list[torch.Tensor] = []
        self.losses: dict[str, float] = {}

    def add(self, places: torch.Tensor) -> None:
        """Take what a batch was: the numbers of a `Place` for each sample."""
        self._batches.append(places)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Forget the steps behind the checkpoint: they are done again."""
        self._clock = time.perf_counter()
        if state.is_world_process_zero:
            path = Path(args.output_dir, STEPS_NAME)
            kept = [line for line in read_steps(path) if line["step"] <= state.global_step]
            write_whole(path, "".join(json.dumps(line) + "\n" for line in kept))
            self._lines = path.open("a", encoding="utf-8")
            console = Console(stderr=True)
            self._bar = TrainingProgress(console, self._schedule, state.max_steps, kept)

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Check the step against the schedule, and write its line."""
        places = self._gathered(args.gradient_accumulation_steps)
        at_once = args.per_device_train_batch_size * args.world_size
        require_order(places, state.global_step * at_once * args.gradient_accumulation_steps)
        inside = [place for place in places if place.position < len(self._schedule)]
        now, self._clock = self._clock, time.perf_counter()
        line = step_line(
            state.global_step + 1, inside, self._schedule,
            learning_rate=kwargs["optimizer"].param_groups[0]["lr"], seconds=self._clock - now,
        )  # fmt: skip
        self.losses = level_losses(line)
        if state.is_world_process_zero:
            self._lines.write(json.dumps(line) + "\n")
            self._lines.flush()
            self._bar.show(line)

    def _gathered(self, accumulation: int) -> list[Place]:
        """Return what all ranks did in a step, by batch, then rank, then sample."""
        batches, self._batches = self._batches, []
        nothing = torch.full_like(batches[0], -1)  # the last step may have fewer batches
        batches += [nothing] * (accumulation - len(batches))
        every = gather(torch.stack(batches)).view(-1, accumulation, *nothing.shape)
        rows = every.transpose(0, 1).flatten(0, 2).tolist()
        return [Place.of(row) for row in rows if row[0] >= 0]

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Declare a checkpoint whole once every rank has written its part."""
        PartialState().wait_for_everyone()
        if state.is_world_process_zero:
            declare_whole(Path(args.output_dir, f"checkpoint-{state.global_step}"), self._identity)

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Draw the plot, and say what was left out."""
        if state.is_world_process_zero:
            self._lines.close()
            steps = list(read_steps(Path(args.output_dir, STEPS_NAME)))
            write_whole(Path(args.output_dir, "loss.svg"), loss_plot(steps))
            num_left_out = sum(len(line["left_out"]) for line in steps)
            self._bar.stop()
            self._bar.say(
                f"{len(steps):,} steps, {num_left_out:,} samples left out; what the run leaves: "
                f"{args.output_dir}"
            )
