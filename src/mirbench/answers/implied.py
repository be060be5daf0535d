"""The third tier: the text arrives at an option without announcing it as the answer."""

import re
from collections.abc import Iterator
from typing import Final

from mirbench.answers import phrases
from mirbench.answers.contexts import (
    STOPS,
    arrived_at,
    called_right,
    denied,
    left_open,
    refused,
    sentence_stops,
)
from mirbench.answers.letters import (
    END_OF_LETTER,
    JOIN,
    Commitment,
    Found,
    letters_of,
    ordinal_at,
)
from mirbench.answers.options import OptionTexts, doubts
from mirbench.answers.text import breaks_off

_MENTION: Final = re.compile(
    rf"[A-J](?<![A-Za-z0-9_'°+\u00c0-\u024f.][A-J]){END_OF_LETTER}"
    rf"(?:{JOIN}[A-J]{END_OF_LETTER}){{0,9}}"
)
_QUALIFIED: Final = re.compile(r"(?:option|choice|answer)?[\s*\"'(\[]*$")
_TEXT_ENDS: Final = re.compile(r"[)\]}\"'*_`$]{1,4}[.!\s*]{0,6}$")
_THING: Final = re.compile(
    r"(?:image|picture|photo|figure|fig\.|panel|frame|point|camera|object|person|car|view|step|scene"
    r"|label|position|region|box|marker|letter|图|点|图像|图片)\s?[(\[]?$"
)


def implied(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find "B is correct", "so it must be B." and a letter in brackets that ends the text."""
    found = [*_ranked(low, options)] if phrases.may_count(low) else []
    mentions = [*_MENTION.finditer(text)]
    if not mentions:
        return found
    alone = len(mentions) == 1 or len({mention[0] for mention in mentions}) == 1
    if mentions[-1].end() == len(text) and breaks_off(text):
        before = low[: mentions[-1].start()].rstrip()
        if before[-1:].isalpha():
            del mentions[-1]  # what is said of it is still to come
    for mention in mentions:
        start, end = mention.span()
        if how := _implication(low, start, end, alone, options):
            found.append(Commitment(start, end, letters_of(mention[0]), how))
    return found


def _implication(low: str, start: int, end: int, alone: bool, options: OptionTexts) -> Found | None:
    """Say how the words beside a mention imply that it is the answer, if they do.

    Where a letter may also be a thing in the picture, it has to be called right.
    """
    if low[end : end + 1] not in STOPS:
        if left_open(low, end) or refused(low, end):
            return None
        if called_right(low, end):
            qualified = _QUALIFIED.search(low, max(0, start - 16), start)
            return None if denied(low, qualified.start() if qualified else start) else "verdict"
        if not sentence_stops(low, end):
            return None
    if options.lettered:
        return None
    if arrived_at(low, start):
        return "inference"
    before = low[max(0, start - 48) : start]
    bracketed = before.endswith(("(", "[", "*")) and _TEXT_ENDS.match(low, end)
    if alone and bracketed and not _THING.search(before) and not doubts(before):
        return "closing_letter"
    return None


def _ranked(low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find "the second option is correct", and a text that is an ordinal alone."""
    for match in phrases.ORDINAL.finditer(low):
        rank = ordinal_at(low, match.start(), options)
        if rank and (called_right(low, rank.end) or _is_alone(low, rank)):
            yield rank


def _is_alone(low: str, rank: Commitment) -> bool:
    if len(low) > 60:
        return False
    before, after = low[: rank.start].strip(" *\"'("), low[rank.end :].strip(" .!*\"')")
    return before in ("", "the") and after in ("", "选项", "選項")
