"""A contact sheet: puzzles as people see them, to be looked at with one's own eyes."""

import io
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from mirbench.synth.make import generate
from mirbench.synth.plan import make_plan
from mirbench.synth.puzzle import LEVELS, Puzzle

_SIDE: Final = 300
"""Width of an image on the sheet."""
_COLUMNS: Final = 6
_LINE: Final = 20
_CHARACTERS: Final = 230
_QUALITY: Final = 72
"""Of WebP: pictures stay pleasant, letters readable."""


def draw_sheet(puzzles: Sequence[Puzzle[Any]]) -> Image.Image:
    """Return a picture with a row a puzzle: its images with their regions, its words below."""
    rows = [_row(puzzle) for puzzle in puzzles]
    sheet = Image.new("RGB", (_SIDE * _COLUMNS, sum(row.height for row in rows)), "white")
    top = 0
    for row in rows:
        sheet.paste(row, (0, top))
        top += row.height
    return sheet


def save_gallery(out: Path, subtasks: Sequence[str], seed: int, width: int) -> Iterator[Path]:
    """Write `SUBTASK.webp`, a puzzle of each level, and yield what was written.

    The texts are for reading along, so the pictures are small files.
    """
    out.mkdir(parents=True, exist_ok=True)
    for slug in subtasks:
        plan = make_plan(num=len(LEVELS), seed=seed, subtasks=[slug])
        puzzles = [generate(place.subtask, place.level, place.index) for place in plan.places()]
        sheet = draw_sheet(puzzles)
        path = out / f"{slug}.webp"
        sheet.resize((width, sheet.height * width // sheet.width), Image.Resampling.LANCZOS).save(
            path, quality=_QUALITY, method=6
        )
        yield path


def _row(puzzle: Puzzle[Any]) -> Image.Image:
    images = [_outlined(puzzle, number) for number in range(len(puzzle.jpegs))]
    lines = _lines(puzzle)
    tall = max(image.height for image in images) + 4
    height = tall * (1 + (len(images) - 1) // _COLUMNS)
    row = Image.new("RGB", (_SIDE * _COLUMNS, height + _LINE * len(lines) + _LINE), "white")
    for number, image in enumerate(images):
        down, across = divmod(number, _COLUMNS)
        row.paste(image, (_SIDE * across, tall * down))
    font = ImageFont.load_default(15)
    ImageDraw.Draw(row).multiline_text((6, height + 4), "\n".join(lines), "black", font, spacing=3)
    return row


def _outlined(puzzle: Puzzle[Any], number: int) -> Image.Image:
    """Return one image with its region boxes drawn on it."""
    image = Image.open(io.BytesIO(puzzle.jpegs[number])).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _, shown, (x0, y0, x1, y1) in puzzle.regions:
        if shown == number:
            draw.rectangle((x0 - 1, y0 - 1, x1, y1), outline=(255, 255, 255))
    return image.resize((_SIDE - 4, image.height * (_SIDE - 4) // image.width))


def _lines(puzzle: Puzzle[Any]) -> list[str]:
    lines = [puzzle.id, *textwrap.wrap(puzzle.question, _CHARACTERS)]
    lines.append(
        "     ".join(f"{letter}. {option.text}" for letter, option in puzzle.options.items())
    )
    for line in puzzle.steps.img2img.splitlines():
        lines += textwrap.wrap(line, _CHARACTERS)
    return [*lines, f"Answer: {puzzle.letter}"]
