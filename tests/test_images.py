import contextlib
import io
import pickle
import random
import stat
import struct
import tracemalloc
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from releases import jpeg, write_zip

from mirbench.data.images import ContentKey, FolderImages, check_image, jpeg_size
from mirbench.data.zip_directory import BrokenZipError, read_directory
from mirbench.data.zips import ZipImages
from mirbench.errors import ImageError, SourceError


def opened(path):
    return ZipImages(path)


@pytest.fixture
def zipped(tmp_path):
    path = tmp_path / "images.zip"
    write_zip(path, {"top/images/a.jpg": jpeg(1), "top/images/b.jpg": jpeg(2)})
    return path


def test_bytes_come_out_unchanged(zipped):
    assert opened(zipped).read("top/images/a.jpg") == jpeg(1)


@pytest.mark.parametrize("name", ["images/a.jpg", "./images/a.jpg", "images\\a.jpg", "a.jpg"])
def test_a_path_finds_its_entry_below_any_top_folder(zipped, name):
    assert opened(zipped).find(name) == "top/images/a.jpg"


def test_a_path_with_more_folders_than_the_zip_finds_its_entry(tmp_path):
    write_zip(tmp_path / "images.zip", {"a.jpg": jpeg(1)})
    assert opened(tmp_path / "images.zip").find("data/images/a.jpg") == "a.jpg"


def test_a_path_that_could_mean_two_entries_is_refused(tmp_path):
    write_zip(tmp_path / "images.zip", {"x/a.jpg": jpeg(1), "y/a.jpg": jpeg(2)})
    with pytest.raises(ImageError, match=r"could be any of x/a.jpg, y/a.jpg"):
        opened(tmp_path / "images.zip").find("a.jpg")


def test_a_missing_image_is_refused(zipped):
    with pytest.raises(ImageError, match=r"no image 'images/c\.jpg'"):
        opened(zipped).find("images/c.jpg")


@pytest.mark.parametrize("name", ["__MACOSX/images/._a.jpg", "images/.a.jpg", "images/notes.txt"])
def test_junk_is_no_image(tmp_path, name):
    write_zip(tmp_path / "images.zip", {name: jpeg(1), "images/a.jpg": jpeg(2)})
    assert list(opened(tmp_path / "images.zip").entries()) == ["images/a.jpg"]


def test_zip_and_folder_name_content_alike(zipped, tmp_path):
    with zipfile.ZipFile(zipped) as file:
        file.extractall(tmp_path / "unpacked")
    folder = FolderImages(tmp_path / "unpacked")
    entry = folder.find("images/a.jpg")
    assert folder.read(entry) == jpeg(1)
    assert folder.content_key(entry) == opened(zipped).content_key("top/images/a.jpg")
    assert isinstance(folder.content_key(entry), ContentKey)


def test_a_store_survives_pickling(zipped):
    assert pickle.loads(pickle.dumps(opened(zipped))).read("top/images/b.jpg") == jpeg(2)


@pytest.mark.parametrize("offset", [2**32 - 2, 2**63 + 7, 2**64 - 1])
def test_an_entry_behind_the_end_of_the_zip_is_refused(tmp_path, offset):
    path = tmp_path / "images.zip"
    wide = struct.pack("<HHQ", 1, 8, offset)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(entry("a.jpg", extra=wide), jpeg(1))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 42, min(offset, 2**32 - 1))
    path.write_bytes(content)
    with pytest.raises(ImageError, match="stands behind the end of the zip"):
        opened(path).find("a.jpg")


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "images.zip").write_bytes(b"not a zip")
    with pytest.raises(SourceError, match=r"expected a zip of images.*fetch it again"):
        opened(tmp_path / "images.zip")


def test_a_damaged_entry_is_refused(zipped):
    content = bytearray(zipped.read_bytes())
    content[content.index(jpeg(1)) + 40] ^= 0xFF
    zipped.write_bytes(content)
    with pytest.raises(ImageError, match="damaged"):
        opened(zipped).read("top/images/a.jpg")


def test_an_encrypted_entry_is_refused(zipped):
    content = bytearray(zipped.read_bytes())
    for signature, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        content[content.index(signature) + flags] |= 1
    zipped.write_bytes(content)
    with pytest.raises(ImageError, match="encrypted"):
        opened(zipped).find("top/images/a.jpg")


