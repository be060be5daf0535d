"""Speed Comparison: which vehicle was faster?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.speed.subtask import SPEED

register(SPEED)
