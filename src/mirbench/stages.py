"""The guidance ladder: sample + stage -> prompt and target.

The paper's second phase moves one reasoning step at a time from the prompt to the target. Here
the ladder is data: how many of the five steps each stage gives. A step is given or written,
never both; the conclusion is never given (the paper's own notes put it into their first prompt,
which would make the target a copy).
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from mirbench.errors import SampleError
from mirbench.interleave import Part, Text
from mirbench.prompts import merge_text, question_parts
from mirbench.record import Sample
from mirbench.taxonomy import STEPS, Step

LADDER: Final[Mapping[int, int]] = MappingProxyType({1: 4, 2: 3, 3: 2, 4: 1, 5: 0})
"""Stage -> number of steps given in the prompt; the model writes the others."""

STAGES: Final = tuple(LADDER)

_ANY_STEP_TAG: Final = re.compile(rf"<(?=\s*/?\s*(?:{'|'.join(STEPS)})\s*>)", re.IGNORECASE)


class StageExample(NamedTuple):
    """What a stage asks and what it wants to read.

    Attributes:
        prompt: The parts of the user's message.
        target: The text that the model is to write.
    """

    prompt: tuple[Part, ...]
    target: str


def given_steps(stage: int) -> tuple[Step, ...]:
    """Return the steps that a stage gives in its prompt.

    Raises:
        SampleError: If there is no such stage.
    """
    if stage not in LADDER:
        raise SampleError(f"stage {stage!r}: expected one of {', '.join(map(str, STAGES))}")
    return STEPS[: LADDER[stage]]


def written_steps(stage: int) -> tuple[Step, ...]:
    """Return the steps that a stage leaves to the model, the conclusion always among them."""
    return STEPS[len(given_steps(stage)) :]


def stage_example(sample: Sample, stage: int) -> StageExample:
    """Render a sample as a stage asks it, with what the model is to write."""
    given, written = given_steps(stage), written_steps(stage)
    below = [text for text in (tagged_steps(sample, given), stage_instruction(stage)) if text]
    return StageExample(
        prompt=merge_text((*question_parts(sample), Text("\n\n" + "\n\n".join(below)))),
        target=tagged_steps(sample, written),
    )


def stage_instruction(stage: int) -> str:
    """Return the fixed text that tells the model what to write."""
    shown = "".join(f"<{step}>...</{step}>" for step in written_steps(stage)[:-1])
    opening = "Go on from the steps given." if given_steps(stage) else "Reason step by step."
    goal = "where X is the letter of the option you choose"
    return f"{opening} Write {shown}<conclusion>X</conclusion>, {goal}."


def tagged_steps(sample: Sample, steps: Sequence[Step]) -> str:
    """Write steps in their tags, in order; a step that the source lacks is left out."""
    texts = ((step, step_text(sample, step)) for step in steps)
    return "".join(f"<{step}>{text}</{step}>" for step, text in texts if text)


def step_text(sample: Sample, step: Step) -> str:
    """Return the text of a step with step tags inside it escaped.

    The conclusion is the gold letter, whatever sentence the source wraps it in, so that every
    target ends alike. `reasoning` belongs to region-to-region.
    """
    match step:
        case "conclusion":
            return sample.answer
        case "caption":
            return escape_step_tags("\n".join(text for text in sample.caption if text))
        case "region_to_region":
            texts = (sample.region_to_region, sample.reasoning)
            return escape_step_tags("\n".join(text for text in texts if text))
        case _:
            text: str = getattr(sample, step)
            return escape_step_tags(text)


def escape_step_tags(text: str) -> str:
    """Write `&lt;` for the opening bracket of any step tag inside a step's own text."""
    return _ANY_STEP_TAG.sub("&lt;", text)
