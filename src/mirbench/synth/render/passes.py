"""The order of work: shadows once a scene; visibility, background, objects, edges once a view."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from mirbench.synth.render import kernels_edges as edges
from mirbench.synth.render import kernels_ground as ground_kernels
from mirbench.synth.render import kernels_lightmap as lightmap
from mirbench.synth.render import kernels_shading as shading
from mirbench.synth.render import kernels_shadow as shadow
from mirbench.synth.render import kernels_visibility as visibility
from mirbench.synth.render.camera import Camera
from mirbench.synth.render.kernels_tonemap import tonemap
from mirbench.synth.render.light import Ground
from mirbench.synth.render.tables import (
    ByteArray,
    FloatArray,
    GroundTable,
    IntArray,
    Lighting,
    SceneTables,
    Shapes,
)
from mirbench.synth.render.textures import SIDE, grain, mipmaps

_SHADOW_TEXELS = 40_000
"""Ground texels to be cast at a shape, summed over shapes: the cost of a scene's shadows."""
_MAP_TEXELS = 250_000
_FINEST_TEXEL = 0.01


class Prepared(NamedTuple):
    """Everything about a scene that does not depend on the camera."""

    scene: SceneTables
    ground: GroundTable


def prepare(shapes: Shapes, lighting: Lighting, ground: Ground) -> Prepared:
    """Cast the scene's shadows."""
    count = len(shapes)
    boxes = np.empty((count, 3, 2), np.float32)
    shadow.sun_boxes(shapes, lighting, boxes)
    groups = np.empty((-(-count // shadow.GROUP), 3, 2), np.float32)
    shadow.group_boxes(boxes, groups)
    shaders = np.empty((count, 1 + count + 2 * len(groups)), np.int32)
    shadow.find_shaders(shapes, lighting, boxes, shaders)
    tables = SceneTables(shapes, shaders, boxes, groups, lighting, grain())
    return Prepared(tables, _ground_table(shapes, lighting, ground))


class _Extent(NamedTuple):
    left: float
    near: float
    right: float
    far: float
    texel: float


def _shadow_extent(shapes: Shapes, lighting: Lighting) -> _Extent:
    """Choose the map's bounds around all shadows, and the finest texel that work allows."""
    boxes = np.empty((len(shapes), 4), np.float32)
    lightmap.shadow_boxes(shapes, lighting["sun_frame"][2], boxes)
    boxes = boxes[shapes["casts"] != 0]
    if len(boxes) == 0:
        return _Extent(0.0, 0.0, 1.0, 1.0, 0.5)
    work = 0.0
    for x0, y0, x1, y1 in boxes.tolist():
        work += (x1 - x0) * (y1 - y0)
    left, near = (float(v) for v in boxes[:, :2].min(axis=0))
    right, far = (float(v) for v in boxes[:, 2:].max(axis=0))
    margin = 0.3 + 0.05 * max(right - left, far - near)
    left, near, right, far = left - margin, near - margin, right + margin, far + margin
    area = (right - left) * (far - near)
    texel = max(math.sqrt(work / _SHADOW_TEXELS), math.sqrt(area / _MAP_TEXELS), _FINEST_TEXEL)
    return _Extent(left, near, right, far, texel)


def _ground_table(shapes: Shapes, lighting: Lighting, ground: Ground) -> GroundTable:
    extent = _shadow_extent(shapes, lighting)
    columns = max(4, math.ceil((extent.right - extent.left) / extent.texel))
    rows = max(4, math.ceil((extent.far - extent.near) / extent.texel))
    left, near, texel = (np.float32(v) for v in (extent.left, extent.near, extent.texel))
    hits = np.zeros((rows, columns), np.uint32)
    sunlit = np.empty((rows, columns), np.float32)
    lightmap.cast_shadows(shapes, lighting["directions"], left, near, texel, hits)
    lightmap.share_of_clear_bits(hits, sunlit)
    lightmap.darken_contacts(shapes, left, near, texel, sunlit)
    return GroundTable(
        mipmaps=mipmaps(ground.kind),
        side=SIDE,
        repeats=np.float32(1.0 / ground.repeat()),
        sunlit=sunlit,
        left=left,
        near=near,
        texel=texel,
    )


def find_parts(shapes: Shapes, camera: Camera) -> tuple[FloatArray, IntArray]:
    """Return depth and visible part for each pixel."""
    lens = camera.lens()
    boxes = np.empty((len(shapes), 4), np.int32)
    depth = np.empty((camera.height, camera.width), np.float32)
    part = np.empty((camera.height, camera.width), np.int32)
    visibility.screen_boxes(shapes, lens, boxes)
    visibility.clear_to_ground(lens, depth, part, 0, camera.height)
    visibility.cast(shapes, lens, boxes, depth, part)
    return depth, part


def count_pixels(shapes: Shapes, camera: Camera) -> int:
    """Return how many pixels show a shape; only the rows where one can be are looked at."""
    lens = camera.lens()
    boxes = np.empty((len(shapes), 4), np.int32)
    depth = np.empty((camera.height, camera.width), np.float32)
    part = np.empty((camera.height, camera.width), np.int32)
    visibility.screen_boxes(shapes, lens, boxes)
    top, bottom = int(boxes[:, 1].min(initial=camera.height)), int(boxes[:, 3].max(initial=0))
    visibility.clear_to_ground(lens, depth, part, top, bottom)
    visibility.cast(shapes, lens, boxes, depth, part)
    return int(np.count_nonzero(part[top:bottom] >= 0))


def paint(prepared: Prepared, camera: Camera, depth: FloatArray, part: IntArray) -> ByteArray:
    """Return the colours of a picture of which `find_parts` found what shows where."""
    scene, ground = prepared
    lens = camera.lens()
    image = np.empty((camera.height, camera.width, 3), np.float32)
    buffers = ground_kernels.row_buffers(camera.width)
    ground_kernels.background(lens, scene.lighting, ground, part, buffers, image)
    shading.paint(scene, lens, depth, part, image)
    edge = np.zeros((camera.height, camera.width), np.uint8)
    edges.find_edges(depth, part, edge)
    source = image.copy()
    edges.smooth_edges(scene, lens, part, edge, source, image)
    rgb = np.empty((camera.height, camera.width, 3), np.uint8)
    tonemap(image, rgb)
    return rgb
