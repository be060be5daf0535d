"""Difficulty labels, against the released script's way of making them.

    .venv/bin/python benchmarks/labelling.py --num 200
    .venv/bin/python benchmarks/labelling.py --num 500 --model Qwen/Qwen2.5-VL-7B-Instruct
    .venv/bin/python benchmarks/labelling.py --memory 500 2000

The released script asks vLLM for one question at a time, ten answers each. What keeps it from
running is mended here, and nothing else: the setting that vLLM refuses, the letters it cannot read,
the gold answers it never looks at. Both ways use one model, the same prompts and the same seeds,
each in a process of its own; engine start-up is counted apart. Without `--model`, a tiny
Qwen2.5-VL answers that names letters at fixed odds (tests/answering.py). Early decision needs more
questions than an engine holds at a time, or it waits for the last waves of the last questions.

`--memory` labels releases of several sizes against a stand-in server and prints the peak memory.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

IMAGES_PER_QUESTION = 6
IMAGE_SIZE = (448, 448)
IMAGE_BYTES = 44_000  # a 448 px JPEG of MIR-Synth at quality 92
RELEASED_RESULT = "released.json"
console = Console(highlight=False, soft_wrap=True)


class Labelling(NamedTuple):
    """What one way of labelling took, and what it found."""

    startup_seconds: float
    seconds: float
    num_answers: int
    num_tokens: int
    labels: dict[str, str]


def make_release(folder: Path, num: int) -> Path:
    """Write questions with six different images each."""
    from releases import jpeg, record, write_release

    tags = " ".join(f"<image{k + 1}>" for k in range(IMAGES_PER_QUESTION))
    records = [
        record(
            number,
            question=f"Number {number}: {tags} Which of them is first?",
            images=[f"images/{number}-{k}.jpg" for k in range(IMAGES_PER_QUESTION)],
            conclusion="AAB"[number % 3],
        )
        for number in range(num)
    ]
    fill = random.Random(0).randbytes(
        IMAGE_BYTES
    )  # behind the end of the JPEG, where it is ignored
    images = {
        path: jpeg(index, IMAGE_SIZE) + fill
        for index, path in enumerate(path for raw in records for path in raw["images"])
    }
    return write_release(folder, records, images)


def label_as_released(release: Path, model: str, options: argparse.Namespace) -> Labelling:
    """One `generate` call a question, ten answers, everything in memory until the end."""
    import io

    from PIL import Image
    from transformers import AutoProcessor
    from vllm import LLM, SamplingParams
    from vllm.platforms import current_platform

    from mirbench.answers import extract
    from mirbench.data.release import Release
    from mirbench.difficulty.sampling import Rule, first_seed
    from mirbench.interleave import ImageRef, Text
    from mirbench.prompts import direct_prompt

    drawn, rule = _sampling(options), Rule()
    start = time.perf_counter()
    args: dict[str, Any] = {"max_model_len": options.max_model_len}
    if current_platform.is_cpu():  # else vLLM's engine dies of seeds; see engines/vllm_offline.py
        chunk = {"max_num_batched_tokens": options.max_model_len}
        args |= {"enforce_eager": True, "enable_chunked_prefill": False, **chunk}
    llm = LLM(model=model, mm_processor_kwargs=drawn.processor_kwargs, **args)
    processor = AutoProcessor.from_pretrained(model)
    startup_seconds = time.perf_counter() - start

    labels, num_answers, num_tokens = {}, 0, 0
    opened = Release.open(release, labelled=False)
    entries = opened.index(near_copies=False).entries
    start = time.perf_counter()
    with opened.records_path.open("rb") as file:
        for entry in entries:
            sample = opened.load(file, entry)
            parts = direct_prompt(sample)
            images = [
                Image.open(io.BytesIO(content)).convert("RGB")
                for content in opened.load_images(sample, entry.record)
            ]
            content = [
                {"type": "text", "text": part.text} if isinstance(part, Text) else {"type": "image"}
                for part in parts
            ]
            text = processor.apply_chat_template(
                [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
            )
            shown = [images[part.index] for part in parts if isinstance(part, ImageRef)]
            params = SamplingParams(
                n=rule.num_draws,
                seed=first_seed(drawn.seed, entry.id),
                temperature=drawn.temperature,
                top_p=drawn.top_p,
                repetition_penalty=drawn.repetition_penalty,
                max_tokens=drawn.max_tokens,
            )
            request = {"prompt": text, "multi_modal_data": {"image": shown}}
            (output,) = llm.generate([request], params, use_tqdm=False)
            letters = [extract(each.text, sample.options).letter for each in output.outputs]
            num_right = letters.count(sample.answer)
            labels[entry.id] = "easy" if num_right >= rule.threshold else "hard"
            num_answers += len(letters)
            num_tokens += sum(len(each.token_ids) for each in output.outputs)
    seconds = time.perf_counter() - start
    return Labelling(startup_seconds, seconds, num_answers, num_tokens, labels)


def label_with_mirbench(
    release: Path, model: str, options: argparse.Namespace, *more: str
) -> Labelling:
    """Run `mirbench label` as a user does."""
    from mirbench.data.labels import read_labels

    out = release / f"labels{len(more)}.parquet"
    drawn = _sampling(options)
    command = [sys.executable, "-m", "mirbench.cli", "label", str(release), "--json", *more]
    command += ["--out", str(out), "--model", model, "--max-tokens", str(drawn.max_tokens)]
    command += ["--min-pixels", str(drawn.min_pixels), "--max-pixels", str(drawn.max_pixels)]
    command += ["--engine-arg", f"max_model_len={options.max_model_len}"]
    if options.model is None:
        command += ["--engine-arg", "enforce_eager=true"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    run = json.loads(done.stdout)["run"]
    labels = {id: label.label for id, label in read_labels(out).items()}
    return Labelling(
        run["startup_seconds"], run["seconds"], run["num_draws"], run["num_tokens"], labels
    )


def _sampling(options: argparse.Namespace) -> Any:
    from mirbench.difficulty.sampling import Sampling

    if options.model is not None:
        return Sampling()
    return Sampling(min_pixels=4 * 28 * 28, max_pixels=64 * 28 * 28)  # what the tiny model takes


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Label one release both ways and print the times."""
    from answering import build_answering_model

    release = make_release(folder / "release", options.num)
    model = options.model or str(build_answering_model(folder / "answering"))
    command = [sys.executable, __file__, "--released", str(release), "--model", model]
    command += ["--max-model-len", str(options.max_model_len)]
    command += [] if options.model else ["--tiny"]
    subprocess.run(command, stdout=sys.stderr, check=True)  # vLLM says much on both
    released = Labelling(*json.loads((release / RELEASED_RESULT).read_text()))
    full = label_with_mirbench(release, model, options, "--full")
    early = label_with_mirbench(release, model, options)

    table = Table(
        title=f"{options.num} questions of {IMAGES_PER_QUESTION} images, {Path(model).name}"
    )
    for name in (
        "",
        "start-up s",
        "labelling s",
        "times faster",
        "answers",
        "tokens",
        "same labels",
    ):
        table.add_column(name, justify="right" if name else "left")
    ways = {"released way": released, "mirbench --full": full, "mirbench": early}
    for name, way in ways.items():
        same = sum(way.labels[id] == label for id, label in released.labels.items())
        table.add_row(
            name,
            f"{way.startup_seconds:.0f}",
            f"{way.seconds:.1f}",
            f"{released.seconds / way.seconds:.1f}",
            f"{way.num_answers:,}",
            f"{way.num_tokens:,}",
            f"{same}/{len(released.labels)}",
        )
    console.print(table)
    easy = list(released.labels.values()).count("easy")
    console.print(f"{easy} easy, {options.num - easy} hard; {os.cpu_count()} CPUs")


