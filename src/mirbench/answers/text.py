"""Preparing a response for reading, without moving a single character.

Every function here keeps length and offsets, so that a span found in the prepared text is a span of
the response.
"""

# ruff: noqa: RUF001 - the look-alikes are the point

import re
import unicodedata
from typing import Final, NamedTuple

_REASONING: Final = (
    "think|thinking|thought|analysis|reasoning|scratchpad|reflection"
    "|summary|caption|text_to_region|region_to_region"
)
_ANSWER: Final = "conclusion|answer|final_answer|final"
_PLAIN_TAG: Final = (
    rf"<(?:(/?)\s?(?:seed:)?(?:({_REASONING})|({_ANSWER}))\s?>|\|(begin|end)_of_(box|thought)\|>)"
)
_TAG: Final = re.compile(_PLAIN_TAG)
_ANY_TAG: Final = re.compile(rf"{_PLAIN_TAG}|[◁\[](/?)(think)[▷\]]")
_TURN_TOKEN: Final = re.compile(
    r"<(?:\|(?:im_end|endoftext|eot_id|return)\|>|/s>|eos>|end_of_turn>)"
)
_TURN_LINE: Final = re.compile(r"\n(?:user|human|question|q|### (?:instruction|human|user)):")


def _fold_table() -> dict[int, str]:
    """Map full-width, circled and mathematical letters to plain ones, one character to one."""
    ranges = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x24B6, 0x24EA), (0x2100, 0x2150))
    table = {}
    for code in (
        code for first, last in (*ranges, (0x1F130, 0x1F14A)) for code in range(first, last)
    ):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1:
            table[code] = plain
    for first in (0x1F150, 0x1F170):  # negative circled and squared letters have no NFKC form
        table |= {first + index: chr(ord("A") + index) for index in range(26)}
    same = {
        "'": "’‘`´",
        '"': "“”„«»「」『』",
        "-": "‐‑–—−",
        ".": "。",
        ",": "、،",
        "(": "【〔",
        ")": "】〕",
    }
    table |= {ord(char): plain for plain, chars in same.items() for char in chars}
    table |= dict.fromkeys((0xA0, 0x3000, 0x200B, 0x200E, 0x200F, 0xFE0F, 0xFEFF, 0x20E3), " ")
    table[0x130] = "I"  # the only letter whose lower case is two characters long
    return table


_FOLD: Final = dict(enumerate(map(chr, range(128)))) | _fold_table()  # all of ASCII for speed
_BEYOND_ASCII: Final = re.compile(r"[\x80-\U0010ffff]+")
"""What the table may change, beside the backtick."""

_BRIEF: Final = 80
"""Up to here a text is translated faster as a whole than in the parts that may change."""


def fold(text: str) -> str:
    """Write look-alike letters and punctuation plainly; the length stays."""
    if text.isascii() or not (first := _BEYOND_ASCII.search(text)):
        return text
    text = text.replace("`", "'")
    plain, rest = text[: first.start()], text[first.start() :]
    if len(rest) <= _BRIEF:
        return plain + rest.translate(_FOLD)
    return plain + _BEYOND_ASCII.sub(lambda found: found[0].translate(_FOLD), rest)


class Slot(NamedTuple):
    """The inside of an answer tag.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        name: The tag's name.
        hidden: It stands inside a reasoning block.
        closed: Its closing tag is there.
    """

    start: int
    end: int
    name: str
    hidden: bool
    closed: bool


class Layout(NamedTuple):
    """A response divided into what is thought, what is said, and what is tagged as the answer.

    Attributes:
        spoken: The text with reasoning blocks blanked.
        slots: Insides of answer tags, in reading order.
        unfinished: A tag was opened and never closed.
    """

    spoken: str
    slots: tuple[Slot, ...]
    unfinished: bool


def divide(text: str, low: str) -> Layout | None:
    """Find reasoning blocks and answer tags; None where there is no tag at all.

    A closing reasoning tag without an opening one closes a block that the prompt had opened, as
    chat templates do.
    """
    if not ("<" in low or "◁" in low or ("[" in low and "[think" in low)):
        return None
    tags = _ANY_TAG if "think]" in low or "think▷" in low else _TAG
    if "<|channel|>" in low:
        text, low = _final_channel(text, low)
    slots: list[Slot] = []
    blocks: list[tuple[int, int]] = []
    thinking: int | None = None
    answer: tuple[int, str] | None = None
    for tag in tags.finditer(low):
        closing = low.startswith("/", tag.start() + 1) or tag[4] == "end"
        if tag[2] or tag[5] == "thought" or tag[0][0] != "<":
            if not closing:
                thinking = tag.start() if thinking is None else thinking
            elif thinking is not None or not blocks:
                blocks.append((thinking or 0, tag.end()))
                thinking = None
        elif not closing:
            answer = tag.end(), tag[3] or "box"
        elif answer:
            slots.append(Slot(answer[0], tag.start(), answer[1], thinking is not None, closed=True))
            answer = None
    unfinished = thinking is not None or answer is not None
    if answer:
        slots.append(Slot(answer[0], len(text), answer[1], thinking is not None, closed=False))
    if thinking is not None:
        blocks.append((thinking, len(text)))
    return Layout(blank(text, blocks), tuple(slots), unfinished)


def _final_channel(text: str, low: str) -> tuple[str, str]:
    """Blank all but the last channel of a harmony response, or everything if it is not reached."""
    marker = "<|channel|>final<|message|>"
    at = low.rfind(marker)
    end = at + len(marker) if at >= 0 else len(text)
    return "\n" * end + text[end:], "\n" * end + low[end:]


def blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Replace spans, which are in order, by line breaks; the length stays."""
    parts, done = [], 0
    for start, end in spans:
        start = max(start, done)
        parts += [text[done:start], "\n" * (end - start)]
        done = max(end, done)
    return "".join(parts) + text[done:]


def first_turn(low: str) -> int:
    """Return where a response, stripped of space, ends and the model invents the next turn."""
    end = len(low)
    if "<" in low and (token := _TURN_TOKEN.search(low, 1)):
        end = token.start()
    if "\n" in low and ":" in low and (line := _TURN_LINE.search(low, 1)):
        end = min(end, line.start())
    return end


_FINISHED: Final = tuple(".!?。！？…)]}>\"'*`|:")


def breaks_off(text: str) -> bool:
    """Tell whether a text of some length stops in the middle of a sentence."""
    text = text.rstrip()
    last_line = text[text.rfind("\n") + 1 :]
    return len(last_line) > 40 and not text.endswith(_FINISHED)
