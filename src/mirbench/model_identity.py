"""Which model answers: its commit on the Hub, or a name for the files of its folder."""

import hashlib
from pathlib import Path
from typing import Final, NamedTuple

from mirbench.errors import MirbenchError
from mirbench.hub_errors import first_line, hub_failures

_FILES: Final = (".json", ".jinja", ".safetensors", ".bin", ".txt")
_BEGINNING: Final = 2**20
"""Bytes of each file that count: weights are long."""


class ModelError(MirbenchError):
    """There is no such model."""


class ModelIdentity(NamedTuple):
    """A model's name, without the path of a folder, and its revision."""

    name: str
    revision: str


def model_identity(model: str, revision: str | None = None) -> ModelIdentity:
    """Name a model of the Hub by its commit, or a folder by its files.

    Raises:
        ModelError: If there is neither.
    """
    if Path(model).is_dir():
        return ModelIdentity(Path(model).resolve().name, f"files-{_files_hash(Path(model))}")
    if model.startswith(("/", ".", "~")):
        raise ModelError(f"model {model!r}: expected the folder of a model, found none")
    return ModelIdentity(model, _commit(model, revision))


def _files_hash(folder: Path) -> str:
    """Hash names, sizes and beginnings of a model's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*")):
        if path.is_file() and path.suffix in _FILES:
            with path.open("rb") as file:
                digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
                digest.update(file.read(_BEGINNING))
    return digest.hexdigest()[:16]


def _commit(model: str, revision: str | None) -> str:
    from huggingface_hub import hf_hub_download

    try:
        path = Path(hf_hub_download(model, "config.json", revision=revision))
    except hub_failures() as error:
        raise ModelError(
            f"model {model!r}: expected a folder or a model of the Hugging Face Hub, "
            f"found neither: {first_line(error)}"
        ) from error
    return path.parent.name
