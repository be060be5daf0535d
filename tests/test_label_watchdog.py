"""The watchdog: an engine's processes do not outlive a killed run, and outlive an orderly one."""

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

RUN = """
import subprocess, sys
from mirbench.difficulty.engines.watchdog import Watchdog
engine = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL, start_new_session=True)
watchdog = Watchdog([engine.pid])
print(engine.pid, flush=True)
if input() == "dismiss":
    watchdog.dismiss()
"""


@pytest.mark.parametrize("end", ["kill", "dismiss"])
def test_the_engine_dies_with_a_killed_run_alone(end: str) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert run.stdin and run.stdout
    engine = psutil.Process(int(run.stdout.readline()))
    if end == "kill":
        run.kill()
        run.communicate()
        engine.wait(20)
    else:
        run.communicate("dismiss\n")
        time.sleep(0.3)
        assert engine.is_running()
        engine.kill()


def test_the_watchdog_runs_without_the_package() -> None:
    """It starts beside an engine of gigabytes: nothing is imported that it does not need."""
    import mirbench.difficulty.engines.watchdog as watchdog

    assert "mirbench" not in Path(watchdog.__file__).read_text().split('"""', 2)[2]
