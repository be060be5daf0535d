"""A toy town on a floor of tiles, photographed part by part.

Each part shares one figure with the part before, so what is where in the whole town has to be put
together. A photograph is drawn in its own terms only: from which side it was taken does not show.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mirbench.synth.program import UNDECIDED
from mirbench.synth.shot import Setting, Shot
from mirbench.synth.worlds.tiles import Figure, Vector, close_shot, framed_shot

SIDES: Final = ("ahead", "to the right", "behind", "to the left")
CORNERS: Final = (
    "ahead and to the left",
    "ahead and to the right",
    "behind and to the right",
    "behind and to the left",
)


def side_of(place: Vector) -> int:
    """Return in which of `SIDES` a place is; undecided within 18 degrees of two of them."""
    for side in range(4):
        right, ahead = place.turned(-side)
        if ahead >= 1 and 2 * abs(right) <= ahead:
            return side
    return UNDECIDED


def corner_of(place: Vector) -> int:
    """Return in which of `CORNERS` a place is; undecided within 18 degrees of two of them."""
    for corner in range(4):
        right, ahead = place.turned(-corner)
        if right <= -1 and ahead >= 1 and max(-right, ahead) <= 3 * min(-right, ahead):
            return corner
    return UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the town as one photograph shows it.

    Attributes:
        figures: What stands there. The first one, at (0, 0), is also in the part before or, in the
            first part, the vehicle that is asked about.
        setting: When and where the photograph was taken.
    """

    figures: tuple[Figure, ...]
    setting: Setting = field(default_factory=Setting)

    @property
    def anchor(self) -> Figure:
        """The figure that is in the part before."""
        return self.figures[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Parts of a town, and what is asked.

    Attributes:
        form: The kind of question: `side` or `corner`.
        manner: Which wording of it.
        parts: The parts; in the last one are two things, one of which is asked for.
        turns: What the text tells of each part: by how many quarters the photographer turned right
            before it or, where a vehicle's arrow tells that, by how many this vehicle did; 0 is
            told of the photographer only.
        drive: By how many tiles the first vehicle drives ahead in the end.
        veer: By how many quarters it turns right then.
        target: Which of the two things is asked for: 0 or 1.
        setting: When and where that thing was photographed close up.
    """

    form: str
    manner: int
    parts: tuple[Part, ...]
    turns: tuple[int, ...]
    drive: int = 0
    veer: int = 0
    target: int = 0
    setting: Setting = field(default_factory=Setting)

    @property
    def car(self) -> str:
        """The vehicle that is asked about."""
        return self.parts[0].anchor.name

    @property
    def things(self) -> Sequence[Figure]:
        """The two things, one of which is asked for."""
        return self.parts[-1].figures[1:]

    def seen_in_the_end(self, way: Vector) -> Vector:
        """Return a way from where the driver was at first as seen after the drive."""
        return way.minus(Vector(0, self.drive)).turned(-self.veer)

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        shots = [framed_shot(part.figures, part.setting) for part in self.parts]
        return [*shots, close_shot(self.things[self.target].name, self.setting)]
