"""Lines of text as outlines, from the fonts that this package carries.

The outlines are those of DejaVu Sans, taken out once by `scripts/font_outlines.py`. They are not
hinted: a letter looks the same wherever it stands.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_STEPS = 4
"""Straight pieces to a curve, which in a letter of 40 pixels stray from it by 0.05 pixels."""


class Glyph(NamedTuple):
    """A character: its width on the line, and its outlines with y downwards, in em."""

    advance: float
    points: NDArray[np.float64]
    """[n, 2]."""
    ends: tuple[int, ...]
    """Where each outline ends in `points`."""


class Font(NamedTuple):
    """One weight of the typeface; lengths in em."""

    ascent: float
    descent: float
    capital: float
    glyphs: dict[str, Glyph]
    kerning: dict[str, float]


class Line(NamedTuple):
    """A line of text that starts at (0, 0) on its base line, in pixels; `points` as in a glyph."""

    points: NDArray[np.float64]
    ends: list[int]
    width: float


@cache
def font(bold: bool = False) -> Font:
    """Return the regular or the bold weight."""
    name = "dejavu_sans_bold.json" if bold else "dejavu_sans.json"
    source = resources.files("mirbench.synth").joinpath("fonts", name)
    data: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    em = float(data["units_per_em"])
    glyphs = {
        character: _glyph(glyph["advance"], glyph["contours"], em)
        for character, glyph in data["glyphs"].items()
    }
    capital = -float(glyphs["H"].points[:, 1].min())
    kerning = {pair: value / em for pair, value in data["kerning"].items()}
    return Font(data["ascent"] / em, data["descent"] / em, capital, glyphs, kerning)


def _glyph(advance: int, contours: list[list[int]], em: float) -> Glyph:
    flat = [_flattened(contour, em) for contour in contours]
    points = np.array([point for contour in flat for point in contour], np.float64).reshape(-1, 2)
    return Glyph(advance / em, points, tuple(accumulate(len(contour) for contour in flat)))


def _flattened(contour: list[int], em: float) -> tuple[tuple[float, float], ...]:
    """Return a contour of straight pieces for one of quadratic curves, x, y, on, x, y, on, ..."""
    points = [
        (contour[k] / em, -contour[k + 1] / em, bool(contour[k + 2]))
        for k in range(0, len(contour), 3)
    ]
    spelled: list[tuple[float, float, bool]] = []
    for k, (x, y, on) in enumerate(points):
        before = points[k - 1]
        if not on and not before[2]:
            spelled.append(((x + before[0]) / 2.0, (y + before[1]) / 2.0, True))
        spelled.append((x, y, on))
    first = next(k for k, point in enumerate(spelled) if point[2])
    spelled = [*spelled[first:], *spelled[:first], spelled[first]]
    flat: list[tuple[float, float]] = []
    for k, (x, y, on) in enumerate(spelled[:-1]):
        if on:
            flat.append((x, y))
            continue
        (ax, ay, _), (bx, by, _) = spelled[k - 1], spelled[k + 1]
        for step in range(1, _STEPS):
            t = step / _STEPS
            u = 1.0 - t
            flat.append(
                (
                    u * u * ax + 2.0 * u * t * x + t * t * bx,
                    u * u * ay + 2.0 * u * t * y + t * t * by,
                )
            )
    return tuple(flat)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of a line of text in pixels.

    Raises:
        ValueError: If the font has no such character.
    """
    face = font(bold)
    missing = sorted(set(text) - set(face.glyphs))
    if missing:
        raise ValueError(
            f"text {text!r}: the font has no {missing}; it has Latin-1 and a few signs"
        )
    advances = sum(face.glyphs[character].advance for character in text)
    pairs = sum(face.kerning.get(text[k : k + 2], 0.0) for k in range(len(text) - 1))
    return (advances + pairs) * size


def line_of(text: str, size: float, bold: bool = False) -> Line:
    """Return a line of text as outlines, letters set by their advances and kerning."""
    width = text_width(text, size, bold)
    face = font(bold)
    pieces, ends = [np.empty((0, 2))], []
    pen, count = 0.0, 0
    for k, character in enumerate(text):
        glyph = face.glyphs[character]
        pieces.append(glyph.points + np.array((pen, 0.0)))
        ends += [count + end for end in glyph.ends]
        count += len(glyph.points)
        pen += glyph.advance + face.kerning.get(text[k : k + 2], 0.0)
    return Line(np.concatenate(pieces) * size, ends, width)
