"""Makes a release again from its manifest and compares, byte for byte."""

import json
import shlex
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from mirbench.synth.puzzle import VERSION, SynthError
from mirbench.synth.release import BACKSTAGE, IMAGES, MANIFEST, RECORDS, write_release


def verify_release(
    out: Path | str,
    *,
    workers: int | None = None,
    progress: bool = False,
    plugins: Sequence[str] = (),
) -> list[str]:
    """Return every difference between a release and what its manifest gives; none if it is whole.

    Subtasks of one's own are made by the `plugins` that they were made by.

    Raises:
        SynthError: If there is no manifest, it cannot be read, or another version wrote it.
    """
    folder = Path(out)
    manifest = _manifest(folder)
    if manifest["version"] != VERSION:
        raise SynthError(
            f"{folder / MANIFEST}: expected MIR-Synth version {VERSION!r}, found "
            f"{manifest['version']!r}; verify it with the mirbench that wrote it"
        )
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch)
        write_release(
            again,
            workers=workers,
            progress=progress,
            plugins=plugins,
            **_arguments(manifest, folder),
        )
        return list(_differences(folder, again))


class Recipe(NamedTuple):
    """How a release is made again.

    Attributes:
        version: Of MIR-Synth; another one makes other bytes.
        command: For a shell.
    """

    version: str
    command: str


def recipe_of(folder: Path) -> Recipe | None:
    """Return how to make a release again, or None if MIR-Synth did not write it.

    Raises:
        SynthError: If its manifest is damaged.
    """
    if not (folder / MANIFEST).exists():
        return None
    manifest = _manifest(folder)
    words = ["mirbench synth OUT"]
    for name, value in _arguments(manifest, folder).items():
        told = ",".join(map(str, value)) if isinstance(value, list) else value
        words.append(f"--{name.replace('_', '-')} {shlex.quote(str(told))}")
    return Recipe(str(manifest["version"]), " ".join(words))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SynthError(
            f"{path}: expected the manifest of a MIR-Synth release, found no such file; "
            "'mirbench synth OUT' writes one"
        ) from None
    except (OSError, ValueError) as error:
        raise SynthError(f"{path}: expected a manifest in JSON, found {error}") from error
    if not isinstance(manifest, dict) or "version" not in manifest:
        raise SynthError(
            f"{path}: expected a manifest with a version, found none; "
            "'mirbench synth OUT' writes one"
        )
    return manifest


def _arguments(manifest: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the release was made from.

    Raises:
        SynthError: If something is missing or of another kind.
    """
    for name, kinds in _KINDS.items():
        value = manifest.get(name)
        several = name in ("subtasks", "levels")
        entries = value if several and isinstance(value, list) else [value]
        if not entries or not all(type(entry) in kinds for entry in entries):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise SynthError(
                f"{folder / MANIFEST}, field {name!r}: expected {'several ' * several}{expected}, "
                f"found {value!r}"
            )
    return {name: manifest[name] for name in _KINDS}


_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "num": (int,),
    "seed": (int,),
    "subtasks": (str,),
    "levels": (int,),
    "test_fraction": (int, float),
    "image_size": (int,),
}


def _differences(found: Path, expected: Path) -> Iterator[str]:
    for name in (RECORDS, IMAGES, BACKSTAGE, MANIFEST):
        mine, its = found / name, expected / name
        if not mine.exists():
            yield f"{name}: missing"
        elif not _same_bytes(mine, its):
            yield f"{name}: other bytes than expected"
            if name == RECORDS:
                yield from _record_differences(mine, its)
            elif name == IMAGES:
                yield from _image_differences(mine, its)


def _same_bytes(a: Path, b: Path, block: int = 2**20) -> bool:
    if a.stat().st_size != b.stat().st_size:
        return False
    with a.open("rb") as one, b.open("rb") as other:
        while left := one.read(block):
            if left != other.read(block):
                return False
    return True


def _record_differences(found: Path, expected: Path) -> Iterator[str]:
    try:
        mine = {record["id"]: record for record in json.loads(found.read_text(encoding="utf-8"))}
    except (ValueError, TypeError, KeyError) as error:
        yield f"{RECORDS}: cannot be read ({error})"
        return
    its = {record["id"]: record for record in json.loads(expected.read_text(encoding="utf-8"))}
    yield from _name_differences(RECORDS, mine, its)
    for name in its:
        if name in mine and mine[name] != its[name]:
            record = mine[name]
            fields = [field for field in its[name] if record.get(field) != its[name][field]]
            surplus = [field for field in record if field not in its[name]]
            yield f"{RECORDS}: {name} differs in {', '.join(fields + surplus)}"


def _image_differences(found: Path, expected: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(found) as mine, zipfile.ZipFile(expected) as its:
            here = {entry.filename: entry.CRC for entry in mine.infolist()}
            there = {entry.filename: entry.CRC for entry in its.infolist()}
    except zipfile.BadZipFile as error:
        yield f"{IMAGES}: cannot be read ({error})"
        return
    yield from _name_differences(IMAGES, here, there)
    for name in there:
        if here.get(name, there[name]) != there[name]:
            yield f"{IMAGES}: {name} is another image"


def _name_differences(file: str, mine: dict[str, Any], its: dict[str, Any]) -> Iterator[str]:
    yield from (f"{file}: {name} is missing" for name in its if name not in mine)
    yield from (f"{file}: {name} does not belong there" for name in mine if name not in its)
