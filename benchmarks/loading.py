"""Building the dataset from a release, against what a user would do instead.

    .venv/bin/python benchmarks/loading.py                    # 2,000 questions, half a gigabyte
    .venv/bin/python benchmarks/loading.py --num 22257        # the paper's size: 25 GB of disk
    .venv/bin/python benchmarks/loading.py --num 22257 --rounds 5 --only build  # against the copy

Makes a release with six or seven distinct JPEGs a question, then measures in one run, each in a
process of its own: a bare sequential copy of the zip, before and after everything else (what the
disk can do), what mirbench does, and the `datasets` JSON builder over the unpacked folder with its
paths cast to images and embedded. Whatever writes is timed until the bytes are on the disk.
Prints seconds on the clock and of CPU, the largest process's memory, and disk; the ratios are to
the mean of the copies. On a machine that others use as well, read the CPU seconds. A disk is not
even: `--rounds` copies and builds in turn so many times and gives the medians. The system's file
cache is as the way before has left it; it cannot be emptied without being root.
"""

import argparse
import io
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

NUM_SCENES = 48
SIZE = 448
WORDS = {"A": "before", "B": "after", "C": "beside", "D": "inside"}


def make_release(folder: Path, num: int, *, is_declared: bool = True) -> None:
    """Write a release of `num` questions; with 22,257 it has 138,277 images, as the paper's."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from releases import record

    scenes = list(make_scenes())
    folder.mkdir(parents=True)
    steps = dict.fromkeys(("summary", "text2img", "img2img"), "reasoning " * 130)
    number_of_image = 0
    with (
        zipfile.ZipFile(folder / "images.zip", "w") as images,
        (folder / "all_data_rel.json").open("w") as file,
    ):
        for number in range(num):
            count = 7 if number * 22257 < 4735 * num else 6
            paths = [f"images/{number}-{k}.jpg" for k in range(count)]
            question = " ".join(f"<image{k + 1}>" for k in range(count))
            side = {"partition": ("train", "test")[number % 10 == 0]} if is_declared else {}
            raw = record(
                number, images=paths, question=f"{number}: {question}",
                options={letter: f"{word} scene {number}" for letter, word in WORDS.items()},
                difficulty=("easy", "hard")[number % 2], **steps, **side,
            )  # fmt: skip
            file.write(("[" if number == 0 else ",\n") + json.dumps(raw))
            for path in paths:
                images.writestr(path, distinct(scenes, number_of_image))
                number_of_image += 1
        file.write("]")


def make_scenes() -> Iterable[bytes]:
    """Make JPEGs of about 44,000 bytes, as MIR-Synth's at 448 pixels."""
    import numpy as np
    from PIL import Image
    from releases import scene

    for seed in range(NUM_SCENES):
        noise = np.random.default_rng(seed).normal(0, 6, (SIZE, SIZE, 3))
        pixels = (np.asarray(scene(seed, (SIZE, SIZE))) + noise).clip(0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=88)
        yield file.getvalue()


def distinct(scenes: list[bytes], number: int) -> bytes:
    """Return a JPEG that no other number has: a scene with a comment of its own."""
    scene = scenes[number % len(scenes)]
    comment = b"\xff\xfe\x00\x0a" + number.to_bytes(8, "big")
    return scene[:2] + comment + scene[2:]


def sync(paths: Iterable[Path]) -> None:
    """Wait until files are on the disk."""
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def copy_of_the_zip(release: Path, out: Path, num_proc: int) -> None:
    """Copy the payload: no program that writes these bytes can be faster."""
    with (release / "images.zip").open("rb") as source, (out / "copy.zip").open("wb") as copy:
        shutil.copyfileobj(source, copy, 2**20)
    sync([out / "copy.zip"])


def build(release: Path, out: Path, num_proc: int) -> None:
    """Build the default configuration."""
    import mirbench_hf

    mirbench_hf.load_dataset(data_dir=str(release), num_proc=num_proc, cache_dir=str(out))
    sync(out.rglob("*.arrow"))


