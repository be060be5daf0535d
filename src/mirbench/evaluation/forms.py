"""The forms in which a question is put to a model. Each task names one; see `lmms_eval_tasks`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from mirbench.data.rows import row_sample
from mirbench.errors import SampleError
from mirbench.interleave import Part
from mirbench.prompts import (
    BLIND_NOTE,
    DIRECT_INSTRUCTION,
    OPTIONS_LINE,
    blind_prompt,
    direct_prompt,
    prompt_hash,
    rotate_options,
)
from mirbench.record import Sample
from mirbench.stages import STAGES, stage_example, stage_instruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to ask.

    Attributes:
        name: Of the form.
        version: Of the prompt; raise it whenever any text of it changes.
        texts: Its fixed texts, which name the prompt.
        render: Sample -> the parts of the user's message.
    """

    name: str
    version: int = 1
    texts: tuple[str, ...]
    render: Callable[[Sample], tuple[Part, ...]]

    @property
    def prompt(self) -> str:
        """The prompt's name; see `mirbench.prompts.prompt_hash`."""
        return prompt_hash(*self.texts)


def _stage_form(stage: int) -> Form:
    return Form(
        name=f"stage{stage}",
        texts=(OPTIONS_LINE, stage_instruction(stage)),
        render=lambda sample: stage_example(sample, stage).prompt,
    )


_FORMS: Final = (
    Form(name="direct", texts=(OPTIONS_LINE, DIRECT_INSTRUCTION), render=direct_prompt),
    Form(name="blind", texts=(OPTIONS_LINE, BLIND_NOTE, DIRECT_INSTRUCTION), render=blind_prompt),
    *map(_stage_form, STAGES),
)
FORMS: Final[Mapping[str, Form]] = MappingProxyType({form.name: form for form in _FORMS})
"""By name. `stage5` gives no step and asks for all of them: a chain of thought in tags."""


def form_named(name: str) -> Form:
    """Return a form.

    Raises:
        SampleError: If there is none of that name.
    """
    if name not in FORMS:
        raise SampleError(f"form {name!r}: expected one of {', '.join(FORMS)}")
    return FORMS[name]


def row_rotation(row: Mapping[str, Any]) -> int:
    """Return by how many places a task's row has its options rotated left."""
    return int(row.get("rotation", 0))


def shown_sample(row: Mapping[str, Any]) -> Sample:
    """Return the sample of a task's row as it is shown: with its options rotated."""
    return rotate_options(row_sample(row), row_rotation(row))
