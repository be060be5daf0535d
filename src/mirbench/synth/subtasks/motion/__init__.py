"""Motion Detection: what has moved, when the camera has moved too?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.motion.subtask import MOTION

register(MOTION)
