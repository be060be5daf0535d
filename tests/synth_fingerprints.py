"""Fingerprints of one puzzle a subtask: its words, options, steps and image bytes.

    python tests/synth_fingerprints.py > tests/golden/synth.json

Other fingerprints mean other bytes for the same id: raise `mirbench.synth.puzzle.VERSION` too,
once a version was released.
"""

import hashlib
import json

from mirbench.synth import Puzzle, generate
from mirbench.synth.registry import official_makers


def fingerprint(puzzle: Puzzle) -> str:
    """Return one hash over everything that a release would hold of a puzzle."""
    told = (puzzle.id, puzzle.question, puzzle.options, puzzle.letter, puzzle.steps, puzzle.regions)
    digest = hashlib.sha256(repr(told).encode())
    for jpeg in puzzle.jpegs:
        digest.update(jpeg)
    return digest.hexdigest()


def fingerprints() -> dict[str, str]:
    """Return the fingerprint of one puzzle of every subtask."""
    return {maker.slug: fingerprint(generate(maker.slug, 3, 0)) for maker in official_makers()}


if __name__ == "__main__":
    print(json.dumps(fingerprints(), indent=2))  # noqa: T201  (a script too)
