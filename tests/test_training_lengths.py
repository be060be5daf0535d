"""Samples of a like length next to one another: what a step has is not touched, padding falls."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mirbench.data.pixel_budget import scale_down, scaled_sizes
from mirbench.data.pixels import decode_image, shown_size
from mirbench.errors import ImageError
from mirbench.training_run.lengths import LengthGroups


def padding(lengths, batch):
    batches = [lengths[start : start + batch] for start in range(0, len(lengths), batch)]
    return sum(max(each) * len(each) - sum(each) for each in batches)


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_a_step_keeps_its_samples_and_is_never_padded_more(lengths, batch, accumulation):
    step = batch * accumulation
    lengths = lengths[: len(lengths) // batch * batch]  # a run is filled up to whole batches
    groups = LengthGroups(lengths.__getitem__, step, len(lengths))
    dealt = [groups.position(place) for place in range(len(lengths))]
    for start in range(0, len(lengths), step):
        places = dealt[start : start + step]
        assert sorted(places) == list(range(start, start + len(places)))
        in_order = lengths[start : start + step]
        assert padding([lengths[each] for each in places], batch) <= padding(in_order, batch)


def test_whoever_asks_first_finds_the_same():
    lengths = [3, 9, 9, 1, 5, 7, 2, 8]
    one, other = (LengthGroups(lengths.__getitem__, 4, 8) for _ in range(2))
    forwards = [one.position(place) for place in range(8)]
    backwards = [other.position(place) for place in reversed(range(8))]
    assert forwards == backwards[::-1] == [1, 2, 0, 3, 7, 5, 4, 6]


@pytest.mark.parametrize("turn", [None, 3, 6])
def test_the_size_of_an_image_is_read_from_its_header(turn, monkeypatch):
    exif = Image.Exif()
    if turn:
        exif[0x0112] = turn
    file = io.BytesIO()
    Image.effect_noise((80, 50), 80).save(file, "JPEG", exif=exif)
    expected = decode_image(file.getvalue(), "a.jpg").size
    assert expected == ((50, 80) if turn == 6 else (80, 50))
    monkeypatch.delattr(Image.Image, "load")
    assert shown_size(file.getvalue()) == expected


def test_what_has_no_header_has_no_size():
    with pytest.raises(ImageError, match="no header that can be read"):
        shown_size(b"not an image")


def test_sizes_are_scaled_as_images_are():
    sizes = [(400, 100), (100, 100), (10, 10)]
    images = [Image.new("RGB", size) for size in sizes]
    for limits in ((10_000, None), (10_000, 7_525), (None, 20_001)):
        scaled = scale_down(images, [0, 1, 2, 1], *limits)
        assert scaled_sizes(sizes, [0, 1, 2, 1], *limits) == [image.size for image in scaled]
