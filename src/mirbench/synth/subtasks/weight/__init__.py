"""Weight Comparison: which way does the balance tip?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.weight.subtask import WEIGHT

register(WEIGHT)
