"""The subtasks that MIR-Synth can make. A new one is a folder here and a line in `MAKERS`."""

from typing import Any, Final

from mirbench.synth.puzzle import Subtask, SynthError
from mirbench.synth.subtasks.blur.subtask import BLUR
from mirbench.synth.subtasks.chart.subtask import CHART
from mirbench.synth.subtasks.cooking.subtask import COOKING
from mirbench.synth.subtasks.depth.subtask import DEPTH
from mirbench.synth.subtasks.forced.subtask import FORCED
from mirbench.synth.subtasks.location.subtask import LOCATION
from mirbench.synth.subtasks.motion.subtask import MOTION
from mirbench.synth.subtasks.puzzle.subtask import PUZZLE
from mirbench.synth.subtasks.speed.subtask import SPEED
from mirbench.synth.subtasks.view3d.subtask import VIEW3D
from mirbench.synth.subtasks.weight.subtask import WEIGHT
from mirbench.synth.subtasks.yes_but.subtask import YES_BUT

MAKERS: Final[tuple[Subtask[Any], ...]] = (
    LOCATION,
    DEPTH,
    VIEW3D,
    FORCED,
    SPEED,
    MOTION,
    COOKING,
    PUZZLE,
    CHART,
    YES_BUT,
    WEIGHT,
    BLUR,
)
"""In the order of the taxonomy."""


def subtask_named(name: str) -> Subtask[Any]:
    """Return the subtask of that name or slug, whatever its case and punctuation.

    Raises:
        SynthError: If MIR-Synth cannot make it; the message lists those it can.
    """
    wanted = _key(name)
    for maker in MAKERS:
        if wanted in (_key(maker.name), _key(maker.slug)):
            return maker
    known = ", ".join(f"{maker.slug} ({maker.name})" for maker in MAKERS)
    raise SynthError(f"expected a subtask of {known}; found {name!r}")


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