def test_an_entry_that_lies_about_its_size_is_refused_and_never_fully_read(tmp_path):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.jpg", bytes(50_000_000))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 1000)
    path.write_bytes(content)
    with pytest.raises(ImageError):
        opened(path).read("bomb.jpg")


def test_an_entry_that_is_too_large_is_refused_by_its_size_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("mirbench.data.zips.MAX_IMAGE_BYTES", 100)
    write_zip(tmp_path / "images.zip", {"a.jpg": jpeg(1)})
    with pytest.raises(ImageError, match="at most"):
        opened(tmp_path / "images.zip").find("a.jpg")


def entry(name, **attributes):
    info = zipfile.ZipInfo(name)
    for attribute, value in attributes.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../climbs.jpg", "climbs out of its folder"),
        ("images/../../climbs.jpg", "climbs out of its folder"),
        ("..\\climbs.jpg", "climbs out of its folder"),
        ("/etc/absolute.jpg", "absolute path"),
        ("C:\\absolute.jpg", "absolute path"),
        ("link.jpg", "is a link"),
        ("twice.jpg", "stands several times"),
        ("lzma.jpg", "compressed by method 14"),
        ("bomb.jpg", "inflates to"),
    ],
)
def test_what_no_honest_archive_holds_is_refused_with_its_reason(tmp_path, name, reason):
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for unsafe in ("../climbs.jpg", "/etc/absolute.jpg", "C:/absolute.jpg"):
            file.writestr(entry(unsafe), jpeg(1))
        file.writestr(entry("link.jpg", external_attr=(stat.S_IFLNK | 0o777) << 16), "/etc/passwd")
        file.writestr(entry("twice.jpg"), jpeg(1))
        file.writestr(entry("twice.jpg"), jpeg(2))
        file.writestr(entry("lzma.jpg", compress_type=zipfile.ZIP_LZMA), jpeg(1))
        file.writestr(entry("bomb.jpg", compress_type=zipfile.ZIP_DEFLATED), bytes(9_000_000))
    assert list(opened(path).entries()) == []
    with pytest.raises(ImageError, match=reason):
        opened(path).find(name)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_entries_read_alike_whatever_stands_around_them(tmp_path, method):
    path = tmp_path / "images.zip"
    with path.open("wb") as raw:
        raw.write(b"junk before the first entry")
        with zipfile.ZipFile(raw, "a", method) as file:
            file.writestr(entry("a.jpg", extra=b"\xff\xff\xa0\0" + bytes(160)), jpeg(1))
            with file.open("ünïcode.jpg", "w", force_zip64=True) as written:
                written.write(jpeg(2))
    store = opened(path)
    assert [store.read(store.find(name)) for name in ("a.jpg", "ünïcode.jpg")] == [jpeg(1), jpeg(2)]


@pytest.mark.parametrize("place", ["name", "comment", "extra"])
def test_a_signature_inside_an_entry_is_no_entry(tmp_path, place):
    odd = {"name": {}, "comment": {"comment": b"PK\1\2"}, "extra": {"extra": b"PK\4\0PK\1\2"}}
    first = "PK\1\2.jpg" if place == "name" else "a.jpg"
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as file:
        file.writestr(entry(first, **odd[place]), jpeg(1))
        file.writestr(entry("b.jpg"), jpeg(2))
    store = opened(tmp_path / "images.zip")
    assert [store.read(name) for name in store.entries()] == [jpeg(1), jpeg(2)]


class Held(NamedTuple):
    content: bytes

    def read_at(self, offset, size):
        return self.content[offset : offset + size]

    def size(self):
        return len(self.content)


zip_entries = st.lists(
    st.tuples(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1),
        st.binary(max_size=200),
        st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda drawn: drawn[0],
)


# What looks like a signature there misleads the standard library, with which we are compared.
unsigned = st.binary(max_size=30).filter(lambda drawn: b"PK" not in drawn)


