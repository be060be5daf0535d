"""Hot-air balloons: in an empty sky, and on the ground beside something of known height.

The sky is drawn from apparent sizes alone. Scaling a balloon and its distance together leaves its
picture the same to the byte, so a photograph of the sky cannot tell how far away a balloon is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, NamedTuple

from mirbench.synth.prefabs import conifer, tower, tree
from mirbench.synth.props import balloon
from mirbench.synth.render import Object
from mirbench.synth.render.trig import cos_degrees, sin_degrees, tan_of_half
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Setting, Shot, snapped

COLOURS: Final = ("red", "blue", "green", "yellow", "purple", "orange")
RULES: Final[Mapping[str, str]] = {
    "nearest": "smallest",
    "farthest": "largest",
    "near_to_far": "ascending",
    "far_to_near": "descending",
}
"""For each form of question, how it compares distances."""


class _Thing(NamedTuple):
    """Something a balloon can stand beside: how it is made, its height in metres, its width."""

    make: Callable[..., Object]
    height: float
    width: float


_THINGS: Final[Mapping[str, _Thing]] = {
    "fir tree": _Thing(conifer, 4.0, 2.1),
    "oak tree": _Thing(tree, 4.31, 3.0),
    "stone tower": _Thing(tower, 10.0, 2.7),
}
THINGS: Final = tuple(_THINGS)

# The first range of each is what is drawn; the wider second one is what is still fair, so that
# every number can be changed until the answer changes.
HEIGHTS: Final = (range(400, 650, 50), range(150, 1450, 50))
"""Height of a thing in centimetres."""
RATIOS: Final = ((Fraction(1, 6), Fraction(6)), (Fraction(1, 9), Fraction(9)))
"""Height of a balloon over that of what it stands beside."""
SIZES: Final = ((Fraction(11, 100), Fraction(40, 100)), (Fraction(8, 100), Fraction(50, 100)))
"""Apparent height in the air, as a share of the picture's height."""

