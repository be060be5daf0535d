"""Comparing what a response says with what the options say."""

# ruff: noqa: RUF001 - signs that options are written with

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mirbench.answers.text import fold
from mirbench.taxonomy import LETTERS

_TOKEN: Final = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # no spaces between words: each sign by itself
    r"|(?:(?<!\w)[-+])?\d+(?:[.,:/]\d+)*"
    r"|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
    r"|[<>=≤≥≠≈→←↑↓+×÷%°$€£]"
)
_ASCII_TOKEN: Final = re.compile(r"(?:(?<!\w)[-+])?\d+(?:[.,:/]\d+)*|[a-z]+|[<>=+%$]")
"""The same where a text holds nothing else, which most do: four times as fast."""

_AROUND: Final = " \n.,;:!?*_\"'`()"
"""What may stand around words that are compared, and is not part of them."""

_LONE_LETTER: Final = re.compile(r"(?<![A-Za-z0-9'])(?:[B-HJ]|A(?= *$|, ))(?![A-Za-z0-9'])")
_SENTENCE_END: Final = re.compile(r"[.!?;](?=\s|$)|\n")
_CLAUSE_END: Final = re.compile(
    r"[,;:(]|\s-\s|\s(?:because|since|as|which|where|but|while|in image)\s"
)
_ALTERNATIVE: Final = re.compile(r"\W*(?:or|and)\b")
_DOUBT: Final = re.compile(
    r"\b(?:not|n't|neither|nor|either|or|never|no|cannot|whether|if|unlikely|could|might|may|wrong"
    r"|incorrect|false|eliminated?|rule[sd]? out|instead of|rather than)\b|n't\b|不|ない"
)


def key(text: str) -> str:
    """Reduce a text to what is compared: its words and numbers, without case or articles."""
    return _key(fold(text).lower())


def _key(low: str) -> str:
    """Reduce a text that is folded and lower-case."""
    if not low.isascii():
        tokens = _TOKEN.findall(low)
    elif (bare := low.strip(_AROUND)).replace(" ", "").isalpha():
        tokens = bare.split()  # nothing but words, as most options
    else:
        tokens = _ASCII_TOKEN.findall(low)
    if "the" in tokens:
        tokens = [token for token in tokens if token != "the"]
    if len(tokens) > 1 and tokens[0] in ("a", "an") and len(tokens[1]) > 1:
        del tokens[0]
    return " ".join(tokens)


def doubts(sentence: str) -> bool:
    """Tell whether a sentence denies, asks or weighs, so that naming an option says nothing."""
    return bool(_DOUBT.search(sentence))


@dataclass(frozen=True, slots=True)
class OptionTexts:
    """Options made ready for comparison.

    Attributes:
        letters: The letters in use.
        longest: A text longer than this says more than any option.
        by_key: Letter of each key that one option alone has, longest key first.
        openings: Plain lower-case text and letter of each option that no other repeats, longest
            first.
        opening_texts: Their texts alone, which are looked for all at once.
        first_words: What a text must hold to name an option at all.
        lettered: An option's text holds the letter of another ("Point B" as option A), so that a
            letter in free text may mean the thing and not the option.
        numbered: An option's text holds a number, so that "option 2" may mean the thing.
    """

    letters: str
    longest: int
    by_key: dict[str, str]
    openings: tuple[tuple[str, str], ...]
    opening_texts: tuple[str, ...]
    first_words: frozenset[str]
    lettered: bool
    numbered: bool

    def opening_at(self, low: str, at: int) -> tuple[str, int] | None:
        """Return the option whose text stands at an offset, and where it ends."""
        if not low.startswith(self.opening_texts, at):
            return None
        for text, letter in self.openings:
            if low.startswith(text, at):
                end = at + len(text)
                if not low[end : end + 1].isalnum():
                    return letter, end
        return None

    def equal_to(self, text: str) -> str:
        """Return the letter of the option that says the same as a lower-case text, or nothing."""
        if len(text) > self.longest or not self.may_name(text):
            return ""
        return self.by_key.get(_key(text), "")

    def may_name(self, low: str) -> bool:
        """Tell whether a text can name an option at all."""
        for word in self.first_words:  # noqa: SIM110 - half the time of any()
            if word in low:
                return True
        return False

    def may_name_others(self, letter: str, low: str) -> bool:
        """Tell whether a text can name any option but one: it holds all words of another."""
        others = (text for text, owner in self.by_key.items() if owner != letter)
        return any(all(word in low for word in text.split()) for text in others)

    def named_in(self, low: str) -> str:
        """Return the letters of all options whose words stand in a text, longer ones first."""
        if not self.may_name(low):
            return ""
        padded, letters = f" {_key(low)} ", ""
        for option, letter in self.by_key.items():
            if f" {option} " in padded:
                letters += letter
                padded = padded.replace(f" {option} ", " \0 ")
        return letters

    def key_of(self, letter: str) -> str:
        """Return what an option is compared by."""
        return next(text for text, owner in self.by_key.items() if owner == letter)

    def without(self, letters: str, text: str) -> str:
        """Return a text without the texts of some options, which may sound like doubt."""
        for opening, letter in self.openings:
            text = text.replace(opening, " ") if letter in letters else text
        return text

    def committed_in(self, line: str) -> str:
        """Return the letters named by a lower-case line that is known to hold an answer.

        The line, its first sentence or its first clause is an option; or a longer sentence holds
        the text of one, of three words at least, and neither denies nor doubts it.
        """
        sentence = line[: found.start()] if (found := _SENTENCE_END.search(line)) else line
        clause = sentence[: found.start()] if (found := _CLAUSE_END.search(sentence)) else sentence
        if _ALTERNATIVE.match(sentence, len(clause)):
            clause = sentence
        for part in dict.fromkeys((line, sentence, clause)):
            if letter := self.equal_to(part):
                return letter
        named = self.named_in(sentence)
        if doubts(self.without(named, sentence)):
            return ""
        wordy = {letter for text, letter in self.by_key.items() if text.count(" ") >= 2}
        return named if wordy.issuperset(named) else ""


@lru_cache(maxsize=4096)
def option_texts(options: tuple[str, ...]) -> OptionTexts:
    """Make options ready for comparison; the work is kept for the next response.

    Raises:
        ValueError: If there are fewer than two options or more than ten.
    """
    if not 2 <= len(options) <= len(LETTERS):
        raise ValueError(f"options: expected 2 to {len(LETTERS)} texts, found {len(options)}")
    letters = LETTERS[: len(options)]
    plain = [fold(option).lower() for option in options]
    keys = _unique(map(key, plain), letters)
    openings = _unique((text.strip(" \t\n.\"'") for text in plain), letters)
    lone = (_LONE_LETTER.findall(fold(option)) for option in options)
    return OptionTexts(
        letters=letters,
        longest=2 * max(map(len, options)) + 40,
        by_key=keys,
        openings=tuple(openings.items()),
        opening_texts=tuple(openings),
        first_words=frozenset(text.partition(" ")[0] for text in keys),
        lettered=any({*found} - {letter} for found, letter in zip(lone, letters, strict=True)),
        numbered=any(char.isdigit() for text in plain for char in text),
    )


def _unique(texts: Iterable[str], letters: str) -> dict[str, str]:
    """Map each text that only one option has to its letter, longest text first."""
    owners: dict[str, str] = {}
    for text, letter in zip(texts, letters, strict=True):
        owners[text] = owners.get(text, "") + letter
    pairs = sorted(owners.items(), key=lambda pair: -len(pair[0]))
    return {text: owner for text, owner in pairs if text and len(owner) == 1}
