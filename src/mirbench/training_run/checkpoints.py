"""The folder of a run, and which checkpoint it goes on from: a whole one of the same run.

A process can be killed while it writes a checkpoint. A file that is written last, when every rank
has written its part, tells a whole one from the rest, and says what it belongs to.
"""

import json
import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from mirbench import __version__
from mirbench.errors import MirbenchError

WHOLE_NAME: Final = "whole.json"

_PACKAGES: Final = ("torch", "transformers", "accelerate")


class CheckpointError(MirbenchError):
    """A folder holds a run that this one cannot go on from."""


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def declare_whole(folder: Path, identity: Mapping[str, Any]) -> None:
    """Say that all of a checkpoint is written, and what it belongs to."""
    write_whole(folder / WHOLE_NAME, json.dumps(identity, indent=2) + "\n")


def last_whole(run: Path, identity: Mapping[str, Any], *, resume: bool) -> Path | None:
    """Return the last whole checkpoint of a run, if there is one.

    Args:
        run: The folder of the run.
        identity: What a resumed run must have in common with the one that was stopped.
        resume: Whether a run that is there may be gone on with.

    Raises:
        CheckpointError: If the checkpoint belongs to another run, or is not to be resumed.
    """
    notes = {_step(path.parent): path for path in run.glob(f"checkpoint-*/{WHOLE_NAME}")}
    if not notes:
        return None
    note = notes[max(notes)]
    if not resume:
        raise CheckpointError(f"{note.parent}: a run is there already; take another output_dir")
    found = json.loads(note.read_text(encoding="utf-8"))
    for name, value in identity.items():
        if found.get(name) != value:
            raise CheckpointError(
                f"{note.parent}: made with {name} {found.get(name)!r}, now {value!r}, which would "
                "give other steps; put it back, or take another output_dir"
            )
    return note.parent


def open_run(run: Path, settings: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
    """Remove checkpoints that a kill left half written; write `run.json`: what it is made with."""
    run.mkdir(parents=True, exist_ok=True)
    for folder in run.glob("checkpoint-*"):
        if not (folder / WHOLE_NAME).exists():
            shutil.rmtree(folder)
    versions = {name: metadata.version(name) for name in _PACKAGES}
    made = {"mirbench": __version__, **versions, **identity, "settings": dict(settings)}
    write_whole(run / "run.json", json.dumps(made, indent=2) + "\n")


def _step(folder: Path) -> int:
    return int(folder.name.partition("-")[2])
