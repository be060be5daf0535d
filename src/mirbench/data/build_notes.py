"""What stands beside the Arrow files of a build: what was left out, and where every record went."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mirbench import __version__
from mirbench.data.index import Index
from mirbench.data.release import write_faults
from mirbench.record import Fault

FAULTS_NAME: Final = "faults.jsonl"
SUMMARY_NAME: Final = "mirbench.json"


def open_notes(folder: Path, source: str, index: Index) -> None:
    """Note what is to be built, and the faults that are known before it begins."""
    write_faults(folder / FAULTS_NAME, index.faults)
    write_json(
        folder / SUMMARY_NAME,
        {
            "mirbench": __version__,
            "source": source,
            "fingerprint": index.fingerprint,
            "num_records": index.num_records,
            "leaks": index.leaks._asdict(),
        },
    )


def note_faults(folder: Path, first_record: int, faults: Sequence[Fault]) -> None:
    """Note what one process of several left out; `first_record` tells its notes from others'."""
    write_faults(folder / f"part-{first_record:09d}-{FAULTS_NAME}", faults)


def close_notes(folder: Path, num_rows: int) -> str:
    """Put the faults of all processes into one file; return the account of every record."""
    parts = sorted(folder.glob(f"part-*-{FAULTS_NAME}"))
    with (folder / FAULTS_NAME).open("a", encoding="utf-8") as file:
        for part in parts:
            file.write(part.read_text(encoding="utf-8"))
            part.unlink()
    num_faults = len((folder / FAULTS_NAME).read_text(encoding="utf-8").splitlines())
    notes = read_notes(folder)
    counts = {"num_rows": num_rows, "num_faults": num_faults}
    write_json(folder / SUMMARY_NAME, {**notes, **counts})
    num_records = notes["num_records"]
    return f"{num_records:,} records = {num_rows:,} rows + {num_faults:,} left out ({FAULTS_NAME})"


def read_notes(folder: Path) -> dict[str, Any]:
    """Return what was noted of a build."""
    notes: dict[str, Any] = json.loads((folder / SUMMARY_NAME).read_text(encoding="utf-8"))
    return notes


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file for people to read as well."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
