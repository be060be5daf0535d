"""How much less is padded, and waited for, when each step's samples are dealt by length.

    .venv/bin/python benchmarks/length_groups.py            # a minute of CPU
    .venv/bin/python benchmarks/length_groups.py --data /data/mir --model Qwen/Qwen2-VL-7B-Instruct

Encodes every sample of the curriculum as training does, then counts, for several ranks and
batches, which share of the tokens that are computed is padding, and which is that or a rank's
waiting for the longest batch of the others: in the order as it is, and with
`group_by_length_within_step`, which knows no more of a length than its estimate. The tiny model's
image limits are replaced by those that are released. Prints also what an estimate costs.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

STEP = 32
LAYOUTS = ((1, 2), (1, 4), (1, 8), (8, 1), (8, 2))
"""Ranks, and samples of a batch."""


def wasted(lengths: Sequence[int], num_ranks: int, batch: int) -> tuple[float, float]:
    """Return the share of padding, and that of padding and waiting, for samples as dealt."""
    padded = waited = 0
    for start in range(0, len(lengths), num_ranks * batch):
        at_once = lengths[start : start + num_ranks * batch]
        costs = [
            max(each) * len(each)
            for each in (at_once[first : first + batch] for first in range(0, len(at_once), batch))
        ]
        padded += sum(costs)
        waited += max(costs) * num_ranks
    return 1 - sum(lengths) / padded, 1 - sum(lengths) / waited


def measure(data_dir: str, model: str, *, is_tiny: bool) -> Table:
    """Encode the curriculum of a release and count."""
    from transformers import AutoProcessor

    from mirbench.curriculum import CurriculumSettings
    from mirbench.training_run.lengths import LengthGroups
    from training.collate import Encoder
    from training.data import TrainingData
    from training.settings import read_settings

    processor = AutoProcessor.from_pretrained(model)
    if is_tiny:
        processor.image_processor.size = {"shortest_edge": 56**2, "longest_edge": 16384 * 28**2}
    encoder = Encoder(processor, read_settings(None, [f"model={model}", "output_dir=none"]))
    data = TrainingData.load(data_dir, CurriculumSettings())
    positions = range(len(data.schedule) // STEP * STEP)
    if not positions:
        sys.exit(f"{data_dir}: expected a curriculum of {STEP} samples or more")
    clock = time.perf_counter()
    about = [encoder.about_num_tokens(*data.outline(position)) for position in positions]
    estimating, clock = time.perf_counter() - clock, time.perf_counter()
    lengths = [encoder.encode(data.rendered(position))["labels"].shape[1] for position in positions]
    encoding = time.perf_counter() - clock
    groups = LengthGroups(about.__getitem__, STEP, len(positions))
    dealt = [lengths[groups.position(place)] for place in positions]
    table = Table(
        "", "padding", "dealt by length", "padding and waiting", "dealt by length",
        title=f"{len(positions)} samples of {min(lengths):,} to {max(lengths):,} tokens, "
        f"{STEP} a step",
        caption=f"A sample: {estimating / len(positions):.1e} s to estimate its length, "
        f"{encoding / len(positions):.1e} s to decode and encode it",
    )  # fmt: skip
    for num_ranks, batch in LAYOUTS:
        pairs = zip(wasted(lengths, num_ranks, batch), wasted(dealt, num_ranks, batch), strict=True)
        shares = [f"{share:.1%}" for pair in pairs for share in pair]
        table.add_row(f"{num_ranks} ranks, {batch} a batch", *shares)
    return table


def main() -> None:
    """Make what is not given, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="a folder or a Hub name instead of the tiny model")
    parser.add_argument("--data", help="a release instead of MIR-Synth")
    parser.add_argument("--num", type=int, default=150, help="questions to make")
    options = parser.parse_args()
    sys.path[0] = str(Path(__file__).parent.parent)  # or benchmarks/training.py were `training`
    from mirbench.tiny import build_tiny_model

    with tempfile.TemporaryDirectory(prefix="mirbench-lengths-") as name:
        folder = Path(name)
        data = options.data or str(folder / "data")
        if not options.data:
            synth = ["-m", "mirbench.cli", "synth", data, "--num", str(options.num)]
            subprocess.run([sys.executable, *synth], check=True, capture_output=True)
        model = options.model or str(build_tiny_model(folder / "model"))
        Console().print(measure(data, model, is_tiny=not options.model))


if __name__ == "__main__":
    main()
