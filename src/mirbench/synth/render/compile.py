"""From solids in Python to the tables that kernels read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.render.primitives import Object, Solid, SolidKind
from mirbench.synth.render.tables import BOX, FRUSTUM, SHAPE, SPHERE, WEDGE, IntArray, Shapes

Doubles: TypeAlias = NDArray[np.float64]

_KINDS: dict[SolidKind, int] = {"sphere": SPHERE, "box": BOX, "frustum": FRUSTUM, "wedge": WEDGE}

_BEVEL_SHARE = 0.15
_WIDEST_BEVEL = 0.05


class CompiledObjects(NamedTuple):
    """All parts of all objects, and which object each part belongs to."""

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
    return CompiledObjects(_shapes(solids, casts), np.array(owners, np.int32))


def _shapes(solids: Sequence[Solid], casts: Sequence[bool]) -> Shapes:
    """Return a record a solid; worked out in float64, every sum in the order it is written in."""
    shapes = np.zeros(len(solids), SHAPE)
    if not solids:
        return shapes
    kinds, centres, halves, frames, materials, tapers, leans = zip(*solids, strict=True)
    centre, half, lean = _table(centres, 3), _table(halves, 3), _table(leans, 2)
    frame = _table(chain.from_iterable(frames), 3).reshape(-1, 3, 3)
    shapes["kind"] = [_KINDS[kind] for kind in kinds]
    shapes["casts"] = casts
    shapes["taper"] = _table(tapers, 2)
    shapes["to_local"] = _to_local(centre, half, frame, lean)
    shapes["axes"] = _axes(half, frame, lean)
    shapes["centre"] = centre
    shapes["half"] = half
    shapes["bevel"] = np.minimum(_BEVEL_SHARE * half.min(axis=1), _WIDEST_BEVEL)
    shapes["colour"] = _table((material.colour for material in materials), 3)
    for name in ("gloss", "grain", "grain_scale", "glow"):
        shapes[name] = [getattr(material, name) for material in materials]
    return shapes


def _table(rows: Iterable[Sequence[float]], width: int) -> Doubles:
    """Return an array of rows, which numpy makes of plain numbers in half the time."""
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, width)


def _axes(half: Doubles, frame: Doubles, lean: Doubles) -> Doubles:
    """Return the unit shape's axes in the world; a leaning solid's upward axis leans."""
    axes = frame * half[:, :, None]
    axes[:, 2] += frame[:, 0] * lean[:, :1] + frame[:, 1] * lean[:, 1:]
    return axes


def _to_local(centre: Doubles, half: Doubles, frame: Doubles, lean: Doubles) -> Doubles:
    """Return the inverse map: along each axis of the frame, less the lean, in half sizes."""
    up = frame[:, 2] * (1.0 / half[:, 2:])
    along = frame.copy()
    along[:, 0] -= up * lean[:, :1]
    along[:, 1] -= up * lean[:, 1:]
    rows = along * (1.0 / half)[:, :, None]
    x, y, z = (rows[:, :, axis] * centre[:, None, axis] for axis in range(3))
    return np.concatenate([rows, -(x + y + z)[:, :, None]], axis=2)
