"""Small tools for English: lists, counts, units, and questions with slots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

NUMBER_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")

TIMES: Final[Mapping[Fraction, str]] = {
    Fraction(1, 2): "half",
    Fraction(2, 3): "two thirds of",
    Fraction(3, 2): "one and a half times",
    Fraction(2): "twice",
    Fraction(1, 5): "a fifth of",
    Fraction(1, 4): "a quarter of",
    Fraction(1, 3): "a third of",
    Fraction(5, 2): "two and a half times",
    Fraction(3): "three times",
    Fraction(4): "four times",
    Fraction(5): "five times",
}
"""Factors in words, to stand before what is multiplied."""
COMMON_TIMES: Final = tuple(TIMES)[:4]
"""Those that questions are drawn with; the others turn up in twins only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A question as a template and the evidence that fills its slots.

    Attributes:
        template: Text with `<image1>` tags and `{slots}`.
        spans: Slot -> words. Each span is evidence: with other words there the answer changes.
    """

    template: str
    spans: Mapping[str, str]

    def text(self) -> str:
        """Return the question as it is asked."""
        return self.template.format(**self.spans)


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as English does: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(count: int, noun: str) -> str:
    """Return a count and its noun: `one ball`, `three balls`, `two boxes`."""
    return f"{NUMBER_WORDS[count]} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of a regular noun."""
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def article(noun: str) -> str:
    """Return the noun with `a` or `an`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def sentence(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def decimal(value: Fraction, places: int = 2) -> str:
    """Write a number with at most `places` decimals, rounded half to even, without needless zeros.

    Worked out in whole numbers, since a float would print differently near a half.
    """
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    digits = f"{rest:0{places}d}".rstrip("0") if places else ""
    return ("-" if scaled < 0 else "") + (f"{whole}.{digits}" if digits else str(whole))


def significant(value: Fraction, digits: int = 3) -> str:
    """Write a positive number with about `digits` significant digits."""
    places = 0
    while value * 10**places < 10 ** (digits - 1) and places < 12:
        places += 1
    return decimal(value, places)


def metres(centimetres: Fraction | int) -> str:
    """Write a length given in centimetres in metres: `1.5 m`."""
    return f"{decimal(Fraction(centimetres) / 100)} m"


def seconds(count: int | Fraction) -> str:
    """Write a time: `1 second`, `2.5 seconds`."""
    return f"{decimal(Fraction(count))} second{'' if count == 1 else 's'}"
