"""The board as files for other programs: CSV and JSON."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from mirbench.board.ranking import Group, Row

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What spreadsheets take for the start of a formula; the last four are the full-width signs."""


def as_csv(rows: Sequence[Row], groups: Sequence[Group]) -> str:
    """Write the rows as CSV in which no text is a formula for a spreadsheet."""
    file = io.StringIO()
    records = [_record(row, groups) for row in rows]
    names = list(_record_names(groups))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for record in records:
        writer.writerow([_cell(record[name]) for name in names])
    return file.getvalue()


def as_json(rows: Sequence[Row], groups: Sequence[Group]) -> str:
    """Write the rows as a JSON list of objects."""
    return json.dumps([_record(row, groups) for row in rows], ensure_ascii=False, indent=1)


def _cell(value: Any) -> Any:
    """Put an apostrophe before a text that a spreadsheet would compute."""
    if isinstance(value, str) and value.strip().startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _record_names(groups: Sequence[Group]) -> Iterator[str]:
    yield from (
        "rank", "tie", "model", "revision", "task", "kind", "tier", "accuracy", "low", "high",
        "num_correct", "num", "p_against_leader",
    )  # fmt: skip
    yield from (f"{group.of} {group.name}" for group in groups)
    yield from (
        "num_unparsed", "num_truncated", "num_failed", "size", "availability", "reasoning",
        "licence", "trained_on_mir", "held_out_accuracy", "held_out_num", "flags", "created", "id",
    )  # fmt: skip


def _record(row: Row, groups: Sequence[Group]) -> dict[str, Any]:
    submission, verdict = row.accepted.submission, row.accepted.verdict
    held_out = verdict.held_out
    by_group = row.by_group or [None] * len(groups)
    return {
        "rank": row.rank,
        "tie": row.tie,
        "model": submission.model.name,
        "revision": submission.model.revision,
        "task": submission.harness.task,
        "kind": submission.kind,
        "tier": verdict.tier,
        "accuracy": row.accuracy,
        "low": row.interval.low,
        "high": row.interval.high,
        "num_correct": row.num_correct,
        "num": row.num,
        "p_against_leader": row.p,
        **{
            f"{group.of} {group.name}": None if num is None else num / group.num
            for group, num in zip(groups, by_group, strict=True)
        },
        "num_unparsed": row.num_unparsed,
        "num_truncated": row.num_truncated,
        "num_failed": row.num_failed,
        "size": submission.model.size,
        "availability": submission.model.availability,
        "reasoning": submission.model.reasoning,
        "licence": submission.model.licence,
        "trained_on_mir": submission.disclosure.trained_on_mir,
        "held_out_accuracy": held_out.num_correct / held_out.num if held_out else None,
        "held_out_num": held_out.num if held_out else None,
        "flags": " ".join(flag.kind for flag in verdict.flags),
        "created": submission.created,
        "id": row.accepted.id,
    }
