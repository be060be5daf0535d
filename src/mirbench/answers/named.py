"""The last tier: the text holds an option's words and nothing that announces them."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mirbench.answers.contexts import called_right, denied
from mirbench.answers.letters import Commitment
from mirbench.answers.options import OptionTexts, doubts, key

_EDGE: Final = 1200
"""Characters looked at on either side: no opening or closing sentence is longer."""

_STOP: Final = re.compile(r"[.!?\n](?=\s|(?<=\n))")
_FULL_STOPS: Final = (".", "!", "*", '"', ")")
_YES_NO: Final = re.compile(r"\W*(?:yes|no|true|false)\b(?=\W{0,3}[,:-])")
_DISCOURSE: Final = frozenset({"right", "first", "second", "third", "next", "then"})
_LONGEST_DISCOURSE: Final = 24
"""With "the" before it and signs around it."""

_CONCLUDES: Final = re.compile(
    r"""[*_#\s]*(?: so | thus | therefore | hence | in\sconclusion | overall | in\ssummary
    | to\sconclude | consequently | based\son\s(?:this|the|these) | donc | por\slo\stanto | portanto
    | also | daher | quindi | поэтому | следовательно
    | 所以 | 因此 | 综上 | よって | 따라서 )(?![a-z])""",
    re.VERBOSE,
)
_IT_IS: Final = re.compile(
    r"""(?:.*\b(?:so|therefore|hence|thus)\W{1,2})?
    (?:it|this|that)(?:'s|\s(?:is|must\sbe|should\sbe|has\sto\sbe))
    (?:\s(?:likely|probably|clearly|definitely))?(?:\sthe)?$""",
    re.VERBOSE,
)
_RANKS: Final = re.compile(
    r"\b(?:\w{3,}est|best|most|least|next|correct|right)\s[^.]{0,80}\b(?:is|be|should)\b|\bshould\b"
)
_IS_FIRST: Final = re.compile(r"(?:^|\W)\s*is\sthe\s(?:\w{3,}est|most\s\w+|best)\W*$")
_PREDICATE: Final = re.compile(
    r"\b(?:is|are|was|be|mov\w+|turn\w*|rotat\w+|goes|going|went|shift\w*|point\w*|to the)\b"
)


def named(text: str, low: str, options: OptionTexts) -> list[Commitment]:
    """Find the option whose text is the first sentence, is called right, or closes the text."""
    body = low.strip()
    if not body or not options.may_name(body):
        return []
    start = low.find(body[:1])
    end = start + len(body)
    if letter := options.equal_to(body):
        return [Commitment(start, end, letter, "option_text")]
    first = _sentences(body[:_EDGE])
    last = _sentences(body[-_EDGE:]) if len(body) > _EDGE else first
    if len(first) > 1 and options.equal_to(first[0]) and options.equal_to(first[1]):
        return []  # a list of options
    found = [*_called_right(low, options)]
    if letter := _opening_point(first, body, options):
        found.append(Commitment(start, start + len(first[0]), letter, "option_text"))
    if letter := _closing_point(last, body, options):
        found.append(Commitment(end - len(last[-1]), end, letter, "option_text"))
    return found


def _sentences(text: str) -> list[str]:
    """Divide a text, which does not begin or end with space, at full stops and line breaks."""
    ends = [stop.end() for stop in _STOP.finditer(text)]
    parts = (text[start:end].strip() for start, end in pairwise((0, *ends, len(text))))
    return [part for part in parts if part]


def _called_right(low: str, options: OptionTexts) -> Iterator[Commitment]:
    """Find an option's text that is called right: "Bob is the answer"."""
    for opening, letter in options.openings:
        at = low.find(opening)
        end = at + len(opening)
        if at >= 0 and called_right(low, end) and not denied(low, at):
            yield Commitment(at, end, letter, "option_text")


def _opening_point(sentences: list[str], body: str, options: OptionTexts) -> str:
    """Return the option that the first sentence is, or that a "yes" or "no" before a comma is.

    That the whole text is none is known here, and in what follows.
    """
    head = sentences[0]
    if (
        len(sentences) > 1
        and len(head) <= _LONGEST_DISCOURSE
        and key(head) in _DISCOURSE
        and not body.startswith("\n", len(head))
    ):
        return ""  # "Right. Let me look at the images."
    if yes_no := _YES_NO.match(head):
        return options.equal_to(yes_no[0])
    return "" if head == body else options.equal_to(head)


def _closing_point(sentences: list[str], body: str, options: OptionTexts) -> str:
    """Return the one option that the last sentence comes to.

    The sentence is the option, or it holds the option, is complete, does not doubt, and either
    concludes or is the only place in the text that names any option.
    """
    sentence, before = sentences[-1], sentences[-2] if len(sentences) > 1 else ""
    if not options.may_name(sentence):
        return ""
    complete = sentence.endswith(_FULL_STOPS) or body.endswith("\n" + sentence)
    said = options.equal_to(sentence) if complete and sentence != body else ""
    if said and not options.equal_to(before):
        return said
    letter = options.named_in(sentence) if sentence.endswith(_FULL_STOPS) else ""
    if len(letter) != 1 or doubts(rest := options.without(letter, sentence)):
        return ""
    if _CONCLUDES.match(sentence):
        return letter
    alone = not options.may_name_others(letter, body) or options.named_in(body) == letter
    return letter if alone and _is_point(letter, sentence, rest, body, options) else ""


def _is_point(letter: str, sentence: str, rest: str, body: str, options: OptionTexts) -> bool:
    """Tell whether an option is what its sentence says, and not just among its words."""
    option, said = options.key_of(letter), key(sentence)
    if option not in _DISCOURSE and _IT_IS.match(rest.rstrip(" .!*\"'")):
        return True
    num_words, is_last, is_all = option.count(" ") + 1, said.endswith(option), sentence == body
    if num_words == 1:
        return is_last and is_all and bool(_PREDICATE.search(sentence))
    if 2 * num_words >= said.count(" ") + 1:
        return True
    if _IS_FIRST.search(rest):
        return True
    return is_last and ((is_all and num_words >= 3) or bool(_RANKS.search(sentence)))
