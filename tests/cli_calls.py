"""Runs `mirbench` several times in one process, which imports lmms-eval once.

`python cli_calls.py CALLS OUT`: a JSON file with a list of command lines, and where to write what
became of each: its exit code and what it said on its way out.
"""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from mirbench.cli import main


def call(arguments: list[str]) -> tuple[int, str]:
    """Run one command line; returns its exit code and what it said."""
    sys.argv = ["mirbench", *arguments]
    said = io.StringIO()
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(said):
            main()
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


if __name__ == "__main__":
    calls, out = map(Path, sys.argv[1:])
    ends = [call(arguments) for arguments in json.loads(calls.read_text())]
    out.write_text(json.dumps(ends))
