"""Depth Relationship: which hot-air balloon is closest?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.depth.subtask import DEPTH

register(DEPTH)
