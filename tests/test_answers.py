"""The answer extractor, against a table of responses and against what must hold for any text."""

# ruff: noqa: RUF001 - full-width letters are the point

import json
from pathlib import Path
from string import ascii_uppercase
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mirbench.answers
from mirbench.answers import extract, gold_letter, phrases, reading
from mirbench.answers import options as options_module
from mirbench.answers.letters import Found
from mirbench.answers.options import option_texts
from mirbench.answers.reading import NotFound
from mirbench.answers.text import fold
from mirbench.prompts import DIRECT_INSTRUCTION, OPTIONS_LINE, option_lines
from mirbench.stages import STAGES, stage_instruction

TABLE = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "responses.jsonl").read_text("utf-8").splitlines()
]
TOWER = ["The hand is bigger.", "The tower is as big as the hand.", "The tower is bigger."]
POINTS = ["Point B", "Point A", "Point D", "Point C"]

OPTIONS = st.lists(st.text("abcdefgh ", min_size=3, max_size=20), min_size=2, max_size=10)
CLAIMS = (
    "the answer is |A|B| or |not |(C)|. |\n|wait, |<answer>|</answer>|<think>|</think>|\\boxed{|}"
    "|{'answer': '|'|is correct|**|答案是|?"
)
PHRASES = st.sampled_from([*filter(str.isascii, phrases.CUE_KINDS), "the", "-3.5", "a=b", "12%"])
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(CLAIMS.split("|")), max_size=12).map("".join))


def rows() -> list[Any]:
    """Return the table as parameters; a row marked as missed is unmarked once it is read."""
    missed = pytest.mark.xfail(strict=True, reason="an answer that the extractor does not read yet")
    return [
        pytest.param(row, id=f"{row['family']}-{index}", marks=[missed] * row.get("missed", False))
        for index, row in enumerate(TABLE)
    ]


@pytest.mark.parametrize("row", rows())
def test_a_response_is_read_as_a_person_would(row: dict[str, Any]) -> None:
    found = extract(row["response"], row["options"])
    assert found.letter == row["letter"], found


def test_no_answer_is_invented() -> None:
    silent = [row for row in TABLE if row["letter"] is None]
    invented = [row for row in silent if extract(row["response"], row["options"]).letter]
    assert len(silent) > 250
    assert invented == []


@pytest.mark.parametrize("split", ["dev", "held_out"])
def test_nearly_all_are_read_right(split: str) -> None:
    rows = [row for row in TABLE if row["split"] == split]
    right = [extract(row["response"], row["options"]).letter == row["letter"] for row in rows]
    assert sum(right) >= (0.99 if split == "held_out" else 0.98) * len(rows)


@pytest.mark.parametrize("split, least", [("dev", 250), ("held_out", 120)])
def test_both_splits_are_large(split: str, least: int) -> None:
    assert sum(row["split"] == split for row in TABLE) >= least


@pytest.mark.parametrize(
    "response, how",
    [
        ("<conclusion>B</conclusion>", "conclusion_tag"),
        ("<answer>B</answer>", "answer_tag"),
        (r"\boxed{B}", "boxed"),
        ('{"answer": "B"}', "json"),
        ("Your option: B\nReason: equal cars", "your_option"),
        ("Final answer: B", "final_answer"),
        ("(B)", "bare_letter"),
        ("I think the answer is B.", "stated_answer"),
        ("Option B is correct.", "verdict"),
        ("The cars are equal, so it must be B.", "inference"),
        ("Both have the same height (B).", "closing_letter"),
        ("The tower is as big as the hand", "option_text"),
    ],
)
def test_the_kind_of_commitment_is_named(response: str, how: str) -> None:
    found = extract(response, TOWER)
    assert (found.letter, found.how) == ("B", how)


