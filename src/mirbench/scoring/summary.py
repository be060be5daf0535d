"""Everything that a set of runs says: each for itself, and what tasks of one model say together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.clusters import release_clusters
from mirbench.scoring.ladder import STAGE_OF_TASK, Climb, climbs
from mirbench.scoring.metrics import Clusters, Scored, Scores, aggregate
from mirbench.scoring.paired import Differences, differences
from mirbench.scoring.questions import questions_of
from mirbench.scoring.repeated import (
    Circular,
    Sampled,
    circular,
    is_circular,
    is_sampled,
    sampled,
)
from mirbench.scoring.run import Run
from mirbench.scoring.steps import StepScores, aggregate_steps, score_steps

SIGHTED: Final = "mir"
BLIND: Final = "mir_blind"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The results of one run.

    Attributes:
        run: The run.
        scores: Its accuracies.
        circular: Where options were rotated.
        sampled: Where several responses were drawn.
        steps: Where steps were asked for and the data knows their truth.
    """

    run: Run
    scores: Scores
    circular: Circular | None
    sampled: Sampled | None
    steps: StepScores | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindGap:
    """What a model gains by seeing the images: `mir` minus `mir_blind`, question by question."""

    model: str
    differences: Differences


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The guidance ladder of a model: overall first, then by subtask."""

    model: str
    climbs: tuple[Climb, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The results of several runs.

    Attributes:
        runs: Each for itself, in the order given.
        blind_gaps: For each model with both tasks.
        ladders: For each model with two stages at least.
        clusters: Which samples share images, where the data was at hand to say so.
        notes: What could have been computed and was not, and why.
    """

    runs: tuple[RunSummary, ...]
    blind_gaps: tuple[BlindGap, ...]
    ladders: tuple[Ladder, ...]
    clusters: Clusters | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the results across runs as plain values, for JSON."""
        return {
            "blind_gaps": [asdict(one) for one in self.blind_gaps],
            "ladders": [
                {
                    "model": ladder.model,
                    "climbs": [
                        {
                            **asdict(climb),
                            "bottleneck": climb.bottleneck and climb.bottleneck.steps,
                        }
                        for climb in ladder.climbs
                    ],
                }
                for ladder in self.ladders
            ],
            "knows_clusters": self.clusters is not None,
            "notes": list(self.notes),
        }


def summarise(runs: Sequence[Run], release: Release | None = None) -> Summary:
    """Compute everything that runs say.

    Args:
        runs: The runs.
        release: The data that they were made on: tells which samples share images, and the truth
            of each step.

    Raises:
        ScoringError: If the release does not hold their questions.
    """
    clusters = release_clusters(release) if release else None
    notes: list[str] = []
    blind_gaps: list[BlindGap] = []
    ladders: list[Ladder] = []
    for model, of_task in _by_model(runs, notes):
        try:
            if SIGHTED in of_task and BLIND in of_task:
                pair = (of_task[BLIND].scored, of_task[SIGHTED].scored)
                gap = differences(*pair, clusters)
                blind_gaps.append(BlindGap(model=model, differences=gap))
            stages = {
                STAGE_OF_TASK[task]: run.scored
                for task, run in of_task.items()
                if task in STAGE_OF_TASK
            }
            if len(stages) > 1:
                shared = _asked_by_all(stages, model, notes)
                ladders.append(Ladder(model=model, climbs=climbs(shared, clusters)))
        except ScoringError as error:
            notes.append(f"{model}: {error}")
    return Summary(
        runs=tuple(summarise_run(run, clusters, release) for run in runs),
        blind_gaps=tuple(blind_gaps),
        ladders=tuple(ladders),
        clusters=clusters,
        notes=tuple(notes),
    )


def _asked_by_all(
    stages: Mapping[int, Sequence[Scored]], model: str, notes: list[str]
) -> Mapping[int, Sequence[Scored]]:
    """Keep the questions that every stage asks: those without a whole chain have `mir_cot` alone.

    Raises:
        ScoringError: If there are none.
    """
    ids = set.intersection(*({one.id for one in scored} for scored in stages.values()))
    if not ids:
        raise ScoringError("the stages have no question in common, so there is no ladder")
    if num := max(len({one.id for one in scored} - ids) for scored in stages.values()):
        notes.append(f"{model}: the ladder leaves out {num} questions that not every stage asked")
    return {stage: [one for one in scored if one.id in ids] for stage, scored in stages.items()}


def _by_model(runs: Sequence[Run], notes: list[str]) -> Iterator[tuple[str, Mapping[str, Run]]]:
    """Group runs by model and data; a task that was run twice belongs to no group."""
    groups: dict[tuple[str, str], dict[str, Run]] = {}
    twice: set[tuple[tuple[str, str], str]] = set()
    for run in runs:
        group = groups.setdefault((run.model, run.data), {})
        if run.task in group:
            twice.add(((run.model, run.data), run.task))
        group[run.task] = run
    for where, task in sorted(twice):
        del groups[where][task]
        if task in (SIGHTED, BLIND, *STAGE_OF_TASK):
            notes.append(
                f"{where[0]}: several runs of {task}, so none of them is combined with others"
            )
    for (model, _), group in groups.items():
        first = next(iter(group.values()), None)
        yield (first.model_name if first else model), group


def summarise_run(
    run: Run, clusters: Clusters | None = None, release: Release | None = None
) -> RunSummary:
    """Compute the results of one run.

    Raises:
        ScoringError: If the data is not what the run was made on.
    """
    scored = run.scored
    return RunSummary(
        run=run,
        scores=aggregate(scored, clusters),
        circular=circular(scored, clusters) if is_circular(scored) else None,
        sampled=sampled(scored, clusters) if is_sampled(scored) else None,
        steps=_steps(run, release) if release and run.task in STAGE_OF_TASK else None,
    )


def _steps(run: Run, release: Release) -> StepScores | None:
    """Score the written steps, if the data has regions to hold them against."""
    stage = STAGE_OF_TASK[run.task]
    with questions_of(release, run.scored) as samples:
        pairs = zip(samples, run.responses, strict=True)
        scores = [
            score_steps(sample, response.text, stage)
            for sample, response in pairs
            if sample.regions
        ]
    return aggregate_steps(scores) if scores else None
