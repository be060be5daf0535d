"""Where a text commits itself to an option: one finder for each kind of commitment.

A commitment is a letter, an ordinal or an option's text at a place where an answer is given. A letter
anywhere else ("the arrow from A to B") is none.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from mirbench.answers import words
from mirbench.answers.options import OptionTexts, doubts, key
from mirbench.answers.words import CueKind

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


_BOUND: Final = (
    r"(?![A-Za-z0-9_\u00c0-\u024f]|'(?!d[iıuü]r)[A-Za-z]|-[a-z]|\.[A-Za-z](?![A-Za-z])|\s?°|\+\+|/[a-z])"
)
_LOW_END: Final = r"[)\]}\"'*`.,;:!<|$\\]|\s*(?:\n|$)|\s(?:is|because|since|as)\b|[^\x00-\u024f]"
_LETTER: Final = (
    rf"(?:[B-HJ]|A(?![ \t]+(?!(?i:{words.AFTER_LETTER})\b)[^\W\d_])"
    rf"|I(?![ \t]+(?!(?:is|or|because)\b)[^\W\d_])|[a-j](?={_LOW_END})){_BOUND}"
)
_JOIN: Final = (
    r"(?:[\"'*)\]\s]{0,3}(?:[,/&|;+]|\b(?:or|and|und|oder|ou|et|y|o|e)\b|和|或者?|与|と|か|или|и|أو)"
    r"(?:\s?(?:or|and|possibly|maybe|perhaps|even|option)\b){0,2}[\"'*(\[\s]{0,3}|[ \t])(?:[Oo]ption\s)?"
)
_GROUP: Final = rf"(?P<group>{_LETTER}(?:{_JOIN}{_LETTER}){{0,9}})"
_LATEX: Final = r"(?:\\(?:text|textbf|textit|mathbf|mathrm|boxed|bm)\s?\{[\s({]{0,3}){0,2}"
_SEQUENCE: Final = re.compile(r"[)\]\"'*]{0,2}\s?(?:->|→|-|=>|<|>|=|vs\.?)\s?[(\[]?[A-J]\b")
_QUESTION: Final = re.compile(r"[)\]\"'*_`$}]{0,4}\s{0,2}\?")
_CONDITION: Final = re.compile(r"[)\]\"'*_`]{0,4}\s(?:only\s)?(?:if|when|unless|whenever)\b")
_ENDS: Final = re.compile(
    r"[)\]}\"'*_`$>|]{0,6}\s{0,2}(?:[.!,;]|$|\n|<|,?\s?(?:because|since|as)\b|है|です|입니다|olur|'?d[iıuü]r\b)"
)

_SLOT: Final = re.compile(
    rf"(?P<lead>(?:[\s:*_\"'`=>~#|(\[{{<$\\-]|\.{{2,3}}|→|(?i:(?:{words.COPULA}|{words.FILLER})"
    rf"(?![a-zà-ɏ])|{words.FILLER_UNSPACED})){{0,24}}?){_LATEX}{_GROUP}"
)
_LINK: Final = re.compile(rf"[:=>→\n*-]|(?<![a-z])(?:{words.COPULA})(?![a-z])")
_TEXT_LINK: Final = re.compile(
    rf"[\s*_\")]{{0,4}}(?:(?:to|for)\s(?:this|the|your)\s\w{{1,12}}\s)?"
    rf"(?:(?:{words.COPULA})(?![a-zà-ɏ])|:)[\s:*_\"'`>#-]{{0,8}}(?:(?:option|that)\s)?"
)

_NUMERIC: Final = frozenset(".:,%°")


def letters_of(group: str) -> str:
    """Return the distinct letters of a matched group, in capitals and in reading order."""
    if len(group) == 1:
        return group.upper()
    found = re.findall(r"(?<![A-Za-z])[A-Ja-j](?![A-Za-z])", group)
    return "".join(dict.fromkeys(letter.upper() for letter in found))


def ordinal_at(low: str, at: int, options: OptionTexts) -> Commitment | None:
    """Read "second option" or "option two"; a number may mean something else where options have some."""
    match = words.ORDINAL.match(low, at)
    if not match:
        return None
    after = low[match.end() : match.end() + 1]
    if (after.isascii() and after.isalnum()) or (match[0][-1].isdigit() and (options.numbered or after in _NUMERIC)):
        return None
    rank = words.ORDINALS[match[0]]
    if rank >= len(options.letters):
        return None
    return Commitment(*match.span(), options.letters[rank], "verdict")


# --- Stated: the text says that this is the answer. ---


def stated(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find answers that a phrase announces, and letters that stand alone at either end."""
    announced_ones = announced(text, low, options)
    return [*leading(text, low, options), *closing(text, low, options), *announced_ones]


