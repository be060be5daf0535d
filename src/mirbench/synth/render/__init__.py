"""The 3D renderer of MIR-Synth: simple solids, real light, and the same bytes everywhere.

    scene = Scene(objects=[car("red_car", colour="red")], ground=Ground("asphalt"))
    view = scene.render(Camera(eye=(4.0, -6.0, 2.5), target=(0.0, 0.0, 0.5)))
    view.rgb, view.box("red_car"), view.jpeg()

Importing this package does not import numba; the first picture does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirbench.synth.render.camera import Camera, Projection
from mirbench.synth.render.colours import COLOURS, Colour
from mirbench.synth.render.light import SKIES, Ground, Light, Sky
from mirbench.synth.render.primitives import (
    Box,
    Cylinder,
    Frustum,
    Material,
    Object,
    Primitive,
    Rod,
    Sphere,
    Wedge,
)
from mirbench.synth.render.scene import Scene
from mirbench.synth.render.vectors import Vector

if TYPE_CHECKING:
    from mirbench.synth.render.view import View

__all__ = [
    "COLOURS",
    "SKIES",
    "Box",
    "Camera",
    "Colour",
    "Cylinder",
    "Frustum",
    "Ground",
    "Light",
    "Material",
    "Object",
    "Primitive",
    "Projection",
    "Rod",
    "Scene",
    "Sky",
    "Sphere",
    "Vector",
    "View",
    "Wedge",
    "warm_up",
]


def __getattr__(name: str) -> object:
    """Give `View` on request: it needs numba, and few callers name the class."""
    if name == "View":
        from mirbench.synth.render.view import View

        return View
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def warm_up() -> None:
    """Compile every kernel into numba's cache, so that the first real picture does not wait."""
    parts = (
        Box(centre=(0.0, 0.0, 0.5), size=(1.0, 1.0, 1.0), material=Material(grain=0.5)),
        Sphere(centre=(0.0, 0.0, 1.5), radius=0.5),
        Cylinder(centre=(1.0, 0.0, 0.5), radius=0.3, height=1.0),
        Wedge(centre=(0.0, 1.0, 0.5), bottom=(1.0, 1.0), top=(0.5, 0.5), height=1.0),
    )
    scene = Scene([Object(key="all_kinds", parts=parts)])
    view = scene.render(Camera((4.0, -6.0, 3.0), (0.0, 0.0, 0.5), width=64, height=64))
    view.visible_fraction("all_kinds")
    view.jpeg()
