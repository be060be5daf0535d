"""Which questions each task asks: lmms-eval's `process_docs`, test split -> test split.

Rows are selected by position and never copied, and no image is decoded: what decides is read from
the columns of text.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

import datasets

from mirbench.errors import SplitError
from mirbench.taxonomy import Category, Difficulty

_log: Final = logging.getLogger(__name__)


def with_steps(rows: datasets.Dataset) -> datasets.Dataset:
    """Keep the questions whose steps are all there, so that every stage asks the same ones."""
    columns = rows.select_columns(
        ["summary", "caption", "text_to_region", "region_to_region", "reasoning"]
    )
    kept = [position for position, row in enumerate(columns) if _has_steps(row)]
    if len(kept) < len(rows):
        _log.warning("%d of %d questions have no whole chain", len(rows) - len(kept), len(rows))
    return _select(rows, kept, "has all its steps, which the guidance ladder gives")


def _has_steps(row: dict[str, Any]) -> bool:
    return bool(
        row["summary"]
        and any(row["caption"])
        and row["text_to_region"]
        and (row["region_to_region"] or row["reasoning"])
    )


def rotated(rows: datasets.Dataset) -> datasets.Dataset:
    """Ask each question once for every rotation of its options, one after the other.

    The new column `rotation` says by how many places they are rotated left. The tables of the
    rotations share the memory of the one table on disk.
    """
    num_options = [len(options) for options in rows["options"]]
    turned = [
        rows.add_column("rotation", [places] * len(rows)) for places in range(max(num_options))
    ]
    order = [
        places * len(rows) + position
        for position, num in enumerate(num_options)
        for places in range(num)
    ]
    return datasets.concatenate_datasets(turned).select(order)


def _of_difficulty(difficulty: Difficulty) -> Callable[[datasets.Dataset], datasets.Dataset]:
    def of_difficulty(rows: datasets.Dataset) -> datasets.Dataset:
        kept = _positions(rows["difficulty"], difficulty)
        return _select(rows, kept, f"is labelled {difficulty}: 'mirbench label' makes labels")

    return of_difficulty


def _of_category(category: Category) -> Callable[[datasets.Dataset], datasets.Dataset]:
    def of_category(rows: datasets.Dataset) -> datasets.Dataset:
        return _select(rows, _positions(rows["category"], category), f"is {category}")

    return of_category


def _positions(values: Sequence[Any], wanted: str) -> list[int]:
    return [position for position, value in enumerate(values) if value == wanted]


def _select(rows: datasets.Dataset, kept: list[int], what: str) -> datasets.Dataset:
    if not kept:
        raise SplitError(f"none of the {len(rows)} test questions {what}")
    return rows if len(kept) == len(rows) else rows.select(kept)


easy = _of_difficulty("easy")
hard = _of_difficulty("hard")
spatial = _of_category("Spatial")
sequential = _of_category("Sequential")
analytical = _of_category("Analytical")
