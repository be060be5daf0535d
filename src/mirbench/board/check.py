"""Checks a submission against the release: complete, harmless, and worth what it claims.

Nothing that a submission says about its answers is believed. Each response is read again by our
extractor and scored with the release at hand; what was claimed must be what comes out.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mirbench.answers import EXTRACTOR_VERSION
from mirbench.board.anomalies import Earlier, Flag, find_anomalies
from mirbench.board.claims import check_claims
from mirbench.board.questions import Questions
from mirbench.board.reading import (
    Faults,
    Words,
    find_files,
    open_plain,
    read_json,
    read_lines,
    validate,
)
from mirbench.board.rescore import Answers
from mirbench.board.submission import (
    PREDICTIONS_NAME,
    SUBMISSION_NAME,
    Submission,
    submission_id,
)
from mirbench.board.vectors import vector
from mirbench.errors import ScoringError
from mirbench.evaluation.forms import form_named
from mirbench.record import Fault
from mirbench.scoring.metrics import Scored, Scores, aggregate

FORM_OF_TASK: Final = {"mir": "direct", "mir_cot": "stage5", "mir_blind": "blind"} | {
    f"mir_stage{stage}": f"stage{stage}" for stage in range(1, 5)
}

_NAMED: Final = 5
"""Ids that a message names; the others it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found.

    Attributes:
        id: Name of the submission; empty if `submission.json` could not be read.
        submission: What it says, if that much is valid.
        scores: The results as computed again; None without predictions, or if there are faults.
        answers: All predictions; see `mirbench.board.vectors`. Empty where `scores` is None.
        faults: What is wrong, as far as it is kept.
        num_faults: How much is wrong.
        flags: What is odd, though not wrong.
    """

    id: str
    submission: Submission | None
    scores: Scores | None
    answers: str
    faults: tuple[Fault, ...]
    num_faults: int
    flags: tuple[Flag, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.num_faults == 0


def check_submission(
    folder: Path | str, questions: Questions, earlier: Sequence[Earlier] = ()
) -> Checked:
    """Check the folder of a submission; whatever it holds, this returns.

    Args:
        folder: The folder with the two files.
        questions: The test split that it should answer.
        earlier: What the store holds of other models, to find copies.
    """
    folder, faults = Path(folder), Faults()
    sizes = find_files(folder, faults)
    submission, digest = _read_submission(folder, sizes, faults)
    scored: list[Scored] = []
    if submission is not None:
        _check_data(submission, questions, faults)
        scored = _check_predictions(folder, submission, questions, sizes, faults)
    scores = None
    if submission is not None and scored and not faults.num:
        scores = aggregate(scored)
        check_claims(submission.claims, scores, faults)
    return _checked(submission, digest, scored, scores, faults, questions, earlier)


def _checked(
    submission: Submission | None,
    digest: str,
    scored: Sequence[Scored],
    scores: Scores | None,
    faults: Faults,
    questions: Questions,
    earlier: Sequence[Earlier],
) -> Checked:
    flags: tuple[Flag, ...] = ()
    answers = vector(scored) if scores is not None else ""
    id = ""
    if submission is not None:
        id = submission_id(submission.model.name, submission.harness.task, digest)
        if not faults.num:
            flags = tuple(_flags(submission, answers, questions, earlier))
    return Checked(
        id=id,
        submission=submission,
        scores=scores,
        answers=answers,
        faults=tuple(faults.kept),
        num_faults=faults.num,
        flags=flags,
    )


def _flags(
    submission: Submission, answers: str, questions: Questions, earlier: Sequence[Earlier]
) -> list[Flag]:
    flags: list[Flag] = []
    is_image_free = submission.kind == "baseline" or submission.harness.task == "mir_blind"
    if answers and submission.kind == "model":
        others = [one for one in earlier if one.name != submission.model.name]
        found = find_anomalies(answers, questions, others, is_image_free=is_image_free)
        flags.extend(found)
    if submission.disclosure.trained_on_mir == "test":
        flags.append(Flag("trained_on_test", "trained on the questions that it is asked"))
    form = form_named(FORM_OF_TASK[submission.harness.task])
    if submission.kind == "model" and submission.harness.prompt != form.prompt:
        flags.append(Flag("other_prompt", f"asked with another prompt than {form.prompt}"))
    return flags


def _read_submission(
    folder: Path, sizes: Mapping[str, int], faults: Faults
) -> tuple[Submission | None, str]:
    if SUBMISSION_NAME not in sizes:
        faults.add(SUBMISSION_NAME, "", "a plain file", Words("none that may be read"))
        return None, ""
    value, digest = read_json(folder / SUBMISSION_NAME, faults)
    if value is None:
        return None, digest
    return validate(Submission, value, SUBMISSION_NAME, faults), digest


def _check_data(submission: Submission, questions: Questions, faults: Faults) -> None:
    def compare(field: str, expected: object, found: object) -> None:
        if found != expected:
            faults.add(SUBMISSION_NAME, field, str(expected), found)

    compare("data.num", len(questions.samples), submission.data.num)
    compare("data.fingerprint", questions.fingerprint, submission.data.fingerprint)
    compare("harness.extractor", EXTRACTOR_VERSION, submission.harness.extractor)


def _check_predictions(
    folder: Path,
    submission: Submission,
    questions: Questions,
    sizes: Mapping[str, int],
    faults: Faults,
) -> list[Scored]:
    """Check the file of predictions, where there is one; returns what was scored again."""
    told, size = submission.predictions, sizes.get(PREDICTIONS_NAME)
    if told is None or size is None:
        if size is not None:
            faults.add(SUBMISSION_NAME, "predictions", "a checksum of the file", None)
        elif told is not None:
            faults.add(PREDICTIONS_NAME, "", "a plain file", Words("none that may be read"))
        return []
    if size != told.num_bytes:
        faults.add(PREDICTIONS_NAME, "", f"{told.num_bytes:,} bytes", Words(f"{size:,}"))
    path = folder / PREDICTIONS_NAME
    try:
        with open_plain(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != told.sha256:
            faults.add(PREDICTIONS_NAME, "", f"SHA-256 {told.sha256}", Words(digest))
        lines = read_lines(path, faults, most=2 * len(questions.samples) + 100)
        return Answers(questions, faults).take(lines, told.num_lines)
    except OSError as error:
        faults.add(PREDICTIONS_NAME, "", "a plain file", Words(error.strerror or "an error"))
        return []


def accepted_submission(checked: Checked) -> Submission:
    """Return the submission of a check that found no fault.

    Raises:
        ScoringError: If it found any: with the first of them and their number.
    """
    if checked.submission is None or not checked.ok:
        first = "\n  ".join(str(fault) for fault in checked.faults[:_NAMED])
        raise ScoringError(f"{checked.num_faults:,} faults in the submission:\n  {first}")
    return checked.submission
