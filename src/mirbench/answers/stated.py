"""The second tier: the text says that this is the answer."""

import re
from typing import Final

from mirbench.answers import phrases
from mirbench.answers.contexts import STOPS, conditional, denied, left_open, refused, sentence_stops
from mirbench.answers.letters import (
    GROUP,
    LATEX,
    Commitment,
    Found,
    begins_sequence,
    cut_short,
    is_key,
    letters_of,
    ordinal_at,
    with_text_behind,
)
from mirbench.answers.options import OptionTexts
from mirbench.answers.phrases import CueKind, any_of
from mirbench.taxonomy import LETTERS

_SLOT: Final = re.compile(
    rf"(?:[\s:*_\"'`=>~#|()\[\]{{<$\\-]|\.{{2,3}}|→|(?=[\w']){phrases.BETWEEN}(?![a-zà-ɏ])"
    rf"|{phrases.FILLERS_UNSPACED}){{0,16}}?(?=[A-Ja-j\\]){LATEX}{GROUP}"
)
_LINK: Final = re.compile(rf"[:=>→\n*\])-]|(?<![a-z]){phrases.COPULAS}(?![a-z])")
_TEXT_LINK: Final = re.compile(
    rf"[\s*_\")]{{0,4}}(?:(?:to|for)\s(?:this|the|your)\s\w{{1,12}}\s)?"
    rf"(?:{phrases.COPULAS}(?![a-zà-ɏ])|:)[\s:*_\"'`>#-]{{0,8}}(?:(?:option|that)\s)?"
)
_FORM: Final = re.compile(r"\[ \]|\|[ :]*-+[ :]*\|[ :]*-")
"""An empty box to tick, or a table's head of several columns: what follows it is not chosen yet."""

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
    rf"(?:[\s*_\"'`(\[{{<$\\#>✅✔☑👉→-]{{0,8}}(?:(?:{_A}|{_SO})[\s,:]{{1,2}}+|)"
    rf"(?:(?:{_MY}\s|)(?:{_FINAL}\s|){_NOUN}[\s:*(\[]{{0,4}}+|))"
)
_HEAD: Final = re.compile(
    rf"{_ALONE}{LATEX}{GROUP}(?P<close>[)\]}}\"'*_`>$]{{0,6}})"
    r"(?P<stop>\s*$|\s?[.:;,!\n]|\s-\s|\s(?:because|since|as|rather|instead)\b)?"
)
_OPENINGS: Final = frozenset(
    ("so", "th", "he", "my", "co", "fi", "op", "ch", "an", "le", *LETTERS.lower())
)
"""How the words begin that may stand before a letter which opens a text; for a quick look."""

_MOST_SIGNS: Final = 8
_TAIL: Final = re.compile(rf"{_ALONE}{LATEX}{GROUP}[)\]}}\"'*_`>$.!,\s]{{0,{_MOST_SIGNS}}}$")
_SHORT: Final = 60
"""No line that is a letter alone is longer, whatever it is wrapped in."""

_UPPER: Final = frozenset(LETTERS)
_LOWER: Final = frozenset(LETTERS.lower())
_AFTER_LETTER: Final = ")]}\"'*_`>$.!, \t\r\n"
_BRACKETS: Final = frozenset(")]*}`")

_LABEL_BEFORE: Final = re.compile(
    r"(?:^|[:.!?\n>→*-]|\b(?:is|be|option))[\s*_\"'(]{0,4}([a-j])[)\]*]{0,3}[.:)\]][\s*_\"']{0,4}$"
)
_LAST_WORD: Final = re.compile(r"[.!?]\s{1,2}[(*]{0,3}([B-HJ]|A(?=[.)*]))[)*]{0,3}\.?$")


