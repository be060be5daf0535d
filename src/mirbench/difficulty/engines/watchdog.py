"""Ends an engine's processes when the process that started them is killed.

vLLM's own would stay behind, and with them the GPU's memory, so that the next run could not start.
The watchdog is this file run as a program: it waits until its input ends. The operating system ends
it when the watched process dies, however that dies.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable


class Watchdog:
    """Kills some processes should this one die before it dismisses the watchdog."""

    def __init__(self, pids: Iterable[int]) -> None:
        """Start to watch. A session of its own keeps it from a Ctrl-C that is meant for us."""
        self._process = subprocess.Popen(
            [sys.executable, __file__, *map(str, pids)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """End the watch, and nobody else."""
        self._process.communicate(b"dismissed")


def main() -> None:
    """Wait until the input ends; without a word in it, the watched process was killed."""
    if sys.stdin.read():
        return
    for pid in map(int, sys.argv[1:]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
