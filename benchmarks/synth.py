"""Measure how long MIR-Synth takes for whole questions: drawn, rendered, checked, written.

    python benchmarks/synth.py                    # 10 questions of each subtask and level
    python benchmarks/synth.py --num 60           # steadier: 60 of each
    python benchmarks/synth.py --whole            # the real thing: all 22,257 questions, timed

For each subtask: processor time of a whole question, its twins and checks and JPEGs included, and
what part of it is spent on the pictures that are kept. The last line says how long a set of the
size of MIR would take on two cores at that pace: a projection, unless `--whole` makes it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import NamedTuple

from mirbench.synth import canvas, generate, render, write_release
from mirbench.synth.plan import backstage_of, json_line, record_of
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.registry import official_makers

MIR = 22_257
"""Questions in MIR; they have about 138,000 images."""
CORES = 2
START = 10**6
"""Questions that nobody has made yet, so that nothing is warm that would not be."""


class Measured(NamedTuple):
    """Processor seconds, images and draws thrown away, a question."""

    seconds: float
    painting: float
    images: float
    rejected: float


def measure(slug: str, num: int) -> Measured:
    """Make `num` questions of each level of a subtask."""
    total = painting = 0.0
    images = rejected = 0
    generate(slug, 1, START - 1)
    for level in LEVELS:
        for index in range(START, START + num):
            start = time.process_time()
            puzzle = generate(slug, level, index)
            drawn = time.process_time()
            images += len(puzzle.jpegs)
            painted = time.process_time()
            json_line({"record": record_of(puzzle, "train"), "backstage": backstage_of(puzzle)})
            total += time.process_time() - start
            painting += painted - drawn
            rejected += len(puzzle.rejected)
    count = num * len(LEVELS)
    return Measured(total / count, painting / count, images / count, rejected / count)


def project(num: int) -> None:
    """Print a line a subtask, and what they come to."""
    found = []
    print(f"{'':8}{'ms/question':>12}{'painting':>10}{'images':>8}{'images/s':>10}{'rejected':>10}")
    for maker in official_makers():
        one = measure(maker.slug, num)
        found.append(one)
        print(
            f"{maker.slug:8}{1e3 * one.seconds:12.1f}{1e3 * one.painting:10.1f}{one.images:8.2f}"
            f"{one.images / one.seconds:10.1f}{one.rejected:10.2f}",
            flush=True,
        )
    seconds = sum(one.seconds for one in found) / len(found)
    images = sum(one.images for one in found) / len(found)
    print(f"mean    {1e3 * seconds:12.1f}{'':10}{images:8.2f}{images / seconds:10.1f}")
    print(
        f"projected: {MIR:,} questions, {MIR * images:,.0f} images in "
        f"{MIR * seconds / CORES / 60:.1f} minutes on {CORES} cores"
    )


def whole() -> None:
    """Write a set as large as MIR to a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        summary = write_release(out, num=MIR, workers=CORES)
        minutes = (time.perf_counter() - start) / 60
    made = f"{summary.num_samples:,} questions, {summary.num_images:,} images"
    lost = f"{len(summary.failed)} could not be made"
    print(f"{made} in {minutes:.1f} minutes on {CORES} cores; {lost}")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--num", type=int, default=10, help="questions a subtask and level")
    parser.add_argument("--whole", action="store_true", help="make all of it")
    arguments = parser.parse_args()
    render.warm_up()
    canvas.warm_up()
    whole() if arguments.whole else project(arguments.num)


if __name__ == "__main__":
    main()
