"""What lmms-eval wrote -> a `Run`: the responses of one task, each with how it was scored.

lmms-eval writes `<date>_results.json` and, with `--log_samples`, for each task a file
`<date>_samples_<task>.jsonl`. It ends with exit code 0 even when it failed; then there is neither.
"""

import hashlib
import itertools
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mirbench.errors import ScoringError
from mirbench.evaluation.manifest import MANIFEST_NAME, read_manifest
from mirbench.scoring.judge import apply_verdicts, read_judged, verdicts_path
from mirbench.scoring.logged import RESULTS, Response, read_responses
from mirbench.scoring.metrics import Score, Scored

# lmms-eval's options that can change a score, in the order in which its users write them.
_OPTIONS: Final = (
    "model", "model_args", "tasks", "batch_size", "gen_kwargs", "limit", "offset", "num_fewshot",
    "system_instruction", "include_path", "output_path",
)  # fmt: skip
_FLAGS: Final = ("apply_chat_template", "force_simple", "log_samples")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One task of one evaluation.

    Attributes:
        results_path: The results file.
        task: Name of the task.
        task_version: Version of the task.
        prompt: Names the task's prompt; see `mirbench.prompts.prompt_hash`.
        data: Name of the data.
        fingerprint: Fingerprint of the data, from the manifest of `mirbench eval`; empty for runs
            without one.
        model: The model as it was given: a name on the Hub or a path.
        backend: lmms-eval's name for what ran the model.
        date: When the run started, as lmms-eval writes it.
        seconds: How long the whole evaluation took.
        limit: The `--limit` of the run, or None if it covers all samples.
        generation: The generation settings of the task.
        versions: Package -> version.
        command: The command line, as far as it can change a score.
        judge: Who read responses that the extractor could not; None where nobody did.
        responses: In the order of the data; several a sample where options were rotated or
            responses drawn.
    """

    results_path: Path
    task: str
    task_version: int
    prompt: str
    data: str
    model: str
    backend: str
    date: str
    seconds: float
    limit: float | None
    generation: Mapping[str, Any]
    versions: Mapping[str, str]
    command: str
    judge: str | None = None
    fingerprint: str = ""
    responses: tuple[Response, ...]

    @property
    def scored(self) -> list[Scored]:
        """The scores alone."""
        return [response.scored for response in self.responses]

    @property
    def questions_hash(self) -> str:
        """Name the questions that were asked: equal for runs on the same questions."""
        asked = sorted(f"{one.id}\0{one.question_hash}" for one in self.scored)
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:12]

    @property
    def model_name(self) -> str:
        """The model's name without the path of a local folder."""
        return Path(self.model).name if self.model.startswith(("/", ".", "~")) else self.model


def caveats(run: Run, overall: Score) -> Iterator[str]:
    """Say what a reader must know before quoting the accuracy of a run."""
    if run.limit is not None:
        yield f"The run was limited (--limit {run.limit:g}): its numbers are not the task's."
    if overall.num_failed:
        yield (
            f"{overall.num_failed} requests failed and count as wrong. Run them again before "
            "you quote this accuracy."
        )
    if overall.num_truncated:
        yield (
            f"{overall.num_truncated} responses break off before they name an option and count "
            "as wrong. More tokens (max_new_tokens) would tell whether the model knows."
        )
    if run.judge is not None:
        yield (
            f"{overall.num_judged} of {overall.num} responses "
            f"({overall.num_judged / overall.num:.1%}) were read by a judge, {run.judge}: quote "
            "this share with the accuracy."
        )


class _Metadata(BaseModel):
    """What our tasks say about themselves."""

    version: int
    prompt: str
    data: str
    versions: dict[str, str]


class _Config(BaseModel):
    model: str
    limit: float | None = None
    resolved_cli_args: dict[str, Any] = {}


class _Results(BaseModel):
    """The part of lmms-eval's results file that is read here."""

    model_config = ConfigDict(protected_namespaces=())

    config: _Config
    configs: dict[str, dict[str, Any]]
    num_samples: dict[str, dict[str, int]] = Field(alias="n-samples")
    date: str
    model_name: str
    total_evaluation_time_seconds: float


