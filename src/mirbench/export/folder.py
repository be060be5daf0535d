"""A folder that is there whole or not at all."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mirbench.errors import MirbenchError

MANIFEST_NAME: Final = "mirbench.json"
"""Says what an export holds and how it was made; the last file that is written."""


class ExportError(MirbenchError):
    """An export cannot be written there, or is not what it should be."""


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write to, which takes the place of `out` once all is written.

    Killed at any moment, `out` is what it was before; the next call clears what was begun.

    Raises:
        ExportError: If something stands there that no export wrote.
    """
    if out.exists() and not _is_replaceable(out):
        raise ExportError(
            f"{out}: expected no folder, an empty one or an older export, found other files; "
            "choose another folder"
        )
    begun, old = (out.with_name(f".{out.name}.{state}") for state in ("incomplete", "old"))
    if old.exists() and not out.exists():
        old.rename(out)  # killed between the two renames below
    for left in (begun, old):
        shutil.rmtree(left, ignore_errors=True)
    begun.mkdir(parents=True)
    try:
        yield begun
    except BaseException:
        shutil.rmtree(begun, ignore_errors=True)
        raise
    if out.exists():
        out.rename(old)
    begun.rename(out)
    shutil.rmtree(old, ignore_errors=True)


def _is_replaceable(out: Path) -> bool:
    return out.is_dir() and ((out / MANIFEST_NAME).is_file() or not any(out.iterdir()))


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of an export."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST_NAME).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of an export.

    Raises:
        ExportError: If the folder is none.
    """
    try:
        manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ExportError(f"{folder}: expected an export with {MANIFEST_NAME}: {error}") from error
    if not isinstance(manifest, dict) or "kind" not in manifest:
        raise ExportError(f"{folder}: expected an export, found another {MANIFEST_NAME}")
    return manifest
