"""Stones: close up, and in a row out of focus, beside something that has a height.

A stone looks the same at any scale, and every picture is drawn from ratios alone: a row twice as
large beside a bottle twice as tall is the same picture to the byte.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from mirbench.synth.prefabs import apple, bottle, chair, conifer, pear, person, potted_flower, tree
from mirbench.synth.render import COLOURS as PAINTS
from mirbench.synth.render import Cylinder, Material, Object, Primitive, Sphere
from mirbench.synth.render.trig import cos_degrees, sin_degrees
from mirbench.synth.retouch import Unfocused
from mirbench.synth.shot import Setting, Shot, snapped

COLOURS: Final = ("red", "blue", "green", "yellow", "purple", "pink", "cyan", "grey", "black")
MARKINGS: Final = ("plain", "banded", "spotted")
LOOKS: Final = tuple(f"{marking} {colour} stone" for colour in COLOURS for marking in MARKINGS)
"""What stones look like; no two stones of a puzzle look alike."""


class _Thing(NamedTuple):
    """Something of known height: how it is made, its height in metres, width over height."""

    make: Callable[..., Object]
    height: float
    slim: float
    heading: int = 0


_THINGS: Final[Mapping[str, _Thing]] = {
    "apple": _Thing(apple, 0.091, 0.89),
    "pear": _Thing(pear, 0.123, 0.62),
    "bottle": _Thing(bottle, 0.309, 0.24),
    "potted flower": _Thing(potted_flower, 0.485, 0.50),
    "chair": _Thing(chair, 0.938, 0.46),
    "oak tree": _Thing(tree, 4.31, 0.68),
    "man": _Thing(person, 1.754, 0.37, -90),
    "fir tree": _Thing(conifer, 3.994, 0.52),
}
HEIGHTS: Final[Mapping[str, range]] = {
    "apple": range(7, 13), "pear": range(9, 15), "bottle": range(22, 36, 2),
    "potted flower": range(18, 36, 2), "chair": range(80, 115, 5),
    "oak tree": range(150, 260, 10), "man": range(150, 200, 10), "fir tree": range(150, 260, 10),
}  # fmt: skip
"""How tall things are, in centimetres."""
INDOORS: Final = ("apple", "pear", "bottle", "potted flower")

WIDE: Final = 1.05
"""Width of a stone over its height."""
SPREAD: Final = Fraction(1, 170)
"""How far the rows are out of focus, as a share of the picture's width."""
_FRAME, _TALLEST, _GAP = 4.95, 2.2, 0.12
_DISTANCE, _FOV = 24.0, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Stones side by side, and perhaps something of known height at one end.

    Attributes:
        stones: Their looks, from left to right.
        sizes: Their heights, as multiples of the thing's (without it, of one another's).
        thing: What stands beside them; empty if nothing does.
        left: Whether it is on the left.
    """

    stones: tuple[str, ...]
    sizes: tuple[Fraction, ...]
    thing: str = ""
    left: bool = False

    def heights(self) -> dict[str, Fraction]:
        """Return how tall everything is."""
        return dict(zip(self.stones, self.sizes, strict=True)) | (
            {self.thing: Fraction(1)} if self.thing else {}
        )

    @lru_cache(maxsize=256)  # noqa: B019  (equal rows share a shot; few are kept)
    def shot(self, setting: Setting) -> Shot:
        """Put them in a row that fills the picture, whatever their true size."""
        heights = self.heights()
        if self.thing and self.left:
            heights = {self.thing: heights.pop(self.thing)} | heights
        slim = {key: _THINGS[key].slim if key in _THINGS else WIDE for key in heights}
        total = sum(float(height) * slim[key] for key, height in heights.items())
        room = _FRAME - _GAP * (len(heights) + 1)
        scale = min(room / total, _TALLEST / float(max(heights.values())))
        edge, objects = -(total * scale + _GAP * (len(heights) - 1)) / 2, []
        for key, height in heights.items():
            tall = scale * float(height)
            place = (snapped(edge + tall * slim[key] / 2), 0.0)
            edge += tall * slim[key] + _GAP
            if key in _THINGS:
                thing = _THINGS[key]
                objects.append(
                    thing.make(
                        key, position=place, heading=thing.heading, scale=tall / thing.height
                    )
                )
            else:
                objects.append(stone(key, height=tall, place=place))
        return Shot(
            objects=tuple(objects),
            setting=setting,
            eye=(0.0, -_DISTANCE, 1.5),
            target=(0.0, 0.0, 1.0),
            fov=_FOV,
            wide=True,
            haze=300.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stones:
    """Close-ups, rows, what the text says of heights, and what is asked.

    Attributes:
        form: The kind of question: `largest` or `smallest`.
        manner: Which wording of it.
        asked: Looks of the stones close up, whose images come first.
        homes: For each of them the position of its row.
        rows: The rows in the order of their images.
        heights: For each row how tall its thing is in centimetres; 0 if the text does not say.
        times: How many times as tall the last thing is as the first; 0 if the text does not say.
        setting: Where and when the photographs were taken.
    """

    form: str
    manner: int
    asked: tuple[str, ...]
    homes: tuple[int, ...]
    rows: tuple[Row, ...]
    heights: tuple[int, ...]
    times: Fraction = Fraction(0)
    setting: Setting = field(default_factory=Setting)

    def image(self, row: int) -> int:
        """Return the index of a row's image."""
        return len(self.asked) + row

    @property
    def measured(self) -> list[int]:
        """Positions of the rows with something of known height."""
        return [at for at, row in enumerate(self.rows) if row.thing]

    @property
    def bare(self) -> list[int]:
        """Positions of the rows without; each shares a stone with the next row."""
        return [at for at, row in enumerate(self.rows) if not row.thing]

    def pictures(self) -> list[Shot | Unfocused]:
        """Return the close-ups, then the rows, which are out of focus."""
        near = [_close_up(look, self.setting) for look in self.asked]
        return [*near, *(Unfocused(row.shot(self.setting), SPREAD) for row in self.rows)]


