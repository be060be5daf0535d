"""Samples of a like length next to one another, within the step that the order gives them.

Lengths are estimated before an image is decoded: what it costs follows from its size.
"""

from collections.abc import Callable, Sequence
from typing import Any

from mirbench.data.pixel_budget import Size


def num_image_tokens(processor: Any, sizes: Sequence[Size]) -> int:
    """Count the tokens of a sample's images by their sizes, as the processor would make them.

    For LLaVA-OneVision, several images cost the same each, whatever their size. A single one is cut
    into crops, which are not counted.
    """
    if hasattr(processor, "num_image_tokens"):  # LLaVA-OneVision
        return len(sizes) * (int(processor.num_image_tokens) + 1)  # and the end of its last line
    image_processor = processor.image_processor
    merged = image_processor.merge_size**2
    return sum(
        image_processor.get_number_of_image_patches(height, width) // merged
        for width, height in sizes
    )


def about_num_text_tokens(*texts: str) -> int:
    """Estimate the tokens of texts; counting them would take longer than all else here."""
    return sum(map(len, texts)) // 4


class LengthGroups:
    """Deals the samples of each step by length, the longest first.

    A step's samples stay its own, so its gradient is the same. Neighbours share a batch, or go to
    ranks that wait for one another: batches are padded less, ranks wait less. Whoever asks, on any
    rank and in any worker, finds the same.
    """

    def __init__(self, length: Callable[[int], int], step: int, end: int) -> None:
        """Take what tells a position's length, how many there are in a step, and where they end."""
        self._length, self._step, self._end = length, step, end
        self._dealt: tuple[range, list[int]] = range(0), []

    def position(self, place: int) -> int:
        """Return which of its step's positions is dealt at a place."""
        start = place - place % self._step
        step = range(start, min(start + self._step, self._end))
        if self._dealt[0] != step:
            self._dealt = step, sorted(step, key=self._length, reverse=True)
        return self._dealt[1][place - start]
