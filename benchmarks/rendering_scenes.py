"""Random scenes that every engine of `rendering.py` is given: solids on a floor, and a camera."""

from __future__ import annotations

import io
import random
from typing import NamedTuple

import numpy as np
from PIL import Image

from mirbench.synth.render import COLOURS
from mirbench.synth.render.trig import cos_degrees, sin_degrees

VIEWS = 3
TARGET = (0.0, 0.2, 0.4)


class Thing(NamedTuple):
    """One solid of a random scene, in words that every engine understands."""

    kind: str
    x: float
    y: float
    radius: float
    turn: int
    colour: tuple[float, float, float]


def random_things(seed: int) -> list[Thing]:
    """Return 4 to 9 spheres, boxes and cylinders that do not touch."""
    draw = random.Random(seed)
    wanted, things = draw.randint(4, 9), []
    while len(things) < wanted:
        radius = draw.choice([0.35, 0.5, 0.7])
        x, y = draw.randint(-250, 250) / 100, draw.randint(-200, 250) / 100
        if any((x - t.x) ** 2 + (y - t.y) ** 2 < (radius + t.radius + 0.35) ** 2 for t in things):
            continue
        kind = draw.choice(["sphere", "box", "cylinder"])
        colour = draw.choice(list(COLOURS.values()))
        things.append(Thing(kind, x, y, radius, draw.randint(0, 179), colour))
    return things


def eye_of(view: int) -> tuple[float, float, float]:
    """Return where the camera stands: three places on a circle."""
    azimuth = (-90, -35, -150)[view]
    return 8.0 * cos_degrees(azimuth), 8.0 * sin_degrees(azimuth), 3.9


def encode(rgb: np.ndarray) -> bytes:
    """Return a JPEG as ours are made."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=92, subsampling=0)
    return buffer.getvalue()