@pytest.mark.parametrize(
    "response, how",
    [
        (" \n", "empty"),
        ("[LMMS_EVAL_REQUEST_FAILED after 5 retries] Option A", "request_failed"),
        ("Error: Connection error. Answer: B", "request_failed"),
        ("Answer: A\nAnswer: B", "conflict"),
        ("A or B", "conflict"),
        ("B. The tower is bigger.", "conflict"),
        ("The answer is E.", "out_of_range"),
        ("<think>The answer is B. Let me", "truncated"),
        ("<summary>Compare.</summary><conclusion>", "truncated"),
        ("We compare the cars in the second and the third image, and then the", "truncated"),
        ("I'm sorry, but I cannot see any images.", "refusal"),
        ("The images show a hand.", "no_commitment"),
    ],
)
def test_the_reason_for_no_answer_is_named(response: str, how: str) -> None:
    found = extract(response, TOWER)
    assert (found.letter, found.how) == (None, how)


@pytest.mark.parametrize(
    "response, used",
    [
        ("First A. Wait, the answer is B.", "answer is B"),
        ("<conclusion>C. bigger</conclusion>", "C. bigger"),
        ("答案是Ｂ。", "答案是Ｂ"),
        ("İ think so.\nＢ", "Ｂ"),
        ("  The tower is bigger.  ", "The tower is bigger."),
    ],
)
def test_the_span_is_what_was_used_of_the_response(response: str, used: str) -> None:
    span = extract(response, TOWER).span
    assert span is not None
    assert response[slice(*span)] == used


def test_a_letter_in_free_text_may_be_a_thing_where_options_name_letters() -> None:
    assert extract("So it must be B.", POINTS).letter is None
    assert extract("So it must be B.", TOWER).letter == "B"
    assert extract("So it must be point B.", POINTS).letter == "A"


def test_options_are_two_to_ten() -> None:
    with pytest.raises(ValueError, match="expected 2 to 10 texts, found 1"):
        extract("A", ["one"])
    assert extract("J", [f"number {letter}" for letter in ascii_uppercase[:10]]).letter == "J"


@pytest.mark.parametrize(
    "conclusion, letter",
    [
        ("B", "B"),
        ("B.", "B"),
        ("(B)", "B"),
        (" b ", "B"),
        ("The answer is B.", "B"),
        ("B. The tower is as big as the hand.", "B"),
        ("The tower is bigger", "C"),
        ("The tower is bigger.", "C"),
        ("Therefore, the tower is bigger than the hand.", "C"),
        ("The car is small. Therefore, the tower is bigger.", "C"),
        ("<conclusion>B</conclusion>", "B"),
        ("Since the cars are equal, the correct option is C, not A.", "C"),
        ("", None),
        ("E", None),
        ("A or B", None),
        ("A. The tower is bigger.", None),
        ("The hand is bigger, or the tower is bigger.", None),
        ("It depends on the car.", None),
        ("The answer is not B.", None),
    ],
)
def test_a_gold_conclusion_names_exactly_one_option(conclusion: str, letter: str | None) -> None:
    assert gold_letter(conclusion, TOWER) == letter


@given(TEXTS, OPTIONS)
def test_any_text_is_read_without_an_error(response: str, options: list[str]) -> None:
    found = extract(response, options)
    assert found.letter is None or found.letter in ascii_uppercase[: len(options)]
    assert found.how in (get_args(Found) if found.letter else get_args(NotFound))
    if found.span:
        assert 0 <= found.span[0] < found.span[1] <= len(response)
    if found.letter:
        assert found.span
    gold = gold_letter(response, options)
    assert gold is None or gold in ascii_uppercase[: len(options)]


@given(TEXTS, OPTIONS, st.text(" \n\t", max_size=5), st.text(" \n\t", max_size=5))
def test_space_around_a_response_changes_nothing(
    response: str, options: list[str], before: str, after: str
) -> None:
    plain, spaced = extract(response, options), extract(before + response + after, options)
    assert (spaced.letter, spaced.how) == (plain.letter, plain.how)


@given(st.lists(st.text("ABCanswerisotbx .,:()\n"), max_size=4), st.sampled_from("ABC"))
def test_the_requested_format_is_always_read(steps: list[str], letter: str) -> None:
    names = ("summary", "caption", "text_to_region", "region_to_region")
    chain = "".join(f"<{name}>{text}</{name}>" for name, text in zip(names, steps, strict=False))
    assert extract(f"{chain}<conclusion>{letter}</conclusion>", TOWER).letter == letter


