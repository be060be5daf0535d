"""People. They face +x and stand with their feet on the ground."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import Paint, Place, painted, placed
from mirbench.synth.render import Box, Cylinder, Frustum, Material, Object, Primitive, Rod, Sphere

_HEIGHT = 1.75
_SHOE = Material((0.05, 0.035, 0.03), gloss=0.6)
_EYE = Material((0.01, 0.01, 0.01), gloss=1.0)


def person(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "blue",
    trousers: Paint = (0.05, 0.055, 0.10),
    hair: Paint = (0.06, 0.035, 0.02),
    skin: Paint = (0.58, 0.34, 0.23),
    arm_raised: bool = False,
    height: float = _HEIGHT,
) -> Object:
    """Return a standing person in a shirt of `colour`, `height` metres tall before `scale`.

    With `arm_raised` the left arm points up and outwards.
    """
    shirt = painted(colour, gloss=0.3, grain=0.15)
    parts = [*_legs(trousers), *_trunk(shirt, skin), *_head(hair, skin)]
    parts += _arm(-1.0, shirt, skin, raised=False)
    parts += _arm(1.0, shirt, skin, raised=arm_raised)
    return placed(key, parts, position, heading, scale * height / _HEIGHT)


def _legs(trousers: Paint) -> list[Primitive]:
    cloth = painted(trousers, gloss=0.2)
    parts: list[Primitive] = [
        Frustum(
            centre=(0.0, 0.0, 0.86),
            bottom=0.108,
            top=0.112,
            height=0.18,
            flatten=1.5,
            material=cloth,
        )
    ]
    for side in (-1.0, 1.0):
        y = side * 0.09
        parts.append(
            Rod(start=(0.0, y, 0.88), end=(0.0, y, 0.06), radius=0.088, tip=0.06, material=cloth)
        )
        parts.append(Sphere(centre=(0.05, y, 0.045), radius=(0.14, 0.06, 0.055), material=_SHOE))
    return parts


def _trunk(shirt: Material, skin: Paint) -> list[Primitive]:
    return [
        Frustum(
            centre=(0.0, 0.0, 1.14),
            bottom=0.115,
            top=0.135,
            height=0.46,
            flatten=1.45,
            material=shirt,
        ),
        Sphere(centre=(0.0, 0.0, 1.37), radius=(0.135, 0.215, 0.09), material=shirt),
        Cylinder(centre=(0.0, 0.0, 1.46), radius=0.052, height=0.12, material=painted(skin)),
    ]


def _arm(side: float, shirt: Material, skin: Paint, *, raised: bool) -> list[Primitive]:
    shoulder = (0.0, side * 0.205, 1.37)
    if raised:
        elbow, wrist = (0.03, side * 0.40, 1.55), (0.05, side * 0.50, 1.82)
    else:
        elbow, wrist = (0.0, side * 0.265, 1.09), (0.06, side * 0.275, 0.86)
    flesh = painted(skin, gloss=0.3)
    return [
        Sphere(centre=shoulder, radius=0.068, material=shirt),
        Rod(start=shoulder, end=elbow, radius=0.062, tip=0.05, material=shirt),
        Rod(start=elbow, end=wrist, radius=0.046, tip=0.036, material=flesh),
        Sphere(centre=elbow, radius=0.05, material=shirt),
        Sphere(centre=wrist, radius=0.052, material=flesh),
    ]


def _head(hair: Paint, skin: Paint) -> list[Primitive]:
    flesh, locks = painted(skin, gloss=0.3), painted(hair, gloss=0.5)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 1.61), radius=(0.105, 0.092, 0.13), material=flesh),
        Sphere(centre=(-0.022, 0.0, 1.655), radius=(0.108, 0.102, 0.105), material=locks),
        Sphere(centre=(0.108, 0.0, 1.60), radius=(0.02, 0.016, 0.022), material=flesh),
    ]
    for side in (-1.0, 1.0):
        parts.append(Sphere(centre=(0.092, side * 0.038, 1.635), radius=0.013, material=_EYE))
    parts.append(Box(centre=(0.095, 0.0, 1.55), size=(0.012, 0.045, 0.01), material=_LIPS))
    return parts


_LIPS = Material((0.35, 0.10, 0.08), gloss=0.4)
