"""The dataset card: what the Hub needs to load and show the data, and what people need to know."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from mirbench import __version__
from mirbench.curriculum import CurriculumSettings
from mirbench.data.stats import leak_lines
from mirbench.export.features import card_features
from mirbench.export.page import page_template

if TYPE_CHECKING:
    from mirbench.export.parquet import ParquetExport, SplitInfo
    from mirbench.synth.verify import Recipe

CANARY: Final = "mirbench:4b7d0c5e-8c0f-4a53-9d7e-2f6f5b1c9a30"
"""Stands in every export: whoever filters training data can find what must not be in it."""

FIGURE_NAME: Final = "figure.png"

LICENCE: Final = "apache-2.0"
_TAGS: Final = ("multi-image", "interleaved", "reasoning", "benchmark", "curriculum-learning")
_SIZES: Final = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
)  # fmt: skip


def write_card(
    folder: Path, export: "ParquetExport", curriculum: CurriculumSettings, recipe: "Recipe | None"
) -> None:
    """Write the card of an export; its figure is `mirbench.export.figure`'s.

    Args:
        folder: Where the export is.
        export: What was written.
        curriculum: The settings of the training order.
        recipe: How the questions are made again, where MIR-Synth made them.
    """
    configs = list(dict.fromkeys(each.config for each in export.splits))
    text = page_template("card.md.j2").render(
        metadata=yaml.safe_dump(
            _metadata(configs, export.splits, recipe), sort_keys=False, allow_unicode=True
        ),
        splits={each.split: each.num_rows for each in export.splits if each.config == "default"},
        has_curriculum="curriculum" in configs,
        curriculum=curriculum,
        export=export,
        recipe=recipe,
        leaks=leak_lines(export.leaks),
        canary=CANARY,
        figure=FIGURE_NAME,
        licence=LICENCE,
        version=__version__,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")


def _metadata(
    configs: Sequence[str], splits: Sequence["SplitInfo"], recipe: "Recipe | None"
) -> dict[str, Any]:
    num_rows = sum(each.num_rows for each in splits if each.config == "default")
    size = next((name for limit, name in _SIZES if num_rows < limit), "1M<n<10M")
    return {
        "pretty_name": f"{'MIR-Synth' if recipe else 'MIR'}: multi-image interleaved reasoning",
        "license": LICENCE,
        "language": ["en"],
        "task_categories": ["visual-question-answering", "multiple-choice", "image-text-to-text"],
        "tags": [*_TAGS, *(["synthetic"] if recipe else [])],
        "size_categories": [size],
        "configs": [_config(name, splits) for name in configs],
        "dataset_info": [_dataset_info(name, splits) for name in configs],
    }


def _config(name: str, splits: Sequence["SplitInfo"]) -> dict[str, Any]:
    files = [
        {"split": each.split, "path": f"{name}/{each.split}-*.parquet"}
        for each in splits
        if each.config == name
    ]
    default = {"default": True} if name == "default" else {}
    return {"config_name": name, **default, "data_files": files}


def _dataset_info(name: str, splits: Sequence["SplitInfo"]) -> dict[str, Any]:
    from mirbench.export.parquet import SCHEMAS

    mine = [each for each in splits if each.config == name]
    return {
        "config_name": name,
        "features": card_features(SCHEMAS[name]),
        "splits": [
            {"name": each.split, "num_bytes": each.num_bytes, "num_examples": each.num_rows}
            for each in mine
        ],
        "download_size": sum(each.file_bytes for each in mine),
        "dataset_size": sum(each.num_bytes for each in mine),
    }