@given(st.text("abcdefgh <>image12?.,\n"), OPTIONS)
def test_a_repeated_prompt_is_no_answer(question: str, texts: list[str]) -> None:
    options = [f"{text} {index}" for index, text in enumerate(texts)]
    shown = f"Which one is it? {question}\n{OPTIONS_LINE}\n{option_lines(options)}"
    for instruction in (DIRECT_INSTRUCTION, *map(stage_instruction, STAGES)):
        assert extract(f"{shown}\n{instruction}", options).letter is None
        assert extract(f"{shown}\n{instruction}\nB", options).letter == "B"


@given(st.from_regex(reading._BARE, fullmatch=True), OPTIONS)
def test_a_letter_alone_is_read_as_it_is_among_words(response: str, options: list[str]) -> None:
    slow = reading._read_turn(response, response.lower(), option_texts(tuple(options)))
    assert extract(response, options) == slow


@given(st.one_of(st.text(st.characters(max_codepoint=127)), st.lists(PHRASES).map(" ".join)))
def test_plain_text_is_read_as_it_is_among_other_alphabets(text: str) -> None:
    """ASCII has patterns of its own, which may only be faster."""
    low = "\n" + text.lower()
    spans = [found.span() for found in phrases.CUES.finditer(low)]
    assert [found.span() for found in phrases.ASCII_CUES.finditer(low)] == spans
    assert options_module._ASCII_TOKEN.findall(low) == options_module._TOKEN.findall(low)


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text) == len(fold(text).lower())


@pytest.mark.parametrize("closing", ["</think>", "[/think]", "◁/think▷"])
def test_what_stands_before_the_end_of_thinking_is_thought(closing: str) -> None:
    options = ["the red car", "the blue car"]
    assert extract(f"<b>The answer is A.</b>{closing} (B)", options).letter == "B"


@given(st.text(), st.integers(0, 200), st.integers(0, 200))
def test_a_sign_is_folded_alike_in_short_and_long_texts(text: str, before: int, after: int) -> None:
    longer = fold(f"é{'`' * before}{text}{'`' * after}")
    assert longer == f"é{chr(39) * before}{fold('é' + text)[1:]}{chr(39) * after}"


HOSTILE = [
    *(
        "A",
        "B ",
        "(A)(B)",
        "A or ",
        "A, ",
        "A. ",
        "A.\n",
        "\n",
        "*",
        " ",
        ":",
        "'",
        "選",
        "İ",
        "\u3000",
    ),
    *(
        "answer ",
        "the answer is ",
        "answer:\n",
        "answer is A answer is B ",
        "答案是",
        "correct option is ",
    ),
    *(
        "<answer>",
        "<think>",
        "</think>",
        "<answer>B</answer><answer>A</answer>",
        "</s>",
        "\nquestion:",
    ),
    *("\\boxed{", "\\boxed{{", "\\text{", '{"answer": "', '{"answer":[', "the second option "),
    *("so it is ", "is is the the ", "if the answer ", "wait, B is correct. A is correct. "),
    *("A. The hand is bigger. ", "The hand is bigger. ", "the hand is ", "not ", "A (" + "x" * 90),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("fragment", HOSTILE)
def test_a_long_near_match_is_read_in_linear_time(fragment: str) -> None:
    """At a hundred kilobytes anything worse than linear runs into the time limit."""
    extract(fragment * (100_000 // len(fragment)), TOWER)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("fragment", ["A ", "the answer is ", '{"answer": "', "<answer>", "答案是"])
def test_a_megabyte_is_read(fragment: str) -> None:
    extract(fragment * (1_000_000 // len(fragment)), TOWER)


def test_the_package_exports_its_interface() -> None:
    assert {"EXTRACTOR_VERSION", "Extraction", "extract", "gold_letter"} <= set(
        mirbench.answers.__all__
    )
