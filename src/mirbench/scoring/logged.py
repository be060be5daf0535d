"""The samples that lmms-eval logs beside its results: responses, and how they were scored."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from mirbench.errors import ScoringError
from mirbench.scoring.metrics import Scored
from mirbench.scoring.responses import LOG_KEY

RESULTS: Final = "_results.json"
"""How the name of a results file ends."""

_ROW: Final = TypeAdapter(Scored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response as the model wrote it, stripped of white space around it, and its score."""

    text: str
    scored: Scored


def read_responses(results_path: Path, task: str) -> tuple[tuple[Response, ...], ...]:
    """Read the responses of each document that lmms-eval logged.

    Raises:
        ScoringError: If there are none, or a row is not what a task of ours writes.
    """
    name = results_path.name.removesuffix(RESULTS)
    path = results_path.with_name(f"{name}_samples_{task}.jsonl")
    if not path.is_file():
        raise ScoringError(f"{path}: no such file; run lmms-eval again with --log_samples")
    with path.open(encoding="utf-8") as lines:
        return tuple(
            tuple(_read_line(line, f"{path}, line {number}"))
            for number, line in enumerate(lines, 1)
        )


def _read_line(line: str, place: str) -> Iterator[Response]:
    """Read a document's responses: one, or where several were drawn, a list of them."""
    try:
        logged = json.loads(line)
        texts, rows = logged["filtered_resps"], logged[LOG_KEY]
        if isinstance(rows, dict):
            texts, rows = [texts], [rows]
        scored = [_ROW.validate_python(row) for row in rows]
        correct = [row["correct"] for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise ScoringError(
            f"{place}: expected a sample that a mirbench task logged, found {error!r}"
        ) from error
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        kind = type(texts[0] if isinstance(texts, list) and texts else texts).__name__
        raise ScoringError(f"{place}: expected one response a row, found {kind}")
    if len(texts) != len(scored) or not texts:
        raise ScoringError(
            f"{place}: expected a response for each of {len(scored)} rows, found {len(texts)}"
        )
    for text, one, is_correct in zip(texts, scored, correct, strict=True):
        yield _checked(Response(text=text.strip(), scored=one), is_correct, place)


def _checked(response: Response, correct: bool, place: str) -> Response:
    """Return a response whose row does not contradict itself."""
    scored = response.scored
    if correct != scored.correct or (scored.prediction is None) == (scored.status == "answered"):
        raise ScoringError(
            f"{place}: sample {scored.id!r} says it is {scored.status} and correct: {correct}, but "
            f"its prediction is {scored.prediction!r} and its answer {scored.answer!r}"
        )
    start, end = scored.span or (0, 0)
    if not 0 <= start <= end <= len(response.text):
        raise ScoringError(f"{place}: span {scored.span} lies outside of the response")
    return response
