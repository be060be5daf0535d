"""A picture of a scene, and which pixels show what."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mirbench.synth.picture import PixelBox, jpeg_bytes
from mirbench.synth.render.camera import Camera
from mirbench.synth.render.kernels_visibility import find_owners, measure
from mirbench.synth.render.passes import count_pixels, find_parts, paint
from mirbench.synth.render.tables import BoolArray, ByteArray, IntArray

if TYPE_CHECKING:
    from mirbench.synth.render.scene import Scene


class View:
    """One rendered picture with, for each pixel, the object it shows and how far away that is."""

    def __init__(self, scene: Scene, camera: Camera) -> None:
        self.scene = scene
        self.camera = camera
        self.depth, self._part = find_parts(scene.compiled.shapes, camera)
        """float32 [height, width]: metres along the camera's axis; 1e9 where there is sky."""
        self._alone: dict[int, int] = {}

    @cached_property
    def rgb(self) -> ByteArray:
        """uint8 [height, width, 3]: by far the most work, so only done for pictures to be shown."""
        return paint(self.scene.prepared, self.camera, self.depth, self._part)

    @cached_property
    def owner(self) -> IntArray:
        """int32 [height, width]: index into `scene.objects`, -1 for ground and sky."""
        owners = np.empty_like(self._part)
        find_owners(self._part, self.scene.compiled.owner_of_part, owners)
        return owners

    @cached_property
    def _measured(self) -> tuple[list[PixelBox | None], list[int]]:
        return boxes_and_counts(self.owner, len(self.scene.objects))

    @cached_property
    def _boxes(self) -> dict[str, PixelBox | None]:
        return dict(zip(self.scene.index_of, self._measured[0], strict=True))

    def box(self, key: str) -> PixelBox | None:
        """Return the box tight around the object's visible pixels, None if it shows nowhere."""
        try:
            return self._boxes[key]
        except KeyError:
            raise self._unknown(key) from None

    def mask(self, key: str) -> BoolArray:
        """Return which pixels show the object: bool [height, width]."""
        shown: BoolArray = self.owner == self._number(key)
        return shown

    def visible_pixels(self, key: str) -> int:
        """Return how many pixels show the object."""
        return self._measured[1][self._number(key)]

    def visible_fraction(self, key: str) -> float:
        """Return the share of the object's pixels, were it alone in the frame, that show it."""
        number = self._number(key)
        if number not in self._alone:
            self._alone[number] = self._pixels_alone(number)
        alone = self._alone[number]
        return self.visible_pixels(key) / alone if alone else 0.0

    def in_frame(self, key: str) -> bool:
        """Tell whether the object is visible and nowhere touches the border of the picture."""
        box = self.box(key)
        if box is None:
            return False
        inside = box.x0 > 0 and box.y0 > 0
        return inside and box.x1 < self.camera.width and box.y1 < self.camera.height

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file: the same bytes for the same scene, everywhere."""
        return jpeg_bytes(self.rgb)

    def _number(self, key: str) -> int:
        try:
            return self.scene.index_of[key]
        except KeyError:
            raise self._unknown(key) from None

    def _unknown(self, key: str) -> KeyError:
        return KeyError(f"no object {key!r} in this scene; it has {sorted(self.scene.index_of)}")

    def _pixels_alone(self, number: int) -> int:
        shapes, owner_of_part = self.scene.compiled
        return count_pixels(shapes[owner_of_part == number], self.camera)


def boxes_and_counts(owner: IntArray, num: int) -> tuple[list[PixelBox | None], list[int]]:
    """Return where each of `num` things shows (None if nowhere), and in how many pixels."""
    boxes = np.empty((num, 4), np.int32)
    counts = np.empty(num, np.int32)
    measure(owner, boxes, counts)
    pixels = counts.tolist()
    found = [
        PixelBox(*box) if count else None for box, count in zip(boxes.tolist(), pixels, strict=True)
    ]
    return found, pixels
