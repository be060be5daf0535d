"""What a commitment is, and how letters and ordinals are written."""

# ruff: noqa: RUF001 - Turkish suffixes

import re
from typing import Final, Literal, NamedTuple

from mirbench.answers import phrases
from mirbench.answers.contexts import STOPS
from mirbench.answers.options import OptionTexts

Found = Literal[
    "conclusion_tag",
    "answer_tag",
    "boxed",
    "json",
    "your_option",
    "final_answer",
    "bare_letter",
    "stated_answer",
    "verdict",
    "inference",
    "closing_letter",
    "option_text",
]
"""How a letter was found, from the most to the least explicit."""


class Commitment(NamedTuple):
    """A place that names the answer.

    A letter anywhere else ("the arrow from A to B") is no commitment.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        letters: The letters named; more than one is no answer.
        how: How it was found.
    """

    start: int
    end: int
    letters: str
    how: Found


# Not part of a word ("Bob", "B2"), a contraction ("D'accord"), a compound ("B-roll"), an
# abbreviation ("A.I."), a temperature or a path.
END_OF_LETTER: Final = (
    r"(?![A-Za-z0-9_]|[\u00c0-\u024f]|'(?!d[iıuü]r)[A-Za-z]|-[a-z]|\.[A-Za-z](?![A-Za-z])"
    r"|°|\s°|\+\+|/[a-z])"
)
_AFTER_LOWER: Final = (
    r"[)\]}\"'*`.,;:!<|$\\\n]|\s(?:\s*(?:\n|$)|(?:is|because|since|as)\b)|[^\x00-\u024f]|$"
)

# "A" before any other word is the article, and "I" the pronoun.
_AFTER_A: Final = (
    r"or|and|is|was|because|since|as|for|based|given|which|where|but|not|rather|instead|from|in|by"
    r"|due"
    r""
    r"|here|seems|would|that|if|so|then|option|answer|choice|the|it|this|there|both|only|according"
    r"|est|es|é|è|ist|porque|parce|car|weil|da|perché|và|atau|oder|ou|und|et"
)
_AFTER_I: Final = r"is|or|because"
_LETTER: Final = (
    rf"(?:[B-HJ]|A(?![ \t]+(?!(?i:{_AFTER_A})\b)[^\W\d_])|I(?![ \t]+(?!(?:{_AFTER_I})\b)[^\W\d_])"
    rf"|[a-j](?={_AFTER_LOWER})){END_OF_LETTER}"
)
JOIN: Final = (
    r"(?=[^.:<])(?:[\"'*)\]\s]{0,3}+"
    r"(?:[,/&|;+]|o(?:r|der|u)?\b|and\b|und\b|et?\b|y\b|和|或者?|与|と|か|или|и|أو)"
    r"(?:\s?(?:or|and|possibly|maybe|perhaps|also|even|option)\b){0,2}"
    r"[\"'*(\[\s]{0,3}+|[ \t]|\)\s?\()"
    r"(?:[Oo]ption\s|)"
)
"""What joins two letters. A word needs no boundary before it, for no letter ends within a word."""
GROUP: Final = rf"(?P<group>{_LETTER}(?:{JOIN}{_LETTER}){{0,9}})"
"""One letter, or several that are joined: "A or B", "(A), (C)"."""

_LATEX: Final = r"\\(?:text|textbf|textit|mathbf|mathrm|boxed|bm)\s?\{[\s({]{0,3}(?:[Oo]ption\s)?"
LATEX: Final = rf"(?:{_LATEX}(?:{_LATEX}|)|)"

_SEQUENCE: Final = re.compile(r"[)\]\"'*]{0,2}\s?(?:->|→|-|=>|<|>|=|vs\.?)\s?[(\[]?[A-J]\b")
_ONE_LETTER: Final = re.compile(r"(?<![A-Za-z])[A-Ja-j](?![A-Za-z])")
_OPENERS: Final = frozenset("([{<*\\\"'`$_")
_NUMERIC: Final = frozenset(".:,%°")
_LABEL_END: Final = re.compile(r"[ \t.:,)\]*_\"'(}-]{0,12}")


def letters_of(group: str) -> str:
    """Return the distinct letters of a matched group, in capitals and in reading order."""
    if len(group) == 1:
        return group.upper()
    return "".join(dict.fromkeys(letter.upper() for letter in _ONE_LETTER.findall(group)))


def cut_short(text: str, start: int, end: int) -> bool:
    """Tell whether the text ends at a letter inside brackets or quotes: "Answer: [A", "<c"."""
    return end == len(text) and text[start - 1 : start] in _OPENERS


def is_key(text: str, opening: int, start: int, end: int) -> bool:
    """Tell whether a letter is a key between braces and not a value: {"A": 0.1, "B": 0.9}."""
    return text.startswith(('":', "':"), end) and "{" in text[opening:start]


def begins_sequence(text: str, at: int) -> bool:
    """Tell whether a letter goes on as a sequence or a comparison: "A-C-B", "A > B"."""
    return text[at : at + 1] not in STOPS and bool(_SEQUENCE.match(text, at))


def with_text_behind(letters: str, low: str, at: int, options: OptionTexts) -> str:
    """Add the letter of the option whose text stands behind a label, where it is another one."""
    if at + 1 >= len(low) and low[at:] in STOPS:
        return letters
    label = _LABEL_END.match(low, at)
    behind = options.opening_at(low, label.end() if label else at)
    return letters + behind[0] if behind and behind[0] not in letters else letters


def ordinal_at(low: str, at: int, options: OptionTexts) -> Commitment | None:
    """Read "second option" or "option two".

    A digit counts only where no option holds one: "option 2" may mean the option that says 2.
    """
    match = phrases.ORDINAL.match(low, at)
    if not match:
        return None
    after = low[match.end() : match.end() + 1]
    rank = phrases.ORDINALS[match[0]]
    number = match[0][-1].isdigit()
    if after.isascii() and after.isalnum():
        return None
    if number and (options.numbered or after in _NUMERIC):
        return None
    if rank >= len(options.letters):
        return None
    return Commitment(*match.span(), options.letters[rank], "verdict")
