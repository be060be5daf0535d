"""Scale Blur: which of the stones is the largest?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.blur.subtask import BLUR

register(BLUR)
