"""Lines of text as outlines, from the fonts that this package carries.

The outlines are those of DejaVu Sans, taken out once by `scripts/font_outlines.py`. They are not
hinted: a letter looks the same wherever it stands.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from mirbench.synth.canvas.outlines import Outline

_STEPS = 4
"""Straight pieces to a curve: at 40 pixels a letter they stray from it by a twentieth of a pixel."""


class Glyph(NamedTuple):
    """A character: its width on the line, and its outlines with y downwards, in em."""

    advance: float
    outlines: tuple[tuple[tuple[float, float], ...], ...]


class Font(NamedTuple):
    """One weight of the typeface; lengths in em."""

    ascent: float
    descent: float
    capital: float
    glyphs: dict[str, Glyph]
    kerning: dict[str, float]


class Line(NamedTuple):
    """A line of text as outlines that start at (0, 0) on its base line, in pixels."""

    outlines: list[Outline]
    width: float


@cache
def font(bold: bool = False) -> Font:
    """Return the regular or the bold weight."""
    name = "dejavu_sans_bold.json" if bold else "dejavu_sans.json"
    source = resources.files("mirbench.synth").joinpath("fonts", name)
    data: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    em = float(data["units_per_em"])
    glyphs = {
        character: Glyph(
            glyph["advance"] / em, tuple(_flattened(contour, em) for contour in glyph["contours"])
        )
        for character, glyph in data["glyphs"].items()
    }
    capital = -min(y for outline in glyphs["H"].outlines for _, y in outline)
    kerning = {pair: value / em for pair, value in data["kerning"].items()}
    return Font(data["ascent"] / em, data["descent"] / em, capital, glyphs, kerning)


def _flattened(contour: list[int], em: float) -> tuple[tuple[float, float], ...]:
    """Return a contour of straight pieces for one of quadratic curves (see the extraction script)."""
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
                (u * u * ax + 2.0 * u * t * x + t * t * bx, u * u * ay + 2.0 * u * t * y + t * t * by)
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
        raise ValueError(f"text {text!r}: the font has no {missing}; it has Latin-1 and a few signs")
    advances = sum(face.glyphs[character].advance for character in text)
    pairs = sum(face.kerning.get(text[k : k + 2], 0.0) for k in range(len(text) - 1))
    return (advances + pairs) * size


def line_of(text: str, size: float, bold: bool = False) -> Line:
    """Return a line of text as outlines, letters set by their advances and kerning."""
    width = text_width(text, size, bold)
    face = font(bold)
    outlines: list[Outline] = []
    pen = 0.0
    for k, character in enumerate(text):
        glyph = face.glyphs[character]
        outlines += [
            [((pen + x) * size, y * size) for x, y in outline] for outline in glyph.outlines
        ]
        pen += glyph.advance + face.kerning.get(text[k : k + 2], 0.0)
    return Line(outlines, width)
