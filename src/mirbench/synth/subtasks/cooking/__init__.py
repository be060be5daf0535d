"""Cooking Process: in which order were these photographs of the kitchen taken?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.cooking.subtask import COOKING

register(COOKING)
