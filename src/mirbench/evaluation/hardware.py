"""What a run ran on."""

import os
import platform
from pathlib import Path

from mirbench.evaluation.manifest import Hardware


def this_machine() -> Hardware:
    """Describe this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Hardware(
        cpu=_cpu_name(),
        num_cpus=len(os.sched_getaffinity(0)),
        memory_gib=round(memory / 2**30, 1),
        gpus=_gpus(),
    )


def _cpu_name() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.is_file() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def _gpus() -> tuple[str, ...]:
    """Name the GPUs; torch is there, since lmms-eval needs it."""
    import torch

    return tuple(torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count()))
