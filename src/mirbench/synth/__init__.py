"""MIR-Synth: fresh MIR questions from (version, subtask, level, index), true by construction.

    from mirbench.synth import generate, verify_release, write_release
    puzzle = generate("depth", level=3, index=0)
    puzzle.question, puzzle.options, puzzle.letter, puzzle.jpegs, puzzle.steps
    write_release("out", num=600)

How it works: docs/mir-synth.md. Importing this package renders nothing and compiles nothing.
"""

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
