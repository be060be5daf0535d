"""Early decision: the same labels as drawing all, with no draw too many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirbench.difficulty.draws import Draws, Wave
from mirbench.difficulty.sampling import Rule, Sampling, SettingsError, first_seed


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    num_draws = draw(st.integers(1, 15))
    return Rule(num_draws=num_draws, threshold=draw(st.integers(1, num_draws)))


def drawn(rule: Rule, letters: str) -> tuple[Draws, list[int]]:
    """Draw from `letters` wave by wave as the rule says; return the draws and the waves' sizes."""
    draws, sizes = Draws(), []
    while num := draws.draws_due("A", rule):
        first = len(draws.letters)
        part = letters[first : first + num]
        draws.add(Wave(id="q", first=first, letters=part, num_tokens=0, num_truncated=0))
        sizes.append(num)
    return draws, sizes


def draws_one_at_a_time(rule: Rule, letters: str) -> int:
    """Return after how many draws the label is known, by the definition and one at a time."""
    for num in range(rule.num_draws + 1):
        right = letters[:num].count("A")
        best = right + rule.num_draws - num
        if right >= rule.threshold or best < rule.threshold:
            return num
    raise AssertionError("all draws decide")


@given(rules(), st.data())
def test_the_label_is_that_of_all_draws(rule: Rule, data: st.DataObject) -> None:
    letters = data.draw(st.text("AB?", min_size=rule.num_draws, max_size=rule.num_draws))
    early, _ = drawn(rule, letters)
    all_right = letters.count("A")
    assert early.label("A", rule) == ("easy" if all_right >= rule.threshold else "hard")


@given(rules(), st.data())
def test_no_draw_is_asked_for_that_one_at_a_time_would_not_ask(
    rule: Rule, data: st.DataObject
) -> None:
    letters = data.draw(st.text("AB?", min_size=rule.num_draws, max_size=rule.num_draws))
    early, _ = drawn(rule, letters)
    assert len(early.letters) == draws_one_at_a_time(rule, letters)


def test_the_papers_rule_asks_four_first_then_what_is_missing() -> None:
    rule = Rule()
    assert drawn(rule, "BBBBAAAAAA")[1] == [4]
    assert drawn(rule, "AAAAAAAAAA")[1] == [4, 3]
    assert drawn(rule, "ABABABABAB")[1] == [4, 2, 1, 1]


def test_full_draws_all_at_once_and_calls_them_the_same() -> None:
    full = Rule(full=True)
    draws, sizes = drawn(full, "AAAAAAABBB")
    assert sizes == [10]
    assert draws.label("A", full) == "easy"
    assert drawn(full, "AAAAAABBBB")[0].label("A", full) == "hard"


def test_a_full_run_goes_on_from_an_early_one() -> None:
    draws, _ = drawn(Rule(), "AAAAAAABBB")
    assert draws.letters == "AAAAAAA"
    assert draws.draws_due("A", Rule(full=True)) == 3


def test_draws_beyond_the_rule_do_not_count() -> None:
    draws, _ = drawn(Rule(full=True), "AAABBBBBBB")
    assert draws.label("A", Rule(num_draws=4, threshold=3)) == "easy"


def test_a_wave_that_comes_twice_counts_once() -> None:
    draws = Draws()
    wave = Wave(id="q", first=0, letters="AB", num_tokens=5, num_truncated=1)
    draws.add(wave)
    draws.add(wave)
    assert (draws.letters, draws.num_tokens, draws.num_truncated) == ("AB", 5, 1)


@given(st.integers(), st.text(), st.text())
def test_seeds_are_those_of_the_question_and_fit_every_server(
    run: int, one: str, other: str
) -> None:
    seed = first_seed(run, one)
    assert 0 <= seed < 2**31 - 1000
    assert seed == first_seed(run, one)
    assert (seed == first_seed(run, other)) == (one == other)


def test_a_fixed_question_keeps_its_seed_for_ever() -> None:
    assert first_seed(0, "mir-0412") == 510356852


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": -1},
        {"top_p": 0},
        {"repetition_penalty": 0},
        {"max_tokens": 0},
        {"min_pixels": 9, "max_pixels": 4},
        {"min_pixels": 0, "max_pixels": 4},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Sampling(**settings)  # type: ignore[arg-type]  # wrong values are the point


@pytest.mark.parametrize("settings", [{"threshold": 11}, {"threshold": 0}, {"num_draws": 0}])
def test_rules_that_cannot_be_met_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Rule(**settings)
