"""The answer extractor beside lmms-eval's own, on the same table of responses.

    .venv/bin/python benchmarks/extraction.py

For each extractor and each split of `tests/data/responses.jsonl`: responses read right; wrong
(another letter); missed (none where there is one); invented (a letter where there is none). A
letter that the question does not have counts as none. Then responses per second of CPU time on one
core, best of several rounds: over those that answer, as models mostly do; over the whole table, of
which a third does not; over those that answer behind a paragraph, about 300 characters each; and in
the five tagged steps that `mir_cot` asks for, about 1,200.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from mirbench.answers import extract

Extractor = Callable[[str, Sequence[str]], str | None]

RESPONSES = Path(__file__).parent.parent / "tests" / "data" / "responses.jsonl"
PARAGRAPH = (
    "The first image shows a street in the evening with two cars next to each other. The second "
    "image shows the same street from a balcony, and the shadows have become longer. What the "
    "question asks for can be seen by comparing where the two shadows end in each image.\n\n"
)
STEPS = "".join(
    f"<{step}>{PARAGRAPH}</{step}>\n"
    for step in ("summary", "caption", "text_to_region", "region_to_region")
)


class Row(NamedTuple):
    """One response with its truth."""

    split: str
    response: str
    options: tuple[str, ...]
    letter: str | None


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each timing")
    rounds = parser.parse_args().rounds
    rows = [
        Row(row["split"], row["response"], tuple(row["options"]), row["letter"])
        for row in map(json.loads, RESPONSES.read_text("utf-8").splitlines())
    ]
    extractors: dict[str, Extractor] = {
        "mirbench": lambda response, options: extract(response, options).letter,
        **lmms_eval_extractors(),
    }
    console = Console()
    for split in sorted({row.split for row in rows}):
        console.print(quality(split, [row for row in rows if row.split == split], extractors))
    console.print(speed(rows, extractors, rounds))


def lmms_eval_extractors() -> dict[str, Extractor]:
    """Return the extractors of lmms-eval's multi-image tasks, each as its task calls it."""
    from lmms_eval.tasks._task_utils.mcq_extract import extract_mcq_answer
    from lmms_eval.tasks._task_utils.mmmu_mcq_utils import parse_mmmu_multi_choice_response
    from lmms_eval.tasks.blink.utils import _extract_answer_letter
    from lmms_eval.tasks.mantis.utils import get_option, parse_answer
    from lmms_eval.tasks.mindcube.utils import extract_answer
    from lmms_eval.tasks.mmsi_bench.utils import extract_single_choice_with_word_boundary
    from lmms_eval.tasks.muirbench.utils import MultiChoiceRegexFilter

    muirbench = MultiChoiceRegexFilter()
    random.seed(0)  # mmmu answers at random where it finds nothing

    def mmsi(response: str, options: Sequence[str]) -> str | None:
        """Find the gold letter that its scorer, which needs one, would call right."""
        golds = (
            gold
            for gold in letters(options)
            if extract_single_choice_with_word_boundary(response, gold) == 1
        )
        return next(golds, None)

    def mmmu(response: str, options: Sequence[str]) -> str:
        named = letters(options)
        texts = dict(zip(named, options, strict=True))
        return str(parse_mmmu_multi_choice_response(response, list(named), texts))

    return {
        "muirbench": lambda response, _: muirbench.apply([[response]], [None])[0].strip().upper(),
        "blink": lambda response, options: _extract_answer_letter(response, letters(options)),
        "mantis": lambda response, _: get_option(parse_answer(response)),
        "mmsi": mmsi,
        "mindcube": lambda response, _: extract_answer(response),
        "mmmu": mmmu,
        "mcq_extract": lambda response, options: extract_mcq_answer(response, letters(options)),
    }


def letters(options: Sequence[str]) -> str:
    """Return the letters of a question's options."""
    return "ABCDEFGHIJ"[: len(options)]


def outcome(row: Row, found: str | None) -> str:
    """Say how what an extractor found compares with the truth."""
    prediction = found if found and found in letters(row.options) else None
    if prediction == row.letter:
        return "right"
    if row.letter is None:
        return "invented"
    return "wrong" if prediction else "missed"


def quality(split: str, rows: Sequence[Row], extractors: dict[str, Extractor]) -> Table:
    """Count outcomes by extractor."""
    silent = sum(row.letter is None for row in rows)
    table = Table(title=f"{split}: {len(rows)} responses, {silent} of them without an answer")
    for column in ("extractor", "right", "wrong", "missed", "invented", "right %"):
        table.add_column(column, justify="left" if column == "extractor" else "right")
    for name, extractor in extractors.items():
        counts = Counter(outcome(row, extractor(row.response, row.options)) for row in rows)
        cells = [str(counts[kind]) for kind in ("right", "wrong", "missed", "invented")]
        table.add_row(name, *cells, f"{100 * counts['right'] / len(rows):.1f}")
    return table


def speed(rows: Sequence[Row], extractors: dict[str, Extractor], rounds: int) -> Table:
    """Time each extractor on four sets of texts."""
    answers = [row for row in rows if row.letter]
    longer = [row._replace(response=PARAGRAPH + row.response) for row in answers]
    tagged = [
        row._replace(response=f"{STEPS}<conclusion>{row.response}</conclusion>") for row in answers
    ]
    sets = {
        "that answer": answers,
        "all": rows,
        "behind a paragraph": longer,
        "in five steps": tagged,
    }
    table = Table(title="responses per second of CPU time")
    table.add_column("extractor")
    for name, texts in sets.items():
        mean = sum(len(row.response) for row in texts) / len(texts)
        table.add_column(f"{name} ({mean:.0f} characters)", justify="right")
    for name, extractor in extractors.items():
        rates = (rate(texts, extractor, rounds) for texts in sets.values())
        table.add_row(name, *(f"{value:,.0f}" for value in rates))
    return table


def rate(rows: Sequence[Row], extractor: Extractor, rounds: int) -> float:
    """Return responses per second of CPU time in the best of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for row in rows:
            extractor(row.response, row.options)
        best = min(best, time.process_time() - start)
    return len(rows) / best


if __name__ == "__main__":
    main()
