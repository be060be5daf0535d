"""Uncertainty: intervals of shares and of differences, also where samples are not independent.

Questions that share an image are likely to be right or wrong together, and so are several
responses to one question. They form a cluster; an interval that takes each response for new
evidence would be too narrow (Miller, "Adding Error Bars to Evals", arXiv 2411.00640).
"""

from collections.abc import Hashable, Iterable, Sequence
from math import comb, pi, sqrt, tan
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

CONFIDENCE: Final = 0.95
NUM_RESAMPLES: Final = 10_000
SEED: Final = 20250917
"""Of the bootstrap, so that equal runs give equal intervals; the day of the paper's preprint."""

_CELLS: Final = 4_000_000
"""Cluster counts held at once while resampling: 32 MB."""

Values = NDArray[np.float64]
Codes = NDArray[np.intp]


class Interval(NamedTuple):
    """A confidence interval."""

    low: float
    high: float


def wilson_interval(num_correct: float, num: float, confidence: float = CONFIDENCE) -> Interval:
    """Return the Wilson score interval of a proportion, without continuity correction.

    Unlike the plain normal interval it stays inside [0, 1] and is sound at 0, at 1 and for few
    samples. Wilson (1927); compared with others in Newcombe, Statistics in Medicine 17 (1998).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = num_correct / num
    centre = share + z * z / (2 * num)
    margin = z * sqrt(share * (1 - share) / num + z * z / (4 * num * num))
    scale = 1 + z * z / num
    low, high = (centre - margin) / scale, (centre + margin) / scale
    # At the ends the bound is 0 or 1 in exact arithmetic; rounding may miss it by a hair.
    return Interval(0.0 if num_correct == 0 else low, 1.0 if num_correct == num else high)


def clustered_interval(
    values: Sequence[float] | Values, clusters: Codes, confidence: float = CONFIDENCE
) -> Interval:
    """Return the Wilson interval of a mean for the number of samples that the clusters amount to.

    The variance of the mean is the cluster-robust one (Liang and Zeger, Biometrika 73, 1986); its
    ratio to that of independent samples, the design effect, divides the number of samples. A
    variance known from few clusters is itself uncertain, so the number is reduced once more, by
    Student's t with one degree of freedom less than clusters. Both after Korn and Graubard, Survey
    Methodology 24 (1998). The design effect is taken for at least one, so the interval is never
    narrower than Wilson's, and equals it where every sample is a cluster of its own.

    Args:
        values: Between 0 and 1, one a response.
        clusters: The cluster of each, as `cluster_codes` returns them.
        confidence: Its confidence.
    """
    each = np.asarray(values, dtype=np.float64)
    num, mean = len(each), float(each.mean())
    sizes = np.bincount(clusters)
    if len(sizes) == 1 and (num > 1 or 0 < mean < 1):
        return Interval(0.0, 1.0)  # one cluster says nothing about how clusters differ
    independent = mean * (1 - mean) / max(1, num - 1)
    if independent > 0:
        residuals = np.bincount(clusters, weights=each - mean)
        factor = len(sizes) / (len(sizes) - 1)
        robust = factor * float(np.square(residuals).sum()) / num**2
        few = student_quantile(len(sizes) - 1, confidence) / student_quantile(num - 1, confidence)
        effect = max(1.0, robust / independent) * few**2
    else:
        effect = float(np.square(sizes).sum()) / num  # all alike: clusters may be of one mind
    return wilson_interval(mean * num / effect, num / effect, confidence)


def student_quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Return how many standard errors an interval extends to either side, by Student's t.

    Exact for one and two degrees of freedom, and within 0.2 % for more (four terms of the
    expansion, Abramowitz and Stegun 26.7.5).
    """
    if degrees == 1:
        return tan(pi * confidence / 2)
    if degrees == 2:
        return confidence * sqrt(2 / (1 - confidence**2))
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    inverse = 1 / degrees
    return z + sum(term * inverse**power for power, term in enumerate(terms, start=1))


