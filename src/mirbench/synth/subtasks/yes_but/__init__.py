"""YES, BUT: who says one thing and does another?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.yes_but.subtask import YES_BUT

register(YES_BUT)
