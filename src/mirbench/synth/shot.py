"""A 3D picture as a value: two shots that are equal render to the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirbench.synth.render import SKIES, Camera, Ground, Light, Object, Scene, Vector
from mirbench.synth.render.light import SkyName
from mirbench.synth.render.textures import GroundKind
from mirbench.synth.rng import Stream

if TYPE_CHECKING:
    from mirbench.synth.render import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where and when a photograph was taken; it never matters for the answer.

    Attributes:
        ground: What the plane z = 0 looks like.
        sky: The backdrop.
        azimuth: Where the light stands, in degrees.
        elevation: How high it stands, in degrees.
    """

    ground: GroundKind = "grass"
    sky: SkyName = "day"
    azimuth: int = 300
    elevation: int = 52


def draw_setting(
    stream: Stream, grounds: Sequence[GroundKind], skies: Sequence[SkyName]
) -> Setting:
    """Draw a setting with the light somewhere behind the camera, which looks along +y."""
    return Setting(
        ground=stream.choice(grounds),
        sky=stream.choice(skies),
        azimuth=stream.integer(220, 320),
        elevation=stream.integer(40, 62),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """Objects in a setting, and the camera that looks at them.

    Attributes:
        objects: What is in the scene.
        setting: Ground, sky and light.
        eye: Where the camera stands.
        target: What it looks at.
        fov: Horizontal field of view in whole degrees.
        wide: Whether the picture is 16:9 instead of square; it has as many pixels.
        haze: Distance in metres at which things are half lost in haze.
        repeat: Length in metres of one repeat of the ground's texture; None as it usually is. If it
            is far smaller than a pixel, the ground is plain.
    """

    objects: tuple[Object, ...]
    setting: Setting
    eye: Vector
    target: Vector
    fov: int
    wide: bool = False
    haze: float = 60.0
    repeat: float | None = None

    def render(self, size: int) -> "View":
        """Render it; `size` is the side of a square picture."""
        width, height = (size * 4 // 3, size * 3 // 4) if self.wide else (size, size)
        camera = Camera(self.eye, self.target, self.fov, width, height)
        ground = Ground(self.setting.ground, self.repeat, self.haze)
        light = Light(azimuth=self.setting.azimuth, elevation=self.setting.elevation)
        return Scene(self.objects, ground, light, SKIES[self.setting.sky]).render(camera)


def snapped(value: float) -> float:
    """Round a length to 1/256 m, which every float holds exactly."""
    return round(value * 256) / 256
