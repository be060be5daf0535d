"""What a submission says: the schema of `submission.json` and of the lines of `predictions.jsonl`.

Others write these files, so every field is bounded, typed and closed: an unknown key, a control
character or a number that is not finite is refused. `docs/submission.schema.json` is this schema
for other programs; `mirbench submit schema` prints it.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import GenerateJsonSchema

from mirbench.scoring.metrics import Status
from mirbench.taxonomy import LETTERS

SCHEMA_VERSION: Final = 1
SUBMISSION_NAME: Final = "submission.json"
PREDICTIONS_NAME: Final = "predictions.jsonl"
SCHEMA_ID: Final = "urn:mirbench:submission:1"

Task = Literal[
    "mir", "mir_cot", "mir_blind", "mir_stage1", "mir_stage2", "mir_stage3", "mir_stage4"
]
"""The tasks that ask every question of the test split once."""

Property = Literal["category", "subtask", "difficulty", "num_images"]
"""What the questions of a group have in common."""

RANKED_TASKS: Final[tuple[Task, ...]] = ("mir", "mir_cot")
"""The tasks that ask without giving any step away, with the images: what a rank is for."""

MAX_RESPONSE: Final = 16_384
"""Characters of a response that are kept: the last ones, where the answer stands."""

TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_ID: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _printable(text: str) -> str:
    for at, character in enumerate(text):
        if not character.isprintable():
            raise ValueError(
                f"printable text on one line; character {at} is U+{ord(character):04X}"
            )
    return text


def _readable(text: str) -> str:
    _printable(text.replace("\n", " "))
    return text


def _valid_time(text: str) -> str:
    datetime.strptime(text, TIME_FORMAT)
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Words = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_readable)]
Time = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"),
    AfterValidator(_valid_time),
]
Link = Annotated[
    str,
    StringConstraints(
        max_length=300, pattern=r"^https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/?#@!$&()*+,;=:%-]*)?$"
    ),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
QuestionHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
SubmissionId = Annotated[str, StringConstraints(max_length=120, pattern=_ID)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Share = Annotated[float, Field(ge=0, le=1)]
Letter = Annotated[str, StringConstraints(pattern=f"^[{LETTERS}]$")]


class Closed(BaseModel):
    """A part of a file that others write: what it does not know is refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, protected_namespaces=()
    )


class Named(Closed):
    """A name and its value: package and version, setting and value."""

    name: Line
    value: Line


class Submitter(Closed):
    """Who submits."""

    name: Line = Field(description="Person or group that made the run.")
    affiliation: Line | None = Field(default=None, description="Organisation, if any.")
    contact: Line | None = Field(default=None, description="Where questions go; is published.")
    relationship: Literal["developer", "third_party"] = Field(
        description="Whether the submitter made the model."
    )


class Model(Closed):
    """What was evaluated."""

    name: Line = Field(description="As it is known: owner/name on the Hub, or the API's name.")
    revision: Line = Field(description="Commit of the weights, or the dated snapshot of the API.")
    availability: Literal["open", "closed"] = Field(
        description="open: the weights can be had; closed: only an API."
    )
    licence: Line = Field(description="SPDX name of the model's licence, or 'proprietary'.")
    size: Annotated[float, Field(gt=0, le=1e6)] | None = Field(
        default=None, description="Billions of parameters in all, if known."
    )
    reasoning: bool = Field(
        default=False, description="Whether the model thinks at length before it answers."
    )
    link: Link | None = Field(default=None, description="Model card or announcement; https only.")


class Data(Closed):
    """The questions that were asked."""

    name: Line = Field(description="Dataset on the Hub, or the release's folder name.")
    revision: Line | None = Field(default=None, description="Commit of the dataset repository.")
    config: Line = Field(default="default", description="Configuration of the dataset.")
    split: Literal["test"] = Field(description="All questions of this split were asked.")
    num: Annotated[int, Field(gt=0, le=10**7)] = Field(description="Number of questions.")
    fingerprint: Sha256 = Field(
        description="SHA-256 over ids, questions, options, answers and image contents, in order."
    )


