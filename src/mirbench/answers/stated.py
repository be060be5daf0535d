"""The second tier: the text says that this is the answer."""

import re
from collections.abc import Iterator
from typing import Final

from mirbench.answers import phrases
from mirbench.answers.contexts import conditional, denied, left_open, refused, sentence_stops
from mirbench.answers.letters import (
    GROUP,
    LATEX,
    Commitment,
    Found,
    begins_sequence,
    cut_short,
    letters_of,
    ordinal_at,
    with_text_behind,
)
from mirbench.answers.options import OptionTexts
from mirbench.answers.phrases import CueKind, any_of

_SLOT: Final = re.compile(
    rf"(?:[\s:*_\"'`=>~#|()\[\]{{<$\\-]|\.{{2,3}}|→|{phrases.BETWEEN}(?![a-zà-ɏ])"
    rf"|{phrases.FILLERS_UNSPACED}){{0,16}}?{LATEX}{GROUP}"
)
_LINK: Final = re.compile(rf"[:=>→\n*\])-]|(?<![a-z]){phrases.COPULAS}(?![a-z])")
_TEXT_LINK: Final = re.compile(
    rf"[\s*_\")]{{0,4}}(?:(?:to|for)\s(?:this|the|your)\s\w{{1,12}}\s)?"
    rf"(?:{phrases.COPULAS}(?![a-zà-ɏ])|:)[\s:*_\"'`>#-]{{0,8}}(?:(?:option|that)\s)?"
)
_CLOSE: Final = re.compile(r"\s?(?:\s?[:=-]|\sis)\s?(?:option\s|[*(\"'\[]{0,3})|\s(?:option\s)?")
_SPACE: Final = re.compile(r"\s")

_SO: Final = any_of(("so", "thus", "therefore", "hence"), either_case=True)
_A: Final = any_of(("a:",), either_case=True)
_MY: Final = any_of(("the", "my"), either_case=True)
_FINAL: Final = any_of(("correct", "final"), either_case=True)
_NOUN: Final = any_of(
    ("option", "choice", "answer", "letter", "选项", "選項", "选", "答", "答案"), either_case=True
)
_ALONE: Final = (
    rf"(?:[\s*_\"'`(\[{{<$\\#>✅✔☑👉→-]{{0,8}}(?:(?:{_A}|{_SO})[\s,:]{{1,2}})?"
    rf"(?:(?:{_MY}\s)?(?:{_FINAL}\s)?{_NOUN}[\s:*(\[]{{0,4}})?)"
)
_HEAD: Final = re.compile(
    rf"{_ALONE}{LATEX}{GROUP}(?P<close>[)\]}}\"'*_`>$]{{0,6}})"
    r"(?P<stop>\s*$|\s?[.:;,!\n]|\s-\s|\s(?:because|since|as|rather|instead)\b)?"
)
_TAIL: Final = re.compile(rf"{_ALONE}{LATEX}{GROUP}[)\]}}\"'*_`>$.!,\s]{{0,8}}$")
_SHORT: Final = 60
"""No line that is a letter alone is longer, whatever it is wrapped in."""

_LABEL_BEFORE: Final = re.compile(
    r"(?:^|[:.!?\n>→*-]|\b(?:is|be|option))[\s*_\"'(]{0,4}([a-j])[)\]*]{0,3}[.:)\]][\s*_\"']{0,4}$"
)
_LAST_WORD: Final = re.compile(r"[.!?]\s{1,2}[(*]{0,3}([B-HJ]|A(?=[.)*]))[)*]{0,3}\.?$")


