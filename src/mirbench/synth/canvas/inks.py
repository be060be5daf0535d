"""Colours, gradients and shadows of the canvas.

Colours are display values (what a pixel holds, 0 to 1). The names are those of the 3D renderer,
whose linear values become display values by a square root, as in its own pictures, and are made
lighter by as much as its white falls short of paper.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

from mirbench.synth.canvas.tables import Point
from mirbench.synth.render.colours import COLOURS, Colour

_WHITE = COLOURS["white"][0]
Ink: TypeAlias = str | Colour
"""A name from `COLOURS`, "#rrggbb", or red, green, blue as display values 0 to 1."""


@dataclass(frozen=True, slots=True)
class LinearGradient:
    """From one ink at `start` to another at `end`, in pixels."""

    start: Point
    end: Point
    inks: tuple[Ink, Ink]


@dataclass(frozen=True, slots=True)
class RadialGradient:
    """From one ink at `centre` to another at `radius` pixels from it."""

    centre: Point
    radius: float
    inks: tuple[Ink, Ink]


Fill: TypeAlias = Ink | LinearGradient | RadialGradient


@dataclass(frozen=True, slots=True)
class Shadow:
    """A soft shadow under a shape: how far it is blurred and shifted, in pixels."""

    blur: int = 3
    offset: Point = (1.5, 2.5)
    opacity: float = 0.35


class Look(TypedDict, total=False):
    """How a closed shape is drawn, beside its fill."""

    stroke: Ink | None
    stroke_width: float
    opacity: float
    shadow: Shadow | None


def rgb_of(ink: Ink) -> Colour:
    """Return the display values of an ink.

    Raises:
        ValueError: If it is neither a name, nor "#rrggbb", nor three numbers.
    """
    if not isinstance(ink, str):
        return ink
    if ink in COLOURS:
        red, green, blue = (math.sqrt(value / _WHITE) for value in COLOURS[ink])
        return red, green, blue
    if re.fullmatch("#[0-9a-fA-F]{6}", ink):
        red, green, blue = (int(ink[k : k + 2], 16) / 255.0 for k in (1, 3, 5))
        return red, green, blue
    raise ValueError(f"ink {ink!r}: expected one of {sorted(COLOURS)} or '#rrggbb'")
