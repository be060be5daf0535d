"""Images that look the same though their bytes differ: re-encoded or resized copies.

Each image is seen as 16 x 16 grey means; two are near copies where no mean differs by more than
`TOLERANCE`. Measured on 448-pixel scenes: JPEG at quality 40, PNG, WebP and half the size differ
by at most 2, the closest pair of different scenes by 5. Cropped, mirrored or recoloured copies
are not found. Images without structure (one colour) are alike and prove nothing: left out.

Seeing costs half a millisecond an image, so what was seen is kept in a file beside the caches of
Hugging Face; a release that declares its partition does not need it.
"""

import io
import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from mirbench.data.cache import keep
from mirbench.data.images import ContentKey
from mirbench.data.partition import share_groups
from mirbench.data.pixels import thumbnail
from mirbench.errors import ImageError

SIDE: Final = 16
TOLERANCE: Final = 3
MIN_CONTRAST: Final = 4.0
"""Standard deviation of the means below which an image shows too little to be recognised."""

_CELL: Final = 64
_CHUNK: Final = 1024

Means = npt.NDArray[np.uint8]
Seen = tuple[ContentKey, Means | None]


def near_copies(
    entries: Mapping[ContentKey, str], read: Callable[[str], bytes], cache: Path | None
) -> dict[ContentKey, ContentKey]:
    """Return for each content that has near copies the one that stands for all of them.

    Args:
        entries: One image for each content.
        read: Returns the bytes of an image; see `mirbench.data.images.ImageStore`.
        cache: File that keeps what was seen, or None to keep nothing.
    """
    seen = _read_cache(cache) if cache else {}
    new = [key for key in entries if key not in seen]
    if new:
        found = _watched(look({key: entries[key] for key in new}, read), len(new))
        seen |= {key: means for key, means in found if means is not None}
        if cache:
            _write_cache(cache, seen)
    keys = sorted(key for key in entries if key in seen)
    means = np.stack([seen[key] for key in keys]) if keys else np.zeros((0, SIDE**2), np.uint8)
    told = means.std(axis=1) >= MIN_CONTRAST if len(keys) else np.zeros(0, bool)
    keys = [key for key, is_told in zip(keys, told, strict=True) if is_told]
    groups = similar_groups(means[told])
    return {keys[index]: keys[min(group)] for group in groups if len(group) > 1 for index in group}


def _watched(found: Iterator[Seen], num: int) -> Iterator[Seen]:
    """Show how far the look is, if it takes a while: a minute for the paper's images."""
    from datasets.utils import tqdm  # switched off where those of datasets are

    yield from tqdm(found, "Looking for re-encoded copies of images", num, unit=" images", delay=1)


def look(entries: Mapping[ContentKey, str], read: Callable[[str], bytes]) -> Iterator[Seen]:
    """Yield the grey means of every image, or None where it does not decode."""

    def see(key: ContentKey) -> Means | None:
        try:
            content = read(entries[key])
        except ImageError:
            return None  # the build says so, with the record
        seen = thumbnail(content, SIDE)
        return None if seen is None else np.frombuffer(seen, np.uint8)

    # Threads: reading, inflating and decoding all let go of the interpreter.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        waiting = iter(entries)
        while chunk := list(itertools.islice(waiting, _CHUNK)):
            yield from zip(chunk, threads.map(see, chunk), strict=True)


def similar_groups(means: Means) -> list[list[int]]:
    """Group the rows of which no value differs by more than the tolerance, and their chains.

    Rows are compared only where the means of all sixteen quarters of quarters lie close, which
    those of near copies do: these are cells of a grid, looked up with their close neighbours.
    """
    blocks = means.reshape(-1, 4, SIDE // 4, 4, SIDE // 4).mean(axis=(2, 4)).reshape(-1, 16)
    cells: dict[tuple[int, ...], list[int]] = defaultdict(list)
    wide = means.astype(np.int16)
    links: list[list[int]] = []
    for index in range(len(means)):
        near = [other for cell in _cells_around(blocks[index]) for other in cells.get(cell, ())]
        if near:
            difference = np.abs(wide[near] - wide[index]).max(axis=1)
            near = [near[at] for at in np.flatnonzero(difference <= TOLERANCE)]
        links.append([index, *near])
        cells[tuple((blocks[index] // _CELL).astype(int))].append(index)
    return share_groups(links)


def _cells_around(block: npt.NDArray[np.float64]) -> Iterator[tuple[int, ...]]:
    """Yield every cell of the grid that holds a point within the tolerance of this one."""
    low = ((block - TOLERANCE) // _CELL).astype(int).tolist()
    high = ((block + TOLERANCE) // _CELL).astype(int).tolist()
    return itertools.product(*(sorted({a, b}) for a, b in zip(low, high, strict=True)))


def _read_cache(path: Path) -> dict[ContentKey, Means]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, means = stored["keys"], stored["means"]
    except (OSError, ValueError, KeyError, EOFError):
        return {}  # none yet, or one that is not ours: it is made anew
    if means.dtype != np.uint8 or means.shape != (len(keys), SIDE**2):
        return {}
    return {
        ContentKey(int(crc32), int(size)): row
        for (crc32, size), row in zip(keys, means, strict=True)
    }


def _write_cache(path: Path, seen: Mapping[ContentKey, Means]) -> None:
    file = io.BytesIO()
    means = np.stack(list(seen.values())) if seen else np.zeros((0, SIDE**2), np.uint8)
    np.savez(file, keys=np.array(list(seen), dtype=np.int64).reshape(-1, 2), means=means)
    keep(path, file.getvalue())
