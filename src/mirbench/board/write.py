"""Responses -> the two files of a submission, written whole or not at all."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mirbench.board.claims import claims_of
from mirbench.board.questions import Questions
from mirbench.board.submission import (
    MAX_RESPONSE,
    PREDICTIONS_NAME,
    SUBMISSION_NAME,
    Data,
    Prediction,
    PredictionsFile,
    Submission,
    submission_id,
    utc_now,
)
from mirbench.data.source import HUB_REPO
from mirbench.errors import ScoringError
from mirbench.scoring.logged import Response
from mirbench.scoring.metrics import Scores, aggregate
from mirbench.scoring.responses import score_response


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A submission as it was written.

    Attributes:
        id: Its name.
        folder: Where it is.
        scores: What it claims.
        num_cut: Responses of which only the end was kept.
        num_changed: Predictions that are read differently than in the run.
    """

    id: str
    folder: Path
    scores: Scores
    num_cut: int
    num_changed: int


def data_of(questions: Questions) -> Data:
    """Say which questions were asked."""
    name, at, revision = questions.name.partition("@")
    is_hub = bool(at) and name == HUB_REPO.rpartition("/")[2]
    return Data(
        name=HUB_REPO if is_hub else questions.name,
        revision=revision if is_hub else None,
        split="test",
        num=len(questions.samples),
        fingerprint=questions.fingerprint,
    )


def write_submission(
    out: Path | str,
    questions: Questions,
    responses: Sequence[Response],
    parts: Callable[[], Mapping[str, Any]],
) -> Packed:
    """Write a submission of responses to all questions; there whole or not at all.

    Args:
        out: The folder to make; refused if it holds anything.
        questions: The test split.
        responses: One a question, in any order.
        parts: Returns the fields of the submission that are not about its predictions.

    Raises:
        ScoringError: If the folder is there, or a field is not what the schema allows.
    """
    out = Path(out)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ScoringError(f"{out}: expected a new or an empty folder, found something in it")
    text_of = {one.scored.id: one.text for one in responses}
    was = {one.scored.id: one.scored.prediction for one in responses}
    scored, lines = [], []
    for sample in questions.samples:
        text = _unicode(text_of[sample.id])
        kept = text[-MAX_RESPONSE:]
        one = score_response(sample, kept)
        prediction = Prediction(
            id=sample.id,
            sample=one.question_hash,
            response=kept,
            cut=len(text) - len(kept),
            prediction=one.prediction,
            status=one.status,
        )
        scored.append(one)
        lines.append(prediction)
    scores = aggregate(scored)
    content = "".join(_line(line.model_dump(exclude_none=False)) for line in lines).encode()
    try:
        submission = Submission(
            schema_version=1,
            created=utc_now(),
            claims=claims_of(scores),
            predictions=PredictionsFile(
                sha256=hashlib.sha256(content).hexdigest(),
                num_bytes=len(content),
                num_lines=len(lines),
            ),
            **parts(),
        )
    except ValidationError as error:
        raise ScoringError(f"the submission is not valid: {explain(error)}") from None
    text = json.dumps(submission.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    _write_folder(out, {SUBMISSION_NAME: text.encode(), PREDICTIONS_NAME: content})
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Packed(
        id=submission_id(submission.model.name, submission.harness.task, digest),
        folder=out,
        scores=scores,
        num_cut=sum(line.cut > 0 for line in lines),
        num_changed=sum(one.prediction != was[one.id] for one in scored),
    )


def explain(error: ValidationError) -> str:
    """Write what the schema refused, one field after the other."""
    return "; ".join(
        f"{'.'.join(map(str, one['loc']))}: {one['msg']}, found {ascii(one['input'])[:80]}"
        for one in error.errors(include_url=False)
    )


def _unicode(text: str) -> str:
    """Replace lone surrogates, which no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_folder(out: Path, files: dict[str, bytes]) -> None:
    draft = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    draft.mkdir(parents=True)
    try:
        for name, content in files.items():
            (draft / name).write_bytes(content)
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