_SKY_FOV, _SKY_DISTANCE, _SKY_PITCH = 24, 40.0, 10
_GROUND_FOV, _GROUND_DISTANCE, _WIDTH = 30, 12.0, 0.72
_TALLEST, _BOTH, _GAP = 4.8, 7.5, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloon:
    """A balloon and how it looks in the air.

    Attributes:
        colour: Its colour, which is its name.
        sky: Index of the image that shows it in the air.
        size: Apparent height in the air, as a share of the picture's height.
        place: Right and up from the middle of the picture, in hundredths of half its width.
        change: By how much it was made taller before take-off.
    """

    colour: str
    sky: int
    size: Fraction = Fraction(1, 4)
    place: tuple[int, int] = (0, 0)
    change: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A photograph of a balloon on the ground beside something.

    Attributes:
        balloon: Position of the balloon.
        thing: What it stands beside; empty if that is another balloon.
        height: How tall the thing is, in centimetres.
        other: Position of the other balloon; -1 if it is a thing.
        ratio: Height of the balloon over that of what it stands beside.
        left: Whether the balloon is the left one.
    """

    balloon: int
    thing: str = ""
    height: int = 0
    other: int = -1
    ratio: Fraction = Fraction(1)
    left: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloons:
    """Balloons, where they were photographed, and what is asked.

    Attributes:
        form: The kind of question; see `RULES`.
        manner: Which wording of it.
        balloons: The balloons, in the order in which the text names them.
        meetings: The photographs on the ground; their images follow those of the sky.
        zoom: How much larger everything looks in the second photograph of the sky.
        setting: Where and when the photographs were taken.
    """

    form: str
    manner: int
    balloons: tuple[Balloon, ...]
    meetings: tuple[Meeting, ...]
    zoom: Fraction = Fraction(1)
    setting: Setting = field(default_factory=Setting)

    @property
    def num_skies(self) -> int:
        """How many of the images show the sky."""
        return 1 + max(one.sky for one in self.balloons)

    def in_sky(self, sky: int) -> list[Balloon]:
        """Return the balloons that an image of the sky shows."""
        return [one for one in self.balloons if one.sky == sky]

    def pair(self, meeting: Meeting) -> tuple[str, str]:
        """Return what a photograph on the ground shows: the balloon, and what it stands beside."""
        other = meeting.thing or self.balloons[meeting.other].colour
        return self.balloons[meeting.balloon].colour, other

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        skies = [_sky_shot(self.in_sky(sky), self.setting) for sky in range(self.num_skies)]
        return skies + [_meeting_shot(self, meeting) for meeting in self.meetings]


def name_of(key: str) -> str:
    """Return what the text calls a balloon of a colour, or a thing."""
    return f"{key} balloon" if key in COLOURS else key


def draw_places(world: Balloons, stream: Stream) -> list[tuple[int, int]]:
    """Return a place for each balloon, apart from the others in its sky at any size."""
    places = []
    columns = {sky: stream.shuffled(_COLUMNS[len(world.in_sky(sky))]) for sky in (0, 1)}
    for number, one in enumerate(world.balloons):
        among = sum(other.sky == one.sky for other in world.balloons[:number])
        places.append((columns[one.sky][among] + stream.integer(-6, 6), stream.integer(-20, 35)))
    return places


_COLUMNS: Final = {0: (0,), 1: (0,), 2: (-45, 45), 3: (-64, 0, 64)}


def _sky_shot(balloons: Sequence[Balloon], setting: Setting) -> Shot:
    """Put each balloon at one and the same distance, as large as it is to look.

    The camera looks up a little, so that a strip of ground shows at the bottom.
    """
    eye = (0.0, 0.0, 1.6)
    rise, run = sin_degrees(_SKY_PITCH), cos_degrees(_SKY_PITCH)
    half = _SKY_DISTANCE * tan_of_half(_SKY_FOV)
    objects = []
    for one in balloons:
        height = float(one.size) * 2 * half
        right, up = (half * hundredths / 100 for hundredths in one.place)
        position = (
            snapped(right),
            snapped(_SKY_DISTANCE * run - up * rise),
            snapped(eye[2] + _SKY_DISTANCE * rise + up * run - height / 2),
        )
        made = balloon(one.colour, colour=one.colour, height=snapped(height), position=position)
        objects.append(replace(made, casts_shadow=False))
    target = (0.0, _SKY_DISTANCE * run, eye[2] + _SKY_DISTANCE * rise)
    return Shot(
        objects=tuple(objects),
        setting=setting,
        eye=eye,
        target=target,
        fov=_SKY_FOV,
        haze=300.0,
    )


def _meeting_shot(world: Balloons, meeting: Meeting) -> Shot:
    """Put both side by side, as large as they fit into the picture whatever their real heights.

    The more the heights differ, the more room there is, and the smaller one needs it.
    """
    colour, other = world.pair(meeting)
    shares = [min(float(ratio), 1.0) for ratio in (meeting.ratio, 1 / meeting.ratio)]
    taller = min(_TALLEST, _BOTH / sum(shares))
    mine, its = (snapped(taller * share) for share in shares)
    thing = _THINGS.get(other, _Thing(balloon, 1.0, _WIDTH))
    # The gap between them and the one's width are as far to the left as the other's to the right.
    sign = -1 if meeting.left else 1
    side = snapped(sign * (its * thing.width / thing.height + _GAP) / 2)
    its_side = snapped(-sign * (mine * _WIDTH + _GAP) / 2)
    if meeting.thing:
        neighbour = thing.make(other, position=(its_side, 0.0), scale=its / thing.height)
    else:
        neighbour = balloon(other, colour=other, height=its, position=(its_side, 0.0, 0.0))
    return Shot(
        objects=(balloon(colour, colour=colour, height=mine, position=(side, 0.0, 0.0)), neighbour),
        eye=(0.0, -_GROUND_DISTANCE, 2.0),
        target=(0.0, 0.0, 2.2),
        fov=_GROUND_FOV,
        setting=world.setting,
    )