def announced(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find "the answer is B", "Option: B", "I choose the tower"."""
    for cue in (words.ASCII_CUES if text.isascii() else words.CUES).finditer(low):
        at = cue.start()
        if "a" <= low[at] <= "z" and ("a" <= low[at - 1 : at] <= "z" or "a" <= low[cue.end() : cue.end() + 1] <= "z"):
            continue  # inside a longer word
        commitment = _after_cue(text, low, at, cue.end(), words.CUE_KINDS[cue[0]], options)
        if commitment and not words.NEGATED.search(low, max(0, at - 64), at):
            yield commitment


def _after_cue(
    text: str, low: str, start: int, at: int, kind: CueKind, options: OptionTexts
) -> Commitment | None:
    """Read what follows a cue: a letter, an ordinal or an option's text."""
    how: Found = "stated_answer"
    if kind != "verb" and (word := words.FINAL.search(low, max(0, start - 16), start)):
        how = "your_option" if word[0].startswith("your") else "final_answer"
    slot = _SLOT.match(text, at)
    if slot and not _SEQUENCE.match(text, slot.end()):
        end = slot.end()
        group = slot["group"]
        if words.REJECTED.match(low, end):  # "B, and A and C are wrong"
            if len(group) == 1 or group[1] != ",":
                return None
            group, end = group[0], slot.start("group") + 1
        if _QUESTION.match(low, end) or _CONDITION.match(low, end):
            return None
        linked = kind == "verb" or _LINK.search(low, at, slot.start("group"))
        if not linked and (kind == "option" or not _ENDS.match(low, end)):
            return None
        letters = letters_of(group)
        if options.opening_at(low, slot.start("group")) and len(letters) > 1:
            letters = ""
        if letters:
            return Commitment(start, end, _checked(letters, low, end, options), how)
    link = re.compile(r"\s").match(low, at) if kind == "verb" else _TEXT_LINK.match(low, at)
    return _text_after(text, low, start, link.end(), how, options) if link else None


def _text_after(
    text: str, low: str, start: int, at: int, how: Found, options: OptionTexts
) -> Commitment | None:
    """Read an ordinal or an option's text where an answer has been announced."""
    if rank := ordinal_at(low, at + 4 * low.startswith("the ", at), options):
        return Commitment(start, rank.end, rank.letters, how)
    end = low.find("\n", at)
    end = min(len(low) if end < 0 else end, at + 400)
    letters = options.committed_in(low[at:end])
    return Commitment(start, end, letters, how) if letters else None


def _checked(letters: str, low: str, at: int, options: OptionTexts) -> str:
    """Add the letter of the option whose text stands behind a label, where it is another one."""
    while at < len(low) and low[at] in " \t.:,)]*_\"'-(}":
        at += 1
    behind = options.opening_at(low, at)
    return letters if not behind or behind[0] in letters else letters + behind[0]


_ALONE: Final = (
    r"[\s*_\"'`(\[{<$\\#>✅✔☑👉→-]{0,8}(?:(?:so|thus|therefore|hence)[\s,:]{1,2})?"
    r"(?:(?:the\s|my\s)?(?:correct\s|final\s)?(?:option|choice|answer|letter|选项|選項|选|答|答案)[\s:*(\[]{0,4})?"
)
_HEAD: Final = re.compile(
    rf"(?i:{_ALONE}){_LATEX}{_GROUP}(?P<close>[)\]}}\"'*_`>$]{{0,6}})(?P<stop>\s*$|\s?[.:;,!\n]|\s-\s|\s(?:because|since|as|rather|instead)\b)?"
)
_TAIL: Final = re.compile(rf"(?i:{_ALONE}){_LATEX}{_GROUP}[)\]}}\"'*_`>$.!,\s]{{0,8}}$")


def leading(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find a letter that opens the text: "B", "(B) the tower", "**B.** The tower"."""
    head = _HEAD.match(text, len(text) - len(text.lstrip()))
    if not head or _SEQUENCE.match(text, head.end("group")):
        return
    letters = letters_of(head["group"])
    if letters == "A" and head["stop"] == ":" and (answer := _TAIL.match(text, head.end())):
        yield Commitment(*answer.span("group"), letters_of(answer["group"]), "bare_letter")
        return
    own = _own_text(head, letters, low, options)
    stopped = head["stop"] is not None or set(head["close"]) & set(")]*}`")
    if head[0] == "A:" and not own and head.end() < len(text.rstrip()):
        return  # "A:" may stand for "answer" or for a speaker
    if not (stopped or own) or (letters == "I" and len(options.letters) < 9):
        return
    if _QUESTION.match(low, head.end("group")) or (not own and words.REJECTED.match(low, head.end())):
        return
    yield Commitment(*head.span("group"), _checked(letters, low, head.end(), options), "bare_letter")


def _own_text(head: "re.Match[str]", letters: str, low: str, options: OptionTexts) -> int:
    """Return where the text of the labelled option ends, if it stands behind its label, else 0."""
    behind = options.opening_at(low, head.end() + low.startswith(" ", head.end()))
    return behind[1] if behind and behind[0] == letters else 0


def closing(text: str, low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find a last line that is a letter, or a letter and its own option's text."""
    body = text.rstrip()
    at = body.rfind("\n") + 1
    if not at:
        return
    tail = _TAIL.match(body, at)
    if tail:
        letters = letters_of(tail["group"])
        yield Commitment(tail.start("group"), tail.end("group"), letters, "bare_letter")
        return
    head = _HEAD.match(body, at)
    if head and (own := _own_text(head, letters_of(head["group"]), low, options)):
        yield Commitment(head.start("group"), own, letters_of(head["group"]), "bare_letter")


# --- Implied: the text arrives at an option without announcing it. ---

_MENTION: Final = re.compile(
    rf"[A-J](?<![A-Za-z0-9_'°+\u00c0-\u024f.][A-J]){_BOUND}(?:{_JOIN}[A-J]{_BOUND}){{0,9}}"
)
_THING: Final = re.compile(
    r"(?:image|picture|photo|figure|fig\.|panel|frame|point|camera|object|person|car|view|step|scene|label"
    r"|position|region|box|marker|letter|图|点|图像|图片)\s?[(\[]?$"
)
_SHUT: Final = re.compile(r"[)\]}\"'*_`$]{1,4}[.!\s*]{0,6}$")


def implied(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find "B is correct", "so it must be B." and a letter in brackets that ends the text."""
    found = [*_ranked(low, options)]
    mentions = [*_MENTION.finditer(text)]
    for mention in mentions:
        how = _implication(low, *mention.span(), options)
        if how == "closing_letter" and any(other[0] != mention[0] for other in mentions):
            how = None  # "the hand (A) and the tower (B)."
        if how:
            found.append(Commitment(*mention.span(), letters_of(mention[0]), how))
    return found


def _implication(low: str, start: int, end: int, options: OptionTexts) -> Found | None:
    """Say how the words beside a mention imply that it is the answer, if they do."""
    if _QUESTION.match(low, end) or words.REJECTED.match(low, end):
        return None
    left = max(0, start - 64)
    if words.VERDICT.match(low, end):
        bare = low[left:start].rstrip(" *\"'([").removesuffix("option").rstrip()
        return None if words.NEGATED.search(bare + " ") else "verdict"
    if options.lettered or not _ENDS.match(low, end):
        return None
    cue = words.LEANING.search(low, left, start)
    if cue and not words.NEGATED.search(low, max(0, cue.start() - 40), cue.start()):
        return "inference"
    if not _SHUT.match(low, end) or low[start - 1] not in "([*":
        return None
    if _THING.search(low, left, start) or doubts(low[left:start]):
        return None
    return "closing_letter"


def _ranked(low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find "the second option is correct" and a text that is an ordinal alone."""
    for match in words.ORDINAL.finditer(low):
        before, after = low[: match.start()].strip(" *\"'("), low[match.end() :].strip(" .!*\"')")
        alone = before in ("", "the") and after in ("", "选项", "選項")
        rank = ordinal_at(low, match.start(), options)
        if rank and (alone or words.VERDICT.match(low, match.end())):
            yield rank


# --- Named: the text only holds an option's words. ---

_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+|\n+")
_ARRIVES: Final = re.compile(
    r"[*_#\s]*(?:so|thus|therefore|hence|in conclusion|overall|in summary|to conclude|consequently"
    r"|based on (?:this|the|these)|所以|因此|综上|よって|따라서|donc|por lo tanto|portanto|also|daher|quindi"
    r"|поэтому|следовательно)(?![a-z])"
)
_YES_NO: Final = re.compile(r"\s*(yes|no)\b(?=,)")
_RANKS_IT: Final = re.compile(r"\b(?:\w{3,}est|best|most|least|next|correct|right) [^.]{0,80}\b(?:is|be|should)\b|\bshould\b")
_PREDICATE: Final = re.compile(r"\b(?:is|are|was|be|mov\w+|turn\w*|rotat\w+|goes|going|went|shift\w*|to the)\b")
_DISCOURSE: Final = frozenset({"right", "first", "second", "third", "next", "then"})
_EDGE: Final = 1200
"""Characters looked at on either side: a closing sentence is no longer than this."""


def named(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find the one option whose text is the first sentence, or what the last one comes to."""
    body = low.strip()
    offset = low.find(body)
    if letter := options.equal_to(body[:_EDGE]) if len(body) <= _EDGE else "":
        return [Commitment(offset, offset + len(body), letter, "option_text")]
    sentences = _SENTENCES.split(body[:_EDGE])
    if len(sentences) > 1 and all(options.equal_to(sentence) for sentence in sentences[:2]):
        return []  # a list of options
    if key(sentences[0]) in _DISCOURSE and len(sentences) > 1 and "\n" not in body[: len(sentences[0]) + 2]:
        sentences[0] = ""  # "Right. Let me look at the images."
    head, tail = sentences[0], _SENTENCES.split(body[-_EDGE:])[-1]
    if yes_no := _YES_NO.match(head):
        head = yes_no[0]
    found = []
    if letter := options.equal_to(head):
        found.append(Commitment(offset, offset + len(head), letter, "option_text"))
    if letter := _point_of(tail, body, options):
        end = offset + len(body)
        found.append(Commitment(end - len(tail), end, letter, "option_text"))
    return found


def _point_of(sentence: str, body: str, options: OptionTexts) -> str:
    """Return the one option that a closing sentence comes to.

    A sentence that doubts, asks or breaks off has no point. Without a word such as "therefore" no other
    option may be named anywhere in the text, and the option has to be most of the sentence.
    """
    if not sentence.endswith((".", "!", "*", '"', ")")) or doubts(sentence):
        return ""
    letters = options.named_in(sentence)
    if len(letters) != 1:
        return ""
    if _ARRIVES.match(sentence):
        return letters
    if options.named_in(body) != letters:
        return ""
    option, said = next(text for text, letter in options.by_key.items() if letter == letters), key(sentence)
    if " " not in option:
        return letters if said.endswith(option) and sentence == body and _PREDICATE.search(sentence) else ""
    mostly = 2 * (option.count(" ") + 1) >= said.count(" ") + 1
    ranked = said.endswith(option) and _RANKS_IT.search(sentence)
    return letters if mostly or ranked else ""
