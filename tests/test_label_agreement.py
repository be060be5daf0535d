"""Agreement of two label tables: Cohen's kappa, by subtask, and where they differ."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_rows import by_id, failed, label
from typer.testing import CliRunner

from mirbench.cli import app
from mirbench.data.labels import LabelsError, write_labels
from mirbench.difficulty.agreement import Agreement, compare_labels


def agreement(easy: int, hard: int, first: int, second: int) -> Agreement:
    return Agreement(
        num_both_easy=easy, num_both_hard=hard, num_first_easier=first, num_second_easier=second
    )


@pytest.mark.parametrize(
    ("counts", "kappa"),
    [
        ((20, 15, 5, 10), 0.4),  # the example of Wikipedia's article on Cohen's kappa
        ((45, 15, 15, 25), 0.1304),
        ((25, 35, 35, 5), 0.2593),
        ((5, 5, 0, 0), 1.0),
        ((0, 0, 5, 5), -1.0),
        ((25, 25, 25, 25), 0.0),
    ],
)
def test_kappa_is_cohens(counts: tuple[int, int, int, int], kappa: float) -> None:
    assert agreement(*counts).kappa == pytest.approx(kappa, abs=5e-5)


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (7, 0, 0, 0), (0, 7, 0, 0)])
def test_kappa_is_not_made_up_where_chance_explains_everything(
    counts: tuple[int, int, int, int],
) -> None:
    assert agreement(*counts).kappa is None


@given(st.tuples(*[st.integers(0, 50)] * 4))
def test_kappa_does_not_depend_on_which_table_is_first(counts: tuple[int, int, int, int]) -> None:
    easy, hard, first, second = counts
    one, other = agreement(*counts).kappa, agreement(easy, hard, second, first).kappa
    assert one == (other if other is None else pytest.approx(other))
    assert one is None or -1 - 1e-9 <= one <= 1 + 1e-9


FIRST = by_id(
    label("a"),
    label("b", label="hard", num_right=2, num_sampled=6),
    label("c", subtask="3D View"),
    label("d", subtask=None),
    failed("e"),
    label("only-first"),
)
SECOND = by_id(
    label("d", subtask=None, label="hard", num_right=0, num_sampled=4),
    label("c", subtask="3D View"),
    label("b"),
    label("a"),
    label("e"),
)


def test_only_questions_with_two_labels_are_compared() -> None:
    report = compare_labels(FIRST, SECOND)
    assert report.overall == agreement(2, 0, 1, 1)
    assert (report.num_only_first, report.num_only_second) == (1, 1)


def test_agreement_is_told_by_subtask_in_the_order_of_the_taxonomy() -> None:
    report = compare_labels(FIRST, SECOND)
    assert list(report.by_subtask) == ["3D View", "YES, BUT", "unknown"]
    assert report.by_subtask["YES, BUT"] == agreement(1, 0, 0, 1)


def test_disagreements_are_listed_with_what_each_table_saw() -> None:
    report = compare_labels(FIRST, SECOND)
    assert [tuple(each) for each in report.disagreements] == [
        ("b", "YES, BUT", "hard", "easy", "2/6", "7/7"),
        ("d", None, "easy", "hard", "7/7", "0/4"),
    ]


@pytest.fixture
def tables(tmp_path: Path) -> list[str]:
    paths = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    for path, labels in zip(paths, (FIRST, SECOND), strict=True):
        write_labels(path, labels.values())
    return [str(path) for path in paths]


def test_the_command_prints_for_people_and_for_programs(tables: list[str]) -> None:
    shown = CliRunner().invoke(app, ["agreement", *tables, "--show", "1"])
    assert shown.exit_code == 0
    assert "b (YES, BUT): hard (2/6 right), easy (7/7 right)" in shown.stdout
    assert "and 1 more" in shown.stdout
    report = json.loads(CliRunner().invoke(app, ["agreement", *tables, "--json"]).stdout)
    assert report["num_questions"] == 4
    assert [each["id"] for each in report["disagreements"]] == ["b", "d"]


def test_tables_of_different_data_are_not_compared(tables: list[str]) -> None:
    write_labels(tables[1], [label("a", fingerprint="other")])
    result = CliRunner().invoke(app, ["agreement", *tables])
    assert isinstance(result.exception, LabelsError)
