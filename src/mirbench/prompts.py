"""What a model is asked: the question with its images in place, its options, an instruction.

The dataset, the evaluation tasks, the labeller and training all take their prompts from here.
Prompts are parts (text and image references); `mirbench.interleave.chat_content` turns them into
a client's messages.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from mirbench.interleave import Part, Text, split_parts
from mirbench.record import Sample
from mirbench.taxonomy import LETTERS

OPTIONS_LINE: Final = "Please select the most likely answer from the following options:"

DIRECT_INSTRUCTION: Final = (
    "Respond in this format:\n"
    "Your option: the letter of the option you choose\n"
    "Reason: why you choose it"
)
"""The paper asks for `Your option:` and `Reason:`; its exact wording was not published."""

BLIND_NOTE: Final = (
    "The images are not shown. Choose the option that is most likely from the text alone."
)
"""Without it, models answer that they see no images, and nothing is learnt about the text."""


def option_lines(options: Sequence[str]) -> str:
    """Write options one a line with their letters. Line breaks inside an option become spaces."""
    return "\n".join(
        f"{letter}. {' '.join(option.split())}"
        for letter, option in zip(LETTERS, options, strict=False)
    )


def rotate_options(sample: Sample, places: int) -> Sample:
    """Return the question with its options rotated left, and the letter that is then the answer.

    Rotated by 1, what was B stands first and is A. Asked in every rotation, a model that prefers a
    letter cannot be right every time (MMBench's circular evaluation, arXiv 2307.06281).
    """
    num = len(sample.options)
    options = tuple(sample.options[(index + places) % num] for index in range(num))
    answer = LETTERS[(LETTERS.index(sample.answer) - places) % num]
    return sample._replace(options=options, answer=answer)


def question_parts(sample: Sample) -> tuple[Part, ...]:
    """Return the question with its images in place, then the options one a line."""
    options = Text(f"\n{OPTIONS_LINE}\n{option_lines(sample.options)}")
    return merge_text((*split_parts(sample.question, sample.image_refs), options))


def direct_prompt(sample: Sample) -> tuple[Part, ...]:
    """Return the prompt of the direct answer, as the paper asks it when it labels difficulty."""
    return merge_text((*question_parts(sample), Text(f"\n{DIRECT_INSTRUCTION}")))


def blind_prompt(sample: Sample) -> tuple[Part, ...]:
    """Return the prompt of the direct answer with its images named but not shown."""
    text = "".join(
        part.text if isinstance(part, Text) else f"<image{part.index + 1}>"
        for part in question_parts(sample)
    )
    return (Text(f"{text}\n{BLIND_NOTE}\n{DIRECT_INSTRUCTION}"),)


def merge_text(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Join neighbouring spans of text, so that one place has one way to be written."""
    merged: list[Part] = []
    for part in parts:
        if merged and isinstance(part, Text) and isinstance(merged[-1], Text):
            merged[-1] = Text(merged[-1].text + part.text)
        else:
            merged.append(part)
    return tuple(merged)


def prompt_hash(*texts: str) -> str:
    """Name a prompt by its fixed texts: twelve hexadecimal digits of their SHA-256."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
