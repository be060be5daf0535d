import json

import pytest
from releases import images_of, record, write_release
from typer.testing import CliRunner

from mirbench.cli import app

run = CliRunner().invoke


@pytest.fixture
def faulty(tmp_path):
    images = {**images_of([record(number) for number in range(3)]), "images/1-a.jpg": b"text"}
    return write_release(
        tmp_path / "release", [record(0), record(1), record(2, options={}), {"id": 4}], images
    )


def test_validate_lists_every_fault_and_exits_with_1(faulty, tmp_path):
    result = run(app, ["validate", str(faulty), "--faults", str(tmp_path / "faults.jsonl")])
    assert result.exit_code == 1
    assert "4 records = 1 read + 3 quarantined (see " in result.stdout
    assert "sample 'q0002' (all_data_rel.json, record 2), field 'options'" in result.stdout
    kept = (tmp_path / "faults.jsonl").read_text().splitlines()
    assert [json.loads(line)["record"] for line in kept] == [1, 2, 3]


def test_validate_speaks_json(faulty):
    found = json.loads(run(app, ["validate", str(faulty), "--json"]).stdout)
    assert (found["num_records"], found["num_valid"], found["num_faults"]) == (4, 1, 3)
    assert [fault["record"] for fault in found["faults"]] == [1, 2, 3]


def test_validate_of_a_clean_release_exits_with_0(tmp_path):
    result = run(app, ["validate", str(write_release(tmp_path, [record(0)])), "--deep"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "1 records = 1 read + 0 quarantined; 2 images decoded"


@pytest.mark.parametrize("content", ["", "[{", "{}[]"])
def test_validate_of_an_unreadable_release_exits_with_1(tmp_path, content):
    folder = write_release(tmp_path, [record(0)])
    (folder / "all_data_rel.json").write_text(content)
    result = run(app, ["validate", str(folder)])
    assert result.exit_code == 1
    assert "all_data_rel.json" in result.output


def test_show_prints_the_question_its_options_and_its_steps(tmp_path):
    folder = write_release(tmp_path, [record(0), record(1)])
    result = run(app, ["show", str(folder), "--id", "q0001"], env={"COLUMNS": "120"})
    assert "is ▣ image 1 before ▣ image 2? Look at ▣ image 1 again." in result.stdout
    assert "✓ B. after" in result.stdout
    assert "text_to_region" in result.stdout
    assert "Depth Relationship" in result.stdout
