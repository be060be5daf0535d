"""What `mirbench eval` costs over bare vLLM on the same prompts.

    .venv/bin/python benchmarks/evaluation.py --num 500
    .venv/bin/python benchmarks/evaluation.py --num 500 --model Qwen/Qwen2.5-VL-7B-Instruct

Bare vLLM is one call, `LLM.chat`, over all questions at once, with Pillow's images as they decode
from the release: what one would write by hand to get nothing but the texts. Both ways run in a
process of their own, with one model and the same settings of the engine; the prompts have to come
to the same number of tokens. Both are timed with the model loaded, from the first image read to the
last answer; for `mirbench eval` this includes encoding images for the engine and keeping answers.
What it does besides (imports, reading tasks, measuring prompts, scoring) is shown apart: most of it
takes the same few seconds whatever the run. For bare vLLM it is shown how long its first two steps
take, in which the engine waits or is fed by one thread: reading the images, and making prompts of
them. The ways take turns, and the fastest run of each counts. Without `--model`, a tiny Qwen2.5-VL
answers with about a hundred tokens.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

IMAGE_SIZE = (224, 224)
MAX_TOKENS = 128
console = Console(highlight=False, soft_wrap=True)


def make_release(folder: Path, num: int) -> Path:
    """Write questions that show three images each, one of them twice."""
    from releases import jpeg, record, write_release

    records = [
        record(
            number,
            question="<image1>, <image2>, <image3>: which is first? Look at <image1> again.",
            images=[f"images/{number}-{letter}.jpg" for letter in "abc"],
            partition="test",
        )
        for number in range(num)
    ]
    paths = [path for raw in records for path in raw["images"]]
    images = {path: jpeg(number, IMAGE_SIZE) for number, path in enumerate(paths)}
    return write_release(folder, records, images)


def ask_bare(release: Path, model: str, max_model_len: int) -> dict[str, Any]:
    """Ask every question with one call of vLLM's own."""
    import io

    from PIL import Image
    from vllm import LLM, SamplingParams
    from vllm.platforms import current_platform

    from mirbench.data.release import Release
    from mirbench.interleave import Text
    from mirbench.prompts import direct_prompt

    # As lmms-eval's backend starts it.
    args: dict[str, Any] = {"max_model_len": max_model_len, "seed": 1}
    args |= {"gpu_memory_utilization": 0.8, "disable_log_stats": False}
    if current_platform.is_cpu():  # as `mirbench eval` starts it there
        whole = {"enable_chunked_prefill": False, "max_num_batched_tokens": max_model_len}
        args |= {"enforce_eager": True, "dtype": "float32", **whole}
    llm = LLM(model=model, **args)
    opened = Release.open(release)
    start = time.perf_counter()
    conversations = []
    with opened.records_path.open("rb") as file:
        for entry in opened.index().entries:
            sample = opened.load(file, entry)
            images = [
                Image.open(io.BytesIO(content)).convert("RGB")
                for content in opened.load_images(sample, entry.record)
            ]
            content = [
                {"type": "text", "text": part.text}
                if isinstance(part, Text)
                else {"type": "image_pil", "image_pil": images[part.index]}
                for part in direct_prompt(sample)
            ]
            conversations.append([{"role": "user", "content": content}])
    read = time.perf_counter()
    params = SamplingParams(temperature=0, max_tokens=MAX_TOKENS)
    # `LLM.chat` is these two calls.
    llm.enqueue_chat(conversations, params, use_tqdm=False)
    made = time.perf_counter()
    outputs = llm.wait_for_completion(use_tqdm=False)
    return {
        "seconds": time.perf_counter() - start,
        "said": f"reading images {read - start:.1f}, making prompts {made - read:.1f}",
        "prompt_tokens": sum(len(output.prompt_token_ids) for output in outputs),
        "texts": [output.outputs[0].text for output in outputs],
    }


def ask_with_mirbench(release: Path, model: str, out: Path, max_model_len: int) -> dict[str, Any]:
    """Run `mirbench eval` as a user does."""
    from vllm.platforms import current_platform

    from mirbench.evaluation.manifest import read_manifest
    from mirbench.scoring.run import read_run

    on_cpu = ",enforce_eager=True,dtype=float32" if current_platform.is_cpu() else ""
    command = [sys.executable, "-m", "mirbench.cli", "eval", "--model", "vllm", "--out", str(out)]
    command += ["--model-args", f"model={model},max_model_len={max_model_len}{on_cpu}"]
    command += ["--data-dir", str(release), "--gen_kwargs", f"max_new_tokens={MAX_TOKENS}"]
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    manifest = read_manifest(out)
    asking, loading = manifest.timing.seconds_asking, manifest.timing.seconds_loading
    besides = time.perf_counter() - start - asking - loading
    return {
        "seconds": asking,
        "said": f"besides {besides:.1f}, loading the model {loading:.1f}",
        "prompt_tokens": manifest.counts.prompt_tokens,
        "texts": [response.text for response in read_run(out).responses],
    }


def compare(options: argparse.Namespace, folder: Path) -> None:
    """Ask one release both ways, in turn, and print the times."""
    from answering import build_answering_model

    release = make_release(folder / "release", options.num)
    model = options.model or str(build_answering_model(folder / "model"))
    bare, ours = [], []
    for turn in range(options.turns):
        told = folder / f"bare{turn}.json"
        command = [sys.executable, __file__, "--bare", str(release), str(told), "--model", model]
        command += ["--max-model-len", str(options.max_model_len)]
        with (folder / "bare.log").open("w") as log:
            subprocess.run(command, stdout=log, stderr=log, check=True)
        bare.append(json.loads(told.read_text()))
        out = folder / f"run{turn}"
        ours.append(ask_with_mirbench(release, model, out, options.max_model_len))

    table = Table(title=f"{options.num} questions of 3 images, {Path(model).name}")
    for name in ("", "seconds", "questions/s", "fastest run of", "seconds of it, or apart from it"):
        table.add_column(name, justify="right" if name[:7] in ("seconds", "questio") else "left")
    fastest = {}
    for name, runs in (("bare vLLM", bare), ("mirbench eval", ours)):
        fastest[name] = min(runs, key=lambda run: run["seconds"])
        seconds = fastest[name]["seconds"]
        times = ", ".join(f"{run['seconds']:.1f}" for run in runs)
        rate = f"{options.num / seconds:.1f}"
        table.add_row(name, f"{seconds:.1f}", rate, times, fastest[name]["said"])
    console.print(table)
    tokens = [run["prompt_tokens"] for run in fastest.values()]
    if len(set(tokens)) > 1:
        raise SystemExit(f"the ways asked different prompts: {tokens} tokens")
    ratio = fastest["mirbench eval"]["seconds"] / fastest["bare vLLM"]["seconds"]
    pairs = zip(bare[0]["texts"], ours[0]["texts"], strict=True)
    same = sum(one.strip() == other.strip() for one, other in pairs)
    console.print(f"ratio {ratio:.3f}; {same} of {options.num} responses are the same")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--num", type=int, default=500, help="questions")
    parser.add_argument("--turns", type=int, default=2, help="runs of each way")
    parser.add_argument("--model", help="a real model instead of the tiny one")
    parser.add_argument("--max-model-len", type=int, default=4096)
    parser.add_argument("--bare", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        release, told = options.bare
        told.write_text(json.dumps(ask_bare(release, options.model, options.max_model_len)))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare(options, Path(folder))


if __name__ == "__main__":
    main()
