"""The first ten minutes of a stranger, as `make demo` runs them after set-up."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.engine
def test_the_demo_ends_with_the_path_of_a_report(tmp_path):
    command = [sys.executable, ROOT / "scripts" / "demo.py", "--out", tmp_path, "--num", "6"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in ("6 questions", "▣ image 1", "trained from nothing", "overall", "95 % Wilson"):
        assert shown in done.stdout
    report = Path(done.stdout.splitlines()[-1])
    assert report == tmp_path / "report.html"
    page = report.read_text(encoding="utf-8")
    assert "synth-1-" in page
    assert "/9j/" in page  # how the bytes of a JPEG begin in base64
