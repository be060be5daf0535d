"""Cars, vans, buses, lorries, bicycles. They face +x; real sizes in metres."""

from __future__ import annotations

from mirbench.synth.prefabs._shared import (
    BLACK,
    GLASS,
    RUBBER,
    STEEL,
    Paint,
    Place,
    painted,
    placed,
)
from mirbench.synth.render import Box, Cylinder, Material, Object, Primitive, Rod, Sphere, Wedge

_HEADLIGHT = Material((0.95, 0.92, 0.75), gloss=1.5, glow=0.35)
_TAIL_LIGHT = Material((0.60, 0.01, 0.01), gloss=1.0, glow=0.25)
_SIDEWAYS = (90, 0, 0)


def _wheels(xs: tuple[float, ...], half_track: float, radius: float) -> list[Primitive]:
    """Return a tyre and a rim at each end of each axle."""
    parts: list[Primitive] = []
    for x in xs:
        for side in (-1.0, 1.0):
            parts.append(
                Cylinder(
                    centre=(x, side * half_track, radius),
                    radius=radius,
                    height=0.24,
                    turn=_SIDEWAYS,
                    material=RUBBER,
                )
            )
            parts.append(
                Cylinder(
                    centre=(x, side * (half_track + 0.02), radius),
                    radius=0.6 * radius,
                    height=0.24,
                    turn=_SIDEWAYS,
                    material=STEEL,
                )
            )
    return parts


def _lights(front: float, rear: float, half_width: float, z: float) -> list[Primitive]:
    """Return two headlights and two tail lights."""
    parts: list[Primitive] = []
    for side in (-1.0, 1.0):
        y = side * (half_width - 0.2)
        parts.append(Sphere(centre=(front, y, z), radius=(0.05, 0.16, 0.09), material=_HEADLIGHT))
        parts.append(Box(centre=(rear, y, z), size=(0.06, 0.30, 0.14), material=_TAIL_LIGHT))
    return parts


def car(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "red",
) -> Object:
    """Return a saloon car, 4.2 m long and 1.45 m high."""
    body, roof = painted(colour, gloss=1.2), painted(colour, 0.9, gloss=1.2)
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 0.50), size=(4.2, 1.76, 0.44), material=body),
        Wedge(
            centre=(-0.02, 0.0, 0.80),
            bottom=(4.1, 1.76),
            top=(3.7, 1.6),
            height=0.18,
            material=body,
        ),
        Wedge(
            centre=(-0.25, 0.0, 1.12),
            bottom=(2.5, 1.52),
            top=(1.35, 1.22),
            height=0.48,
            lean=(-0.15, 0.0),
            material=GLASS,
        ),
        Box(centre=(-0.33, 0.0, 1.375), size=(1.36, 1.23, 0.05), material=roof),
        Box(centre=(2.08, 0.0, 0.36), size=(0.10, 1.5, 0.14), material=BLACK),
        Box(centre=(-2.08, 0.0, 0.36), size=(0.10, 1.5, 0.14), material=BLACK),
    ]
    for side in (-1.0, 1.0):
        parts.append(
            Rod(
                start=(-0.28, side * 0.755, 0.88),
                end=(-0.32, side * 0.62, 1.37),
                radius=0.045,
                material=roof,
            )
        )
    parts += _wheels((-1.28, 1.32), 0.80, 0.33)
    parts += _lights(2.08, -2.08, 0.88, 0.60)
    return placed(key, parts, position, heading, scale)


def van(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "white",
) -> Object:
    """Return a delivery van, 5.2 m long and 2.2 m high, with a closed back."""
    body = painted(colour, gloss=1.0)
    parts: list[Primitive] = [
        Box(centre=(-0.65, 0.0, 1.24), size=(3.9, 1.90, 1.86), material=body),
        Box(centre=(1.75, 0.0, 0.72), size=(1.7, 1.86, 0.82), material=body),
        Wedge(
            centre=(1.50, 0.0, 1.62),
            bottom=(1.30, 1.80),
            top=(0.55, 1.62),
            height=0.98,
            lean=(-0.37, 0.0),
            material=GLASS,
        ),
        Box(centre=(1.12, 0.0, 2.13), size=(0.62, 1.66, 0.07), material=body),
        Box(centre=(2.60, 0.0, 0.42), size=(0.10, 1.7, 0.16), material=BLACK),
        Box(centre=(2.61, 0.0, 0.70), size=(0.04, 0.8, 0.16), material=BLACK),
    ]
    parts += _wheels((-1.65, 1.65), 0.86, 0.36)
    parts += _lights(2.60, -2.60, 0.95, 0.80)
    return placed(key, parts, position, heading, scale)


