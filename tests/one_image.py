"""A solver that sees the text and one image of a question: it has to stay at chance."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

from mirbench.synth.puzzle import Puzzle

Features = Callable[[Puzzle, int], Sequence[str]]
"""What one sees in an image, given its index, together with the text."""


def excess(puzzles: Sequence[Puzzle], image: int, features: Features) -> float:
    """Return by how many standard deviations a learner beats chance on one image.

    Naive Bayes over the features, for each form of question: trained on half, tried on the rest.
    """
    hits, expected, variance = 0, 0.0, 0.0
    for fold in range(2):
        seen: Counter[tuple[str, int, str]] = Counter()
        for puzzle in puzzles[fold::2]:
            form, answer = puzzle.slot.form, puzzle.slot.answer
            seen.update((form.name, answer, one) for one in features(puzzle, image))
        for puzzle in puzzles[1 - fold :: 2]:
            form = puzzle.slot.form
            own = features(puzzle, image)
            scores = [
                sum(math.log(1 + seen[form.name, answer, one]) for one in own)
                for answer in range(form.answers)
            ]
            hits += scores.index(max(scores)) == puzzle.slot.answer
            chance = 1 / form.answers
            expected += chance
            variance += chance * (1 - chance)
    return (hits - expected) / math.sqrt(variance)
