"""Every command of the README runs, on a small release."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from releases import record, write_release
from run_files import write_run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def commands(program):
    """Return the README's command lines that start with a program, comments cut off."""
    lines = "\n".join(text for language, text in BLOCKS if language == "sh")
    lines = lines.replace("\\\n", " ").splitlines()
    return [line.partition("  #")[0].strip() for line in lines if line.startswith(f"{program} ")]


def test_every_make_target_of_the_readme_exists():
    listing = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = {line.split()[1] for line in listing.stdout.splitlines() if "make" in line}
    assert {shlex.split(command)[1] for command in commands("make")} <= targets


@pytest.mark.parametrize("code", [text for language, text in BLOCKS if language == "python"])
def test_every_python_block_of_the_readme_runs(code, tmp_path, monkeypatch):
    records = [record(number, difficulty=("easy", "hard")[number % 2]) for number in range(60)]
    monkeypatch.setenv("MIRBENCH_DATA_DIR", str(write_release(tmp_path / "release", records)))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


def run_all(names, folder):
    """Run the README's `mirbench` commands of these names, in its order."""
    wanted = [line for line in commands("mirbench") if line.split()[1] in names]
    assert {line.split()[1] for line in wanted} == set(names)
    for line in wanted:
        program, *arguments = shlex.split(line)
        subprocess.run(
            [Path(sys.executable).parent / program, *arguments],
            cwd=folder,
            env=os.environ | {"MIRBENCH_DATA_DIR": str(folder / "fresh")},
            check=True,
            capture_output=True,
        )


def test_the_commands_of_the_readme_run_one_after_the_other(tmp_path):
    run_all({"synth", "show", "validate", "stats", "curriculum", "export"}, tmp_path)
    for name, letter in {"qwen": "A", "other": "B"}.items():
        write_run(tmp_path / "runs" / name, tmp_path / "fresh", lambda _, letter=letter: letter)
    run_all({"results", "report", "compare"}, tmp_path)
    assert (tmp_path / "report.html").is_file()
