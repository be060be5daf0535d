"""What is shown of a run: bars that a kill does not set back, a plot of any length."""

import io

from rich.console import Console

from mirbench.curriculum import ScheduleRow
from mirbench.training_run.plot import loss_plot
from mirbench.training_run.progress import TrainingProgress
from mirbench.training_run.steps import Level, Place, step_line

SCHEDULE = [
    ScheduleRow(
        position=number, phase=1 + number // 4, stage=5, id=f"q{number}", split="easy", row=number
    )
    for number in range(8)
]


def step(number, *positions):
    places = [Place(position, 0, 10, 5, 2.5) for position in positions]
    return step_line(number, places, SCHEDULE, learning_rate=0.1, seconds=1.0)


def bars_of(progress):
    return [(task.description, task.completed) for task in progress._progress.tasks]


def test_a_run_that_goes_on_shows_what_was_done_before():
    said = io.StringIO()
    progress = TrainingProgress(Console(file=said), SCHEDULE, 3, [step(1, 0, 1, 2), step(2, 5, 4)])
    progress.show(step(3, 6, 3, 7))
    assert bars_of(progress) == [("run", 3), ("phase 1, stage 5", 4), ("phase 2, stage 5", 4)]
    assert said.getvalue() == "going on after step 2\n"


def test_a_phase_is_said_when_it_begins():
    said = io.StringIO()
    progress = TrainingProgress(Console(file=said), SCHEDULE, 2)
    for each in (step(1, 2, 0, 1, 3), step(2, 4, 5, 6, 7)):
        progress.show(each)
    assert said.getvalue() == (
        "step 1: phase 1, stage 5, loss 0.5000, 40 tokens/s\n"
        "step 2: phase 2, stage 5, loss 0.5000, 40 tokens/s\n"
    )


def test_a_step_tells_its_samples_in_order_and_how_they_were_dealt():
    line = step(2, 6, 4, 7, 5)
    assert line["ids"] == ["q4", "q5", "q6", "q7"]
    assert line["dealt"] == [2, 0, 3, 1]


def test_the_plot_of_a_long_run_is_one_of_means():
    sums = {"num_samples": 1, "num_tokens": 1, "num_targets": 1}
    lines = [
        {**step(1, 0), "step": number, "levels": [Level(phase=1, stage=5, loss=number % 2, **sums)]}
        for number in range(1, 4001)
    ]
    plot = loss_plot(lines)
    assert 100 < plot.count("<circle") <= 300
    assert ">4,000</text>" in plot


def test_a_run_without_a_step_has_a_plot():
    assert loss_plot([]).endswith("</svg>\n")
