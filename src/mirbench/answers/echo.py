"""Option lists that a response repeats: naming every option chooses none."""

import re
from typing import Final

from mirbench.answers.options import OptionTexts

_LABEL: Final = re.compile(
    r"([A-J])(?<![A-Za-z0-9'][A-J])(?![a-z])([)\]*_]{0,3}[ \t]?[.:)\]]?)[*_]{0,2}[ \t]{0,3}"
)
_FIRST_LABEL: Final = re.compile(r"A(?<![A-Za-z0-9']A)(?![a-z])")
_CUT_LABEL: Final = re.compile(r"[\s(*]*([A-J])[).:*]*\s*")
_OPENS: Final = re.compile(r"(?:^|\n|[.!?;]\s)[\s>*_#(\[-]{0,8}$")
_PUNCTUATION: Final = re.compile(r"[.,;*]*")


def lists(text: str, low: str, options: OptionTexts) -> list[tuple[int, int]]:
    """Return the spans of option lists: labels A, B, ... in order, each with its own option's text.

    Labels that open lines or sentences, or that follow the option before, count too, whatever
    stands behind them. Then only the labels are returned, so that an analysis option by option
    keeps its words.
    """
    if "B" not in text or not (first := _FIRST_LABEL.search(text)):
        return []
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for label in _LABEL.finditer(text, first.start()):
        done = run[-1][1] if run else 0
        if label.start() < done or not (run or label[1] == "A"):
            continue  # "A man" inside an option's own text; or no list has begun
        span = _listed(text, low, label, done, options)
        if span and label[1] == _next_letter(run):
            run.append(span)
        elif span:
            spans += run if len(run) > 1 else []
            run = [span] if label[1] == "A" else []
    if len(run) > 1:
        cut = _CUT_LABEL.fullmatch(text, run[-1][1])
        broken_off = [cut.span()] if cut and cut[1] == _next_letter(run) else []
        spans += run + (broken_off if len(run) < len(options.letters) else [])
    return spans


def _next_letter(run: list[tuple[int, int]]) -> str:
    return chr(ord("A") + len(run))


def _listed(
    text: str, low: str, label: re.Match[str], done: int, options: OptionTexts
) -> tuple[int, int] | None:
    """Return the span of a label, with its option's text, if it may belong to a list."""
    own = options.opening_at(low, label.end())
    if own and own[0] == label[1]:
        end = _PUNCTUATION.match(low, own[1])
        return label.start(), end.end() if end else own[1]
    follows = done and text[done : label.start()].isspace()
    opens = follows or _OPENS.search(text, max(0, label.start() - 10), label.start())
    return label.span() if label[2].strip() and opens else None
