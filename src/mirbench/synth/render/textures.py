"""Ground textures and the mottle of objects, made once a process from integer noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.render.noise import cloud, uniform

GroundKind = Literal["wood", "tiles", "grass", "concrete", "asphalt", "sand"]
Picture: TypeAlias = NDArray[np.float64]
"""[SIDE, SIDE, 3] linear colours; opposite edges fit together."""

SIDE = 512
_GRAIN_SIDE = 256


def _between(low: tuple[float, ...], high: tuple[float, ...], share: Picture) -> Picture:
    """Blend two colours by a map of shares."""
    dark, light = np.array(low), np.array(high)
    blended: Picture = dark + (light - dark) * share[..., None]
    return blended


def _blurred_along_rows(field: Picture, reach: int) -> Picture:
    """Return the mean over 2 * reach + 1 neighbours in a row, as one fixed order of additions."""
    total = np.zeros_like(field)
    for shift in range(-reach, reach + 1):
        total += np.roll(field, shift, axis=1)
    scaled: Picture = (total - total.min()) / (total.max() - total.min())
    return scaled


def wood(planks: int = 8) -> Picture:
    """Return planks along x, each with its own tone, fibres along it and a joint."""
    streaks = _blurred_along_rows(uniform(11, (SIDE, SIDE)), 16)
    across = np.arange(SIDE) * (planks / SIDE)
    plank = across.astype(np.int64)
    tone = 0.5 * uniform(12, (planks,)) - 0.25
    share = 0.25 + 0.5 * streaks + 0.25 * cloud(13, SIDE, 6, 4, 0.55) + tone[plank][:, None]
    picture = _between((0.20, 0.11, 0.05), (0.42, 0.25, 0.13), np.clip(share, 0.0, 1.0))
    picture[across - plank < 0.03] *= 0.35
    joints = (uniform(14, (planks,)) * (SIDE - 2)).astype(np.int64)
    for number, joint in enumerate(joints):
        picture[plank == number, joint : joint + 2] *= 0.35
    return picture


def tiles(count: int = 8) -> Picture:
    """Return a chequerboard of stone tiles with dark joints."""
    place = np.arange(SIDE) * (count / SIDE)
    tile = place.astype(np.int64)
    odd = (tile[:, None] + tile[None, :]) % 2
    picture = _between((0.52, 0.49, 0.45), (0.34, 0.33, 0.33), odd.astype(np.float64))
    picture *= (0.82 + 0.3 * cloud(21, SIDE, 6, 8, 0.55))[..., None]
    in_joint = place - tile < 0.025
    picture[in_joint[:, None] | in_joint[None, :]] = (0.20, 0.19, 0.18)
    return picture


def grass() -> Picture:
    """Return a lawn, mottled finely and in patches."""
    fine, patches = cloud(31, SIDE, 7, 8, 0.8), cloud(32, SIDE, 3, 4, 0.55)
    return _between((0.08, 0.15, 0.03), (0.24, 0.35, 0.09), fine) * (0.7 + 0.6 * patches)[..., None]


def concrete() -> Picture:
    """Return pale, cloudy concrete."""
    return _between((0.27, 0.26, 0.25), (0.46, 0.45, 0.42), cloud(41, SIDE, 8, 4, 0.7))


def asphalt() -> Picture:
    """Return dark asphalt with light grit."""
    picture = _between((0.055, 0.055, 0.06), (0.11, 0.11, 0.115), cloud(51, SIDE, 7, 4, 0.75))
    grit = uniform(52, (SIDE, SIDE))
    picture[grit > 0.93] *= 1.7
    return picture


def sand() -> Picture:
    """Return warm sand."""
    return _between((0.40, 0.29, 0.16), (0.66, 0.52, 0.33), cloud(61, SIDE, 8, 4, 0.75))


GROUND_PICTURES: Mapping[GroundKind, Callable[[], Picture]] = MappingProxyType(
    {
        "wood": wood,
        "tiles": tiles,
        "grass": grass,
        "concrete": concrete,
        "asphalt": asphalt,
        "sand": sand,
    }
)


def _packed(picture: Picture) -> NDArray[np.uint32]:
    """Return the square roots of linear colours as 0xBBGGRR."""
    roots = np.sqrt(np.clip(picture, 0.0, 1.0)) * 255.0 + 0.5
    r, g, b = (roots[..., c].astype(np.uint32) for c in range(3))
    packed: NDArray[np.uint32] = (r | (g << np.uint32(8)) | (b << np.uint32(16))).ravel()
    return packed


@cache
def mipmaps(kind: GroundKind) -> NDArray[np.uint32]:
    """Return a ground texture at SIDE, SIDE / 2 ... 4 texels a side, as `GroundTable` says."""
    picture = GROUND_PICTURES[kind]()
    levels = []
    while picture.shape[0] >= 4:
        level = np.zeros(SIDE * SIDE, np.uint32)
        level[: picture.shape[0] ** 2] = _packed(picture)
        levels.append(level)
        picture = (
            picture[0::2, 0::2] + picture[1::2, 0::2] + picture[0::2, 1::2] + picture[1::2, 1::2]
        ) * 0.25
    return np.stack(levels)


@cache
def grain() -> NDArray[np.float32]:
    """Return the mottle of objects, 0 to 1."""
    return cloud(7, _GRAIN_SIDE, 7, 4, 0.7).astype(np.float32)