@lru_cache(maxsize=256)
def _close_up(look: str, setting: Setting) -> Shot:
    """Let one stone fill the picture."""
    return Shot(
        objects=(stone(look, height=1.0, place=(0.0, 0.0)),),
        setting=setting,
        eye=(0.0, -_DISTANCE / 2, 0.9),
        target=(0.0, 0.0, 0.5),
        fov=8,
    )


def stone(look: str, *, height: float, place: tuple[float, float]) -> Object:
    """Return a stone; its look decides its shape, too."""
    number = LOOKS.index(look)
    marking, colour, _ = look.split()
    r, g, b = PAINTS[colour]
    rock = Material(
        (0.6 * r + 0.07, 0.6 * g + 0.07, 0.6 * b + 0.07), gloss=0.25, grain=0.75, grain_scale=1.2
    )
    vein = Material((0.72, 0.68, 0.60), gloss=0.3, grain=0.2)
    half = WIDE / 2
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.5), radius=(half, 0.5, 0.5), material=rock),
        *_lumps(number, rock),
    ]
    if marking == "banded":
        for z in (0.36, 0.66):
            wide = 1.04 * half * 2.0 * math.sqrt(z * (1.0 - z))
            parts.append(
                Cylinder(
                    centre=(0.0, 0.0, z),
                    radius=wide,
                    height=0.07,
                    flatten=0.56 / half,
                    material=vein,
                )
            )
    elif marking == "spotted":
        for right, up in ((-50, 10), (-18, 38), (-12, -20), (22, 8), (50, 30), (48, -24)):
            flat = cos_degrees(up)
            parts.append(
                Sphere(
                    centre=(
                        half * flat * sin_degrees(right),
                        -0.53 * flat * cos_degrees(right),
                        0.5 + 0.5 * sin_degrees(up),
                    ),
                    radius=0.075,
                    material=vein,
                )
            )
    return Object(
        key=look, parts=tuple(parts), position=(place[0], place[1], 0.0), scale=snapped(height)
    )


def _lumps(number: int, rock: Material) -> list[Primitive]:
    """Return bumps that stay within the stone's width and height."""
    turn = 40 * (number % 9)
    return [
        Sphere(
            centre=(
                0.16 * cos_degrees(turn + angle),
                -0.13,
                0.5 + 0.12 * sin_degrees(turn + angle),
            ),
            radius=(0.40, 0.42, 0.36),
            material=rock,
        )
        for angle in (0, 130, 230)
    ]
