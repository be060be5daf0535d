"""Reads places on a tiled floor off a picture, as a viewer does: by mats, arrows and joints."""

from fractions import Fraction

from mirbench.synth.eyes import Eyes
from mirbench.synth.worlds.tiles import JOINTS, MAT, Vector, arrow_of, mat_of


def tiles_between(eyes: Eyes, image: int, name: str, other: str) -> Vector:
    """Return the way from one figure to another as an image shows it."""
    (x, y), (to_x, to_y) = (_middle(eyes, image, mat_of(one)) for one in (name, other))
    width, depth = tile_size(eyes, image, name)
    return Vector(round((to_x - x) / width), round((y - to_y) / depth))


def tiles_from_middle(eyes: Eyes, image: int, name: str) -> Vector:
    """Return where a figure is as an image shows it, from the tile in the picture's middle.

    Joints run across the whole picture, so they say where its middle is.
    """
    (x, y), (to_x, to_y) = (_middle(eyes, image, key) for key in (JOINTS, mat_of(name)))
    width, depth = tile_size(eyes, image, name)
    return Vector(round((to_x - x) / width), round((y - to_y) / depth))


def tile_size(eyes: Eyes, image: int, name: str) -> tuple[Fraction, Fraction]:
    """Return how wide and how deep a tile looks in pixels, from the mat of a figure."""
    x0, y0, x1, y1 = eyes.box(image, mat_of(name))
    share = Fraction(MAT)
    return (x1 - x0) / share, (y1 - y0) / share


def way_of(eyes: Eyes, image: int, name: str) -> int:
    """Return where a vehicle faces as an image shows it: from its mat to its arrow."""
    (x, y), (to_x, to_y) = (_middle(eyes, image, key) for key in (mat_of(name), arrow_of(name)))
    right, ahead = to_x - x, y - to_y
    if abs(right) > abs(ahead):
        return 1 if right > 0 else 3
    return 0 if ahead > 0 else 2


def _middle(eyes: Eyes, image: int, key: str) -> tuple[Fraction, Fraction]:
    x0, y0, x1, y1 = eyes.box(image, key)
    return Fraction(x0 + x1, 2), Fraction(y0 + y1, 2)
