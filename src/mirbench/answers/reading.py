"""The pipeline: from a response to a letter, or to the reason why there is none."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from mirbench.answers.contexts import declines, doubt_after, turns, undecided
from mirbench.answers.declared import boxes
from mirbench.answers.echo import lists
from mirbench.answers.implied import implied
from mirbench.answers.letters import Commitment, Found
from mirbench.answers.named import named
from mirbench.answers.options import OptionTexts, option_texts
from mirbench.answers.stated import leading, stated
from mirbench.answers.text import Slot, blank, breaks_off, divide, first_turn, fold

NotFound = Literal[
    "empty",
    "request_failed",
    "conflict",
    "out_of_range",
    "truncated",
    "refusal",
    "no_commitment",
]
"""Why there is no letter."""

How = Found | NotFound


class Extraction(NamedTuple):
    """What a response was read as.

    Attributes:
        letter: The predicted letter, or None where the response commits itself to no single option.
        how: How the letter was found, or why there is none.
        span: Where in the response, as character offsets; None where nothing was used.
    """

    letter: str | None
    how: How
    span: tuple[int, int] | None


_FAILED: Final = (
    "[lmms_eval_request_failed",
    "api error:",
    "error:",
    "error code:",
    "traceback (most",
)
_BARE: Final = re.compile(r"(?:\((?=.\)))?([A-HJ])[.)]?")
_PLACEHOLDER: Final = re.compile(r"[\s.…_x-]*")
_DECLARED: Final = frozenset({"your_option", "final_answer"})


def extract(response: str, options: Sequence[str]) -> Extraction:
    """Read the option that a response commits itself to.

    Args:
        response: The model's text as it came.
        options: Two to ten option texts without letters; the first is A.

    Raises:
        ValueError: If there are too few or too many options.
    """
    texts = option_texts(tuple(options))
    folded = response if response.isascii() else fold(response)
    text = folded.strip()
    if not text:
        return Extraction(None, "empty", None)
    low = text.lower()
    if len(text) <= 3 and (bare := _BARE.fullmatch(text)):  # most answers without a reason
        found = _judge(Commitment(*bare.span(1), bare[1], "bare_letter"), texts)
    elif low.startswith(_FAILED):
        return Extraction(None, "request_failed", None)
    elif (end := first_turn(low)) == len(low):
        found = _read_turn(text, low, texts)
    else:
        found = _read_turn(text[:end], low[:end], texts)
        if not found.letter and low[end] == "\n":  # "Question:" may also begin a summary
            found = _read_turn(text, low, texts)
    return found if len(text) == len(folded) else _shifted(found, folded.find(text[0]))


def _shifted(found: Extraction, offset: int) -> Extraction:
    """Count the span from the start of the whole response, not from its first sign."""
    if found.span is None:
        return found
    start, end = found.span
    return Extraction(found.letter, found.how, (start + offset, end + offset))


def _read_turn(text: str, low: str, options: OptionTexts) -> Extraction:
    """Read what is said. Where nothing is, what is only thought counts if it is declared."""
    layout = divide(text, low)
    spoken, slots, unfinished = layout or (text, (), False)
    if echoes := lists(spoken, low, options):
        spoken = blank(spoken, echoes)
    spoken_low = low if spoken is text else spoken.lower()
    settled = _settle(spoken, spoken_low, slots, options)
    if settled is None and not spoken.strip():
        settled = _resolve(_declared(text, low, slots, options), low)
    if settled is None:
        reason = "truncated" if unfinished else _reason(spoken, spoken_low)
        return Extraction(None, reason, None)
    return _judge(settled, options)


def _settle(
    spoken: str, low: str, slots: Sequence[Slot], options: OptionTexts
) -> Commitment | None:
    """Take the first tier that finds a commitment, then see whether the text takes it back."""
    slots = [slot for slot in slots if not slot.hidden] if slots else ()
    if (slots or "{" in low) and (found := _declared(spoken, low, slots, options)):
        settled = _resolve(found, low)
    elif slots and any(not _PLACEHOLDER.fullmatch(low, slot.start, slot.end) for slot in slots):
        return None
    else:
        found = (
            stated(spoken, low, options)
            or implied(spoken, low, options)
            or named(spoken, low, options)
        )
        settled = _chosen(found, low)
    return _revised(settled, spoken, low, options) if settled else None


def _chosen(found: list[Commitment], low: str) -> Commitment | None:
    """Choose among the commitments of one tier; the last answers by name go before the others."""
    if len(found) < 2:
        return found[0] if found else None
    declared = [commitment for commitment in found if commitment.how in _DECLARED]
    return _resolve(declared or found, low)


def _declared(text: str, low: str, slots: Sequence[Slot], options: OptionTexts) -> list[Commitment]:
    """Read the answers in tags, boxes and JSON fields."""
    found: list[Commitment] = []
    for slot in slots:
        how: Found = "conclusion_tag" if slot.name == "conclusion" else "answer_tag"
        if letters := _inside(text[slot.start : slot.end], options, closed=slot.closed):
            found.append(Commitment(slot.start, slot.end, letters, how))
    for box in boxes(text, low):
        if letters := _inside(text[box.start : box.end], options, closed=True):
            found.append(Commitment(box.start, box.end, letters, box.how))
    return found


def _inside(text: str, options: OptionTexts, *, closed: bool) -> str:
    """Read a delimited answer. One that breaks off counts only if it opens with a letter."""
    low = text.lower()
    if head := leading(text, low, options):
        return head.letters
    if not closed:
        return ""
    found = (
        _declared(text, low, (), options)
        or stated(text, low, options)
        or implied(text, low, options)
        or _committed(text, low, options)
        or named(text, low, options)
    )
    inner = _chosen(found, low)
    return inner.letters if inner else ""


def _committed(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    letters = options.committed_in(low.strip(" \t\n\"'*_`$[]{}"))
    return [Commitment(0, len(text), letters, "option_text")] if letters else []


def _resolve(found: Sequence[Commitment], low: str) -> Commitment | None:
    """Choose among commitments of one tier: the last, if the text turns before it.

    Different answers without a turn between them are kept together, as a conflict; a later single
    one out of several narrows them.
    """
    held: Commitment | None = None
    turned: list[int] | None = None
    for commitment in sorted(found):
        if held is None or set(commitment.letters) <= set(held.letters):
            if held is None or commitment.start >= held.end:
                held = commitment
            continue
        if turned is None:
            turned = turns(low)
        at = bisect_left(turned, held.end)
        if at < len(turned) and turned[at] < commitment.end:
            held = commitment
        else:
            together = "".join(dict.fromkeys(held.letters + commitment.letters))
            held = Commitment(held.start, commitment.end, together, commitment.how)
    return held


def _revised(settled: Commitment, text: str, low: str, options: OptionTexts) -> Commitment | None:
    """Follow a correction after the settled answer; a doubt that breaks off leaves no answer."""
    at = doubt_after(low, settled.end)
    if at is None:
        return settled
    text_behind, low_behind = text[at:], low[at:]
    found = stated(text_behind, low_behind, options) or implied(text_behind, low_behind, options)
    if later := _chosen(found, low_behind):
        return Commitment(later.start + at, later.end + at, later.letters, later.how)
    return None if breaks_off(text) or undecided(low, at) else settled


def _judge(settled: Commitment, options: OptionTexts) -> Extraction:
    start, end, letters, how = settled
    if len(letters) > 1:
        return Extraction(None, "conflict", (start, end))
    if letters not in options.letters:
        return Extraction(None, "out_of_range", (start, end))
    return Extraction(letters, how, (start, end))


def _reason(text: str, low: str) -> NotFound:
    """Say why nothing was found in a text that is divided as it should be."""
    if declines(low):
        return "refusal"
    return "truncated" if breaks_off(text) else "no_commitment"


def gold_letter(conclusion: str, options: Sequence[str]) -> str | None:
    """Read the letter that a release's `conclusion` field gives, or None if it is not exactly one.

    Args:
        conclusion: A letter, a sentence that states one, or one option's text, tagged or not.
        options: Two to ten option texts without letters; the first is A.

    Raises:
        ValueError: If there are too few or too many options.
    """
    texts = option_texts(tuple(options))
    text = fold(conclusion)
    layout = divide(text, text.lower())
    if layout and layout.slots:
        return extract(conclusion, options).letter
    letters = _inside(text, texts, closed=True)
    return letters if len(letters) == 1 and letters in texts.letters else None