def stated(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find answers that a phrase announces, and letters that stand alone at either end."""
    return [
        *leading(text, low, options),
        *_closing(text, low, options),
        *_announced(text, low, options),
    ]


def _announced(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find "the answer is B", "Option: B", "I choose the tower"."""
    cues = phrases.ASCII_CUES if low.isascii() else phrases.CUES
    for cue in cues.finditer("\n" + low):  # a cue has one character before it, so offsets agree
        start, end = cue.start(), cue.end() - 1
        found = _after_cue(text, low, start, end, phrases.CUE_KINDS[cue[0][1:]], options)
        if found and not denied(low, start) and not conditional(low, start):
            yield found


def _after_cue(
    text: str, low: str, start: int, at: int, kind: CueKind, options: OptionTexts
) -> Commitment | None:
    """Read what follows a cue: a letter, an ordinal or an option's text."""
    how = _how(low, start, kind)
    slot = _SLOT.match(text, at)
    if slot and not begins_sequence(text, slot.end()):
        first, end = slot.span("group")
        if cut_short(text, first, end) or (text[first] > "Z" and not _closely(low, at, first, end)):
            return None
        if refused(low, end):
            if text[first + 1 : first + 2] != ",":
                return None
            end = first + 1  # "B, and A and C are wrong"
        linked = kind == "verb" or _LINK.search(low, at, first)
        if left_open(low, end) or not (linked or (kind == "answer" and sentence_stops(low, end))):
            return None
        letters = letters_of(text[first:end])
        if len(letters) == 1 or not options.opening_at(low, first):
            return Commitment(start, end, with_text_behind(letters, low, end, options), how)
    link = _SPACE.match(low, at) if kind == "verb" else _TEXT_LINK.match(low, at)
    return _text_after(low, start, link.end(), how, options) if link else None


def _closely(low: str, at: int, first: int, end: int) -> bool:
    """Tell whether a lower-case letter follows its cue closely, unless something marks its end."""
    return end < len(low) or bool(_CLOSE.fullmatch(low, at, first))


def _how(low: str, start: int, kind: CueKind) -> Found:
    word = None if kind == "verb" else phrases.FINAL.search(low, max(0, start - 16), start)
    if not word:
        return "stated_answer"
    return "your_option" if word[0].startswith("your") else "final_answer"


def _text_after(
    low: str, start: int, at: int, how: Found, options: OptionTexts
) -> Commitment | None:
    """Read an ordinal or an option's text where an answer has been announced."""
    if rank := ordinal_at(low, at + 4 * low.startswith("the ", at), options):
        return Commitment(start, rank.end, rank.letters, how)
    line, _, _ = low[at : at + options.longest].partition("\n")
    if not options.may_name(line):
        return None
    letters = options.committed_in(line)
    return Commitment(start, at + len(line), letters, how) if letters else None


def leading(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find a letter that opens the text: "B", "(B) the tower", "**B.** The tower"."""
    head = _HEAD.match(text, len(text) - len(text.lstrip()))
    if not head or cut_short(text, *head.span("group")):
        return
    if begins_sequence(text, head.end("group")) or left_open(low, head.end("group")):
        return
    letters = letters_of(head["group"])
    own = _own_text(head, low, options)
    if head[0] == "A:" and not own and head.end() < len(text.rstrip()):
        return  # "A:" may stand for the word "answer" or for a speaker
    stopped = head["stop"] is not None or not set(head["close"]).isdisjoint(")]*}`")
    if not own and (not stopped or refused(low, head.end())):
        return
    if letters != "I" or "I" in options.letters:
        letters = with_text_behind(letters, low, head.end(), options)
        yield Commitment(*head.span("group"), letters, "bare_letter")


def _closing(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find a last sentence or line that is a letter, or a letter and its own option's text."""
    body = text.rstrip()
    line = body.rfind("\n") + 1
    if last := _LAST_WORD.search(body, max(line, len(body) - 12)):
        yield Commitment(*last.span(1), last[1], "bare_letter")
    elif len(body) - line <= _SHORT and (tail := _TAIL.match(body, line)):
        if not cut_short(body, *tail.span("group")):
            yield Commitment(*tail.span("group"), letters_of(tail["group"]), "bare_letter")
    else:
        yield from _closing_option(low.rstrip(" \t\n.*_\"'`)"), options)


def _closing_option(body: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find a last option that stands there with its letter: "Both repeat: D. Cyclical"."""
    if not body.endswith(options.opening_texts):
        return
    for opening, letter in options.openings:
        if body.endswith(opening):
            at = len(body) - len(opening)
            label = _LABEL_BEFORE.search(body, max(0, at - 16), at)
            if label and label[1].upper() == letter:
                yield Commitment(label.start(1), len(body), letter, "bare_letter")
            return


def _own_text(head: re.Match[str], low: str, options: OptionTexts) -> int:
    """Return where the text of the labelled option ends, if it stands behind its label, else 0."""
    behind = options.opening_at(low, head.end() + low.startswith(" ", head.end()))
    return behind[1] if behind and behind[0] == letters_of(head["group"]) else 0
