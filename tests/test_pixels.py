import io
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from mirbench.data.images import IMAGE_FORMATS, check_image
from mirbench.data.pixels import decode_image, thumbnail, to_rgb
from mirbench.errors import ImageError

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters() -> Image.Image:
    """An image that shows how it is turned: red, green / blue, white."""
    image = Image.new("RGB", (64, 48), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((32, 0, 63, 23), fill=GREEN)
    draw.rectangle((0, 24, 31, 47), fill=BLUE)
    draw.rectangle((32, 24, 63, 47), fill=WHITE)
    return image


def encoded(image, format, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def corners(content: bytes) -> list:
    image = decode_image(content, "x")
    assert image.mode == "RGB"
    width, height = image.size
    places = [(8, 8), (width - 8, 8), (8, height - 8), (width - 8, height - 8)]
    return [tuple(round(value / 85) * 85 for value in image.getpixel(place)) for place in places]


def with_alpha() -> Image.Image:
    image = quarters().convert("RGBA")
    alpha = Image.new("L", image.size, 255)
    ImageDraw.Draw(alpha).rectangle((32, 24, 63, 47), fill=0)
    image.putalpha(alpha)
    ImageDraw.Draw(image).rectangle((32, 24, 63, 47), fill=(0, 0, 0, 0))
    return image


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90}[orientation]
    return encoded(quarters().transpose(back), "JPEG", quality=95, exif=exif)


LOOKS_RIGHT = {
    "plain": encoded(quarters(), "PNG"),
    "upside down by EXIF": turned(3),
    "on its side by EXIF": turned(6),
    "palette": encoded(quarters().quantize(4), "PNG"),
    "palette with a transparent colour": encoded(with_alpha().quantize(5), "PNG"),
    "alpha": encoded(with_alpha(), "PNG"),
    "alpha in WebP": encoded(with_alpha(), "WEBP", lossless=True),
    "CMYK": encoded(quarters().convert("CMYK"), "JPEG", quality=95),
    "CMYK in TIFF": encoded(quarters().convert("CMYK"), "TIFF"),
    "animated GIF": encoded(
        quarters(), "GIF", save_all=True, append_images=[Image.new("RGB", (64, 48), BLUE)]
    ),
    "animated WebP": encoded(
        quarters(), "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48), BLUE)],
        lossless=True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKS_RIGHT)
def test_every_kind_of_image_decodes_as_a_person_sees_it(name):
    assert corners(LOOKS_RIGHT[name]) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_clipped(format):
    steps = np.linspace(0, 65535, 256).astype(np.uint16)
    image = Image.fromarray(np.tile(steps, (4, 1)))
    decoded = np.asarray(decode_image(encoded(image, format), "x"))
    assert np.array_equal(decoded[0, :, 0], np.arange(256))


def test_one_bit_and_grey_with_alpha_become_rgb():
    assert to_rgb(Image.new("1", (2, 2), 1)).getpixel((0, 0)) == WHITE
    assert to_rgb(Image.new("LA", (2, 2), (0, 0))).getpixel((0, 0)) == WHITE
    assert to_rgb(Image.new("F", (2, 2), 0.5)).getpixel((0, 0)) == (128, 128, 128)


SMALL = {
    format: encoded(quarters(), format, **({"exif": b"Exif\0\0" + bytes(20)} if exif else {}))
    for format in IMAGE_FORMATS
    for exif in [format in ("JPEG", "PNG", "WEBP")]
}


@given(st.sampled_from(IMAGE_FORMATS), st.integers(0, 2**32), st.integers(1, 12))
def test_damaged_images_are_refused_or_decode_but_never_crash(format, seed, num_changes):
    chance = random.Random(seed)
    content = bytearray(SMALL[format])
    for _ in range(num_changes):
        content[chance.randrange(min(len(content), 300))] = chance.randrange(256)
    content = bytes(content[: chance.randrange(1, len(content) + 1)])
    try:
        check_image(content, "x")
        decode_image(content, "x")
    except ImageError:
        return
    thumbnail(content, 16)


def test_thumbnails_are_alike_however_the_image_is_turned_in_its_file():
    plain = np.frombuffer(thumbnail(LOOKS_RIGHT["plain"], 16), np.uint8).astype(int)
    for content in (turned(3), turned(6)):
        other = np.frombuffer(thumbnail(content, 16), np.uint8)
        assert abs(other - plain).max() <= 8


def test_a_damaged_image_has_no_thumbnail():
    assert thumbnail(b"text", 16) is None
