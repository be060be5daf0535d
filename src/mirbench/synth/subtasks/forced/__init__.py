"""Forced Perspective: which is really taller, of things that look equally tall?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.forced.subtask import FORCED

register(FORCED)