@given(zip_entries, unsigned, unsigned, st.booleans())
def test_the_directory_is_what_the_standard_library_says(entries, before, comment, is_wide):
    raw = io.BytesIO(before)
    raw.seek(len(before))
    with pytest.MonkeyPatch.context() as patch:
        if is_wide:  # zip64 throughout, as beyond 4 GB or 65,535 entries
            patch.setattr(zipfile, "ZIP64_LIMIT", 20)
            patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        with zipfile.ZipFile(raw, "a") as file:
            file.comment = comment
            for name, content, method, is_forced in entries:
                with file.open(
                    entry(name, compress_type=method), "w", force_zip64=is_forced or is_wide
                ) as to:
                    to.write(content)
        expected = zipfile.ZipFile(io.BytesIO(raw.getvalue())).infolist()
    directory = read_directory(Held(raw.getvalue()))
    found = [directory[place] for place in range(len(directory))]
    assert [each[:6] for each in found] == [
        (i.filename, i.header_offset, i.compress_size, i.file_size, i.CRC, i.compress_type)
        for i in expected
    ]


@given(zip_entries, st.integers(0, 2**32))
def test_a_directory_that_is_damaged_is_refused_or_read_but_never_crashes(entries, seed):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        for name, content, method, _ in entries:
            file.writestr(entry(name, compress_type=method), content)
    chance = random.Random(seed)
    content = bytearray(raw.getvalue())
    for _ in range(3):
        content[-chance.randrange(1, min(len(content), 120) + 1)] = chance.randrange(256)
    with contextlib.suppress(BrokenZipError):
        read_directory(Held(bytes(content)))


def test_a_directory_that_would_fill_the_memory_is_refused(zipped, monkeypatch):
    monkeypatch.setattr("mirbench.data.zip_directory.MAX_DIRECTORY_BYTES", 100)
    with pytest.raises(SourceError, match="a directory of"):
        opened(zipped)


def test_a_zip_is_read_by_several_threads_and_forks_at_once(zipped):
    store = opened(zipped)
    names = ["top/images/a.jpg", "top/images/b.jpg"] * 50
    with ThreadPoolExecutor(8) as threads, get_context("fork").Pool(2) as forks:
        read_here, read_there = list(threads.map(store.read, names)), forks.map(store.read, names)
    assert read_here == read_there == [jpeg(1), jpeg(2)] * 50


def test_a_link_that_leads_outside_a_folder_is_not_followed(tmp_path):
    (tmp_path / "secret.jpg").write_bytes(jpeg(1))
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    assert list(FolderImages(tmp_path / "release").entries()) == []


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_images_of_the_usual_formats_pass(format):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, format)
    check_image(file.getvalue(), "a")


def test_text_named_as_an_image_is_refused():
    with pytest.raises(ImageError, match=r"'a.jpg': expected JPEG, .* found b'hello'"):
        check_image(b"hello", "a.jpg")


def test_a_decompression_bomb_is_refused_by_its_header():
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(
        ">I4sIIBBBBB", 13, b"IHDR", 60000, 60000, 8, 2, 0, 0, 0
    )
    with pytest.raises(ImageError):
        check_image(header + bytes(4), "bomb.png")


@pytest.mark.parametrize(
    "options",
    [{}, {"progressive": True}, {"exif": b"Exif\0\0" + bytes(9000)}, {"comment": b"x" * 99}],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_size_of_an_ordinary_jpeg_is_read_without_pillow(mode, options):
    file = io.BytesIO()
    Image.new(mode, (31, 17)).save(file, "JPEG", **options)
    assert jpeg_size(file.getvalue()) == (31, 17)


@given(st.integers(0, 2**32))
def test_a_jpeg_size_is_what_pillow_says_or_pillow_is_asked(seed):
    chance = random.Random(seed)
    content = bytearray(jpeg(1))
    for _ in range(chance.randrange(1, 6)):
        content[chance.randrange(200)] = chance.randrange(256)
    content = bytes(content[: chance.randrange(1, len(content))])
    size = jpeg_size(content)
    try:
        with Image.open(io.BytesIO(content)) as image:
            assert size in (None, image.size)
    except (OSError, SyntaxError, ValueError):
        pass  # whatever Pillow cannot open does not decode either; `validate --deep` says so


def test_the_header_check_decodes_nothing(monkeypatch):
    from PIL import ImageFile

    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda self: pytest.fail("decoded"))
    check_image(jpeg(1), "a.jpg")


def test_a_directory_of_nothing_but_signatures_takes_little_memory():
    directory = b"PK\1\2" * 500_000 + bytes(46)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), 0, 0)
    tracemalloc.start()
    try:
        with pytest.raises(BrokenZipError, match="no entry where the directory has one"):
            read_directory(Held(directory + end))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(directory)
