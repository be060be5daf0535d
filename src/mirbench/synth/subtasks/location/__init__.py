"""Location Relationship: where is it, seen from somewhere else?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.location.subtask import LOCATION

register(LOCATION)
