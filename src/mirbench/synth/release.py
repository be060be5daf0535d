"""Writes a release in the original's layout: `all_data_rel.json` and `images.zip`.

Work is cut into chunks that worker processes write to a folder of their own inside the release;
a run that was killed goes on with the chunks that are there. When all are done they are put
together in order, so the bytes do not depend on how many workers there were.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from mirbench.synth.make import generate
from mirbench.synth.plan import (
    Place,
    Plan,
    backstage_of,
    image_names,
    json_line,
    make_plan,
    record_of,
)
from mirbench.synth.puzzle import IMAGE_SIZE, VERSION, SynthError
from mirbench.synth.registry import load_all

RECORDS, IMAGES, BACKSTAGE, MANIFEST = (
    "all_data_rel.json",
    "images.zip",
    "synth.jsonl",
    "synth.json",
)
"""Records and images are the release; scenes and twins, and how to make it again, stand beside."""
_PARTS: Final = ".synth-parts"
_CHUNK: Final = 16
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can hold: entries have no date of their own."""


class Summary(NamedTuple):
    """What was written."""

    out: Path
    num_samples: int
    num_images: int
    num_rejected: int
    """Draws that were thrown away."""
    failed: tuple[str, ...]
    """Samples for which no draw was fair; they are not in the release."""
    fingerprint: str


def write_release(
    out: Path | str,
    *,
    num: int,
    seed: int = 0,
    subtasks: Sequence[str] | None = None,
    levels: Sequence[int] | None = None,
    test_fraction: float = 0.2,
    image_size: int = IMAGE_SIZE,
    workers: int | None = None,
    progress: bool = True,
    plugins: Sequence[str] = (),
) -> Summary:
    """Write `num` samples to the folder `out`.

    Args:
        out: Folder of the release; made where it is not there.
        num: How many samples; subtasks and levels take turns.
        seed: Different seeds share no sample.
        subtasks: Names or slugs; the twelve of the taxonomy by default.
        levels: 1 to 5; all by default.
        test_fraction: Share of each subtask that is held out.
        image_size: Side in pixels of a square image.
        workers: Processes; all cores by default. The bytes do not depend on it.
        progress: Whether to show a progress bar.
        plugins: Modules or Python files that register subtasks of one's own, which can then be
            named among `subtasks`.

    Raises:
        SynthError: If a value is not valid, or `out` holds a release of other making.
    """
    load_all(tuple(plugins))
    plan = make_plan(num=num, seed=seed, subtasks=subtasks, levels=levels,
                     test_fraction=test_fraction, image_size=image_size)  # fmt: skip
    folder = Path(out)
    if (folder / RECORDS).exists() and not (folder / MANIFEST).exists():
        raise SynthError(
            f"{folder} holds a release that MIR-Synth did not write; expected an empty folder or "
            "one of its own, so choose another"
        )
    try:
        parts = _parts_folder(folder, plan)
    except OSError as error:
        raise SynthError(f"{folder}: expected a folder to write to, found {error}") from error
    places = plan.places()
    chunks = [places[start : start + _CHUNK] for start in range(0, len(places), _CHUNK)]
    paths = [parts / f"{number:06d}.zip" for number in range(len(chunks))]
    todo = [
        (chunk, path, plan.image_size)
        for chunk, path in zip(chunks, paths, strict=True)
        if not path.exists()
    ]
    with _progress_bar(num, progress) as advance:
        advance(num - sum(len(chunk) for chunk, _, _ in todo))
        for done in _run(todo, workers or os.cpu_count() or 1, tuple(plugins)):
            advance(done)
    summary = _put_together(folder, plan, paths)
    shutil.rmtree(parts)
    return summary


def _parts_folder(folder: Path, plan: Plan) -> Path:
    """Return the folder of finished chunks, emptied if they belong to another plan."""
    parts = folder / _PARTS
    note, mine = parts / "plan.json", json_line({"version": VERSION, **asdict(plan)})
    if parts.exists() and not (note.exists() and note.read_text(encoding="utf-8") == mine):
        shutil.rmtree(parts)
    parts.mkdir(parents=True, exist_ok=True)
    note.write_text(mine, encoding="utf-8")
    return parts


