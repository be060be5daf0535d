"""One response -> `Scored`, and `Scored` -> the row that a run logs for it."""

import hashlib
import json
from dataclasses import asdict
from typing import Any, Final

from mirbench.answers import extract
from mirbench.prompts import rotate_options
from mirbench.record import Sample
from mirbench.scoring.metrics import Scored, Status

LOG_KEY: Final = "mirbench"
"""The key of our row in each sample that lmms-eval logs."""

_STATUS_OF: Final[dict[str, Status]] = {"request_failed": "failed", "truncated": "truncated"}


def score_response(sample: Sample, response: str, *, rotation: int = 0, draw: int = 0) -> Scored:
    """Score a model's response to a sample; what names no single option is wrong.

    Args:
        sample: The sample as the release has it.
        response: What the model wrote.
        rotation: By how many places the options were rotated when it was asked; answer and
            prediction are letters as they were shown then.
        draw: Which of several responses to the same question this is.
    """
    shown = rotate_options(sample, rotation) if rotation else sample
    letter, how, span = extract(response, shown.options)
    return Scored(
        id=sample.id,
        question_hash=question_hash(sample),
        category=sample.category,
        subtask=sample.subtask,
        difficulty=sample.difficulty,
        num_images=len(set(sample.image_refs)),
        num_options=len(sample.options),
        answer=shown.answer,
        prediction=letter,
        how=how,
        span=span,
        status="answered" if letter is not None else _STATUS_OF.get(how, "unparsed"),
        rotation=rotation,
        draw=draw,
    )


def question_hash(sample: Sample) -> str:
    """Name what was asked: twelve hexadecimal digits over question, options and answer.

    Logged with every response, it tells later whether a release, or another run, holds the same
    questions under the same ids.
    """
    content = [sample.question, sample.image_refs, sample.options, sample.answer]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def log_row(scored: Scored) -> dict[str, Any]:
    """Return a scored response as the row to log."""
    return {**asdict(scored), "correct": scored.correct}
