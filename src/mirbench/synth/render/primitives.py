"""The solids that the renderer knows, and objects made of them.

Everything is a sphere, a box or a frustum under a rotation and a stretch along its own axes:
an ellipsoid is a stretched sphere, a cylinder is a frustum that does not narrow, a cone is one
that narrows to a point. Lengths are metres, angles whole degrees, z points up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from mirbench.synth.render.colours import COLOURS, Colour
from mirbench.synth.render.vectors import (
    UPRIGHT,
    Frame,
    Vector,
    add,
    frame_along,
    frame_of,
    length,
    rotate,
    scaled,
    subtract,
    turned,
)

SolidKind = Literal["sphere", "box", "frustum", "wedge"]
Turn = tuple[int, int, int]

_NO_TURN: Turn = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Material:
    """What a surface looks like.

    `gloss` is the strength of highlight and reflection (0 matt, 1 painted, 2 polished); `grain`
    how far a mottled texture darkens the colour (0 none, 1 fully) and `grain_scale` how often it
    repeats over the solid; `glow` is light the surface gives off itself.
    """

    colour: Colour = COLOURS["grey"]
    gloss: float = 0.6
    grain: float = 0.0
    grain_scale: float = 0.5
    glow: float = 0.0


class Solid(NamedTuple):
    """A solid reduced to what the kernels need: a unit shape, its half sizes and its place.

    The unit frustum has radius 1 at z = -1 and radius `taper[0]` (at most 1) at z = 1; the unit
    wedge narrows likewise along x and y. `lean` shifts the upper end against the middle, in metres.
    """

    kind: SolidKind
    centre: Vector
    half: Vector
    frame: Frame
    material: Material
    taper: tuple[float, float] = (1.0, 1.0)
    lean: tuple[float, float] = (0.0, 0.0)


class Primitive(Protocol):
    """Anything that can be reduced to a `Solid`."""

    def solid(self) -> Solid:
        """Return the solid in the coordinates of the object that it is part of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A box given by its centre and full edge lengths."""

    centre: Vector
    size: Vector
    turn: Turn = _NO_TURN
    material: Material = Material()

    def solid(self) -> Solid:
        """Return the box as the kernels see it."""
        return Solid("box", self.centre, scaled(self.size, 0.5), frame_of(self.turn), self.material)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedge:
    """A box whose top is smaller than its bottom: roofs, cabins, pyramids.

    `bottom` and `top` are lengths along x and y; `lean` shifts the top against the bottom, so that
    with `top[0] == 0` and `lean[0] == bottom[0] / 2` one side stands upright.
    """

    centre: Vector
    bottom: tuple[float, float]
    top: tuple[float, float]
    height: float
    lean: tuple[float, float] = (0.0, 0.0)
    turn: Turn = _NO_TURN
    material: Material = Material()

    def __post_init__(self) -> None:
        """Refuse a top that is larger than the bottom.

        Raises:
            ValueError: If it is, as the kernels narrow upwards; turn the wedge over instead.
        """
        if self.top[0] > self.bottom[0] or self.top[1] > self.bottom[1]:
            raise ValueError(
                f"wedge: expected a top within the bottom {self.bottom}, found {self.top}; "
                "turn it over with turn=(180, 0, 0)"
            )

    def solid(self) -> Solid:
        """Return the wedge as the kernels see it."""
        return Solid(
            "wedge",
            self.centre,
            (self.bottom[0] / 2.0, self.bottom[1] / 2.0, self.height / 2.0),
            frame_of(self.turn),
            self.material,
            (self.top[0] / self.bottom[0], self.top[1] / self.bottom[1]),
            (self.lean[0] / 2.0, self.lean[1] / 2.0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sphere:
    """A sphere, or with three radii an ellipsoid."""

    centre: Vector
    radius: float | Vector
    turn: Turn = _NO_TURN
    material: Material = Material()

    def solid(self) -> Solid:
        """Return the ellipsoid as the kernels see it."""
        r = self.radius
        half = r if isinstance(r, tuple) else (r, r, r)
        return Solid("sphere", self.centre, half, frame_of(self.turn), self.material)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frustum:
    """A cone cut off: `bottom` and `top` radius, `height` along its own z axis.

    `flatten` stretches it along its own y axis, so that 0.5 makes its section half as deep as wide.
    """

    centre: Vector
    bottom: float
    top: float
    height: float
    flatten: float = 1.0
    turn: Turn = _NO_TURN
    material: Material = Material()

    def solid(self) -> Solid:
        """Return the frustum with its wide end at the bottom, which the kernels rely on."""
        frame = frame_of(self.turn)
        if self.top > self.bottom:
            frame = Frame(frame.x, scaled(frame.y, -1.0), scaled(frame.z, -1.0))
        wide, narrow = max(self.bottom, self.top), min(self.bottom, self.top)
        half = (wide, wide * self.flatten, self.height / 2.0)
        taper = (narrow / wide, narrow / wide)
        return Solid("frustum", self.centre, half, frame, self.material, taper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cylinder:
    """A cylinder along its own z axis; `flatten` as for a frustum."""

    centre: Vector
    radius: float
    height: float
    flatten: float = 1.0
    turn: Turn = _NO_TURN
    material: Material = Material()

    def solid(self) -> Solid:
        """Return the cylinder as the kernels see it."""
        half = (self.radius, self.radius * self.flatten, self.height / 2.0)
        return Solid("frustum", self.centre, half, frame_of(self.turn), self.material)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rod:
    """A round bar from one point to another: strings, legs, spokes.

    It narrows to `tip` (the radius at `end`) if that is given; `tip` may not exceed `radius`.
    """

    start: Vector
    end: Vector
    radius: float
    tip: float | None = None
    material: Material = Material()

    def __post_init__(self) -> None:
        """Refuse a bar without a direction.

        Raises:
            ValueError: If it starts where it ends.
        """
        if self.start == self.end:
            raise ValueError(f"rod: expected two different ends, found {self.start} twice")

    def solid(self) -> Solid:
        """Return the bar as a frustum turned along its line."""
        along = subtract(self.end, self.start)
        taper = 1.0 if self.tip is None else self.tip / self.radius
        middle = scaled(add(self.start, self.end), 0.5)
        half = (self.radius, self.radius, length(along) / 2.0)
        return Solid("frustum", middle, half, frame_along(along), self.material, (taper, taper))


@dataclass(frozen=True, slots=True)
class PlacedSolid:
    """A part that has been placed already."""

    placed: Solid

    def solid(self) -> Solid:
        """Return it as it is."""
        return self.placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """Something that a question can name: parts in their own coordinates, and a place for them.

    `key` is unique in a scene. `heading` turns the object about the vertical through its origin,
    counter-clockwise seen from above; 0 faces along +x. Flat things on the ground, such as road
    markings, say `casts_shadow=False`.
    """

    key: str
    parts: tuple[Primitive, ...]
    position: Vector = (0.0, 0.0, 0.0)
    heading: int = 0
    scale: float = 1.0
    casts_shadow: bool = True

    def solids(self) -> list[Solid]:
        """Return the parts as solids in world coordinates."""
        heading = UPRIGHT if self.heading % 360 == 0 else frame_of((0, 0, self.heading))
        return [self._placed(part.solid(), heading) for part in self.parts]

    def as_parts(self) -> list[Primitive]:
        """Return the placed parts, to be built into another object."""
        return [PlacedSolid(solid) for solid in self.solids()]

    def _placed(self, solid: Solid, heading: Frame) -> Solid:
        upright = heading is UPRIGHT
        offset = scaled(solid.centre, self.scale)
        return Solid(
            solid.kind,
            add(self.position, offset if upright else rotate(heading, offset)),
            scaled(solid.half, self.scale),
            solid.frame if upright else turned(heading, solid.frame),
            solid.material,
            solid.taper,
            (solid.lean[0] * self.scale, solid.lean[1] * self.scale),
        )
