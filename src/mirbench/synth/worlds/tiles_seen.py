"""Reads places on a tiled floor off a picture, as a viewer does: by mats, arrows and joints."""

from mirbench.synth.eyes import Eyes
from mirbench.synth.worlds.tiles import JOINTS, MAT, Vector, arrow_of, mat_of


def tiles_between(eyes: Eyes, image: int, name: str, other: str) -> Vector:
    """Return the way from one figure to another as an image shows it."""
    return _tiles(eyes, image, name, mat_of(name), mat_of(other))


def tiles_from_middle(eyes: Eyes, image: int, name: str) -> Vector:
    """Return where a figure is as an image shows it, from the tile in the picture's middle.

    Joints run across the whole picture, so they say where its middle is.
    """
    return _tiles(eyes, image, name, JOINTS, mat_of(name))


def _tiles(eyes: Eyes, image: int, name: str, start: str, end: str) -> Vector:
    """Return the way between two things in tiles, which are as large as a figure's mat tells."""
    (x, y), (to_x, to_y) = (_middle(eyes, image, key) for key in (start, end))
    x0, y0, x1, y1 = eyes.box(image, mat_of(name))
    return Vector(round((to_x - x) * MAT / (x1 - x0)), round((y - to_y) * MAT / (y1 - y0)))


def way_of(eyes: Eyes, image: int, name: str) -> int:
    """Return where a vehicle faces as an image shows it: from its mat to its arrow."""
    (x, y), (to_x, to_y) = (_middle(eyes, image, key) for key in (mat_of(name), arrow_of(name)))
    right, ahead = to_x - x, y - to_y
    if abs(right) > abs(ahead):
        return 1 if right > 0 else 3
    return 0 if ahead > 0 else 2


def _middle(eyes: Eyes, image: int, key: str) -> tuple[float, float]:
    x0, y0, x1, y1 = eyes.box(image, key)
    return (x0 + x1) / 2, (y0 + y1) / 2
