"""A 3D picture as a value: two shots that are equal render to the same bytes."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mirbench.synth.render import Camera, Ground, Light, Object, Scene, Sky, Vector

if TYPE_CHECKING:
    from mirbench.synth.render import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Objects and the camera that looks at them.

    Attributes:
        objects: What is in the scene.
        eye: Where the camera stands.
        target: What it looks at.
        fov: Horizontal field of view in whole degrees.
        wide: Whether the picture is 16:9 instead of square; it has as many pixels.
        ground: What the plane z = 0 looks like.
        light: The sun or lamp.
        sky: The backdrop; None takes the usual one over this ground.
    """

    objects: tuple[Object, ...]
    eye: Vector
    target: Vector
    fov: int = 45
    wide: bool = False
    ground: Ground = field(default_factory=Ground)
    light: Light = field(default_factory=Light)
    sky: Sky | None = None

    def render(self, size: int) -> "View":
        """Render it; `size` is the side of a square picture."""
        width, height = (size * 4 // 3, size * 3 // 4) if self.wide else (size, size)
        camera = Camera(self.eye, self.target, self.fov, width, height)
        return Scene(self.objects, self.ground, self.light, self.sky).render(camera)


def snapped(value: float) -> float:
    """Round a length to 1/256 m, which every float holds exactly."""
    return round(value * 256) / 256
