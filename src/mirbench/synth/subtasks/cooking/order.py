"""Which of several moments is the first or the last; in which order are they?"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import permutations
from typing import Final

from mirbench.synth.program import UNDECIDED


def first_taken(*times: Fraction) -> int:
    """Return which time is the earliest."""
    return times.index(min(times)) if times.count(min(times)) == 1 else UNDECIDED


def last_taken(*times: Fraction) -> int:
    """Return which time is the latest."""
    return first_taken(*(-time for time in times))


def order_taken(*times: Fraction) -> int:
    """Return the order of times as its position among all orders."""
    if len(set(times)) < len(times):
        return UNDECIDED
    order = sorted(range(len(times)), key=times.__getitem__)
    return list(permutations(range(len(times)))).index(tuple(order))


RULES: Final[Mapping[str, Callable[..., int]]] = {
    "first": first_taken,
    "last": last_taken,
    "order": order_taken,
}
"""For each form of question, how it compares times."""