def bus(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "yellow",
) -> Object:
    """Return a city bus, 9 m long and 3 m high, with a row of windows."""
    body = painted(colour, gloss=1.0)
    parts: list[Primitive] = [
        Box(centre=(0.0, 0.0, 0.98), size=(9.0, 2.4, 1.2), material=body),
        Box(centre=(0.0, 0.0, 2.02), size=(8.9, 2.34, 0.90), material=GLASS),
        Box(centre=(0.0, 0.0, 2.70), size=(9.0, 2.4, 0.48), material=body),
        Box(centre=(4.44, 0.0, 1.85), size=(0.14, 2.2, 1.15), material=GLASS),
        Box(centre=(4.46, 0.0, 2.70), size=(0.12, 1.4, 0.26), material=BLACK),
        Box(centre=(0.0, 0.0, 0.42), size=(8.9, 2.3, 0.14), material=BLACK),
    ]
    for x in (-4.38, -2.9, -1.45, 0.0, 1.45, 2.9, 4.2):
        parts.append(Box(centre=(x, 0.0, 2.02), size=(0.18, 2.4, 0.92), material=body))
    parts += _wheels((-2.8, 2.9), 1.10, 0.48)
    parts += _lights(4.50, -4.48, 1.2, 0.75)
    return placed(key, parts, position, heading, scale)


def truck(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "blue",
) -> Object:
    """Return a lorry, 7 m long, with a coloured cab and a pale load box."""
    cab = painted(colour, gloss=1.0)
    load = Material((0.70, 0.70, 0.68), gloss=0.5)
    parts: list[Primitive] = [
        Box(centre=(-1.05, 0.0, 1.95), size=(4.9, 2.36, 2.2), material=load),
        Box(centre=(0.0, 0.0, 0.70), size=(6.8, 1.0, 0.26), material=BLACK),
        Box(centre=(2.60, 0.0, 1.14), size=(1.7, 2.2, 1.0), material=cab),
        Wedge(
            centre=(2.60, 0.0, 2.02),
            bottom=(1.66, 2.16),
            top=(1.30, 2.0),
            height=0.76,
            lean=(-0.18, 0.0),
            material=GLASS,
        ),
        Box(centre=(2.42, 0.0, 2.46), size=(1.34, 2.04, 0.12), material=cab),
        Box(centre=(2.05, 0.0, 2.0), size=(0.5, 2.18, 0.80), material=cab),
        Box(centre=(3.45, 0.0, 0.66), size=(0.14, 2.1, 0.22), material=BLACK),
        Box(centre=(3.46, 0.0, 1.12), size=(0.04, 1.2, 0.40), material=BLACK),
    ]
    parts += _wheels((-2.6, -1.6, 2.5), 1.02, 0.46)
    parts += _lights(3.48, -3.50, 1.15, 0.92)
    return placed(key, parts, position, heading, scale)


def bicycle(
    key: str,
    position: Place = (0.0, 0.0),
    heading: int = 0,
    scale: float = 1.0,
    colour: Paint = "green",
) -> Object:
    """Return a bicycle, 1.7 m long. A wheel is a thin rim of short rods with spokes."""
    frame = painted(colour, gloss=1.2)
    rear, front, crank = (-0.52, 0.0, 0.34), (0.55, 0.0, 0.34), (-0.08, 0.0, 0.30)
    saddle, head = (-0.25, 0.0, 0.86), (0.36, 0.0, 0.86)
    parts: list[Primitive] = [*_spoked_wheel(rear), *_spoked_wheel(front)]
    for start, end in (
        (rear, crank),
        (rear, saddle),
        (crank, saddle),
        (crank, head),
        (saddle, head),
        (front, head),
    ):
        parts.append(Rod(start=start, end=end, radius=0.022, material=frame))
    parts += [
        Rod(start=head, end=(0.33, 0.0, 1.00), radius=0.018, material=STEEL),
        Rod(start=(0.33, -0.27, 1.02), end=(0.33, 0.27, 1.02), radius=0.02, material=BLACK),
        Rod(start=saddle, end=(-0.27, 0.0, 0.94), radius=0.016, material=STEEL),
        Sphere(centre=(-0.27, 0.0, 0.96), radius=(0.15, 0.07, 0.035), material=BLACK),
        Cylinder(centre=crank, radius=0.09, height=0.03, turn=_SIDEWAYS, material=STEEL),
        Rod(start=crank, end=(0.06, -0.08, 0.18), radius=0.014, material=BLACK),
        Rod(start=crank, end=(-0.22, 0.08, 0.42), radius=0.014, material=BLACK),
    ]
    return placed(key, parts, position, heading, scale)


_CIRCLE = (
    (1.0, 0.0),
    (0.866, 0.5),
    (0.5, 0.866),
    (0.0, 1.0),
    (-0.5, 0.866),
    (-0.866, 0.5),
    (-1.0, 0.0),
    (-0.866, -0.5),
    (-0.5, -0.866),
    (0.0, -1.0),
    (0.5, -0.866),
    (0.866, -0.5),
)


def _spoked_wheel(hub: tuple[float, float, float]) -> list[Primitive]:
    radius = 0.33
    points = [(hub[0] + radius * c, hub[1], hub[2] + radius * s) for c, s in _CIRCLE]
    parts: list[Primitive] = [
        Rod(start=a, end=b, radius=0.022, material=RUBBER)
        for a, b in zip(points, [*points[1:], points[0]], strict=True)
    ]
    parts += [
        Rod(start=points[k], end=points[k + 6], radius=0.006, material=STEEL) for k in (0, 2, 4)
    ]
    return parts
