"""The small parts of MIR-Synth: random numbers, programs, English, weighings."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirbench.synth.options import Option, tagged
from mirbench.synth.program import (
    UNDECIDED,
    Step,
    answer_of,
    ascending,
    clear_answer_of,
    descending,
    execute,
    largest,
    product,
    quotient,
    smallest,
)
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.weight.reason import Range, deduce, tips_or_level, tips_or_unknown
from mirbench.synth.text import (
    article,
    counted,
    decimal,
    listed,
    metres,
    plural,
    seconds,
    significant,
)
from mirbench.synth.worlds.weighing import Load, Weighing

# Random numbers


def test_the_generator_is_splitmix64() -> None:
    stream = Stream("any")
    stream._state = 1234567
    assert [stream.bits() for _ in range(5)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_key_gives_the_same_numbers_and_another_key_others() -> None:
    assert Stream("a", 1).bits() == Stream("a", 1).bits()
    assert Stream("ab", "c").bits() != Stream("a", "bc").bits()
    assert Stream("a").fork("b").bits() == Stream("a", "b").bits()


def test_what_was_drawn_does_not_change_a_fork() -> None:
    used = Stream("a")
    used.bits()
    assert used.fork("b").bits() == Stream("a", "b").bits()


@given(st.integers(1, 10**12), st.integers(0, 10**6))
def test_numbers_stay_below_their_bound(bound: int, key: int) -> None:
    assert 0 <= Stream(key).below(bound) < bound


def test_numbers_and_orders_are_equally_likely() -> None:
    stream = Stream("fair")
    faces = Counter(stream.integer(1, 6) for _ in range(6000))
    orders = Counter(stream.shuffled("abc") for _ in range(6000))
    for counts, values in ((faces, range(1, 7)), (orders, permutations("abc"))):
        assert all(850 < counts[value] < 1150 for value in values)


# Programs


@given(st.lists(st.integers(1, 10**6).map(Fraction), min_size=2, max_size=5))
def test_comparisons_agree_with_each_other(values: list[Fraction]) -> None:
    low = smallest(*values)
    if 0 <= low < len(values):
        assert values[low] == min(values)
        assert largest(*(1 / value for value in values)) == low
    order = ascending(*values)
    if order != UNDECIDED:
        positions = list(permutations(range(len(values))))[order]
        assert [values[position] for position in positions] == sorted(values)
        assert descending(*(1 / value for value in values)) == order


def test_equal_values_are_a_tie_and_close_ones_are_undecided() -> None:
    assert smallest(Fraction(3), Fraction(3)) == 2
    assert smallest(Fraction(100), Fraction(115)) == UNDECIDED
    assert smallest(Fraction(100), Fraction(125)) == 0
    assert largest(Fraction(0), Fraction(1)) == UNDECIDED


def test_a_program_keeps_every_value() -> None:
    program = [
        Step("area", product, ("width", "height")),
        Step("ratio", quotient, ("area", "width")),
        Step("answer", largest, ("ratio", "width")),
    ]
    facts = {"width": Fraction(3), "height": Fraction(5)}
    assert execute(program, facts) == {**facts, "area": 15, "ratio": 5, "answer": 0}
    assert answer_of(program, facts) == 0
    assert str(program[0]) == "area = product(width, height)"
    close = {"width": Fraction(100), "height": Fraction(122)}
    assert (answer_of(program, close), clear_answer_of(program, close)) == (0, UNDECIDED)


def test_distractors_carry_the_first_mistake_that_leads_to_them() -> None:
    options = tagged(["a", "b", "c"], 1, {"first": 0, "also": 0, "true": 1, "none": -1}, "other")
    assert options == (Option("a", "first"), Option("b", ""), Option("c", "other"))


# English


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (listed([]), ""),
        (listed(["a"]), "a"),
        (listed(["a", "b"]), "a and b"),
        (listed(["a", "b", "c"], "or"), "a, b or c"),
        (counted(1, "box"), "one box"),
        (counted(3, "red box"), "three red boxes"),
        (plural("ball"), "balls"),
        (article("orange van"), "an orange van"),
        (decimal(Fraction(5, 2)), "2.5"),
        (decimal(Fraction(-1, 8)), "-0.12"),
        (decimal(Fraction(3), 0), "3"),
        (significant(Fraction(1, 300)), "0.00333"),
        (significant(Fraction(1234)), "1234"),
        (metres(150), "1.5 m"),
        (seconds(1), "1 second"),
        (seconds(Fraction(2, 5)), "0.4 seconds"),
    ],
)
def test_english(found: str, expected: str) -> None:
    assert found == expected


# Weighings

ONE = Range(Fraction(1), Fraction(1))


def test_a_level_balance_gives_a_weight() -> None:
    weighing = Weighing(left=(Load(1, 2),), right=(Load(0, 3),))
    assert deduce(weighing, Load(0, 0), ONE) == Range(Fraction(3, 2), Fraction(3, 2))


def test_what_is_in_the_box_counts() -> None:
    weighing = Weighing(left=(Load(1, 1),), right=(Load(0, 1),), box="right")
    assert deduce(weighing, Load(0, 2), ONE) == Range(Fraction(3), Fraction(3))


@pytest.mark.parametrize(
    ("tilt", "expected"),
    [(-1, Range(Fraction(2), None)), (1, Range(Fraction(0), Fraction(2)))],
)
def test_a_tilted_balance_gives_a_bound(tilt: int, expected: Range) -> None:
    weighing = Weighing(left=(Load(1, 1),), right=(Load(0, 2),), tilt=tilt)
    assert deduce(weighing, Load(0, 0), ONE) == expected


def test_a_weighing_that_no_weight_fits_gives_none() -> None:
    weighing = Weighing(left=(Load(1, 1), Load(0, 3)), right=(Load(0, 2),))
    assert deduce(weighing, Load(0, 0), ONE) is None


@pytest.mark.parametrize(
    ("left", "right", "level", "unknown"),
    [
        (Range(Fraction(2), Fraction(2)), ONE, 0, 0),
        (ONE, Range(Fraction(2), None), 1, 1),
        (ONE, ONE, 2, UNDECIDED),
        (Range(Fraction(1), None), Range(Fraction(2), Fraction(2)), UNDECIDED, 2),
        (Range(Fraction(2), None), Range(Fraction(2), Fraction(2)), 0, 0),
        (Range(Fraction(1), Fraction(3)), Range(Fraction(2), Fraction(4)), UNDECIDED, 2),
    ],
)
def test_which_pan_goes_down(left: Range, right: Range, level: int, unknown: int) -> None:
    assert tips_or_level((left, right)) == level
    assert tips_or_unknown((left, right)) == unknown
