"""Small releases in the original layout, made on the spot."""

import io
import json
import random
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from mirbench.taxonomy import SUBTASKS, category_of


def jpeg(seed: int, size: tuple[int, int] = (32, 24)) -> bytes:
    """Return a small JPEG whose content depends on the seed."""
    colour = (seed * 37 % 256, seed * 59 % 256, seed * 83 % 256)
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue() + seed.to_bytes(4, "big")


def noise(seed: str, size: tuple[int, int]) -> bytes:
    """Return a PNG that no other seed makes."""
    pixels = random.Random(seed).randbytes(size[0] * size[1] * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(file, "PNG")
    return file.getvalue()


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Return an image with structure that depends on the seed: soft patches and hard edges."""
    chance = random.Random(seed)
    patches = Image.frombytes("RGB", (6, 5), chance.randbytes(90))
    image = patches.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(8):
        left, top = chance.randrange(size[0] - 40), chance.randrange(size[1] - 40)
        draw.rectangle((left, top, left + 37, top + 29), fill=tuple(chance.randbytes(3)))
    return image


def record(number: int, **changes: Any) -> dict[str, Any]:
    """Return a valid record of the release; `changes` replace fields, None removes one."""
    subtask = SUBTASKS[number % len(SUBTASKS)]
    raw: dict[str, Any] = {
        "id": f"q{number:04d}",
        "category": category_of(subtask),
        "subtask": subtask,
        "question": f"Number {number}: is <image1> before <image2>? Look at <image1> again.",
        "images": [f"images/{number}-a.jpg", f"images/{number}-b.jpg"],
        "options": {"A": "before", "B": "after", "C": "at the same time"},
        "summary": f"Compare the two moments of question {number}.",
        "caption": [f"First moment of {number}.", f"Second moment of {number}."],
        "text2img": f"'before' means the clock of image 1 in {number}.",
        "img2img": f"The clock of image 1 is behind that of image 2 in {number}.",
        "conclusion": "ABC"[number % 3],
        **changes,
    }
    return {field: value for field, value in raw.items() if value is not None}


def images_of(records: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """Return an image for every path that the records name, all different."""
    paths = dict.fromkeys(
        path
        for raw in records
        if isinstance(raw, Mapping) and isinstance(raw.get("images"), list)
        for path in raw["images"]
        if isinstance(path, str)
    )
    return {path: jpeg(number) for number, path in enumerate(paths)}


def write_release(
    folder: Path,
    records: Sequence[Any],
    images: Mapping[str, bytes] | None = None,
) -> Path:
    """Write `all_data_rel.json` and `images.zip`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all_data_rel.json").write_text(json.dumps(records), encoding="utf-8")
    write_zip(folder / "images.zip", images_of(records) if images is None else images)
    return folder


def write_zip(path: Path, images: Mapping[str, bytes]) -> None:
    """Write images into a zip, stored."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in images.items():
            file.writestr(name, content)