def cluster_codes(names: Iterable[Hashable]) -> Codes:
    """Number clusters from 0 in the order in which they are first named."""
    codes: dict[Hashable, int] = {}
    return np.fromiter((codes.setdefault(name, len(codes)) for name in names), dtype=np.intp)


def bootstrap_means(
    values: Values, counted: Values, clusters: Codes, *, num_resamples: int = NUM_RESAMPLES
) -> Values:
    """Return the means of columns over resamples of whole clusters (Efron; Field and Welsh 2007).

    Args:
        values: One row a sample, one column a quantity; what is not counted must be 0.
        counted: Same shape: 1 where the sample belongs to the column, else 0.
        clusters: The cluster of each row.
        num_resamples: Number of resamples.

    Returns:
        One row a resample; NaN where a resample has no sample of a column.
    """
    num_clusters, width = int(clusters.max()) + 1, values.shape[1]
    sums = np.zeros((num_clusters, 2 * width))
    np.add.at(sums, clusters, np.hstack((values, counted)))
    generator = np.random.default_rng(SEED)
    chunk = max(1, _CELLS // num_clusters)
    parts = []
    for start in range(0, num_resamples, chunk):
        num = min(chunk, num_resamples - start)
        drawn = generator.integers(0, num_clusters, size=(num, num_clusters))
        drawn += num_clusters * np.arange(num)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=num * num_clusters)
        totals = counts.reshape(num, num_clusters).astype(np.float64) @ sums
        with np.errstate(invalid="ignore"):
            parts.append(totals[:, :width] / totals[:, width:])
    return np.concatenate(parts)


def percentile_interval(means: Values, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval between the percentiles of resampled means."""
    tail = 50 * (1 - confidence)
    low, high = np.nanpercentile(means, (tail, 100 - tail))
    return Interval(float(low), float(high))


def mcnemar_p(num_only_first: int, num_only_second: int) -> float:
    """Return McNemar's exact two-sided p-value: a fair coin over the pairs that differ."""
    num, fewer = num_only_first + num_only_second, min(num_only_first, num_only_second)
    term = tail = 1  # ways to be split so, or more unevenly
    for one in range(fewer):
        term = term * (num - one) // (one + 1)
        tail += term
    return min(1.0, float(2 * tail / (1 << num)))


def clustered_mcnemar_p(changes: Values, clusters: Codes) -> float:
    """Return McNemar's exact p-value where the samples of a cluster change together.

    If both sides are equally good, they might as well have changed places in any cluster; so the
    sum of changes is compared with all sums that swapping clusters can give. Where no cluster has
    two samples that changed, this is McNemar's test.

    Args:
        changes: One a sample: 1 where only the second side is right, -1 only the first, else 0.
        clusters: The cluster of each, as `cluster_codes` returns them.
    """
    sums = np.bincount(clusters, weights=changes).round().astype(np.int64)
    sizes, observed = np.abs(sums[sums != 0]), abs(int(sums.sum()))
    if (sizes <= 1).all():
        return mcnemar_p(int((sums < 0).sum()), int((sums > 0).sum()))
    total = int(sizes.sum())
    chances = np.ones(1)  # of each sum from -total to total, two apart, as all have one parity
    for size in sizes:
        longer = np.zeros(len(chances) + size)
        longer[:-size] += chances / 2
        longer[size:] += chances / 2
        chances = longer
    reached = np.abs(np.arange(-total, total + 1, 2)) >= observed
    return min(1.0, float(chances[reached].sum()))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number (Holm, Scandinavian Journal of Statistics 6, 1979)."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted


def pass_at_k(num: int, num_right: int, k: int) -> float:
    """Return the chance that k of the drawn responses hold a right one, without bias.

    Chen et al., arXiv 2107.03374, equation 1.
    """
    return 1 - comb(num - num_right, k) / comb(num, k)
