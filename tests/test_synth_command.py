"""`mirbench synth`: writes, verifies, draws a sheet; says what is valid."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from mirbench.errors import MirbenchError
from mirbench.synth.command import synth_app

RUN = CliRunner()


def test_a_folder_is_written_and_verified(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    wrote = RUN.invoke(
        synth_app,
        [out, "--num", "4", "--seed", "2", "--subtasks", "depth,Weight Comparison",
         "--levels", "1,3", "--workers", "1", "--json"],
    )  # fmt: skip
    assert wrote.exit_code == 0, wrote.output
    told = json.loads(wrote.stdout)
    assert told["num_samples"] == 4
    assert told["out"] == out
    verified = RUN.invoke(synth_app, ["verify", out, "--workers", "1", "--json"])
    assert verified.exit_code == 0
    assert json.loads(verified.stdout) == {"out": out, "differences": []}


def test_differences_are_faults(tmp_path: Path) -> None:
    assert RUN.invoke(synth_app, [str(tmp_path), "--num", "1", "--workers", "1"]).exit_code == 0
    (tmp_path / "images.zip").unlink()
    result = RUN.invoke(synth_app, ["verify", str(tmp_path), "--workers", "1"])
    assert result.exit_code == 1
    assert "images.zip: missing" in result.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["OUT", "--levels", "high"], "levels such as 1,3"),
        (["OUT", "--subtasks", "chess"], "depth"),
        (["verify", "OUT"], "synth.json"),
        (["sheet", "OUT/none/sheet.png", "--num", "1"], "picture to write"),
    ],
)
def test_wrong_use_says_what_is_valid(tmp_path: Path, arguments, message: str) -> None:
    words = [word.replace("OUT", str(tmp_path)) for word in arguments]
    with pytest.raises(MirbenchError, match=message):
        RUN.invoke(synth_app, words, catch_exceptions=False)


def test_help_lists_the_commands() -> None:
    result = RUN.invoke(synth_app, ["--help"])
    assert result.exit_code == 0
    assert all(word in result.output for word in ("write", "verify", "sheet"))


def test_a_sheet_shows_puzzles(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    result = RUN.invoke(synth_app, ["sheet", str(out), "--num", "2", "--levels", "1"])
    assert result.exit_code == 0, result.output
    with Image.open(out) as sheet:
        assert sheet.width == 1800


def test_a_gallery_has_a_small_picture_of_each_subtask(tmp_path: Path) -> None:
    out = tmp_path / "gallery"
    result = RUN.invoke(synth_app, ["gallery", str(out), "--subtasks", "depth", "--width", "300"])
    assert result.exit_code == 0, result.output
    assert [path.name for path in out.iterdir()] == ["depth.webp"]
    with Image.open(out / "depth.webp") as sheet:
        assert sheet.width == 300


def test_the_command_imports_nothing_heavy() -> None:
    code = "import sys, mirbench.synth.command; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
