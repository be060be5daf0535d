"""`manifest.json`: what a run was, beside its results, for those who must believe it.

Written last and at once, so a folder with a manifest holds a whole run. Others write such files
too (a submission carries one), so reading validates everything and keeps nothing unknown.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
)

from mirbench.data.images import unsafe_path
from mirbench.errors import MirbenchError

MANIFEST_NAME: Final = "manifest.json"
MANIFEST_FORMAT: Final = "mirbench-run/1"

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


def _inside(path: str) -> str:
    if problem := unsafe_path(path):
        raise ValueError(f"{path!r} {problem}")
    return path


RelativePath = Annotated[str, StringConstraints(min_length=1), AfterValidator(_inside)]
"""A path that stays below its folder."""


class ManifestError(MirbenchError):
    """A manifest is missing, is none, or does not fit the files beside it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class ModelInfo(_Strict):
    """Which model answered.

    Attributes:
        name: Its name on the Hub, or that of its folder, or what a server calls it.
        revision: Commit on the Hub, or `files-...` over the files of a folder. Servers do not
            say: it is what the user says, or empty.
        backend: lmms-eval's name for what ran it.
        args: What the backend was given, as resolved, without keys and passwords.
        server: What vLLM's server says it is and serves; empty for any other.
    """

    name: str
    revision: str
    backend: str
    args: dict[str, str]
    server: str = ""


class DataInfo(_Strict):
    """Which data was asked.

    Attributes:
        name: The release's folder, without its path, or the Hub dataset with its revision.
        revision: The commit of a Hub dataset; empty for a folder.
        fingerprint: SHA-256 over ids, records and image contents: equal data, equal fingerprint.
    """

    name: str
    revision: str
    fingerprint: str


class TaskInfo(_Strict):
    """One task of the run.

    Attributes:
        name: Of the task.
        version: Of the task.
        prompt: Names its prompt; see `mirbench.prompts.prompt_hash`.
        generation: The settings that answers were generated with.
        num_questions: Documents asked: one a sample, or one a rotation in `mir_circular`.
        num_draws: Answers to each of them.
    """

    name: str
    version: int
    prompt: str
    generation: dict[str, JsonValue]
    num_questions: int = Field(ge=1)
    num_draws: int = Field(ge=1)


class Counts(_Strict):
    """What became of the requests, and what they cost.

    Tokens are None where the backend does not tell them. `num_cut_off` counts responses that ended
    at the token limit, by the backend's own word; None where it does not say.
    """

    num_requests: int = Field(ge=1)
    num_failed: int = Field(ge=0)
    num_cut_off: int | None = Field(default=None, ge=0)
    prompt_tokens: int | None = Field(default=None, ge=0)
    completion_tokens: int | None = Field(default=None, ge=0)


class Timing(_Strict):
    """How long it took.

    Attributes:
        finished: When, in UTC (ISO 8601).
        seconds_asking: Between the first request and the last answer, over all sessions.
        seconds_loading: Loading the model, in the last session.
        num_sessions: How often the run was started until it was whole.
    """

    finished: str
    seconds_asking: float = Field(ge=0)
    seconds_loading: float = Field(ge=0)
    num_sessions: int = Field(ge=1)


class Hardware(_Strict):
    """What it ran on: the machine of the command, which for a server is not the model's."""

    cpu: str
    num_cpus: int
    memory_gib: float
    gpus: tuple[str, ...]


class Lengths(_Strict):
    """Whether prompts were measured before the run.

    Attributes:
        checked: Whether they were; if not, `reason` says why.
        reason: Empty if they were.
        longest: Tokens of the longest prompt, images included.
        limit: What the model reads, prompt and answer together.
        num_too_long: Prompts that do not fit, which were not asked and count as failed.
    """

    checked: bool
    reason: str = ""
    longest: int | None = None
    limit: int | None = None
    num_too_long: int = 0


class FileInfo(_Strict):
    """A file of the run, below the manifest's folder."""

    path: RelativePath
    size: int = Field(ge=0)
    sha256: Sha256


class Manifest(_Strict):
    """A whole run.

    Attributes:
        format: Names this layout.
        model: Which model answered.
        data: Which data was asked.
        tasks: What was asked, in the order of the run.
        counts: What became of the requests.
        timing: How long it took.
        hardware: What it ran on.
        lengths: Whether prompts were measured before the run.
        versions: Package -> version.
        settings: Further settings, as lmms-eval's flags.
        seed: Of the run; each question's sampled answers have theirs from it.
        command: The command line, without keys and passwords.
        files: The results and the samples of every task.
    """

    format: Literal["mirbench-run/1"] = MANIFEST_FORMAT
    model: ModelInfo
    data: DataInfo
    tasks: tuple[TaskInfo, ...] = Field(min_length=1)
    counts: Counts
    timing: Timing
    hardware: Hardware
    lengths: Lengths
    versions: dict[str, str]
    settings: dict[str, JsonValue]
    seed: int
    command: str
    files: tuple[FileInfo, ...] = Field(min_length=2)

    def task(self, name: str) -> TaskInfo:
        """Return one task.

        Raises:
            ManifestError: If the run has no such task.
        """
        for task in self.tasks:
            if task.name == name:
                return task
        names = ", ".join(task.name for task in self.tasks)
        raise ManifestError(f"expected the task {name!r} in the run, found {names}")

    def check_files(self, folder: Path) -> None:
        """Compare the files below a folder with their checksums.

        Raises:
            ManifestError: If one is missing or has changed since the run.
        """
        for told in self.files:
            path = folder / told.path
            if not path.is_file():
                raise ManifestError(f"{path}: expected a file of the run, found none")
            if file_info(path, folder) != told:
                raise ManifestError(
                    f"{path}: expected {told.size:,} bytes with SHA-256 {told.sha256[:12]}..., "
                    "found others; the file was changed after the run"
                )


def read_manifest(folder: Path | str) -> Manifest:
    """Read and validate the manifest of a run's folder; its files are not looked at.

    Raises:
        ManifestError: If it is not there or is not valid.
    """
    path = Path(folder) / MANIFEST_NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ManifestError(
            f"{path}: expected the manifest of a run, found none ({error.strerror}); "
            "'mirbench eval' writes one when a run is whole"
        ) from error
    except ValidationError as error:
        raise ManifestError(f"{path}: not a manifest of {MANIFEST_FORMAT}: {error}") from error


def write_manifest(folder: Path, manifest: Manifest) -> Path:
    """Write the manifest of a run at once; returns its path."""
    path = folder / MANIFEST_NAME
    draft = path.with_name(f".{MANIFEST_NAME}.{os.getpid()}")
    text = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False)
    draft.write_text(f"{text}\n", encoding="utf-8")
    draft.replace(path)
    return path


def file_info(path: Path, folder: Path) -> FileInfo:
    """Describe a file below a folder by its size and checksum."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileInfo(
        path=path.relative_to(folder).as_posix(),
        size=path.stat().st_size,
        sha256=digest.hexdigest(),
    )
