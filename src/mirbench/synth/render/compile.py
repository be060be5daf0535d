"""From solids in Python to the tables that kernels read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mirbench.synth.render.primitives import Object, Solid, SolidKind
from mirbench.synth.render.tables import BOX, FRUSTUM, SHAPE, SPHERE, WEDGE, IntArray, Shapes
from mirbench.synth.render.vectors import Vector, add, dot, scaled, subtract

_KINDS: dict[SolidKind, int] = {"sphere": SPHERE, "box": BOX, "frustum": FRUSTUM, "wedge": WEDGE}

_BEVEL_SHARE = 0.15
_WIDEST_BEVEL = 0.05


class CompiledObjects(NamedTuple):
    """All parts of all objects, and which object each part belongs to (last entry: -1, none)."""

    shapes: Shapes
    owner_of_part: IntArray


def compile_objects(objects: Sequence[Object]) -> CompiledObjects:
    """Return the parts of `objects` as tables, in order.

    Raises:
        ValueError: If a part has no extent.
    """
    solids: list[Solid] = []
    owners: list[int] = []
    casts: list[bool] = []
    for number, thing in enumerate(objects):
        placed = thing.solids()
        for solid in placed:
            if min(solid.half) <= 0.0:
                raise ValueError(
                    f"object {thing.key!r}: expected parts with sizes above 0, found a "
                    f"{solid.kind} at {solid.centre} with half sizes {solid.half}"
                )
        solids += placed
        owners += [number] * len(placed)
        casts += [thing.casts_shadow] * len(placed)
    return CompiledObjects(_shapes(solids, casts), np.array([*owners, -1], np.int32))


def _shapes(solids: Sequence[Solid], casts: Sequence[bool]) -> Shapes:
    shapes = np.zeros(len(solids), SHAPE)
    for row, solid, casts_shadow in zip(shapes, solids, casts, strict=True):
        row["kind"] = _KINDS[solid.kind]
        row["casts"] = casts_shadow
        row["taper"] = solid.taper
        row["to_local"] = _to_local(solid)
        row["axes"] = _axes(solid)
        row["centre"] = solid.centre
        row["half"] = solid.half
        row["bevel"] = min(_BEVEL_SHARE * min(solid.half), _WIDEST_BEVEL)
        row["colour"] = solid.material.colour
        row["gloss"] = solid.material.gloss
        row["grain"] = solid.material.grain
        row["grain_scale"] = solid.material.grain_scale
        row["glow"] = solid.material.glow
    return shapes


def _axes(solid: Solid) -> list[Vector]:
    """Return the unit shape's axes in the world; a leaning solid's upward axis leans."""
    x, y, z = (scaled(axis, half) for axis, half in zip(solid.frame, solid.half, strict=True))
    aside = add(scaled(solid.frame.x, solid.lean[0]), scaled(solid.frame.y, solid.lean[1]))
    return [x, y, add(z, aside)]


def _to_local(solid: Solid) -> list[tuple[float, float, float, float]]:
    """Return the inverse map: along each axis of the frame, less the lean, in half sizes."""
    up = scaled(solid.frame.z, 1.0 / solid.half[2])
    along = (
        subtract(solid.frame.x, scaled(up, solid.lean[0])),
        subtract(solid.frame.y, scaled(up, solid.lean[1])),
        solid.frame.z,
    )
    rows = [scaled(axis, 1.0 / half) for axis, half in zip(along, solid.half, strict=True)]
    return [(*row, -dot(row, solid.centre)) for row in rows]
