"""Scored responses made on the spot."""

from typing import Any

from mirbench.scoring.metrics import Scored


def scored(number: int = 0, **changes: Any) -> Scored:
    """Return a scored response to question `number`: right, unless `changes` say otherwise."""
    values = {
        "id": f"q{number}",
        "question_hash": "0" * 12,
        "category": "Spatial",
        "subtask": "3D View",
        "difficulty": "easy",
        "num_images": 2,
        "num_options": 4,
        "answer": "A",
        "prediction": "A",
        "how": "bare_letter",
        "span": (0, 1),
        "status": "answered",
    }
    return Scored(**(values | changes))
