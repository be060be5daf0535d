"""A release as an attacker would write it: every record is read or quarantined, in a gigabyte."""

import io
import json
import random
import stat
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image
from releases import jpeg, record

import mirbench_hf

ROOT = Path(mirbench_hf.__file__).parent
GIGABYTE = 2**30

LARGE = 24 * 2**20
"""Bytes of an image that is mostly padding, inflated from a hundredth of it."""

REASONS = {
    "good": "",
    "climbs in the record": "climbs out of its folder",
    "climbs in the zip": "climbs out of its folder",
    "absolute": "has an absolute path",
    "link": "is a link",
    "encrypted": "is encrypted",
    "twice": "stands several times",
    "lies": "expected 1,000 bytes, found more",
    "zip bomb": "inflates to",
    "pixel bomb": "at most 67,108,864 pixels, found far more",
    "text": "expected JPEG, PNG",
    "cut off": "does not decode",
    "missing": "no image",
    "many large": "at most 134,217,728 bytes",
    "several large": "",
    "deep": "nested 10,001 deep",
    "long": "a record of 50,",
    "nul": "without NUL",
    "good too": "",
}


def padded() -> bytes:
    block = random.Random(0).randbytes(1200)
    return (jpeg(7) + block * (LARGE // len(block) + 1))[:LARGE]


def pixel_bomb() -> bytes:
    header = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
    checksum = struct.pack(">I", zlib.crc32(header[4:]))
    return b"\x89PNG\r\n\x1a\n" + header + checksum + struct.pack(">I4sI", 0, b"IDAT", 0)


def cut_off() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(file, "JPEG")
    return file.getvalue()[:4000]


def write_images(path: Path) -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        file.writestr("a.jpg", jpeg(1))
        file.writestr("b.jpg", jpeg(2))
        file.writestr("../../climbs.jpg", jpeg(3))
        file.writestr("/etc/absolute.jpg", jpeg(3))
        file.writestr(link, "/etc/passwd")
        file.writestr("twice.jpg", jpeg(4))
        file.writestr("twice.jpg", jpeg(5))
        file.writestr("bomb.jpg", jpeg(6) + bytes(60_000_000), zipfile.ZIP_DEFLATED)
        file.writestr("pixels.png", pixel_bomb())
        file.writestr("text.jpg", "text named .jpg")
        file.writestr("cut.jpg", cut_off())
        for number in range(6):
            content = padded() + number.to_bytes(2, "big")
            file.writestr(f"large{number}.jpg", content, zipfile.ZIP_DEFLATED)
        file.writestr("lies.jpg", jpeg(8) + bytes(100_000), zipfile.ZIP_DEFLATED)
        file.writestr("secret.jpg", jpeg(9))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"lies.jpg") - 46 + 24, 1000)
    for name_to_flags, name in ((-46 + 8, content.rindex), (-30 + 6, content.index)):
        content[name(b"secret.jpg") + name_to_flags] |= 1
    path.write_bytes(content)


def write_records(path: Path) -> None:
    def with_images(*names: str) -> str:
        tags = " ".join(f"<image{number + 1}>" for number in range(len(names)))
        number = len(records)
        return json.dumps(record(number, images=[*names], question=f"{number} {tags}"))

    records: list[str] = []
    for name in REASONS:
        one = {
            "climbs in the record": "../../../a.jpg",
            "climbs in the zip": "climbs.jpg",
            "absolute": "absolute.jpg",
            "link": "link.jpg",
            "encrypted": "secret.jpg",
            "twice": "twice.jpg",
            "lies": "lies.jpg",
            "zip bomb": "bomb.jpg",
            "pixel bomb": "pixels.png",
            "text": "text.jpg",
            "cut off": "cut.jpg",
            "missing": "nowhere.jpg",
        }.get(name, "b.jpg")
        match name:
            case "many large":
                text = with_images(*(f"large{number}.jpg" for number in range(6)))
            case "several large":
                text = with_images(*(f"large{number}.jpg" for number in range(5)))
            case "deep":
                text = '{"id": "deep", "question": ' + "[" * 10_000 + "]" * 10_000 + "}"
            case "long":
                text = '{"id": "long", "question": "' + "x" * 50_000_000 + '"}'
            case "nul":
                text = with_images("a.jpg", "b.jpg").replace("<image2>", "\\u0000<image2>")
            case _:
                text = with_images("a.jpg", one)
        records.append(text)
    path.write_text("[" + ",\n".join(records) + "]")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "release"
    folder.mkdir()
    write_images(folder / "images.zip")
    write_records(folder / "all_data_rel.json")
    return folder


def run(code: str, *arguments: object, home: Path) -> str:
    """Run code in a process of its own, check that its memory stays below a gigabyte."""
    folders = [str(ROOT), str(ROOT / "src"), str(ROOT / "tests")]
    program = (
        f"import sys; sys.path[:0] = {folders}\n{code}\n"
        "from peak_memory import peak_kib; print(peak_kib())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=home,
        env={"HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    output, peak = done.stdout.rstrip().rsplit("\n", 1)
    assert int(peak) * 1024 < GIGABYTE
    return output


VALIDATE = """
import json
from mirbench.data.release import Release
from mirbench.data.validate import validate
found = validate(Release.open(sys.argv[1]), deep=True)
faults = {fault.record: str(fault) for fault in found.faults}
print(json.dumps([found.num_records, found.num_valid, faults]))
"""

BUILD = """
import mirbench_hf
built = mirbench_hf.load_dataset(data_dir=sys.argv[1], cache_dir=sys.argv[2], near_copies=False)
print(sum(split.num_rows for split in built.values()))
"""


def test_every_record_is_read_or_quarantined_with_its_reason(hostile, tmp_path):
    num_records, num_valid, faults = json.loads(run(VALIDATE, hostile, home=tmp_path))
    assert num_records == num_valid + len(faults) == len(REASONS)
    for number, (name, reason) in enumerate(REASONS.items()):
        assert (reason in faults[str(number)]) if reason else (str(number) not in faults), name


def test_a_build_takes_what_is_sound_and_writes_nowhere_else(hostile, tmp_path):
    before = sorted(hostile.parent.rglob("*"))
    built = int(run(BUILD, hostile, tmp_path / "cache", home=tmp_path))
    (kept,) = (tmp_path / "cache").rglob("faults.jsonl")
    num_faults = len(kept.read_text().splitlines())
    assert built + num_faults == len(REASONS)
    # A cut-off image has a sound header: only `validate --deep` decodes it.
    assert built == sum(not reason for reason in REASONS.values()) + 1
    assert sorted(hostile.parent.rglob("*")) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"cache", "hf"}
    assert not Path("/etc/absolute.jpg").exists()
