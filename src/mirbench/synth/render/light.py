"""Sun, sky and ground as a caller chooses them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from mirbench.synth.render.colours import Colour
from mirbench.synth.render.tables import LIGHTING, NUM_DIRECTIONS, FloatArray, Lighting
from mirbench.synth.render.textures import GroundKind
from mirbench.synth.render.trig import cos_degrees, cos_half_degrees, sin_degrees, sin_half_degrees
from mirbench.synth.render.vectors import Vector, add, frame_along, scaled, unit

SkyName = Literal["day", "overcast", "dusk", "studio"]

_GOLDEN_ANGLE = 275
"""In half degrees: turning by 137.5 degrees spreads points evenly over a disc (Vogel 1979)."""


class Sky(NamedTuple):
    """Colours at the horizon, which is also the haze over the ground, and overhead."""

    horizon: Colour
    zenith: Colour


SKIES: Mapping[SkyName, Sky] = MappingProxyType(
    {
        "day": Sky((0.80, 0.84, 0.88), (0.24, 0.44, 0.80)),
        "overcast": Sky((0.70, 0.71, 0.73), (0.52, 0.55, 0.60)),
        "dusk": Sky((0.95, 0.62, 0.40), (0.22, 0.27, 0.52)),
        "studio": Sky((0.66, 0.61, 0.56), (0.42, 0.38, 0.36)),
    }
)


@dataclass(frozen=True, slots=True)
class Light:
    """The sun, or a studio lamp far away. Angles are whole degrees.

    `azimuth` is where it stands, counter-clockwise from +x; `elevation` how high; `softness` the
    radius of its disc, so that shadows blur with the distance from what casts them.
    """

    azimuth: int = 300
    elevation: int = 52
    softness: int = 7
    sun: float = 0.90
    ambient: float = 0.38

    def __post_init__(self) -> None:
        """Refuse light from below or along the ground.

        Raises:
            ValueError: If shadows would be endless.
        """
        if not 15 <= self.elevation - self.softness <= self.elevation + self.softness <= 90:
            raise ValueError(
                "light: expected elevation and softness that keep the whole disc between 15 and 90 "
                f"degrees, found elevation {self.elevation}, softness {self.softness}"
            )

    def to_sun(self) -> Vector:
        """Return the unit vector towards the middle of the disc."""
        flat = cos_degrees(self.elevation)
        return (
            flat * cos_degrees(self.azimuth),
            flat * sin_degrees(self.azimuth),
            sin_degrees(self.elevation),
        )

    def directions(self, count: int) -> FloatArray:
        """Return `count` unit vectors over the disc, on a spiral from its middle."""
        middle = self.to_sun()
        frame = frame_along(middle)
        radius = _tangent(self.softness)
        found = []
        for k in range(count):
            out = radius * math.sqrt((k + 0.5) / count)
            turn = _GOLDEN_ANGLE * k
            aside = add(
                scaled(frame.x, out * cos_half_degrees(turn)),
                scaled(frame.y, out * sin_half_degrees(turn)),
            )
            found.append(unit(add(middle, aside)))
        return np.array(found, np.float32)

    def table(self, sky: Sky, haze: float) -> Lighting:
        """Return sun and sky as the kernels see them."""
        lighting = np.zeros(1, LIGHTING)[0]
        lighting["sun_frame"] = frame_along(self.to_sun())
        lighting["spread"] = 1.05 * _tangent(self.softness)
        lighting["sun"] = self.sun
        lighting["ambient"] = self.ambient
        lighting["haze"] = 1.0 / haze
        lighting["horizon"] = sky.horizon
        lighting["zenith"] = sky.zenith
        directions = self.directions(NUM_DIRECTIONS)
        lighting["directions"] = directions
        for number in range(4):
            lighting["quick_directions"][number] = directions[number::4]
        return lighting


@dataclass(frozen=True, slots=True)
class Ground:
    """The plane z = 0.

    `metres` is the length of one repeat of its texture; `haze` the distance in metres at which
    everything is half lost in the colour of the horizon.
    """

    kind: GroundKind = "concrete"
    metres: float | None = None
    haze: float = 110.0

    def repeat(self) -> float:
        """Return the length of one repeat of the texture in metres."""
        return self.metres if self.metres is not None else _REPEATS[self.kind]


_REPEATS: Mapping[GroundKind, float] = MappingProxyType(
    {"wood": 4.0, "tiles": 8.0, "grass": 7.0, "concrete": 10.0, "asphalt": 5.0, "sand": 8.0}
)
_INDOORS: frozenset[GroundKind] = frozenset({"wood", "tiles"})


def usual_sky(ground: GroundKind) -> Sky:
    """Return a studio's backdrop over a floor, and a clear day over anything outdoors."""
    return SKIES["studio" if ground in _INDOORS else "day"]


def _tangent(degrees: int) -> float:
    return sin_degrees(degrees) / cos_degrees(degrees)
