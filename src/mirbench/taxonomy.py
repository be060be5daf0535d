"""Every closed vocabulary of MIR, once.

Categories, subtasks and steps are the paper's (arXiv 2509.17040); the release's own field
names are mapped to ours in `mirbench.record` and nowhere else.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Category = Literal["Spatial", "Sequential", "Analytical"]
Subtask = Literal[
    "Location Relationship",
    "Depth Relationship",
    "3D View",
    "Forced Perspective",
    "Speed Comparison",
    "Motion Detection",
    "Cooking Process",
    "Image Puzzle",
    "Chart Analysis",
    "YES, BUT",
    "Weight Comparison",
    "Scale Blur",
]
Step = Literal["summary", "caption", "text_to_region", "region_to_region", "conclusion"]
Difficulty = Literal["easy", "hard", "unlabelled"]
Partition = Literal["train", "test"]
Split = Literal["easy", "hard", "unlabelled", "test"]

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
SUBTASKS: Final[tuple[Subtask, ...]] = get_args(Subtask)
STEPS: Final[tuple[Step, ...]] = get_args(Step)
DIFFICULTIES: Final[tuple[Difficulty, ...]] = get_args(Difficulty)
PARTITIONS: Final[tuple[Partition, ...]] = get_args(Partition)
SPLITS: Final[tuple[Split, ...]] = get_args(Split)

SUBTASKS_OF: Final[Mapping[Category, tuple[Subtask, ...]]] = MappingProxyType(
    {
        "Spatial": SUBTASKS[0:4],
        "Sequential": SUBTASKS[4:8],
        "Analytical": SUBTASKS[8:12],
    }
)

LETTERS: Final = "ABCDEFGHIJ"
"""Option letters; a question has between two and ten options."""

_CATEGORY_OF: Final = {
    subtask: category for category, subtasks in SUBTASKS_OF.items() for subtask in subtasks
}


def category_of(subtask: Subtask) -> Category:
    """Return the category that a subtask belongs to."""
    return _CATEGORY_OF[subtask]


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


_SUBTASK_BY_KEY: Final = {key: name for name in SUBTASKS for key in (name, _key(name))}
_CATEGORY_BY_KEY: Final = {key: name for name in CATEGORIES for key in (name, _key(name))}


def find_subtask(name: str) -> Subtask | None:
    """Return the subtask of that name, whatever its case, spaces and punctuation, or None."""
    return _SUBTASK_BY_KEY.get(name) or _SUBTASK_BY_KEY.get(_key(name))


def find_category(name: str) -> Category | None:
    """Return the category of that name, whatever its case, spaces and punctuation, or None."""
    return _CATEGORY_BY_KEY.get(name) or _CATEGORY_BY_KEY.get(_key(name))
