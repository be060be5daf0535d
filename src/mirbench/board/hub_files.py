"""A submission in the formats that the Hugging Face Hub and others show results from.

An `.eval_results` entry for the model's repository, an `eval.yaml` that makes the dataset a
benchmark, and a record of "every eval ever" (EEE), the shared schema for results.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mirbench import __version__
from mirbench.board.store import Accepted, Store
from mirbench.board.submission import RANKED_TASKS
from mirbench.errors import ScoringError
from mirbench.scoring.intervals import CONFIDENCE, wilson_interval

EVAL_YAML: Final = "eval.yaml"
EVALUATION_FRAMEWORK: Final = "mirbench"
"""Has to be in the Hub's list of frameworks before the Hub shows the board."""

EEE_VERSION: Final = "0.2.2"
_MODEL_REPO: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFiles:
    """The files of one submission for the Hub.

    Attributes:
        model: The model's repository, or empty if it has none.
        eval_results: Its entry; None where the model has no repository.
        eval_yaml: Of the dataset.
        eee: The record of "every eval ever".
    """

    model: str
    eval_results: Path | None
    eval_yaml: Path
    eee: Path

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files."""
        return tuple(path for path in (self.eval_results, self.eval_yaml, self.eee) if path)


def write_hub_files(
    store: Store, id: str, out: Path | str, *, dataset: str, source_url: str | None = None
) -> HubFiles:
    """Write what the Hub shows of a submission.

    Args:
        store: The store that holds it.
        id: Its name.
        out: The folder to write to.
        dataset: Repository of the benchmark's dataset.
        source_url: Where the board is.

    Raises:
        ScoringError: If it is not there, or nobody scored it again.
    """
    one = next((one for one in store.read() if one.id == id), None)
    if one is None:
        raise ScoringError(f"{id}: no such submission in {store.folder}")
    if not one.verdict.answers or one.submission.kind == "baseline":
        raise ScoringError(f"{id}: expected a model's score that was computed again")
    out = Path(out)
    model = one.submission.model.name
    is_repo = bool(_MODEL_REPO.fullmatch(model)) and one.submission.model.availability == "open"
    results = out / ".eval_results" / f"mirbench-{one.submission.harness.task}.yaml"
    if is_repo:
        _write(results, eval_results_yaml(one, dataset, source_url))
    _write(out / EVAL_YAML, eval_yaml())
    record = json.dumps(eee_record(one, dataset, source_url), indent=2, ensure_ascii=False)
    _write(out / f"{id}.json", f"{record}\n")
    return HubFiles(
        model=model if is_repo else "",
        eval_results=results if is_repo else None,
        eval_yaml=out / EVAL_YAML,
        eee=out / f"{id}.json",
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _yaml(value: Any) -> str:
    # JSON is YAML, and its strings cannot be read as anything else; the Hub takes both.
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def eval_results_yaml(one: Accepted, dataset: str, source_url: str | None) -> str:
    """Return the entry for the model's repository; the value is in percent."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml

    told = one.submission
    entry = EvalResultEntry(
        dataset_id=dataset,
        task_id=told.harness.task,
        value=round(100 * told.claims.accuracy, 2),
        dataset_revision=told.data.revision,
        date=told.created,
        source_url=source_url,
        source_name="MIR leaderboard" if source_url else None,
        notes=f"{one.verdict.tier}; {told.data.num:,} questions; mirbench {one.verdict.mirbench}",
    )
    return _yaml(eval_result_entries_to_yaml([entry]))


def eval_yaml() -> str:
    """Return the file that makes the dataset's repository a benchmark."""
    return _yaml(
        {
            "name": "MIR",
            "description": "Multi-image interleaved reasoning: questions whose images stand inside "
            "the text, in twelve subtasks. Accuracy of the option chosen.",
            "evaluation_framework": EVALUATION_FRAMEWORK,
            "tasks": [{"id": task, "config": "default", "split": "test"} for task in RANKED_TASKS],
        }
    )


def eee_record(one: Accepted, dataset: str, source_url: str | None) -> dict[str, Any]:
    """Return the record of "every eval ever": the overall result and that of each category."""
    told = one.submission
    moment = str(int(datetime.fromisoformat(one.verdict.accepted).timestamp()))
    results = [("overall", told.claims.num_correct, told.data.num)] + [
        (group.name, group.num_correct, group.num)
        for group in told.claims.groups
        if group.of in ("category", "subtask")
    ]
    source: dict[str, Any] = {
        "source_name": "MIR leaderboard",
        "source_type": "evaluation_run",
        "source_organization_name": told.submitter.affiliation or told.submitter.name,
        "evaluator_relationship": "first_party"
        if told.submitter.relationship == "developer"
        else "third_party",
        "additional_details": {"tier": one.verdict.tier, "submission": one.id},
    }
    if source_url:
        source["source_organization_url"] = source_url
    return {
        "schema_version": EEE_VERSION,
        "evaluation_id": f"{told.harness.task}/{told.model.name}/{moment}",
        "evaluation_timestamp": told.created,
        "retrieved_timestamp": moment,
        "source_metadata": source,
        "eval_library": {"name": "mirbench", "version": __version__},
        "model_info": {
            "name": told.model.name,
            "id": told.model.name,
            "inference_engine": {"name": told.inference.engine},
            "additional_details": {
                "revision": told.model.revision,
                "availability": told.model.availability,
                "licence": told.model.licence,
            },
        },
        "evaluation_results": [_eee_result(one, dataset, *result) for result in results],
    }


def _eee_result(
    one: Accepted, dataset: str, name: str, num_correct: int, num: int
) -> dict[str, Any]:
    told, interval = one.submission, wilson_interval(num_correct, num)
    task = told.harness.task
    data = {
        "dataset_name": "MIR",
        "source_type": "hf_dataset",
        "hf_repo": dataset,
        "hf_split": told.data.split,
        "hf_config": told.data.config,
        "samples_number": num,
        "additional_details": {"fingerprint": told.data.fingerprint},
    }
    if told.data.revision:
        data["hf_revision"] = told.data.revision
    settings = {pair.name: pair.value for pair in told.inference.sampling}
    details = settings | {"attempts": "1", "prompt": told.harness.prompt}
    return {
        "evaluation_result_id": f"{one.id}/{name}",
        "evaluation_name": task if name == "overall" else f"{task} {name}",
        "source_data": data,
        "evaluation_timestamp": told.created,
        "metric_config": {
            "metric_id": "accuracy",
            "metric_name": "Accuracy",
            "metric_kind": "accuracy",
            "metric_unit": "proportion",
            "lower_is_better": False,
            "score_type": "continuous",
            "min_score": 0,
            "max_score": 1,
        },
        "score_details": {
            "score": num_correct / num,
            "uncertainty": {
                "confidence_interval": {
                    "lower": interval.low,
                    "upper": interval.high,
                    "confidence_level": CONFIDENCE,
                    "method": "Wilson",
                },
                "num_samples": num,
            },
        },
        "generation_config": {"generation_args": {}, "additional_details": details},
    }
