"""MIR-Synth: fresh MIR questions from (version, subtask, level, index), true by construction.

    from mirbench.synth import generate, verify_release, write_release
    puzzle = generate("depth", level=3, index=0)
    puzzle.question, puzzle.options, puzzle.letter, puzzle.jpegs, puzzle.steps
    write_release("out", num=600)

How it works: docs/mir-synth.md. Importing this package imports nothing else; what is named here is
fetched when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mirbench.synth.make import generate
    from mirbench.synth.puzzle import VERSION, Puzzle, SynthError
    from mirbench.synth.release import Summary, write_release
    from mirbench.synth.verify import verify_release

__all__ = [
    "VERSION",
    "Puzzle",
    "Summary",
    "SynthError",
    "generate",
    "verify_release",
    "write_release",
]

_MODULE_OF: Final = {
    "VERSION": "puzzle",
    "Puzzle": "puzzle",
    "Summary": "release",
    "SynthError": "puzzle",
    "generate": "make",
    "verify_release": "verify",
    "write_release": "release",
}


def __getattr__(name: str) -> Any:
    """Fetch a public name from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
