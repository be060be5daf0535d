"""One question as a person reads it in a terminal."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as RichText

from mirbench.interleave import Text, split_parts
from mirbench.record import Sample
from mirbench.stages import step_text
from mirbench.taxonomy import LETTERS, STEPS


def question_panel(sample: Sample) -> RenderableType:
    """Return a panel: the text with the images' places, the options, the five steps."""
    title = " · ".join(filter(None, (sample.category, sample.subtask, sample.id)))
    steps = Table.grid(padding=(0, 2))
    steps.add_column(style="dim", no_wrap=True)
    steps.add_column()
    for step in STEPS:
        text = sample.conclusion if step == "conclusion" else step_text(sample, step)
        steps.add_row(step, RichText(text or "(the source has none)"))
    return Panel(
        Group(_question(sample), RichText(), _options(sample), RichText(), steps),
        title=escape(title),
        title_align="left",
        padding=(1, 2),
    )


def _question(sample: Sample) -> RichText:
    question = RichText()
    for part in split_parts(sample.question, sample.image_refs):
        if isinstance(part, Text):
            question.append(part.text)
        else:
            question.append(f"▣ image {part.index + 1}", style="bold cyan")
    return question


def _options(sample: Sample) -> RichText:
    options = RichText()
    for letter, option in zip(LETTERS, sample.options, strict=False):
        is_answer = letter == sample.answer
        mark = "✓" if is_answer else " "
        options.append(f" {mark} {letter}. {option}\n", style="green" if is_answer else "")
    options.rstrip()
    return options
