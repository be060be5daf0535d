"""What the maintainers say about a submission."""

from typing import Annotated, Literal

from pydantic import Field

from mirbench.board.anomalies import FlagKind
from mirbench.board.submission import (
    Closed,
    Line,
    Sha256,
    SubmissionId,
    Time,
    Words,
)

Tier = Literal["self-reported", "recomputed", "reproduced"]
"""How far a score was verified.

`self-reported`: claims alone. `recomputed`: the responses were read and scored again.
`reproduced`: the maintainers ran the model themselves.
"""


class FlagNote(Closed):
    """An anomaly as it stands on the board."""

    kind: FlagKind
    reason: Words


class HeldOut(Closed):
    """The result on fresh questions whose seed the maintainers keep: nothing but the aggregate."""

    data: Line = Field(description="Names the questions without giving them away.")
    date: Time
    num: Annotated[int, Field(gt=0)]
    num_correct: Annotated[int, Field(ge=0)]


class Verdict(Closed):
    """What the maintainers say about a submission.

    Attributes:
        id: The submission's.
        tier: How far its score was verified.
        accepted: When it came into the store.
        mirbench: The version that checked it.
        extractor: The version that read its responses.
        fingerprint: Of the questions that it was checked against.
        answers: All predictions; see `mirbench.board.vectors`. Empty without predictions.
        flags: What is odd about it.
        held_out: Its result on questions that nobody else has.
        note: What the maintainers add.
    """

    id: SubmissionId
    tier: Tier
    accepted: Time
    mirbench: Line
    extractor: Line
    fingerprint: Sha256
    answers: str
    flags: list[FlagNote]
    held_out: HeldOut | None = None
    note: Words = ""
