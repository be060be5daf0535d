"""A scene: objects on a ground under a light. Shadows are made once and shared by all its views."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from mirbench.synth.render.camera import Camera
from mirbench.synth.render.compile import CompiledObjects, compile_objects
from mirbench.synth.render.light import Ground, Light, Sky, usual_sky
from mirbench.synth.render.primitives import Object

if TYPE_CHECKING:
    from mirbench.synth.render.passes import Prepared
    from mirbench.synth.render.view import View


class Scene:
    """Objects, ground, light and sky; `render` takes a picture of them.

    Raises:
        ValueError: If two objects have one key.
    """

    def __init__(
        self,
        objects: Iterable[Object],
        ground: Ground | None = None,
        light: Light | None = None,
        sky: Sky | None = None,
    ) -> None:
        self.objects = tuple(objects)
        self.ground = ground if ground is not None else Ground()
        self.light = light if light is not None else Light()
        self.sky = sky if sky is not None else usual_sky(self.ground.kind)
        self.index_of = {thing.key: number for number, thing in enumerate(self.objects)}
        if len(self.index_of) != len(self.objects):
            keys = [thing.key for thing in self.objects]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(
                f"scene: expected a key of its own for each object, found {twice} twice"
            )

    @cached_property
    def compiled(self) -> CompiledObjects:
        """The parts of all objects as tables."""
        return compile_objects(self.objects)

    @cached_property
    def prepared(self) -> Prepared:
        """Tables and shadows, which every view shares."""
        from mirbench.synth.render.passes import prepare  # numba: only where a picture is made

        return prepare(
            self.compiled.shapes, self.light.table(self.sky, self.ground.haze), self.ground
        )

    def render(self, camera: Camera) -> View:
        """Return what `camera` sees; its colours are worked out when they are asked for."""
        from mirbench.synth.render.view import View

        return View(self, camera)