def build_stages_and_curriculum(release: Path, out: Path, num_proc: int) -> None:
    """Build everything else beside it."""
    import mirbench_hf

    for name in ("stage1", "stage2", "stage3", "stage4", "stage5", "curriculum"):
        mirbench_hf.load_dataset(name, data_dir=str(release), num_proc=num_proc, cache_dir=str(out))
    sync(out.rglob("*.arrow"))


def reopen(release: Path, out: Path, num_proc: int) -> None:
    """Open what is already built."""
    import mirbench_hf

    mirbench_hf.load_dataset(data_dir=str(release), cache_dir=str(out))


def read_1000_random_rows(release: Path, out: Path, num_proc: int) -> None:
    """Read rows with the bytes of their images, in no order."""
    import mirbench_hf

    rows = mirbench_hf.load_dataset(data_dir=str(release), cache_dir=str(out), split="hard")
    rows = rows.with_format("arrow")
    chance = random.Random(0)
    for _ in range(1000):
        (images,) = rows[chance.randrange(rows.num_rows)]["images"].to_pylist()
        assert all(image["bytes"] for image in images)  # noqa: S101  (a benchmark checks its work)


def first_streamed_sample(release: Path, out: Path, num_proc: int) -> None:
    """Wait for the first sample of a stream."""
    import mirbench_hf

    next(iter(mirbench_hf.load_dataset(data_dir=str(release), streaming=True, split="test")))


def export_to_parquet(release: Path, out: Path, num_proc: int) -> None:
    """Write the folder for the Hub."""
    from mirbench.curriculum import CurriculumSettings
    from mirbench.data.release import Release
    from mirbench.export.parquet import export_parquet

    export_parquet(
        Release.open(release), out / "mir", curriculum=CurriculumSettings(), num_proc=num_proc
    )
    sync(out.rglob("*.parquet"))


def look_for_near_copies(release: Path, out: Path, num_proc: int) -> None:
    """Decode every image to a thumbnail, as for a release that declares no partition."""
    from mirbench.data.near_copies import look
    from mirbench.data.release import Release

    images = Release.open(release).images
    entries = {images.content_key(name): name for name in images.entries()}
    assert len(list(look(entries, images.read))) == len(entries)  # noqa: S101  (a benchmark checks its work)


def build_with_datasets_json(release: Path, out: Path, num_proc: int) -> None:
    """Unzip, load the JSON, make paths absolute, cast them to images, embed their bytes."""
    import datasets
    from datasets.table import embed_table_storage

    with zipfile.ZipFile(release / "images.zip") as file:
        file.extractall(out / "unpacked")
    rows = datasets.load_dataset(
        "json", data_files=str(release / "all_data_rel.json"), cache_dir=str(out), split="train"
    )
    root = str(out / "unpacked")
    rows = rows.map(
        lambda row: {"images": [f"{root}/{path}" for path in row["images"]]}, num_proc=num_proc
    )
    rows = rows.cast_column("images", [datasets.Image()]).with_format("arrow")
    rows.map(embed_table_storage, batched=True, batch_size=32, num_proc=num_proc)
    sync(out.rglob("*.arrow"))


WAYS = {
    "copy of the zip": copy_of_the_zip,
    "build": build,
    "build stages, curriculum": build_stages_and_curriculum,
    "reopen": reopen,
    "read 1,000 random rows": read_1000_random_rows,
    "first streamed sample": first_streamed_sample,
    "the same, once indexed": first_streamed_sample,
    "export to Parquet": export_to_parquet,
    "look for near copies": look_for_near_copies,
    "datasets JSON builder": build_with_datasets_json,
    "copy of the zip, again": copy_of_the_zip,
    "build, again": build,
}
SHARED = ("build", "build stages, curriculum", "reopen", "read 1,000 random rows")
"""These work on one cache; all others write to a folder that is removed after them."""


