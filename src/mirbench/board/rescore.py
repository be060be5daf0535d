"""The predictions of a submission, read again from its responses and scored again."""

from collections.abc import Iterable, Mapping
from typing import Final

from mirbench.board.questions import Questions
from mirbench.board.reading import (
    Faults,
    Line,
    Words,
    validate,
)
from mirbench.board.submission import (
    PREDICTIONS_NAME,
    Prediction,
)
from mirbench.record import Sample
from mirbench.scoring.metrics import Scored
from mirbench.scoring.responses import question_hash, score_response

_NAMED: Final = 5
"""Ids that a message names; the others it counts."""


class Answers:
    """The predictions of a submission, one after the other, against the questions."""

    def __init__(self, questions: Questions, faults: Faults) -> None:
        self._samples = {sample.id: sample for sample in questions.samples}
        self._faults = faults
        self._line_of: dict[str, int] = {}
        self._scored: dict[str, Scored] = {}

    def take(self, lines: Iterable[Line], num_lines: int) -> list[Scored]:
        """Read all lines; returns the scores in the order of the questions, if none is missing."""
        last = 0
        for last, value in lines:
            self._take(last, value)
        if last != num_lines and not self._faults.num:
            self._faults.add(PREDICTIONS_NAME, "", f"{num_lines:,} lines", Words(f"{last:,}"))
        missing = [id for id in self._samples if id not in self._line_of]
        if missing:
            self._faults.add(
                PREDICTIONS_NAME, "id", f"a line for each of {len(self._samples):,} questions",
                Words(f"{len(missing):,} missing: {', '.join(map(repr, missing[:_NAMED]))}"),
            )  # fmt: skip
        return [self._scored[id] for id in self._samples if id in self._scored]

    def _take(self, number: int, value: Mapping[str, object]) -> None:
        id = value.get("id")
        id = id if isinstance(id, str) and id in self._samples else None
        prediction = validate(Prediction, value, PREDICTIONS_NAME, self._faults, line=number, id=id)
        if prediction is None:
            if id is not None:
                self._line_of.setdefault(id, number)
            return
        sample = self._samples.get(prediction.id)
        if sample is None:
            self._fault(number, prediction, "id", "a question of the test split", prediction.id)
        elif first := self._line_of.get(prediction.id):
            self._fault(number, prediction, "id", f"once, as in line {first}", Words("again"))
        else:
            self._line_of[prediction.id] = number
            self._score(number, prediction, sample)

    def _score(self, number: int, prediction: Prediction, sample: Sample) -> None:
        if prediction.sample != question_hash(sample):
            expected = f"{question_hash(sample)}, the question in this release"
            self._fault(number, prediction, "sample", expected, prediction.sample)
            return
        scored = score_response(sample, prediction.response)
        if scored.prediction != prediction.prediction:
            expected = f"{scored.prediction or 'nothing'}, as the response is read"
            self._fault(number, prediction, "prediction", expected, prediction.prediction)
        if scored.status != prediction.status:
            self._fault(number, prediction, "status", scored.status, prediction.status)
        self._scored[sample.id] = scored

    def _fault(
        self, number: int, prediction: Prediction, field: str, expected: str, found: object
    ) -> None:
        self._faults.add(PREDICTIONS_NAME, field, expected, found, line=number, id=prediction.id)
