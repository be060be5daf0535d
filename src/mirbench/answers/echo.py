"""Option lists that a response repeats: naming every option chooses none."""

import re
from typing import Final

from mirbench.answers.options import OptionTexts

_LABEL: Final = re.compile(r"(?<![A-Za-z0-9'])([A-J])([)\]*_]{0,3}[ \t]?[.:)\]]?)[*_]{0,2}[ \t]{0,3}")
_START: Final = re.compile(r"(?:^|\n|[.!?;]\s)[\s>*_#(\[-]{0,8}$")


def lists(text: str, low: str, options: OptionTexts) -> list[tuple[int, int]]:
    """Return the spans of option lists: labels A, B, ... in order, each with its own option's text.

    Labels that open lines or sentences count too, whatever follows them; then only the labels are returned, so
    that an analysis option by option keeps its words.
    """
    if "B" not in text or "A" not in text:
        return []
    run: list[tuple[int, int]] = []
    spans: list[tuple[int, int]] = []
    for label in _LABEL.finditer(text):
        if run and label.start() < run[-1][1]:
            continue  # "A man" inside an option's own text
        own = options.opening_at(low, label.end())
        if own and own[0] == label[1]:
            end = own[1]
            while low[end : end + 1] in ('.', ",", ";", "*"):
                end += 1
            span = label.start(), end
        elif label[2].strip() and _START.search(text, max(0, label.start() - 10), label.start()):
            span = label.span()
        else:
            continue
        if label[1] == chr(ord("A") + len(run)):
            run.append(span)
            continue
        spans += run if len(run) > 1 else []
        run = [span] if label[1] == "A" else []
    return spans + (run if len(run) > 1 else [])
