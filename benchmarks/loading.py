"""Building the dataset from a release, against what a user would do instead.

    .venv/bin/python benchmarks/loading.py --num 2000 --num-proc 2

Makes a release of `num` questions with six distinct images each, then measures in one run, each in
a process of its own: a bare sequential copy of the zip (what the disk can do), mirbench, and the
`datasets` JSON builder over the unpacked folder with its paths cast to images and embedded.
Prints seconds, peak memory and disk as ratios to the bare copy.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

IMAGES_PER_QUESTION = 6
IMAGE_BYTES = 44_000  # a 448 px JPEG of MIR-Synth at quality 92


def make_release(folder: Path, num: int) -> None:
    """Write a release whose images are one real JPEG with distinct trailing bytes."""
    import random

    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from releases import jpeg, record

    fill = random.Random(0).randbytes(IMAGE_BYTES)
    folder.mkdir(parents=True)
    question = " ".join(f"<image{k + 1}>" for k in range(IMAGES_PER_QUESTION))
    steps = dict.fromkeys(("summary", "text2img", "img2img"), "reasoning " * 130)
    records_path, images_path = folder / "all_data_rel.json", folder / "images.zip"
    with zipfile.ZipFile(images_path, "w") as images, records_path.open("w") as file:
        for number in range(num):
            paths = [f"images/{number}-{k}.jpg" for k in range(IMAGES_PER_QUESTION)]
            raw = record(number, images=paths, question=f"{number}: {question}", **steps)
            file.write(("[" if number == 0 else ",\n") + json.dumps(raw))
            for k, path in enumerate(paths):
                images.writestr(path, jpeg(number * IMAGES_PER_QUESTION + k) + fill)
        file.write("]")


def copy_zip(release: Path, out: Path, num_proc: int) -> None:
    """Copy the payload: no program that writes these bytes can be faster."""
    shutil.copyfile(release / "images.zip", out / "copy.zip")
    with (out / "copy.zip").open("rb") as file:
        os.fsync(file.fileno())


def build_with_mirbench(release: Path, out: Path, num_proc: int) -> None:
    """Build the default configuration."""
    import mirbench_hf

    mirbench_hf.load_dataset(data_dir=str(release), num_proc=num_proc, cache_dir=str(out))


def reopen_with_mirbench(release: Path, out: Path, num_proc: int) -> None:
    """Open what is already built."""
    build_with_mirbench(release, out, num_proc)


def first_sample_streaming(release: Path, out: Path, num_proc: int) -> None:
    """Wait for the first sample of a stream."""
    import mirbench_hf

    next(iter(mirbench_hf.load_dataset(data_dir=str(release), streaming=True, split="test")))


def build_with_json(release: Path, out: Path, num_proc: int) -> None:
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


WAYS = {
    way.__name__: way
    for way in (
        copy_zip,
        build_with_mirbench,
        reopen_with_mirbench,
        first_sample_streaming,
        build_with_json,
    )
}


def measure_one(way: str, release: Path, out: Path, num_proc: int) -> None:
    """Run one way and print its time and memory; the parent reads them."""
    import datasets

    datasets.disable_progress_bars()
    start = time.perf_counter()
    WAYS[way](release, out, num_proc)
    seconds = time.perf_counter() - start
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(one).ru_maxrss for one in who)
    print(json.dumps({"seconds": seconds, "peak_mb": peak / 1024}))


def main() -> None:
    """Make the release, measure every way, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=2000, help="questions; the real one has 22,257")
    parser.add_argument("--num-proc", type=int, default=2)
    parser.add_argument("--one", nargs=3, metavar=("WAY", "RELEASE", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, release, out = options.one
        return measure_one(way, Path(release), Path(out), options.num_proc)
    with tempfile.TemporaryDirectory(prefix="mirbench-loading-") as name:
        folder = Path(name)
        make_release(folder / "release", options.num)
        payload = (folder / "release" / "images.zip").stat().st_size
        table = Table(
            *("", "seconds", "x copy", "peak MB", "disk x zip"),
            title=f"{options.num:,} questions, {payload / 1e9:.2f} GB of images",
        )
        copied = 0.0
        for way in WAYS:
            out = folder / ("mirbench" if way.endswith("with_mirbench") else way)
            out.mkdir(exist_ok=True)
            arguments = ["--one", way, str(folder / "release"), str(out)]
            command = [sys.executable, __file__, *arguments, "--num-proc", str(options.num_proc)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            copied = copied or found["seconds"]
            disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / payload
            table.add_row(
                way.replace("_", " "),
                f"{found['seconds']:.2f}",
                f"{found['seconds'] / copied:.2f}",
                f"{found['peak_mb']:.0f}",
                f"{disk:.2f}",
            )
        Console().print(table)


if __name__ == "__main__":
    main()
