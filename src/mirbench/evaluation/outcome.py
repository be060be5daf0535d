"""What is left of a run when every answer is there: results in their place, and the manifest."""

import shutil
from argparse import Namespace
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from mirbench.data.source import (
    HUB_REPO,
    HUB_REVISION,
    data_dir_or_variable,
    hub_records,
    open_source,
)
from mirbench.evaluation.answer_log import AnswerLog
from mirbench.evaluation.hardware import this_machine
from mirbench.evaluation.journaled import Tally
from mirbench.evaluation.lengths import LengthReport
from mirbench.evaluation.manifest import (
    MANIFEST_NAME,
    Counts,
    DataInfo,
    Lengths,
    Manifest,
    ManifestError,
    ModelInfo,
    TaskInfo,
    Timing,
    file_info,
    read_manifest,
    write_manifest,
)
from mirbench.evaluation.settings import Evaluation, is_server, model_of
from mirbench.model_identity import ModelError, model_identity
from mirbench.scoring.environment import data_name
from mirbench.scoring.run import Run, read_runs

RESULTS_NAME: Final = "results"

_SETTINGS: Final = (
    "limit", "offset", "repeats", "seed", "gen_kwargs", "system_instruction", "batch_size",
    "force_simple",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a session leaves.

    Attributes:
        out: The run's folder.
        draft: Where lmms-eval wrote.
        log: The answers.
        tally: What all requests came to.
        lengths: What measuring the prompts found.
        loading_seconds: How long the model took to load.
    """

    out: Path
    draft: Path
    log: AnswerLog
    tally: Tally
    lengths: LengthReport
    loading_seconds: float


def finish(
    outcome: Outcome, model: ModelInfo, fingerprint: str, arguments: Namespace, command: str
) -> Manifest:
    """Put the results in their place, and the manifest last; killed on the way, it is done again.

    Raises:
        ScoringError: If what lmms-eval wrote is not whole.
    """
    out, report = outcome.out, outcome.lengths
    results = out / RESULTS_NAME
    (out / MANIFEST_NAME).unlink(missing_ok=True)
    shutil.rmtree(results, ignore_errors=True)
    outcome.draft.replace(results)
    runs = read_runs(results)
    files = sorted(path for path in results.rglob("*") if path.is_file())
    manifest = Manifest(
        model=model,
        data=DataInfo(name=data_name(), revision=_data_revision(), fingerprint=fingerprint),
        tasks=tuple(_task_info(run) for run in runs),
        counts=Counts(**outcome.tally._asdict()),
        timing=Timing(
            finished=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds_asking=round(outcome.log.seconds, 3),
            seconds_loading=round(outcome.loading_seconds, 3),
            num_sessions=outcome.log.num_sessions,
        ),
        hardware=this_machine(),
        lengths=Lengths(
            checked=report.checked,
            reason=report.reason,
            longest=report.longest,
            limit=report.limit,
            num_too_long=len(report.too_long),
        ),
        versions=dict(runs[0].versions),
        settings={name: getattr(arguments, name) for name in _SETTINGS},
        seed=arguments.seed[0] or 0,
        command=command,
        files=tuple(file_info(path, out) for path in files),
    )
    write_manifest(out, manifest)
    return manifest


def _data_revision() -> str:
    """Return the commit of a Hub dataset; a folder has none."""
    on_hub = data_dir_or_variable(None) is None
    return hub_records(HUB_REPO, HUB_REVISION).parent.name if on_hub else ""


def _task_info(run: Run) -> TaskInfo:
    draws = [response.scored.draw for response in run.responses]
    num_draws = max(draws) + 1
    return TaskInfo(
        name=run.task,
        version=run.task_version,
        prompt=run.prompt,
        generation=dict(run.generation),
        num_questions=len(draws) // num_draws,
        num_draws=num_draws,
    )


def whole_run(evaluation: Evaluation) -> Manifest | None:
    """Return the manifest of a run that needs nothing more, or None.

    It needs nothing more if the same command made it, on the same data with the same model, and no
    request failed.
    """
    try:
        manifest = read_manifest(evaluation.out)
        manifest.check_files(evaluation.out)
    except ManifestError:
        return None
    same = (
        manifest.command == evaluation.command
        and not manifest.counts.num_failed
        and open_source(evaluation.data_dir).index().fingerprint == manifest.data.fingerprint
        and _is_same_model(manifest.model)
    )
    return manifest if same else None


def _is_same_model(told: ModelInfo) -> bool:
    if is_server(told.backend):
        return True  # it is not asked once more
    try:
        found = model_identity(model_of(told.args), told.args.get("revision"))
    except ModelError:
        return False
    return found.revision == told.revision
