"""Chart Analysis: who comes out first, over several charts?"""

from mirbench.synth.registry import register
from mirbench.synth.subtasks.chart.subtask import CHART

register(CHART)
