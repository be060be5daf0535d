import html
import json
import re
from pathlib import Path

import pytest
from releases import images_of, record, write_release
from typer.testing import CliRunner

from mirbench.cli import app
from mirbench.data.release import Release
from mirbench.data.stats import statistics
from mirbench.data.stats_page import write_stats_page

run = CliRunner().invoke


@pytest.fixture
def release(tmp_path):
    def side(number):
        return {"partition": "test" if number < 2 else "train", "difficulty": "hard"}

    records = [record(number, **side(number)) for number in range(6)]
    records[5]["images"] = ["images/0-a.jpg", "images/5-b.jpg"]
    records[4]["question"] = records[3]["question"]
    records.append(record(6, options=["<script>alert(1)</script>"]))
    return write_release(tmp_path / "release", records, images_of(records))


def test_statistics_count_what_is_there(release):
    found = statistics(Release.open(release))
    assert (found.num_records, found.num_valid, len(found.faults)) == (7, 6, 1)
    assert (found.num_images, found.num_contents, found.num_shared) == (12, 11, 1)
    assert found.num_same_text == 2
    counts = {title: dict(counted) for title, counted in found.counts}
    assert counts["split"] == {"hard": 4, "test": 2}
    assert counts["answer"] == {"A": 2, "B": 2, "C": 2}
    assert counts["images a question"] == {"2": 6}
    assert counts["category"] == {"Spatial": 4, "Sequential": 2}
    assert {each.name: each.num for each in found.lengths}["region_to_region"] == 6
    assert found.leaks == (1, None, ("q0000",))


def test_stats_prints_counts_leaks_and_where_every_record_went(release):
    result = run(app, ["stats", str(release)], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    assert "7 records = 6 read + 1 quarantined (see " in result.stdout
    assert "1 images stand in training and in the test, byte for byte" in result.stdout
    assert "held out and shown: q0000" in result.stdout
    kept = re.search(r"\(see (.*?)\)", result.stdout.replace("\n", ""))[1]
    assert json.loads(Path(kept).read_text())["record"] == 6


def test_stats_speaks_json(release):
    found = json.loads(run(app, ["stats", str(release), "--json", "--near-copies"]).stdout)
    assert found["counts"]["subtask"]["3D View"] == 1
    assert found["leaks"] == {"num_contents": 1, "num_near_copies": 1, "test_ids": ["q0000"]}
    assert found["faults"][0]["record"] == 6


def test_the_page_stands_by_itself_and_shows_what_others_wrote_as_text(release, tmp_path):
    (release / "all_data_rel.json").write_text(
        (release / "all_data_rel.json").read_text().replace("q0006", "<img src=x onerror=alert(1)>")
    )
    write_stats_page(statistics(Release.open(release)), tmp_path / "stats.html")
    page = (tmp_path / "stats.html").read_text()
    assert html.escape("<img src=x") in page
    assert "<img" not in page
    assert not re.search(r"(?:src|href)=\"?http|<script|style=", page)


def test_a_curriculum_is_explained_with_a_table_and_a_plot(tmp_path):
    records = [
        record(number, difficulty=("easy", "hard")[number % 2], partition="train")
        for number in range(40)
    ]
    folder = write_release(tmp_path, records)
    options = ["--ladder", "1,2,3,5", "--overlap", "even", "--seed", "4"]
    command = ["curriculum", "explain", str(folder), *options]
    result = run(app, command, env={"COLUMNS": "150"})
    assert (
        "52 rows: all 20 easy, then 40% of 20 hard at each of 4 stages (overlap even, seed 4)"
        in result.stdout
    )
    assert "text_to_region, region_to_region, conclusion" in result.stdout
    assert "█" in result.stdout
    found = json.loads(run(app, [*command, "--json"]).stdout)
    assert [level["num"] for level in found["levels"]] == [20, 8, 8, 8, 8]
    assert [level["num_new"] for level in found["levels"]] == [20, 8, 8, 4, 0]
    assert found["settings"]["ladder"] == [1, 2, 3, 5]
