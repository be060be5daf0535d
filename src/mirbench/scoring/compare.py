"""Two runs side by side, if they answer the same question.

Runs are compared question by question, so both must have been asked the same: the same questions,
in the same words, read by the same extractor. What differs is said, and nothing is compared.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

from mirbench.errors import ScoringError
from mirbench.scoring.metrics import Clusters, cluster_of, score
from mirbench.scoring.paired import OVERALL, Differences, differences
from mirbench.scoring.run import Run, caveats

Aspect = Literal["data", "task", "prompt", "extractor", "limit"]
"""What may be allowed to differ, by name. Questions may not: there would be no pairs."""

ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)


class Mismatch(NamedTuple):
    """Something that differs between two runs.

    Attributes:
        aspect: What; `questions` can never be allowed to differ.
        first: What the first run has.
        second: What the second run has.
    """

    aspect: Aspect | Literal["questions"]
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.aspect}: {self.first} against {self.second}"


class IncomparableError(ScoringError):
    """Two runs did not answer the same questions in the same way."""

    def __init__(self, message: str, mismatches: Sequence[Mismatch]) -> None:
        """Keep what differs beside the message that says it."""
        super().__init__(message)
        self.mismatches = tuple(mismatches)

    def as_dicts(self) -> list[dict[str, str]]:
        """Return what differs as plain values, for JSON."""
        return [one._asdict() for one in self.mismatches]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The result of comparing two runs; differences are the second minus the first.

    Attributes:
        first: Name of the first run's model.
        second: Name of the second run's model.
        task: The task, or both tasks.
        num_clusters: Clusters of samples that share images; None where no data said which do.
        allowed: What differs and was allowed to.
        noted: What else differs and does not stand in the way, such as versions.
        differences: Overall and by subtask.
        caveats: What a reader must know before quoting it.
    """

    first: str
    second: str
    task: str
    num_clusters: int | None
    allowed: tuple[Mismatch, ...]
    noted: tuple[str, ...]
    differences: Differences
    caveats: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values, for JSON."""
        return {
            **asdict(self),
            "allowed": [one._asdict() for one in self.allowed],
        }


def allowed(names: Iterable[str]) -> list[Aspect]:
    """Return the aspects of these names.

    Raises:
        ScoringError: If one is none that may differ.
    """
    by_name: dict[str, Aspect] = {aspect: aspect for aspect in ASPECTS}
    wanted = list(names)
    if unknown := [name for name in wanted if name not in by_name]:
        raise ScoringError(f"allow: expected one of {', '.join(ASPECTS)}, found {unknown[0]!r}")
    return [by_name[name] for name in wanted]


def compare_runs(
    first: Run,
    second: Run,
    clusters: Clusters | None = None,
    *,
    allow: Collection[Aspect] = (),
) -> Comparison:
    """Compare two runs on the same questions.

    Args:
        first: The run to start from.
        second: The run whose gain or loss is asked for.
        clusters: Which samples share images; None takes every sample for itself.
        allow: What may differ all the same, such as the prompt.

    Raises:
        IncomparableError: If anything else differs.
    """
    found = list(mismatches(first, second))
    if refused := [one for one in found if one.aspect not in allow]:
        raise _incomparable(first, second, refused)
    tasks = dict.fromkeys((first.task, second.task))
    return Comparison(
        first=first.model_name,
        second=second.model_name,
        task=" against ".join(tasks),
        num_clusters=_num_clusters(first, clusters),
        allowed=tuple(found),
        noted=tuple(_noted(first, second)),
        differences=differences(first.scored, second.scored, clusters),
        caveats=tuple(
            f"{run.model_name}: {caveat}"
            for run in (first, second)
            for caveat in caveats(run, score(OVERALL, run.scored))
        ),
    )


def _num_clusters(run: Run, clusters: Clusters | None) -> int | None:
    if clusters is None:
        return None
    return len({cluster_of(one.id, clusters) for one in run.scored})


def _incomparable(first: Run, second: Run, refused: Sequence[Mismatch]) -> IncomparableError:
    listed = "\n".join(f"  {one}" for one in refused)
    names = dict.fromkeys(one.aspect for one in refused)
    remedy = (
        "run both on the same questions"
        if "questions" in names
        else f"if that is what you want to compare: {' '.join(f'--allow {one}' for one in names)}"
    )
    return IncomparableError(
        f"{first.results_path} and {second.results_path}: expected runs that differ in the model "
        f"alone, found\n{listed}\n{remedy}",
        refused,
    )


def mismatches(first: Run, second: Run) -> Iterator[Mismatch]:
    """Find what keeps two runs from being compared."""
    yield from _unlike_questions(first, second)
    known = first.fingerprint and second.fingerprint
    pairs: tuple[tuple[Aspect, str, str], ...] = (
        ("data", _data(first, known=bool(known)), _data(second, known=bool(known))),
        ("task", _task(first), _task(second)),
        ("prompt", first.prompt, second.prompt),
        ("extractor", _extractor(first), _extractor(second)),
        ("limit", str(first.limit), str(second.limit)),
    )
    for aspect, one, other in pairs:
        if one != other:
            yield Mismatch(aspect, one, other)


def _data(run: Run, *, known: bool) -> str:
    """Name the data by its content where both runs know it, else by its name."""
    return f"fingerprint {run.fingerprint[:12]}" if known else run.data


def _task(run: Run) -> str:
    return f"{run.task}, version {run.task_version}"


def _extractor(run: Run) -> str:
    return run.versions.get("extractor", "not said")


def _unlike_questions(first: Run, second: Run) -> Iterator[Mismatch]:
    hashes = [{one.id: one.question_hash for one in run.scored} for run in (first, second)]
    one, other = hashes
    only = [sorted(one.keys() - other.keys()), sorted(other.keys() - one.keys())]
    if only[0] or only[1]:
        told = (f"{len(ids)} of its own{_example(ids)}" for ids in only)
        yield Mismatch("questions", *told)
    changed = sorted(id for id in one.keys() & other.keys() if one[id] != other[id])
    if changed:
        number = f"{len(changed)} that read differently{_example(changed)}"
        yield Mismatch("questions", number, "the same ids")


def _example(ids: list[str]) -> str:
    return f" (the first {ids[0]!r})" if ids else ""


def _noted(first: Run, second: Run) -> Iterator[str]:
    for name in sorted(first.generation.keys() | second.generation.keys()):
        one, other = (run.generation.get(name, "not set") for run in (first, second))
        if one != other:
            yield f"{name}: {one} against {other}"
    for name in sorted(first.versions.keys() | second.versions.keys()):
        one, other = (run.versions.get(name, "none") for run in (first, second))
        if one != other and name != "extractor":
            yield f"{name}: {one} against {other}"