def stated(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find answers that a phrase announces, and letters that stand alone at either end."""
    found: list[Commitment] = []
    head = _head(text, low)
    first = _opening(text, low, head, options) if head else None
    if first:
        found.append(first)
    is_all = first and _is_all(text, first.end)  # then what closes the text is what opens it
    if not is_all and (last := _closing(text, low, head is not None, options)):
        found.append(last)
    cues = phrases.ASCII_CUES if low.isascii() else phrases.CUES
    for cue in cues.finditer("\n" + low):  # a cue has one character before it, so offsets agree
        if announced := _announced(text, low, cue, options):
            found.append(announced)
    return found


def _announced(text: str, low: str, cue: re.Match[str], options: OptionTexts) -> Commitment | None:
    """Read what a cue announces: "the answer is B", "Option: B", "I choose the tower"."""
    start, at = cue.start(), cue.end() - 1
    kind = phrases.CUE_KINDS[low[start:at]]
    found = _after_cue(text, low, at, kind, options)
    if found is None or (start and (denied(low, start) or conditional(low, start))):
        return None
    end, letters = found
    return Commitment(start, end, letters, _how(low, start, kind))


def _how(low: str, start: int, kind: CueKind) -> Found:
    if not start or kind == "verb":
        return "stated_answer"
    word = phrases.FINAL.search(low, start - 16 if start > 16 else 0, start)
    if not word:
        return "stated_answer"
    return "your_option" if word[0].startswith("your") else "final_answer"


def _after_cue(
    text: str, low: str, at: int, kind: CueKind, options: OptionTexts
) -> tuple[int, str] | None:
    """Read a letter, an ordinal or an option's text behind a cue: its end, and the letters."""
    if slot := _SLOT.match(text, at):
        first, end = slot.span(1)
        if not begins_sequence(text, end):
            end = _end_of_answer(text, low, at, first, end, kind)
            if not end:
                return None
            letters = letters_of(text[first:end])
            if len(letters) == 1 or not options.opening_at(low, first):
                return end, with_text_behind(letters, low, end, options)
    link = _SPACE.match(low, at) if kind == "verb" else _TEXT_LINK.match(low, at)
    return _text_after(low, link.end(), options) if link else None


def _end_of_answer(text: str, low: str, at: int, first: int, end: int, kind: CueKind) -> int:
    """Return where the letters behind a cue end, or 0 if they are no answer."""
    if text[first] > "Z" and not _closely(low, at, first, end):
        return 0
    between = low[at:first]
    if ("[" in between or "|" in between) and _FORM.search(between):
        return 0
    linked = kind == "verb" or ":" in between or _LINK.search(low, at, first)
    if low[end : end + 1] in STOPS:
        return end if (linked or kind == "answer") and not cut_short(text, first, end) else 0
    if is_key(text, at, first, end):
        return 0
    if refused(low, end):
        if text[first + 1 : first + 2] != ",":
            return 0
        end = first + 1  # "B, and A and C are wrong"
    if not (linked or (kind == "answer" and sentence_stops(low, end))):
        return 0
    return 0 if left_open(low, end) else end


def _closely(low: str, at: int, first: int, end: int) -> bool:
    """Tell whether a lower-case letter follows its cue closely, unless something marks its end."""
    return end < len(low) or bool(_CLOSE.fullmatch(low, at, first))


def _text_after(low: str, at: int, options: OptionTexts) -> tuple[int, str] | None:
    """Read an ordinal or an option's text where an answer has been announced."""
    if rank := ordinal_at(low, at + 4 * low.startswith("the ", at), options):
        return rank.end, rank.letters
    line, _, _ = low[at : at + options.longest].partition("\n")
    if not options.may_name(line):
        return None
    letters = options.committed_in(line)
    return (at + len(line), letters) if letters else None


def leading(text: str, low: str, options: OptionTexts) -> Commitment | None:
    """Find a letter that opens the text: "B", "(B) the tower", "**B.** The tower"."""
    head = _head(text, low)
    return _opening(text, low, head, options) if head else None


def _head(text: str, low: str) -> re.Match[str] | None:
    opening = low[:2]
    if opening.isalpha() and opening not in _OPENINGS and opening.isascii():
        return None
    start = len(text) - len(text.lstrip()) if opening[:1].isspace() else 0
    return _HEAD.match(text, start)


def _opening(text: str, low: str, head: re.Match[str], options: OptionTexts) -> Commitment | None:
    start, end = head.span(1)
    if cut_short(text, start, end):
        return None
    if low[end : end + 1] not in STOPS and (
        begins_sequence(text, end) or left_open(low, end) or is_key(text, head.start(), start, end)
    ):
        return None
    letters = letters_of(text[start:end])
    if letters == "I" and "I" not in options.letters:
        return None
    at = head.end()
    if at < len(low):
        behind = options.opening_at(low, at + (low[at] == " "))
        if not (behind and behind[0] == letters) and not _stops(text, low, head):
            return None
        letters = with_text_behind(letters, low, at, options)
    return Commitment(start, end, letters, "bare_letter")


def _stops(text: str, low: str, head: re.Match[str]) -> bool:
    """Tell whether a letter that opens a text is set apart from what follows it."""
    at = head.end()
    if head[0] == "A:" and at < len(text.rstrip()):
        return False  # "A:" may stand for the word "answer" or for a speaker
    stopped = head["stop"] is not None or not _BRACKETS.isdisjoint(head["close"])
    return stopped and not refused(low, at)


def _is_all(text: str, end: int) -> bool:
    """Tell whether nothing follows the letter that opens a text, so that the same one ends it."""
    if len(text) > _SHORT or len(text) - end > _MOST_SIGNS:
        return False
    return not text[end:].strip(_AFTER_LETTER)


def _closing(text: str, low: str, headed: bool, options: OptionTexts) -> Commitment | None:
    """Find a last sentence or line that is a letter, or a letter and its own option's text.

    A line that is a letter alone opens with it, so that an only line has to be `headed`.
    """
    body = text.rstrip()
    ends = body.rstrip(_AFTER_LETTER)[-5:]
    last_sign = ends[-1:]
    if last_sign in _UPPER or (last_sign in _LOWER and not _is_word(ends)):
        line = body.rfind("\n") + 1
        if last := _LAST_WORD.search(body, max(line, len(body) - 12)):
            return Commitment(*last.span(1), last[1], "bare_letter")
        may_be_alone = (line or headed) and len(body) - line <= _SHORT
        if may_be_alone and ends[:-1] != " is " and (tail := _TAIL.match(body, line)):
            start, end = tail.span("group")
            if cut_short(body, start, end):
                return None
            return Commitment(start, end, letters_of(body[start:end]), "bare_letter")
    low_body = low.rstrip(" \t\n.*_\"'`)")
    if low_body.endswith(options.opening_texts):
        return _closing_option(low_body, options)
    return None


def _is_word(ends: str) -> bool:
    """Tell whether the last letter of a text is one of a word, by its last signs."""
    before = ends[-2:-1]
    return before.isascii() and before.isalpha()


def _closing_option(body: str, options: OptionTexts) -> Commitment | None:
    """Find a last option that stands there with its letter: "Both repeat: D. Cyclical"."""
    opening, letter = next(pair for pair in options.openings if body.endswith(pair[0]))
    at = len(body) - len(opening)
    label = _LABEL_BEFORE.search(body, max(0, at - 16), at)
    if label and label[1].upper() == letter:
        return Commitment(label.start(1), len(body), letter, "bare_letter")
    return None