class Harness(Closed):
    """What asked the questions and read the answers."""

    task: Task = Field(description="Task of the evaluation.")
    task_version: Count = Field(description="Version of the task.")
    prompt: Line = Field(description="Hash that names the task's prompt.")
    extractor: Line = Field(description="Version of the extractor of answers.")
    versions: list[Named] = Field(max_length=50, description="Packages and their versions.")
    command: Words | None = Field(default=None, description="The command, as it was typed.")


class Inference(Closed):
    """How the model was run."""

    engine: Line = Field(description="What ran the model: vllm, hf, an API.")
    dtype: Line | None = Field(default=None, description="Number format of the weights.")
    sampling: list[Named] = Field(max_length=50, description="Generation settings of the run.")
    seed: int | None = Field(default=None, ge=0, lt=2**64, description="Seed of the sampling.")
    attempts: Literal[1] = Field(
        default=1, description="Answers drawn a question: one. Best-of-n is another benchmark."
    )
    image_limits: Line | None = Field(
        default=None, description="Limits on number or pixels of images, if any were set."
    )
    hardware: Line | None = Field(default=None, description="Such as 1 x H100 80 GB.")
    seconds: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        default=None, description="Duration of the evaluation."
    )
    tokens: Count | None = Field(default=None, description="Tokens generated in all.")
    cost: Annotated[float, Field(ge=0, le=1e9)] | None = Field(
        default=None, description="Cost of the run in US dollars, if it was paid for."
    )


class GroupClaim(Closed):
    """The claimed result of one group of questions."""

    of: Property
    name: Line
    num: Count
    num_correct: Count


class Claims(Closed):
    """The claimed results; a check computes them again, and they must agree."""

    accuracy: Share
    num_correct: Count
    num_answered: Count
    num_unparsed: Count
    num_truncated: Count
    num_failed: Count
    groups: list[GroupClaim] = Field(max_length=200)


class Disclosure(Closed):
    """What a reader must know to weigh the score."""

    trained_on_mir: Literal["no", "train", "test", "unknown"] = Field(
        description="Whether any training data held MIR: its training split, its test, or unknown."
    )
    notes: Words = Field(default="", description="Anything else: tools, ensembles, prompts tried.")


class PredictionsFile(Closed):
    """The file of predictions as it must be."""

    sha256: Sha256
    num_bytes: Count
    num_lines: Count


class Submission(Closed):
    """One run of one model on one task, as `submission.json` holds it."""

    schema_version: Literal[1] = Field(description="Version of this schema.")
    kind: Literal["model", "baseline"] = Field(
        description="baseline: computed without a model, for comparison."
    )
    run_id: Line = Field(description="Names the run that was packed.")
    created: Time = Field(description="When it was packed, in UTC.")
    submitter: Submitter
    model: Model
    data: Data
    harness: Harness
    inference: Inference
    claims: Claims
    disclosure: Disclosure
    predictions: PredictionsFile | None = Field(
        description="Checksum of predictions.jsonl; null: the score is self-reported."
    )
    supersedes: SubmissionId | None = Field(
        default=None, description="The submission of the same model that this one corrects."
    )


class Prediction(Closed):
    """One line of `predictions.jsonl`: a response and how it was read."""

    id: Line = Field(description="The sample's id.")
    sample: QuestionHash = Field(description="Hash of question, options and answer.")
    response: Annotated[str, StringConstraints(max_length=MAX_RESPONSE)] = Field(
        description="What the model wrote, or the end of it."
    )
    cut: Count = Field(default=0, description="Characters left out at the response's start.")
    prediction: Letter | None = Field(description="The letter that the response commits to.")
    status: Status = Field(description="What became of the response.")
    tokens: Count | None = Field(default=None, description="Tokens generated for it.")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `submission.json`, with that of a prediction among its `$defs`."""
    schema = Submission.model_json_schema()
    prediction = Prediction.model_json_schema()
    schema["$defs"] |= {**prediction.pop("$defs", {}), "Prediction": prediction}
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": SCHEMA_ID, **schema}


def submission_id(model: str, task: str, digest: str) -> str:
    """Name a submission by its model, its task and the SHA-256 of its `submission.json`."""
    words = "-".join(re.findall(r"[a-z0-9]+", model.lower()))[:60].strip("-") or "model"
    return f"{words}-{task.replace('_', '-')}-{digest[:12]}"


def utc_now() -> str:
    """Return the present time as submissions write it."""
    return datetime.now(UTC).strftime(TIME_FORMAT)
