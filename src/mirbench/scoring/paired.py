"""Two sets of responses to the same samples: how far they differ, and how sure that is.

Every sample is its own control: what makes it hard is the same on both sides and cancels out, so
far smaller differences can be seen than by laying two intervals side by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from mirbench.errors import ScoringError
from mirbench.scoring.intervals import (
    Values,
    bootstrap_means,
    cluster_codes,
    clustered_mcnemar_p,
    holm,
    percentile_interval,
)
from mirbench.scoring.metrics import (
    NOT_STATED,
    Clusters,
    Scored,
    cluster_of,
    group_by,
    refuse_repeats,
    sample_means,
)
from mirbench.taxonomy import SUBTASKS

OVERALL: Final = "overall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The second accuracy minus the first, on the same samples.

    Attributes:
        name: What the samples have in common.
        num: Number of samples.
        first: Accuracy on the first side.
        second: Accuracy on the second side.
        difference: The second minus the first.
        low: Lower end of its 95 % interval, by a bootstrap over clusters.
        high: Upper end of it.
        num_only_first: Samples that only the first side has right.
        num_only_second: Samples that only the second side has right.
        p: McNemar's exact p-value, clusters taken as wholes; None where samples have several
            responses.
        p_adjusted: The same for one of several subtasks, after Holm; else `p`.
    """

    name: str
    num: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    num_only_first: int
    num_only_second: int
    p: float | None
    p_adjusted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Overall and by subtask."""

    overall: Difference
    subtask: tuple[Difference, ...]


class Table:
    """Several accuracies of each sample, one column a run, resampled together.

    Attributes:
        values: One row a sample, one column a run.
        groups: Name of a group -> which rows it has; `overall` and the subtasks.
    """

    def __init__(self, runs: Sequence[Sequence[Scored]], clusters: Clusters | None) -> None:
        """Put the runs side by side.

        Raises:
            ScoringError: If they are not on the same samples.
        """
        means = []
        for scored in runs:
            refuse_repeats(scored)
            means.append(sample_means(scored))
        ids = list(means[0])
        for other in means[1:]:
            if set(other) != set(ids):
                num = len(set(other) ^ set(ids))
                raise ScoringError(f"expected runs on the same samples, {num} are not in both")
        self.values: Values = np.array([[one[id] for one in means] for id in ids])
        self.clusters = cluster_codes(cluster_of(id, clusters) for id in ids)
        self.groups = _groups(runs[0], ids)

    def resampled(self) -> Mapping[str, Values]:
        """Return the runs' accuracies over resamples of clusters, one row each, by group."""
        members = np.stack(list(self.groups.values()), axis=1)[:, :, None]
        counted = np.broadcast_to(members, (*members.shape[:2], self.values.shape[1]))
        values = self.values[:, None, :] * counted
        flat = (len(values), -1)
        means = bootstrap_means(values.reshape(flat), counted.reshape(flat), self.clusters)
        by_group = means.reshape(len(means), len(self.groups), -1)
        return {name: by_group[:, place] for place, name in enumerate(self.groups)}


def _groups(scored: Sequence[Scored], ids: Sequence[str]) -> dict[str, Values]:
    subtask_of = {one.id: one.subtask or NOT_STATED for one in scored}
    names = np.array([subtask_of[id] for id in ids])
    groups = {OVERALL: np.ones(len(ids))}
    for name in (*SUBTASKS, NOT_STATED):
        if (members := names == name).any():
            groups[name] = members.astype(np.float64)
    return groups


def differences(
    first: Sequence[Scored], second: Sequence[Scored], clusters: Clusters | None = None
) -> Differences:
    """Compare two sets of responses to the same samples.

    Raises:
        ScoringError: If they are not on the same samples, or hold one twice.
    """
    table = Table((first, second), clusters)
    single = all(len(group) == 1 for one in (first, second) for group in _by_id(one))
    resampled = table.resampled()
    each = [
        _difference(name, table, members > 0, resampled[name], single=single)
        for name, members in table.groups.items()
    ]
    return Differences(overall=each[0], subtask=tuple(_adjusted(each[1:])))


def _by_id(scored: Sequence[Scored]) -> list[list[Scored]]:
    return list(group_by(scored, lambda one: one.id).values())


def _difference(
    name: str, table: Table, members: NDArray[np.bool_], resampled: Values, *, single: bool
) -> Difference:
    values = table.values[members]
    first, second = values.mean(axis=0)
    change = values[:, 1] - values[:, 0]
    interval = percentile_interval(resampled[:, 1] - resampled[:, 0])
    lost, won = int((change < 0).sum()), int((change > 0).sum())
    p = clustered_mcnemar_p(change, table.clusters[members]) if single else None
    return Difference(
        name=name,
        num=len(values),
        first=float(first),
        second=float(second),
        difference=float(change.mean()),
        low=interval.low,
        high=interval.high,
        num_only_first=lost,
        num_only_second=won,
        p=p,
        p_adjusted=p,
    )


def _adjusted(each: Sequence[Difference]) -> list[Difference]:
    tested = [one.p for one in each if one.p is not None]
    if len(tested) < len(each):
        return list(each)
    pairs = zip(each, holm(tested), strict=True)
    return [replace(one, p_adjusted=adjusted) for one, adjusted in pairs]
