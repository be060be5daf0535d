"""3D View: how many blocks can there be, when seen from two sides and from above?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.view3d.subtask import VIEW3D

register(VIEW3D)