def read_runs(path: Path | str, *, judged: bool = False) -> tuple[Run, ...]:
    """Read the MIR tasks of one evaluation.

    Args:
        path: A results file, or a folder somewhere above exactly one.
        judged: Take the verdicts of a judge on what the extractor could not read.

    Raises:
        ScoringError: If there is none, if it is not clear which is meant, or if what it says is
            not what its samples say.
    """
    results_path = find_results(Path(path))
    results = _read_results(results_path)
    tasks = [name for name, config in results.configs.items() if _is_ours(config)]
    if not tasks:
        raise ScoringError(
            f"{results_path}: expected a task of mirbench, found {', '.join(results.configs)}"
        )
    runs = (_read_run(results_path, results, task) for task in tasks)
    return tuple(_with_verdicts(run) if judged else run for run in runs)


def read_run(path: Path | str, task: str | None = None, *, judged: bool = False) -> Run:
    """Read one task of one evaluation; which one must be said where there are several.

    Raises:
        ScoringError: As `read_runs`, and if the task is not there or not named.
    """
    runs = read_runs(path)
    names = ", ".join(run.task for run in runs)
    if task is not None:
        runs = tuple(run for run in runs if run.task == task)
    if len(runs) != 1:
        wanted = f"the task {task!r}" if task else "one task, or its name with --task"
        raise ScoringError(f"{path}: expected {wanted}, found {names}")
    return _with_verdicts(runs[0]) if judged else runs[0]


def _with_verdicts(run: Run) -> Run:
    """Return a run as its judge read it."""
    path = verdicts_path(run.results_path, run.task)
    judged = read_judged(path, run.questions_hash)
    pairs = [(one.text, one.scored) for one in run.responses]
    scored = apply_verdicts(pairs, judged, str(path))
    responses = tuple(
        replace(one, scored=changed) for one, changed in zip(run.responses, scored, strict=True)
    )
    return replace(run, responses=responses, judge=judged.judge)


def find_results(path: Path) -> Path:
    """Find the results file that a path means.

    Raises:
        ScoringError: If there is none, or if there are several.
    """
    if path.is_file():
        return path
    found = sorted(path.rglob(f"*{RESULTS}"), reverse=True) if path.is_dir() else []
    if not found:
        logs = ", ".join(str(log) for log in sorted(path.rglob("*.log"))) or "what it printed"
        raise ScoringError(
            f"{path}: expected lmms-eval's results (*{RESULTS}), found none. lmms-eval ends with "
            f"exit code 0 even when it failed: look for 'Error during evaluation' in {logs}"
        )
    if len(found) > 1:
        names = "\n  ".join(str(file) for file in found)
        raise ScoringError(f"{path}: expected one evaluation, found {len(found)}:\n  {names}")
    return found[0]


def _is_ours(config: Mapping[str, Any]) -> bool:
    return config.get("dataset_path") == "mirbench"


def _read_results(path: Path) -> _Results:
    try:
        return _Results.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ScoringError(f"{path}: expected lmms-eval's results, found {error}") from error


def _read_run(results_path: Path, results: _Results, task: str) -> Run:
    config = results.configs[task]
    try:
        metadata = _Metadata.model_validate(config.get("metadata"))
    except ValidationError as error:
        raise ScoringError(f"{results_path}: task {task!r}, metadata: {error}") from error
    documents = read_responses(results_path, task)
    expected = results.num_samples.get(task, {}).get("effective")
    if len(documents) != expected:
        raise ScoringError(
            f"{results_path}: expected {expected} samples of {task!r}, found {len(documents)} in "
            "the samples file beside it"
        )
    return Run(
        results_path=results_path,
        task=task,
        task_version=metadata.version,
        prompt=metadata.prompt,
        data=metadata.data,
        model=results.model_name,
        backend=results.config.model,
        date=results.date,
        seconds=results.total_evaluation_time_seconds,
        limit=results.config.limit,
        generation=config.get("generation_kwargs") or {},
        versions=metadata.versions,
        command=_command(results.config.resolved_cli_args),
        fingerprint=_fingerprint(results_path),
        responses=tuple(itertools.chain.from_iterable(documents)),
    )


def _fingerprint(results_path: Path) -> str:
    """Return the data's fingerprint as the manifest of the run's folder has it.

    Raises:
        ManifestError: If there is a manifest and it is not valid.
    """
    folders = [folder for folder in results_path.parents[:4] if (folder / MANIFEST_NAME).is_file()]
    return read_manifest(folders[0]).data.fingerprint if folders else ""


def _command(arguments: Mapping[str, Any]) -> str:
    return shlex.join(["lmms-eval", "eval", *_arguments(arguments)])


def _arguments(arguments: Mapping[str, Any]) -> Iterator[str]:
    for option in _OPTIONS:
        if value := arguments.get(option):
            yield from (f"--{option}", str(value))
    for flag in _FLAGS:
        if arguments.get(flag):
            yield f"--{flag}"
