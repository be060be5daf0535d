"""Questions as programs: named facts, one operation a line, every intermediate value kept.

A subtask writes its question once as a program. Run on the facts of the scene it gives the gold
answer; run on what can be measured in the rendered images it gives the second opinion; run on
facts that are wrong on purpose it gives the distractor that this mistake leads to; and its trace
is the reasoning chain.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, permutations
from typing import Any, Final, NamedTuple

Facts = Mapping[str, Any]
"""Leaf values by name; lengths and times are `Fraction`, so that equal means equal."""

UNDECIDED: Final = -1
"""What a comparison returns when two values are neither clearly apart nor clearly equal."""

APART: Final = Fraction(6, 5)
"""Values count as different from this ratio on ..."""
ALIKE: Final = Fraction(11, 10)
"""... and as equal up to this one. Between the two lies what no eye should have to decide."""
CLEARLY_APART: Final = Fraction(5, 4)
"""The ratio that worlds have to have, so that what is measured in their images is still apart."""


class Step(NamedTuple):
    """One line of a program: `name = operation(*inputs)`."""

    name: str
    operation: Callable[..., Any]
    inputs: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name} = {self.operation.__name__}({', '.join(self.inputs)})"


Program = Sequence[Step]


def execute(program: Program, facts: Facts) -> dict[str, Any]:
    """Return every value by name, facts included; the last step is the answer."""
    values = dict(facts)
    for step in program:
        values[step.name] = step.operation(*(values[name] for name in step.inputs))
    return values


def answer_of(program: Program, facts: Facts) -> int:
    """Return the value of the last step."""
    answer: int = execute(program, facts)[program[-1].name]
    return answer


def clear_answer_of(program: Program, facts: Facts) -> int:
    """Return the value of the last step; undecided if it compares values that are too close."""
    values = execute(program, facts)
    last = program[-1]
    if last.operation in COMPARISONS.values():
        compared = (values[name] for name in last.inputs)
        return int(last.operation(*compared, apart=CLEARLY_APART))
    return int(values[last.name])


def product(*factors: Fraction) -> Fraction:
    """Multiply."""
    return math.prod(factors, start=Fraction(1))


def quotient(dividend: Fraction, divisor: Fraction) -> Fraction:
    """Divide."""
    return Fraction(dividend) / divisor


def total(*terms: Fraction) -> Fraction:
    """Add."""
    return sum(terms, start=Fraction(0))


def difference(minuend: Fraction, subtrahend: Fraction) -> Fraction:
    """Subtract."""
    return minuend - subtrahend


def _ordered(ranked: Sequence[Fraction], apart: Fraction) -> bool:
    """Say whether each value is at least `apart` times the one before."""
    return all(low > 0 and high / low >= apart for low, high in pairwise(ranked))


def smallest(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the position of the smallest value; all alike gives the number of values."""
    ranked = sorted(values)
    if _ordered(ranked[:2], apart):
        return values.index(ranked[0])
    alike = ranked[0] > 0 and ranked[-1] / ranked[0] <= ALIKE
    return len(values) if alike else UNDECIDED


def largest(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the position of the largest value; all alike gives the number of values."""
    if min(values) <= 0:
        return UNDECIDED
    return smallest(*(1 / Fraction(value) for value in values), apart=apart)


def ascending(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the order from small to large as its position among all orders.

    The orders are those of `itertools.permutations`, which is lexicographic.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    if not _ordered([values[position] for position in order], apart):
        return UNDECIDED
    return list(permutations(range(len(values)))).index(tuple(order))


def descending(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the order from large to small as its position among all orders."""
    if min(values) <= 0:
        return UNDECIDED
    return ascending(*(1 / Fraction(value) for value in values), apart=apart)


COMPARISONS: Final[Mapping[str, Callable[..., int]]] = {
    function.__name__: function for function in (smallest, largest, ascending, descending)
}
