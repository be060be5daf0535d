"""A virtual environment that set-up makes: whole, or made anew. Standard library only."""

# The oldest Python may run this far enough to be told that it is too old: no newer syntax here.
from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SetupError(Exception):
    """Set-up cannot go on; says where, what was expected, what was found and what to do."""

    def __init__(self, where: str, expected: str, found: str, remedy: str) -> None:
        super().__init__(
            f"set-up stopped: {where}\n"
            f"  expected: {expected}\n"
            f"  found:    {found}\n"
            f"  remedy:   {remedy}"
        )


# What pip's log says when it fails -> (expected, found, remedy).
PIP_FAULTS = {
    "No space left on device": (
        "room on the disk",
        "the disk is full",
        "free some space (`pip cache purge` may help), then run this again",
    ),
    "No matching distribution found": (
        "every locked version in the package index",
        "one is missing, or the index does not answer; see above",
        "check the network, and the proxy and index that pip uses (`pip config list`),"
        " then run this again: what was downloaded is kept",
    ),
}


class Environment:
    """A virtual environment and the record of what was installed into it.

    It is complete if its record matches the files it was made from. It is updated in place if only
    those files changed, and made anew if its Python, its place or its kind changed, or if the last
    set-up did not end.
    """

    def __init__(self, folder: Path, *, kind: str, sources: list[Path]) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._log = folder / "setup.log"
        self._record = folder / "setup.json"
        self._base = {"kind": kind, "place": str(folder), "python": platform.python_version()}
        self._files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sources}

    def _read_record(self) -> dict[str, dict[str, str]]:
        try:
            return json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def is_complete(self) -> bool:
        """Say whether everything is installed already."""
        wanted = {"base": self._base, "files": self._files}
        return self.python.exists() and self._read_record() == wanted

    def open(self) -> None:
        """Make the environment, or take the one that an earlier set-up finished."""
        if self.folder.exists() and not self._log.exists():
            raise SetupError(
                str(self.folder),
                "nothing, or an environment that this set-up made",
                "another one",
                f"move it away, or: rm -r {self.folder.name}",
            )
        if self._read_record().get("base") != self._base:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
            self._log.touch()
            self._step("virtual environment", sys.executable, "-m", "venv", str(self.folder))
        self._record.unlink(missing_ok=True)  # if anything stops us now, the next run starts over

    def close(self) -> None:
        """Record that everything is installed."""
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps({"base": self._base, "files": self._files}), encoding="utf-8")
        draft.replace(self._record)

    def run(self, title: str, *arguments: str) -> None:
        """Run the environment's Python as one step."""
        self._step(title, str(self.python), *arguments)

    def pip(self, title: str, *arguments: str) -> None:
        """Run pip as one step."""
        self.run(title, "-m", "pip", "install", "--disable-pip-version-check", *arguments)

    def _step(self, title: str, *command: str) -> None:
        """Run one command: its output goes to the log, its time to the screen."""
        start = time.monotonic()
        with self._log.open("w", encoding="utf-8") as log:
            child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT)
            try:
                _watch(child, title, start)
            except BaseException:  # Ctrl-C above all: leave no pip behind
                child.terminate()
                child.wait()
                raise
        print(f"\r  {title:<50}{time.monotonic() - start:6.1f} s", flush=True)
        if child.returncode:
            raise self._fault(title, child.returncode)

    def _fault(self, title: str, code: int) -> SetupError:
        log = self._log.read_text(encoding="utf-8", errors="replace")
        tail = "\n".join(f"    {line}" for line in log.splitlines()[-12:])
        where = f"{title} ({self._log})\n{tail}"
        for sign, fault in PIP_FAULTS.items():
            if sign in log:
                return SetupError(where, *fault)
        return SetupError(where, "exit code 0", str(code), "see above, then run this again")


def _watch(child: subprocess.Popen[bytes], title: str, start: float) -> None:
    """Wait for the child; on a terminal, let the seconds be seen."""
    while child.poll() is None:
        if sys.stdout.isatty():
            print(f"\r  {title:<50}{time.monotonic() - start:6.0f} s", end="", flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.5)
