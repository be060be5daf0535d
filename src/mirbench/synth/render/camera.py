"""A pinhole camera that never rolls, so ground depth and texture detail are constant per row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from mirbench.synth.render.trig import tan_of_half
from mirbench.synth.render.vectors import Vector, cross, dot, scaled, subtract, unit

_UP: Vector = (0.0, 0.0, 1.0)


class Projection(NamedTuple):
    """Where a point appears: pixels from the top left corner, metres along the camera's axis."""

    x: float
    y: float
    depth: float


class Lens(NamedTuple):
    """The camera as the kernels see it, in float32.

    The ray through (s, v) is `forward + s * right + v * up`, where s runs from -1 to 1 over the
    width of the picture and v uses the same unit; `right` and `up` are scaled to the field of view.
    Since `forward` has length one, a ray's parameter is the depth along the camera's axis.
    """

    eye: tuple[np.float32, np.float32, np.float32]
    right: tuple[np.float32, np.float32, np.float32]
    up: tuple[np.float32, np.float32, np.float32]
    forward: tuple[np.float32, np.float32, np.float32]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera at `eye` looking at `target`; `fov` is horizontal, in whole degrees."""

    eye: Vector
    target: Vector
    fov: int = 45
    width: int = 336
    height: int = 336
    right: Vector = field(init=False, repr=False, compare=False)
    up: Vector = field(init=False, repr=False, compare=False)
    forward: Vector = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out the viewing axes.

        Raises:
            ValueError: If the camera stands in the ground, looks straight up or down, or a size
                makes no picture.
        """
        if self.eye[2] <= 0.0:
            raise ValueError(f"camera: expected an eye above the ground (z > 0), found {self.eye}")
        if not (1 <= self.fov <= 170 and self.width >= 8 and self.height >= 8):
            raise ValueError(
                f"camera: expected fov 1..170 and at least 8 x 8 pixels, found fov {self.fov}, "
                f"{self.width} x {self.height}"
            )
        gaze = subtract(self.target, self.eye)
        sideways = cross(gaze, _UP)
        if dot(sideways, sideways) == 0.0:
            raise ValueError(
                f"camera: eye {self.eye} and target {self.target} lie on one vertical, so the "
                "picture has no upper side; move the eye a centimetre sideways"
            )
        forward, right = unit(gaze), unit(sideways)
        reach = tan_of_half(self.fov)
        object.__setattr__(self, "forward", forward)
        object.__setattr__(self, "right", scaled(right, reach))
        object.__setattr__(self, "up", scaled(cross(right, forward), reach))

    def project(self, point: Vector) -> Projection:
        """Return where `point` appears; behind the camera the depth is negative or zero."""
        offset = subtract(point, self.eye)
        depth = dot(offset, self.forward)
        if depth == 0.0:
            return Projection(float("inf"), float("inf"), 0.0)
        square_of_reach = dot(self.right, self.right)
        s = dot(offset, self.right) / square_of_reach / depth
        v = dot(offset, self.up) / square_of_reach / depth
        half = self.width / 2.0
        return Projection(half * (1.0 + s), self.height / 2.0 - half * v, depth)

    def lens(self) -> Lens:
        """Return the camera as the kernels see it."""
        eye, right, up, forward = (
            (np.float32(v[0]), np.float32(v[1]), np.float32(v[2]))
            for v in (self.eye, self.right, self.up, self.forward)
        )
        return Lens(eye, right, up, forward, self.width, self.height)
