"""The figure of a dataset card: the images of one training question, and what there is."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw, ImageFont

from mirbench.data.index import Entry
from mirbench.data.pixels import decode_image
from mirbench.data.release import Release
from mirbench.errors import ImageError, RecordError
from mirbench.taxonomy import SPLITS

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

WIDTH: Final = 1200
_MARGIN: Final = 40
_STRIP: Final = 170
_ROW: Final = 30
_PAPER, _INK, _SOFT = "#ffffff", "#23211e", "#68645d"
_COLOURS: Final = {
    "easy": "#8fb9d9", "hard": "#2a5d8c", "unlabelled": "#b5b0a6", "test": "#ad4228",
}  # fmt: skip


def draw_figure(release: Release, entries: Sequence[Entry], out: Path) -> None:
    """Draw the images of a training question above bars of the questions by subtask and split."""
    counts = _counts(release, entries)
    height = 3 * _MARGIN + _STRIP + _ROW * (len(counts) + 1)
    figure = Image.new("RGB", (WIDTH, height), _PAPER)
    left = _MARGIN
    for image in _images(release, entries):
        image.thumbnail((_STRIP, _STRIP))
        figure.paste(image, (left, _MARGIN))
        left += _STRIP + 12
    _draw_bars(ImageDraw.Draw(figure), counts, top=2 * _MARGIN + _STRIP)
    figure.save(out, "PNG", optimize=True)


def _counts(release: Release, entries: Sequence[Entry]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    with release.records_path.open("rb") as file:
        for entry in entries:
            subtask = release.load(file, entry).subtask or "(not said)"
            counts.setdefault(subtask, Counter())[entry.split] += 1
    return dict(sorted(counts.items()))


def _images(release: Release, entries: Sequence[Entry]) -> list[Image.Image]:
    """Return up to six images of the first training question that decodes; none of the test."""
    with release.records_path.open("rb") as file:
        for entry in entries:
            if entry.split == "test":
                continue
            try:
                sample = release.load(file, entry)
                contents = release.load_images(sample, entry.record)[:6]
                return [decode_image(content, entry.id) for content in contents]
            except (ImageError, RecordError):
                continue
    return []


def _draw_bars(draw: ImageDraw.ImageDraw, counts: dict[str, Counter[str]], top: int) -> None:
    font = ImageFont.load_default(18)
    start, end = _MARGIN + 230, WIDTH - _MARGIN - 80
    most = max(counter.total() for counter in counts.values())
    for row, (subtask, counter) in enumerate(counts.items()):
        y = top + row * _ROW
        draw.text((_MARGIN, y), subtask, _INK, font)
        x = float(start)
        for split in SPLITS:
            width = (end - start) * counter[split] / most
            if width:
                draw.rectangle((x, y + 3, x + width - 1, y + 19), _COLOURS[split])
            x += width
        draw.text((x + 10, y), f"{counter.total():,}", _SOFT, font)
    present = [split for split in SPLITS if any(counter[split] for counter in counts.values())]
    _draw_legend(draw, font, present, top + len(counts) * _ROW + 8)


def _draw_legend(
    draw: ImageDraw.ImageDraw,
    font: "FreeTypeFont | ImageFont.ImageFont",
    splits: Sequence[str],
    y: int,
) -> None:
    x = _MARGIN + 230
    for split in splits:
        draw.rectangle((x, y + 4, x + 14, y + 18), _COLOURS[split])
        draw.text((x + 22, y), split, _SOFT, font)
        x += 150