def measure_memory(sizes: list[int], folder: Path) -> None:
    """Label releases of several sizes against a stand-in server and print the peak memory."""
    from chat_server import serving

    table = Table(title="Peak memory of mirbench label, against a stand-in server")
    for name in ("questions", "images, MB", "peak memory, MB", "labelling s"):
        table.add_column(name, justify="right")
    for num in sizes:
        release = make_release(folder / f"release-{num}", num)
        with serving(keep_bodies=False) as server:
            label = ["label", str(release), "--engine", "openai", "--server", server.url, "--json"]
            # VmHWM and not getrusage, whose maximum a process inherits from the one that starts it.
            code = (
                "import sys; from mirbench.cli import app; app(standalone_mode=False); "
                "status = open('/proc/self/status').read(); "
                "print(status.split('VmHWM:')[1].split()[0])"
            )
            done = subprocess.run(
                [sys.executable, "-c", code, *label], stdout=subprocess.PIPE, check=True, text=True
            )
        summary, peak = done.stdout.splitlines()
        size = (release / "images.zip").stat().st_size
        seconds = json.loads(summary)["run"]["seconds"]
        table.add_row(f"{num:,}", f"{size / 1e6:.0f}", f"{int(peak) / 1e3:.0f}", f"{seconds:.1f}")
    console.print(table)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--num", type=int, default=200, help="questions")
    parser.add_argument("--model", help="a real model instead of the tiny one")
    parser.add_argument("--max-model-len", type=int, default=16384)
    parser.add_argument("--memory", type=int, nargs="+", metavar="NUM", help="measure memory")
    parser.add_argument("--released", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tiny", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.model is None:  # else vLLM on a CPU takes half of the memory that there is
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    if options.released:
        model, options.model = options.model, None if options.tiny else options.model
        found = label_as_released(options.released, model, options)
        (options.released / RELEASED_RESULT).write_text(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        if options.memory:
            measure_memory(options.memory, Path(folder))
        else:
            compare(options, Path(folder))


if __name__ == "__main__":
    main()
