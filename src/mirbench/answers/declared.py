"""Answers in a delimited format: our own tags, `<answer>`, LaTeX boxes, JSON."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from mirbench.answers.letters import Found


class Box(NamedTuple):
    """Text that a format sets apart as the answer.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        how: The format.
    """

    start: int
    end: int
    how: Found


_BOXED: Final = re.compile(r"\\f?boxed\s{0,2}\{((?:[^{}]|\{[^{}]{0,200}\}){0,200})\}")
_JSON: Final = re.compile(
    r"[\"'](?:final_?|correct_?|predicted_?|selected_?|your_?|my_?|the_?)?\s?"
    r"(?:answer|option|choice|letter|prediction|conclusion|response|答案)(?:_?(?:letter|option|choice|key))?"
    r"[\"']\s{0,4}:\s{0,4}(\[[^\]\n]{0,200}\]|\"(?:[^\"\\\n]|\\.){0,400}\"|'[^'\n]{0,400}'|[^\s,}\"'\[]{1,40})",
)


def boxes(text: str, low: str) -> Iterator[Box]:
    """Find LaTeX boxes and the answer fields of JSON objects."""
    if "boxed" in low:
        yield from (Box(*match.span(1), "boxed") for match in _BOXED.finditer(text))
    if "{" in low:
        yield from (Box(*match.span(1), "json") for match in _JSON.finditer(low))