def _run(
    todo: Sequence[tuple[Sequence[Place], Path, int]], workers: int, plugins: tuple[str, ...]
) -> Iterator[int]:
    """Make the chunks, in this process or in others, and yield how many samples each has."""
    if min(workers, len(todo)) <= 1:
        yield from (make_chunk(*task) for task in todo)
        return
    # Started afresh, not forked: a forked copy of a process with threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(todo)), mp_context=context, initializer=load_all, initargs=(plugins,)
    ) as pool:
        futures = [pool.submit(make_chunk, *task) for task in todo]
        try:
            yield from (future.result() for future in as_completed(futures))
        except BrokenProcessPool as error:
            raise SynthError(
                "a worker process died, perhaps for want of memory; run the same again, with fewer "
                "workers, and it goes on where it stopped"
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def make_chunk(places: Sequence[Place], path: Path, image_size: int) -> int:
    """Write the samples at some places to one zip: their images, and a line each about them."""
    lines = []
    with _replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for place in places:
            try:
                puzzle = generate(place.subtask, place.level, place.index, image_size=image_size)
            except SynthError as error:
                lines.append(json_line({"failed": str(error)}))
                continue
            for name, jpeg in zip(image_names(puzzle), puzzle.jpegs, strict=True):
                archive.writestr(_entry(name), jpeg)
            told = {"record": record_of(puzzle, place.partition), "backstage": backstage_of(puzzle)}
            lines.append(json_line(told))
        archive.writestr(_entry("lines"), "\n".join(lines))
    return len(places)


def _put_together(folder: Path, plan: Plan, paths: Iterable[Path]) -> Summary:
    """Join the chunks in order; the manifest, which says that all is there, comes last."""
    digest = hashlib.sha256()
    num_samples = num_images = num_rejected = 0
    failed: list[str] = []
    (folder / MANIFEST).unlink(missing_ok=True)
    with (
        _replacing(folder / RECORDS) as records,
        _replacing(folder / BACKSTAGE) as backstage,
        _replacing(folder / IMAGES) as images,
        zipfile.ZipFile(images, "w", zipfile.ZIP_STORED) as archive,
    ):
        for told, jpegs in _told(paths):
            if "failed" in told:
                failed.append(told["failed"])
                continue
            line = json_line(told["record"])
            digest.update(f"{told['record']['id']}\n{line}\n".encode())
            for name, jpeg in jpegs:
                archive.writestr(_entry(name), jpeg)
                digest.update(hashlib.sha256(jpeg).digest())
            records.write((("[\n" if num_samples == 0 else ",\n") + line).encode())
            backstage.write((json_line(told["backstage"]) + "\n").encode())
            num_samples += 1
            num_images += len(jpegs)
            num_rejected += sum(told["backstage"]["rejected"].values())
        records.write(b"\n]\n" if num_samples else b"[]\n")
    manifest = {
        "version": VERSION,
        **asdict(plan),
        "num_samples": num_samples,
        "num_images": num_images,
        "num_rejected": num_rejected,
        "failed": failed,
        "fingerprint": digest.hexdigest(),
    }
    with _replacing(folder / MANIFEST) as file:
        file.write((json.dumps(manifest, indent=2) + "\n").encode())
    return Summary(folder, num_samples, num_images, num_rejected, tuple(failed), digest.hexdigest())


def _told(paths: Iterable[Path]) -> Iterator[tuple[dict[str, Any], list[tuple[str, bytes]]]]:
    """Yield what the chunks hold, one sample after the other."""
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            for line in archive.read("lines").decode().splitlines():
                told = json.loads(line)
                names = told["record"]["images"] if "record" in told else []
                yield told, [(name, archive.read(name)) for name in names]


def _entry(name: str) -> zipfile.ZipInfo:
    """Return a zip entry that says nothing about when and where it was made."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_STORED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    return entry


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` once it is written in full."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _progress_bar(total: int, shown: bool) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("MIR-Synth"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("samples, left:"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        task = bar.add_task("samples", total=total)
        yield lambda count: bar.advance(task, count)
