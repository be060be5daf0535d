"""ms-swift and LLaMA-Factory: where they are installed, and how an export's README starts them."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scripts.environment import ROOT, Environment

HOOK = Path(__file__).parent / "hook"
SHIM = ROOT / "scripts" / "torchvision_cpu.py"
TORCH = ("torch==2.13.0", "torchvision==0.28.0", "torchaudio==2.11.0")
RELEASED = "Qwen/Qwen2.5-VL-7B-Instruct"  # the model of the READMEs

Look = Literal["inputs", "steps", "loader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """A trainer that is not ours.

    Attributes:
        name: As `mirbench export` calls it.
        packages: What pip is asked for.
        takes_any_ids: Whether it asks the model which tokens stand for an image.
        on_cpu: Words behind the README's command that let it run without a GPU.
        takes_flags: Whether a setting is written `--name value`, else `name=value`.
    """

    name: str
    packages: tuple[str, ...]
    takes_any_ids: bool
    on_cpu: tuple[str, ...]
    takes_flags: bool

    @property
    def python(self) -> Path:
        """The interpreter that has it."""
        return ROOT / f".venv-{self.name}" / "bin" / "python"

    def settings(self, **values: object) -> list[str]:
        """Return settings as words of its command."""
        if self.takes_flags:
            return [word for name, value in values.items() for word in (f"--{name}", str(value))]
        # OmegaConf reads values as YAML, to which a bare `no` is false.
        return [f"{name}={json.dumps(value, default=str)}" for name, value in values.items()]


SWIFT = Other(
    name="ms-swift",
    packages=("ms-swift==4.6.0", "qwen-vl-utils==0.0.14"),
    takes_any_ids=False,
    on_cpu=("--use_cpu", "true", "--torch_dtype", "float32"),
    takes_flags=True,
)
LLAMA_FACTORY = Other(
    name="llama-factory",
    packages=("llamafactory==0.9.5",),
    takes_any_ids=True,
    on_cpu=(),
    takes_flags=False,
)
OTHERS = (SWIFT, LLAMA_FACTORY)


def install(other: Other) -> None:
    """Make the environment of a trainer; costs nothing when it is there."""
    environment = Environment(
        other.python.parent.parent, kind=other.name, sources=[Path(__file__), SHIM]
    )
    if environment.is_complete():
        return
    environment.open()
    environment.pip(other.name, "--no-compile", *TORCH, *other.packages)
    (packages,) = environment.folder.glob("lib/python3*/site-packages")
    has_gpu_build = "import sys, torch; sys.exit(torch.version.cuda is None)"
    if subprocess.run([environment.python, "-c", has_gpu_build]).returncode:
        # The registries' torchvision and torchaudio are linked against CUDA; see SHIM.
        shutil.copyfile(SHIM, packages / "_torchvision_cpu.py")
        (packages / "torchvision_cpu.pth").write_text("import _torchvision_cpu\n")
        for library in packages.glob("torchaudio/lib/*.so"):
            library.unlink()  # torchaudio does without; the imports ask for no more
    environment.close()


def readme_command(export: Path, model: Path) -> list[str]:
    """Return the command in an export's README, with another model."""
    text = (export / "README.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) or [""]
    if settings:
        settings = settings.replace(RELEASED, str(model))
        (export / "train.yaml").write_text(settings, encoding="utf-8")
    (command,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    words = shlex.split(command.replace("\\\n", " "))
    return [word.replace(RELEASED, str(model)) for word in words]


def run(
    python: Path, command: list[str], place: Path, seen: Path, look: Look, num_processes: int = 1
) -> None:
    """Run a trainer's command in a folder, and look at what its model is given.

    Args:
        python: The interpreter that has the trainer.
        command: Its command.
        place: The folder.
        seen: Where to leave what was seen.
        look: What to look at; see hook/sitecustomize.py.
        num_processes: For its own launcher.
    """
    shutil.rmtree(seen, ignore_errors=True)
    seen.mkdir(parents=True)
    env = os.environ | {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(HOOK),
        "MIRBENCH_SEEN": str(seen),
        "MIRBENCH_LOOK": look,
        "MIRBENCH_STARTED": str(time.time()),
        **{name: "1" for name in ("USE_HF", "HF_HUB_OFFLINE")},
        "HF_HOME": str(seen.parent / "hf"),
        "MODELSCOPE_CACHE": str(seen.parent / "modelscope"),
        "CUDA_VISIBLE_DEVICES": "",
    }
    if num_processes > 1:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        env |= {"FORCE_TORCHRUN": "1", "NPROC_PER_NODE": str(num_processes), "MASTER_PORT": port}
    log = seen.parent / f"{seen.name}.log"
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(command, cwd=place, env=env, stdout=output, stderr=output)
    if done.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
        sys.exit(f"{shlex.join(command)}\n{tail}\nexit code {done.returncode}")
