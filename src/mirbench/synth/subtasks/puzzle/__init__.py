"""Image Puzzle: where does the road lead, once the pieces lie side by side?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.puzzle.subtask import PUZZLE

register(PUZZLE)
