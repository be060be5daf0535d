"""What all prefabs share: how they are placed, and materials that many of them use."""

from __future__ import annotations

from typing import TypeAlias

from mirbench.synth.render import COLOURS, Colour, Material, Object, Primitive

Place: TypeAlias = tuple[float, float] | tuple[float, float, float]
"""Where an object stands: (x, y) on the ground, or (x, y, z) on top of something."""
Paint: TypeAlias = str | Colour
"""A name from `COLOURS`, or linear red, green, blue."""

GLASS = Material((0.03, 0.045, 0.06), gloss=1.8)
RUBBER = Material((0.016, 0.016, 0.018), gloss=0.25)
STEEL = Material((0.42, 0.42, 0.44), gloss=1.4)
BRASS = Material((0.52, 0.36, 0.09), gloss=1.2)
BLACK = Material((0.02, 0.02, 0.022), gloss=0.6)
WOOD = Material((0.30, 0.16, 0.07), gloss=0.4, grain=0.45, grain_scale=0.6)
BARK = Material((0.13, 0.07, 0.035), gloss=0.15, grain=0.5, grain_scale=0.8)
SKIN = Material((0.58, 0.34, 0.23), gloss=0.3)


def rgb(paint: Paint) -> Colour:
    """Return a colour from its name, or as it is.

    Raises:
        KeyError: If no colour has that name.
    """
    if not isinstance(paint, str):
        return paint
    if paint not in COLOURS:
        raise KeyError(f"no colour {paint!r}; the names are {sorted(COLOURS)}")
    return COLOURS[paint]


def painted(paint: Paint, shade: float = 1.0, gloss: float = 1.0, grain: float = 0.0) -> Material:
    """Return a painted surface, darker or lighter by `shade`."""
    r, g, b = rgb(paint)
    return Material((r * shade, g * shade, b * shade), gloss=gloss, grain=grain)


def placed(
    key: str,
    parts: list[Primitive],
    position: Place,
    heading: int = 0,
    scale: float = 1.0,
    casts_shadow: bool = True,
) -> Object:
    """Return the object that `parts` make, standing at `position`."""
    z = position[2] if len(position) == 3 else 0.0
    return Object(
        key=key,
        parts=tuple(parts),
        position=(position[0], position[1], z),
        heading=heading,
        scale=scale,
        casts_shadow=casts_shadow,
    )