def measure_one(way: str, release: Path, out: Path, num_proc: int) -> None:
    """Run one way and print its time and memory; the parent reads them."""
    import datasets

    import mirbench_hf  # noqa: F401  (imports are not what is measured)

    datasets.disable_progress_bars()
    start, cpu_before = time.perf_counter(), time.process_time()
    WAYS[way](release, out, num_proc)
    seconds = time.perf_counter() - start
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    used = [resource.getrusage(one) for one in who]
    cpu = sum(one.ru_utime + one.ru_stime for one in used) - cpu_before
    peak = max(one.ru_maxrss for one in used)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak / 1024}))


def measure(way: str, folder: Path, num_proc: int) -> dict[str, float]:
    """Run one way in a process of its own; what must not know an index has a cache of its own."""
    knows_index = way in SHARED or way == "the same, once indexed"
    home = folder / ("hf" if knows_index else f"hf {way}")
    if not knows_index:
        shutil.rmtree(home, ignore_errors=True)
    out = folder / ("shared" if way in SHARED else "alone")
    out.mkdir(exist_ok=True)
    before = disk(out)
    arguments = ["--one", way, str(folder / "release"), str(out)]
    done = subprocess.run(
        [sys.executable, __file__, *arguments, "--num-proc", str(num_proc)],
        capture_output=True, text=True, env={**os.environ, "HF_HOME": str(home)},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{way}: {done.stderr}")
    found = {**json.loads(done.stdout.splitlines()[-1]), "disk": disk(out) - before}
    if way not in SHARED:
        shutil.rmtree(out)
    return found


def measure_in_turn(folder: Path, num_proc: int, num_rounds: int) -> None:
    """Copy and build in turn; print the medians and their ratio."""
    seconds: dict[str, list[float]] = {"copy of the zip, again": [], "build, again": []}
    for _ in range(num_rounds):
        for way, taken in seconds.items():
            taken.append(measure(way, folder, num_proc)["seconds"])
    copy, built = map(statistics.median, seconds.values())
    medians = f"a copy {copy:.1f} s, a build {built:.1f} s: {built / copy:.2f} copies"
    Console().print(f"{num_rounds} times in turn, medians: {medians}; all: {seconds}")


def disk(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    """Make the release, measure every way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=2000, help="questions; the paper has 22,257")
    parser.add_argument("--num-proc", type=int, default=2)
    parser.add_argument("--skip", nargs="*", default=[], choices=list(WAYS), help="ways")
    parser.add_argument("--only", nargs="*", default=list(WAYS), choices=list(WAYS), help="ways")
    parser.add_argument("--rounds", type=int, default=1, help="of copying and building in turn")
    parser.add_argument("--one", nargs=3, metavar=("WAY", "RELEASE", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, release, out = options.one
        return measure_one(way, Path(release), Path(out), options.num_proc)
    with tempfile.TemporaryDirectory(prefix="mirbench-loading-") as name:
        folder = Path(name)
        make_release(folder / "release", options.num)
        payload = (folder / "release" / "images.zip").stat().st_size
        found = {
            way: measure(way, folder, options.num_proc)
            for way in options.only
            if way not in (*options.skip, "build, again")
        }
        if options.rounds > 1:
            measure_in_turn(folder, options.num_proc, options.rounds)
    copies = [each["seconds"] for way, each in found.items() if way.startswith("copy of the zip")]
    table = Table(
        *("", "seconds", "x copy", "CPU s", "peak MB", "disk x zip"),
        title=f"{options.num:,} questions, {payload / 1e9:.2f} GB of images, "
        f"{options.num_proc} processes",
    )
    for way, each in found.items():
        table.add_row(
            way,
            f"{each['seconds']:.2f}",
            f"{each['seconds'] * len(copies) / sum(copies):.2f}" if copies else "",
            f"{each['cpu']:.1f}",
            f"{each['peak_mb']:.0f}",
            f"{each['disk'] / payload:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
