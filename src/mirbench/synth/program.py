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
        values[step.name] = step.operation(*map(values.__getitem__, step.inputs))
    return values


def answer_of(program: Program, facts: Facts) -> int:
    """Return the value of the last step."""
    answer: int = execute(program, facts)[program[-1].name]
    return answer


def clear_answer_of(program: Program, facts: Facts) -> int:
    """Return the value of the last step; undecided if it compares values that are too close."""
    return _clear_answer(program, execute(program, facts))


def _clear_answer(program: Program, values: Facts) -> int:
    last = program[-1]
    if last.operation in COMPARISONS.values():
        compared = (values[name] for name in last.inputs)
        return int(last.operation(*compared, apart=CLEARLY_APART))
    return int(values[last.name])


class Rerun:
    """Runs programs on facts of which few differ from those of a first run.

    What depends on no changed fact is taken from the first run. Twins are found by trying many
    worlds that differ in one place, and arithmetic with fractions is slow.
    """

    def __init__(self, program: Program, facts: Facts) -> None:
        self._steps = {step.name: step for step in program}
        self._values = execute(program, facts)

    def clear_answer_of(self, program: Program, facts: Facts) -> int:
        """Return what the function of that name does."""
        values = dict(facts)
        known = self._values
        same = {name for name, value in facts.items() if _is_same(value, known.get(name))}
        for step in program:
            if same.issuperset(step.inputs) and step == self._steps.get(step.name):
                values[step.name] = known[step.name]
                same.add(step.name)
            else:
                values[step.name] = step.operation(*map(values.__getitem__, step.inputs))
        return _clear_answer(program, values)


def _is_same(value: Any, known: Any) -> bool:
    """Tell whether two values are equal; where there is no plain answer (arrays), they are not."""
    return value is known or (type(value) is type(known) and (value == known) is True)


# Fractions are added and compared as whole numbers of a common unit: one reduction instead of many.


def product(*factors: Fraction) -> Fraction:
    """Multiply."""
    above = math.prod(factor.numerator for factor in factors)
    return Fraction(above, math.prod(factor.denominator for factor in factors))


def quotient(dividend: Fraction, divisor: Fraction) -> Fraction:
    """Divide."""
    return Fraction(
        dividend.numerator * divisor.denominator, dividend.denominator * divisor.numerator
    )


def total(*terms: Fraction) -> Fraction:
    """Add."""
    unit = math.lcm(*(term.denominator for term in terms))
    return Fraction(sum(_in_units(terms, unit)), unit)


def difference(minuend: Fraction, subtrahend: Fraction) -> Fraction:
    """Subtract."""
    return minuend - subtrahend


def _in_units(values: Sequence[Fraction], unit: int) -> list[int]:
    """Return the values as whole numbers of 1 / `unit`, which all denominators divide."""
    return [value.numerator * (unit // value.denominator) for value in values]


def _whole(values: Sequence[Fraction]) -> list[int]:
    """Return whole numbers that are to each other as the values are."""
    return _in_units(values, math.lcm(*(value.denominator for value in values)))


def _ratio_reaches(low: int, high: int, least: Fraction) -> bool:
    """Say whether `high` is at least `least` times `low`."""
    return low > 0 and high * least.denominator >= low * least.numerator


def _ordered(ranked: Sequence[int], apart: Fraction) -> bool:
    """Say whether each value is at least `apart` times the one before."""
    return all(_ratio_reaches(low, high, apart) for low, high in pairwise(ranked))


def _alike(values: Sequence[int]) -> bool:
    low, high = min(values), max(values)
    return low > 0 and high * ALIKE.denominator <= low * ALIKE.numerator


def smallest(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the position of the smallest value; all alike gives the number of values."""
    whole = _whole(values)
    ranked = sorted(whole)
    if _ordered(ranked[:2], apart):
        return whole.index(ranked[0])
    return len(values) if _alike(whole) else UNDECIDED


def largest(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the position of the largest value; all alike gives the number of values."""
    whole = _whole(values)
    ranked = sorted(whole)
    if ranked[0] <= 0:
        return UNDECIDED
    if _ordered(ranked[-2:], apart):
        return whole.index(ranked[-1])
    return len(values) if _alike(whole) else UNDECIDED


def ascending(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the order from small to large as its position among all orders.

    The orders are those of `itertools.permutations`, which is lexicographic.
    """
    return _position_of_order(_whole(values), apart, largest_first=False)


def descending(*values: Fraction, apart: Fraction = APART) -> int:
    """Return the order from large to small as its position among all orders."""
    return _position_of_order(_whole(values), apart, largest_first=True)


def _position_of_order(values: Sequence[int], apart: Fraction, *, largest_first: bool) -> int:
    if not _ordered(sorted(values), apart):
        return UNDECIDED
    order = sorted(range(len(values)), key=values.__getitem__, reverse=largest_first)
    return list(permutations(range(len(values)))).index(tuple(order))


COMPARISONS: Final[Mapping[str, Callable[..., int]]] = {
    function.__name__: function for function in (smallest, largest, ascending, descending)
}
