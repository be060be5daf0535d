"""A run -> the folder of a submission: `submission.json` and `predictions.jsonl`.

What the run knows is taken from it and from the manifest beside it; what only a person knows comes
as `Facts`. The claims are computed from the very responses that are packed, so that whoever checks
them gets the same numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

from mirbench.answers import EXTRACTOR_VERSION
from mirbench.board.questions import Questions
from mirbench.board.submission import (
    Disclosure,
    Harness,
    Inference,
    Model,
    Named,
    Submitter,
)
from mirbench.board.write import Packed, data_of, write_submission
from mirbench.errors import ScoringError
from mirbench.evaluation.manifest import MANIFEST_NAME, Manifest, read_manifest
from mirbench.scoring.responses import question_hash
from mirbench.scoring.run import Run

_MANIFEST_ABOVE: Final = 3
"""Folders between a results file and the manifest of its run, at most."""

_DTYPE: Final = ("dtype", "torch_dtype")
_IMAGE_LIMITS: Final = ("max_pixels", "min_pixels", "max_image_num", "limit_mm_per_prompt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a person says about a run; None means not said.

    Each is a field of the schema of the same name, which explains it.
    """

    submitter: str | None = None
    affiliation: str | None = None
    contact: str | None = None
    relationship: str | None = None
    model_name: str | None = None
    revision: str | None = None
    availability: str | None = None
    licence: str | None = None
    size: float | None = None
    reasoning: bool = False
    link: str | None = None
    trained_on_mir: str | None = None
    notes: str = ""
    hardware: str | None = None
    cost: float | None = None
    supersedes: str | None = None


class Asked(NamedTuple):
    """A fact that a submission cannot do without: where the schema explains it."""

    option: str
    model: type[Submitter] | type[Model] | type[Disclosure]
    field: str

    @property
    def explanation(self) -> str:
        """What the schema says about it."""
        info = self.model.model_fields[self.field]
        choices = self.model.model_json_schema()["properties"][self.field].get("enum")
        return f"{info.description}" + (f" One of: {', '.join(choices)}." if choices else "")


REQUIRED: Final = {
    "submitter": Asked("--submitter", Submitter, "name"),
    "relationship": Asked("--relationship", Submitter, "relationship"),
    "model_name": Asked("--model-name", Model, "name"),
    "revision": Asked("--revision", Model, "revision"),
    "availability": Asked("--availability", Model, "availability"),
    "licence": Asked("--licence", Model, "licence"),
    "trained_on_mir": Asked("--trained-on-mir", Disclosure, "trained_on_mir"),
}
"""By the name of the fact."""


def missing_facts(run: Run, facts: Facts) -> list[str]:
    """Return the names of the facts that neither the run nor the caller gave."""
    known = _known(run, facts)
    return [name for name in REQUIRED if not known.get(name)]


def pack_run(run: Run, questions: Questions, facts: Facts, out: Path | str) -> Packed:
    """Write the submission of a run; the folder appears whole or not at all.

    Raises:
        ScoringError: If the run is not on all questions, once each, if a fact is missing, or if
            one is not what the schema allows.
    """
    _check_questions(run, questions)
    missing = missing_facts(run, facts)
    if missing:
        asked = "\n".join(
            f"  {REQUIRED[name].option:<18}{REQUIRED[name].explanation}" for name in missing
        )
        raise ScoringError(f"a submission needs what this run does not say:\n{asked}")
    return write_submission(out, questions, run.responses, lambda: _parts(run, questions, facts))


def _known(run: Run, facts: Facts) -> dict[str, Any]:
    """Return the facts, completed by what the run says."""
    manifest = find_manifest(run)
    known = {field.name: getattr(facts, field.name) for field in fields(facts)}
    if not known["model_name"] and "/" in run.model and run.model == run.model_name:
        known["model_name"] = run.model
    if manifest is not None:
        known["revision"] = known["revision"] or manifest.model.revision
        known["hardware"] = known["hardware"] or ", ".join(manifest.hardware.gpus)
    return known


def find_manifest(run: Run) -> Manifest | None:
    """Return the manifest that `mirbench eval` wrote beside a run, its files checked, or None.

    Raises:
        ManifestError: If the run's files are not what the manifest says.
    """
    for folder in run.results_path.parents[:_MANIFEST_ABOVE]:
        if (folder / MANIFEST_NAME).is_file():
            manifest = read_manifest(folder)
            if run.results_path in {folder / file.path for file in manifest.files}:
                manifest.check_files(folder)
                return manifest
    return None


def _check_questions(run: Run, questions: Questions) -> None:
    if run.limit is not None:
        raise ScoringError(f"{run.results_path}: run with --limit {run.limit:g}; run all questions")
    asked = {one.scored.id: one.scored.question_hash for one in run.responses}
    if len(asked) != len(run.responses):
        raise ScoringError(
            f"{run.results_path}: task {run.task!r} asks a question more than once; expected a "
            "task that asks each once"
        )
    expected = {sample.id: question_hash(sample) for sample in questions.samples}
    wrong = sorted(id for id in asked.keys() | expected if asked.get(id) != expected.get(id))
    if wrong:
        raise ScoringError(
            f"{run.results_path}: expected the {len(expected):,} test questions of "
            f"{questions.name}, found {len(asked):,}; {len(wrong):,} are missing, differ or are "
            f"not there, the first {wrong[0]!r}; give the release that the run was made on"
        )


def _parts(run: Run, questions: Questions, facts: Facts) -> dict[str, Any]:
    """Return the fields of a submission that are not about its predictions."""
    known, manifest = _known(run, facts), find_manifest(run)
    args = manifest.model.args if manifest else {}
    limits = ", ".join(f"{name} {args[name]}" for name in _IMAGE_LIMITS if name in args)
    return {
        "kind": "model",
        "run_id": f"{run.results_path.name.removesuffix('.json')} {run.questions_hash}",
        "submitter": Submitter(
            name=known["submitter"],
            affiliation=known["affiliation"],
            contact=known["contact"],
            relationship=known["relationship"],
        ),
        "model": Model(
            name=known["model_name"],
            revision=known["revision"],
            availability=known["availability"],
            licence=known["licence"],
            size=known["size"],
            reasoning=known["reasoning"],
            link=known["link"],
        ),
        "data": data_of(questions),
        "harness": Harness(
            task=run.task,  # type: ignore[arg-type]  # pydantic refuses any other
            task_version=run.task_version,
            prompt=run.prompt,
            extractor=EXTRACTOR_VERSION,
            versions=[Named(name=name, value=value) for name, value in run.versions.items()],
            # lmms-eval's own record of its command may hold a key; the manifest's does not.
            command=manifest.command if manifest else None,
        ),
        "inference": Inference(
            engine=run.backend,
            dtype=next((args[name] for name in _DTYPE if name in args), None),
            sampling=[Named(name=name, value=str(value)) for name, value in _sampling(run)],
            seed=manifest.seed if manifest else None,
            image_limits=limits or None,
            hardware=known["hardware"] or None,
            seconds=manifest.timing.seconds_asking if manifest else run.seconds,
            tokens=_tokens(manifest),
            cost=known["cost"],
        ),
        "disclosure": Disclosure(trained_on_mir=known["trained_on_mir"], notes=known["notes"]),
        "supersedes": known["supersedes"],
    }


def _sampling(run: Run) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in run.generation.items() if value not in (None, []))


def _tokens(manifest: Manifest | None) -> int | None:
    """Return the tokens of a run of one task; of several tasks they cannot be told apart."""
    return manifest.counts.completion_tokens if manifest and len(manifest.tasks) == 1 else None
