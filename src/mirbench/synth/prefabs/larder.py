"""What a cook takes from the larder or out of the oven: mushrooms, onions, buns, muffins."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import BARK, Paint, Place, painted, placed
from mirbench.synth.render import Cylinder, Frustum, Material, Object, Primitive, Sphere

_CRUMB = Material((0.80, 0.66, 0.45), gloss=0.1, grain=0.2)


def mushroom(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.72, 0.66, 0.56),
) -> Object:
    """Return a mushroom, 6 cm high."""
    cap, stalk = painted(colour, gloss=0.3, grain=0.2), painted(colour, 1.15, gloss=0.2)
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.018), radius=0.014, height=0.036, material=stalk),
        Sphere(centre=(0.0, 0.0, 0.040), radius=(0.036, 0.036, 0.022), material=cap),
    ]
    return placed(key, parts, position, heading, scale)


def onion(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.45, 0.10, 0.22),
) -> Object:
    """Return an onion, 8 cm high with its tip."""
    skin = painted(colour, gloss=1.0, grain=0.3)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.033), radius=(0.038, 0.038, 0.033), material=skin),
        Frustum(centre=(0.0, 0.0, 0.070), bottom=0.016, top=0.004, height=0.024, material=skin),
        Cylinder(centre=(0.0, 0.0, 0.003), radius=0.010, height=0.006, material=BARK),
    ]
    return placed(key, parts, position, heading, scale)


def bun(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.50, 0.25, 0.08),
) -> Object:
    """Return a bun, 8 cm across, with a cut in its crust."""
    crust = painted(colour, gloss=0.5, grain=0.3)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.024), radius=(0.040, 0.040, 0.028), material=crust),
        Sphere(centre=(0.0, 0.0, 0.049), radius=(0.026, 0.005, 0.005), material=_CRUMB),
    ]
    return placed(key, parts, position, heading, scale)


def muffin(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.22, 0.10, 0.045),
) -> Object:
    """Return a muffin in its paper cup, 7 cm high, with a cherry."""
    paper, crust = painted("white", gloss=0.2), painted(colour, gloss=0.3, grain=0.4)
    parts: list[Primitive] = [
        Frustum(centre=(0.0, 0.0, 0.020), bottom=0.024, top=0.034, height=0.040, material=paper),
        Sphere(centre=(0.0, 0.0, 0.045), radius=(0.040, 0.040, 0.024), material=crust),
        Sphere(centre=(0.0, 0.0, 0.071), radius=0.010, material=painted("red", gloss=1.2)),
    ]
    return placed(key, parts, position, heading, scale)
