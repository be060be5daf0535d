"""Take the outlines of the characters that MIR-Synth writes out of a TrueType font.

    pip install fonttools
    python scripts/font_outlines.py DejaVuSans.ttf LICENSE_DEJAVU \
        src/mirbench/synth/fonts/dejavu_sans.json

The canvas fills outlines itself, so that text is the same bytes whatever FreeType is installed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

CHARACTERS = (
    "".join(chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100)))
    + "\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2020\u2022\u2026"  # dashes, quotes, dots
    + "\u2032\u2033\u20ac"  # primes, euro
    + "\u2190\u2191\u2192\u2193\u2194\u2212\u2248\u2260\u2264\u2265\u221a\u221e"  # arrows, signs
    + "\u25a0\u25a1\u25b2\u25bc\u25cf\u25cb\u2605\u2713\u2717"  # shapes, ticks
)


def contours_of(font: TTFont, name: str) -> list[list[int]]:
    """Return closed contours as flat lists x, y, on, x, y, on, ...; `on` is 0 for a control point.

    A quadratic curve may have several control points in a row; the points halfway between them
    are implied, as in the font itself.
    """
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[name].draw(pen)
    contours: list[list[int]] = []
    for operation, points in pen.value:
        if operation == "moveTo":
            contours.append([*points[0], 1])
        elif operation == "lineTo":
            contours[-1] += [*points[0], 1]
        elif operation == "qCurveTo" and points[-1] is None:  # a contour of control points only
            contours.append([value for point in points[:-1] for value in (*point, 0)])
        elif operation == "qCurveTo":
            for point in points[:-1]:
                contours[-1] += [*point, 0]
            contours[-1] += [*points[-1], 1]
    return [[int(value) for value in contour] for contour in contours]


def kerning_of(font: TTFont, characters: dict[str, str]) -> dict[str, int]:
    """Return the pairs of ASCII letters that stand closer or wider than their advances say."""
    pairs = font["kern"].kernTables[0].kernTable if "kern" in font else {}
    letters = {name: character for character, name in characters.items() if character < "\x7f"}
    return {
        letters[left] + letters[right]: value
        for (left, right), value in sorted(pairs.items())
        if left in letters and right in letters
    }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", type=Path)
    parser.add_argument("licence", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    font = TTFont(arguments.font)
    by_code = font.getBestCmap()
    names = {character: by_code[ord(character)] for character in CHARACTERS}
    head = {
        "font": f"{font['name'].getDebugName(4)}, {font['name'].getDebugName(5)}",
        "licence": arguments.licence.read_text(encoding="utf-8"),
        "units_per_em": font["head"].unitsPerEm,
        "ascent": font["hhea"].ascent,
        "descent": -font["hhea"].descent,
        "kerning": kerning_of(font, names),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    glyphs = [
        f"{json.dumps(character)}: "
        + json.dumps(
            {"advance": font["hmtx"][name][0], "contours": contours_of(font, name)},
            separators=(",", ":"),
        )
        for character, name in names.items()
    ]
    text = "\n".join(["{", *lines, '"glyphs": {', ",\n".join(glyphs), "}", "}", ""])
    json.loads(text)
    arguments.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
