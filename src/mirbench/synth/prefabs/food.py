"""Fruit and other food, real sizes, lying on the surface they are placed on."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import BARK, Paint, Place, painted, placed
from mirbench.synth.render import Cylinder, Frustum, Material, Object, Primitive, Rod, Sphere
from mirbench.synth.render.trig import cos_degrees, sin_degrees

_PORCELAIN = Material((0.78, 0.78, 0.76), gloss=1.2)
_LEAF = painted((0.07, 0.28, 0.04), gloss=0.4)


def apple(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "red",
) -> Object:
    """Return an apple, 8 cm across, with stalk and leaf."""
    skin = painted(colour, gloss=0.9, grain=0.25)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.036), radius=(0.040, 0.040, 0.036), material=skin),
        Sphere(centre=(0.0, 0.0, 0.048), radius=(0.036, 0.036, 0.027), material=skin),
        Sphere(centre=(0.0, 0.0, 0.0755), radius=(0.012, 0.012, 0.004), material=BARK),
        Rod(start=(0.0, 0.0, 0.070), end=(0.006, 0.0, 0.092), radius=0.002, material=BARK),
        Sphere(
            centre=(0.016, 0.006, 0.088),
            radius=(0.015, 0.008, 0.002),
            turn=(0, -25, 20),
            material=_LEAF,
        ),
    ]
    return placed(key, parts, position, heading, scale)


def orange(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "orange",
) -> Object:
    """Return an orange, 8 cm across."""
    skin = painted(colour, gloss=0.5, grain=0.3)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.039), radius=(0.040, 0.040, 0.039), material=skin),
        Cylinder(centre=(0.0, 0.0, 0.0775), radius=0.005, height=0.003, material=_LEAF),
    ]
    return placed(key, parts, position, heading, scale)


def pear(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.50, 0.52, 0.06),
) -> Object:
    """Return a pear, 11 cm high."""
    skin = painted(colour, gloss=0.7, grain=0.3)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.037), radius=(0.038, 0.038, 0.037), material=skin),
        Frustum(centre=(0.0, 0.0, 0.067), bottom=0.0335, top=0.0205, height=0.032, material=skin),
        Sphere(centre=(0.0, 0.0, 0.083), radius=0.0215, material=skin),
        Rod(start=(0.0, 0.0, 0.10), end=(0.006, 0.0, 0.122), radius=0.002, material=BARK),
    ]
    return placed(key, parts, position, heading, scale)


def lemon(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.85, 0.68, 0.05),
) -> Object:
    """Return a lemon lying along x, 9 cm long."""
    skin = painted(colour, gloss=0.6, grain=0.2)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.029), radius=(0.040, 0.029, 0.029), material=skin),
        Sphere(centre=(0.039, 0.0, 0.029), radius=(0.009, 0.007, 0.007), material=skin),
        Sphere(centre=(-0.038, 0.0, 0.029), radius=(0.008, 0.008, 0.008), material=skin),
    ]
    return placed(key, parts, position, heading, scale)


def banana(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.85, 0.62, 0.06),
) -> Object:
    """Return a banana lying on its side, 18 cm long: an arc of rods with round joints."""
    skin = painted(colour, gloss=0.5)
    bend, radius = 0.11, 0.018
    angles = (-55, -38, -20, 0, 20, 38, 55)
    points = [(bend * sin_degrees(a), bend * (cos_degrees(a) - 0.75), radius) for a in angles]
    girth = (0.45, 0.85, 1.0, 1.0, 1.0, 0.85, 0.45)
    parts: list[Primitive] = []
    for k in range(len(points) - 1):
        low, high = (k, k + 1) if girth[k] >= girth[k + 1] else (k + 1, k)
        parts.append(
            Rod(
                start=points[low],
                end=points[high],
                radius=radius * girth[low],
                tip=radius * girth[high],
                material=skin,
            )
        )
        parts.append(Sphere(centre=points[k], radius=radius * girth[k], material=skin))
    first, last = points[0], points[-1]
    tip = painted((0.10, 0.06, 0.02), gloss=0.3)
    parts += [
        Sphere(centre=last, radius=radius * 0.47, material=tip),
        Rod(
            start=first,
            end=(first[0] - 0.014, first[1] - 0.018, radius),
            radius=radius * 0.4,
            tip=radius * 0.3,
            material=skin,
        ),
        Sphere(
            centre=(first[0] - 0.014, first[1] - 0.018, radius), radius=radius * 0.32, material=tip
        ),
    ]
    return placed(key, parts, position, heading, scale)


def carrot(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.80, 0.24, 0.02),
) -> Object:
    """Return a carrot lying along x, 18 cm long, with its greens."""
    root = painted(colour, gloss=0.4, grain=0.2)
    parts: list[Primitive] = [
        Rod(
            start=(-0.06, 0.0, 0.018),
            end=(0.10, 0.0, 0.012),
            radius=0.018,
            tip=0.003,
            material=root,
        ),
        Sphere(centre=(-0.06, 0.0, 0.018), radius=(0.009, 0.018, 0.018), material=root),
    ]
    for y, z in ((0.0, 0.03), (0.022, 0.02), (-0.022, 0.02)):
        parts.append(
            Rod(start=(-0.062, 0.0, 0.018), end=(-0.13, y, z), radius=0.005, material=_LEAF)
        )
    return placed(key, parts, position, heading, scale)


def egg(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.72, 0.52, 0.36),
) -> Object:
    """Return an egg lying along x, 6 cm long."""
    shell = painted(colour, gloss=0.5)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.022), radius=(0.026, 0.022, 0.022), material=shell),
        Sphere(centre=(0.009, 0.0, 0.0205), radius=(0.026, 0.0185, 0.0185), material=shell),
    ]
    return placed(key, parts, position, heading, scale)


def bread(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = (0.42, 0.20, 0.07),
) -> Object:
    """Return a loaf along x, 28 cm long, with cuts across its crust."""
    crust, crumb = painted(colour, gloss=0.3, grain=0.4), painted((0.72, 0.52, 0.30), gloss=0.1)
    parts: list[Primitive] = [
        Sphere(centre=(0.0, 0.0, 0.045), radius=(0.14, 0.065, 0.055), material=crust)
    ]
    for x in (-0.07, 0.0, 0.07):
        parts.append(
            Sphere(
                centre=(x, 0.0, 0.093 if x == 0.0 else 0.087),
                radius=(0.009, 0.045, 0.010),
                turn=(0, 0, 25),
                material=crumb,
            )
        )
    return placed(key, parts, position, heading, scale)


def fruit_bowl(
    key: str, position: Place = (0.0, 0.0), heading: int = 0, scale: float = 1.0
) -> Object:
    """Return a white bowl, 30 cm across, filled with an apple, oranges, a pear and a banana."""
    parts: list[Primitive] = [
        Cylinder(centre=(0.0, 0.0, 0.008), radius=0.06, height=0.016, material=_PORCELAIN),
        Frustum(centre=(0.0, 0.0, 0.045), bottom=0.07, top=0.15, height=0.07, material=_PORCELAIN),
    ]
    fillings = (
        apple("", (-0.055, -0.05, 0.07)),
        orange("", (0.055, -0.05, 0.07)),
        orange("", (0.0, 0.06, 0.07)),
        apple("", (-0.075, 0.04, 0.07), colour="green"),
        pear("", (0.08, 0.04, 0.07)),
        banana("", (0.0, 0.0, 0.135), heading=20),
    )
    for fruit in fillings:
        parts += fruit.as_parts()
    return placed(key, parts, position, heading, scale)
