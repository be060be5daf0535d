"""What a run is told: a YAML file, then the command line over it; checked once, here."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from mirbench.curriculum import CurriculumSettings
from mirbench.errors import MirbenchError
from mirbench.training_run.fields import describe, explain, number, read_fields, unknown


class SettingsError(MirbenchError, ValueError):
    """A setting is unknown, wrong, or would break the order."""


class Lora(BaseModel):
    """Adapters on the language model's linear layers; all else is frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rank: int = Field(64, ge=1, description="rank of the adapters")
    alpha: int = Field(128, ge=1, description="their scale is alpha / rank")
    dropout: float = Field(0.05, ge=0, lt=1, description="dropout before them")


class Settings(BaseModel):
    """The fields of a run; those of transformers' TrainingArguments stand in `trainer`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str = Field(description="a folder or a Hub name")
    revision: str | None = Field(None, description="revision of the model on the Hub")
    output_dir: Path = Field(description="where checkpoints, logs and the final model go")
    data_dir: str | None = Field(None, description="release folder; else as load_dataset finds it")
    curriculum: CurriculumSettings = Field(CurriculumSettings(), description="the order")
    resume: bool = Field(True, description="go on from the last whole checkpoint of output_dir")
    global_batch_size: int = Field(32, ge=1, description="samples of an optimiser step, all ranks")
    max_length: int = Field(32768, ge=1, description="tokens; a longer sample is left out, counted")
    group_by_length_within_step: bool = Field(
        True, description="samples of a like length go into a batch; a step's samples stay its own"
    )
    max_pixels: int | None = Field(1280 * 28**2, ge=1, description="an image above is scaled down")
    max_pixels_per_sample: int | None = Field(
        None, ge=1, description="all images of a sample above are scaled down by one factor"
    )
    weights: Literal["float32", "bfloat16"] = Field("float32", description="type of the weights")
    attention: Literal["sdpa", "flash_attention_2", "eager"] = Field("sdpa", description="kernel")
    freeze_vision: bool = Field(False, description="leave the vision tower as it is")
    lora: Lora | None = Field(
        None, description="train adapters (lora.rank=64, ..); the final model has them merged"
    )
    trainer: dict[str, Any] = {}


def num_workers(at_most: int = 4) -> int:
    """Return how many loader workers there are cores for, on a machine shared by its ranks."""
    is_bound = hasattr(os, "sched_getaffinity")
    cores = len(os.sched_getaffinity(0)) if is_bound else os.cpu_count() or 1
    ranks = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return max(1, min(at_most, cores // ranks))


DEFAULTS: Final[Mapping[str, Any]] = {
    "per_device_train_batch_size": 1,  # no padding at all; the images of one sample fill a GPU
    "learning_rate": 2e-5,
    "warmup_steps": 0.05,  # below one: a share of the run
    "lr_scheduler_type": "cosine",
    "logging_steps": 1,
    "save_steps": 100,
    "save_total_limit": 2,
    "dataloader_num_workers": num_workers(),
}
"""What we set otherwise than TrainingArguments does; a file or the command line may differ."""

_NOT_TO_BE_SET: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("shuffle", "dataset_shuffle", "train_dataloader_shuffle", "train_sampling_strategy",
         "group_by_length", "length_column_name", "packing", "accelerator_config"),
        "it could change the order, and the order is the curriculum; see 'curriculum'",
    ),
    "gradient_accumulation_steps": "it follows from global_batch_size and the number of ranks, so "
    "that a step has the same samples on any machine",
    "num_train_epochs": "a curriculum is passed through once",
    "remove_unused_columns": "the columns are the trainer's own",
    "resume_from_checkpoint": "runs resume by themselves; see 'resume'",
    "ignore_data_skip": "a resumed run would start the order anew",
    "dataloader_drop_last": "the end of the order would be lost",
    "average_tokens_across_devices": "ranks would weigh their samples differently",
    "auto_find_batch_size": "steps would have other samples than the settings say",
    **dict.fromkeys(("save_only_model", "save_strategy"), "a run could not be resumed exactly"),
}  # fmt: skip
_OURS: Final = tuple(name for name in Settings.model_fields if name != "trainer")
_GROUPS: Final = {
    "curriculum": tuple(field.name for field in dataclasses.fields(CurriculumSettings)),
    "lora": tuple(Lora.model_fields),
}


def read_settings(path: Path | None, words: Sequence[str] = ()) -> Settings:
    """Read a YAML file with words of the command line put over it.

    Raises:
        OverrideError: If one of them cannot be read.
        SettingsError: If a field is unknown, a value wrong, or the order would not be kept.
    """
    from transformers import TrainingArguments  # for its fields' names; takes a second to import

    names = (*_OURS, *(field.name for field in dataclasses.fields(TrainingArguments)))
    fields = {**DEFAULTS, **read_fields(path, words)}
    for name in fields:
        if name in _NOT_TO_BE_SET:
            raise SettingsError(f"{name}: refused: {_NOT_TO_BE_SET[name]}")
        if name not in names:
            raise SettingsError(unknown(name, names))
    if (limit := fields["save_total_limit"]) is not None and limit < 2:
        raise SettingsError(
            f"save_total_limit: expected 2 or more, found {limit}: a run that is killed while it "
            "saves goes on from the checkpoint before"
        )
    ours = {name: value for name, value in fields.items() if name in _OURS}
    theirs = {name: number(value) for name, value in fields.items() if name not in _OURS}
    try:
        return Settings(**ours, trainer=theirs)
    except ValidationError as error:
        raise SettingsError(explain(error, _GROUPS)) from None


def settings_help() -> str:
    """Say which fields there are."""
    fields = {name: Settings.model_fields[name] for name in _OURS if name != "curriculum"}
    of_order = 'as of load_dataset("mirbench", "curriculum")'
    order: Mapping[str, Any] = dataclasses.asdict(CurriculumSettings())
    fields |= {
        f"curriculum.{name}": FieldInfo(default=default, description=of_order)
        for name, default in order.items()
    }
    fields |= {f"lora.{name}": field for name, field in Lora.model_fields.items()}
    ours = ", ".join(f"{name}={value}" for name, value in DEFAULTS.items())
    theirs = f"And those of transformers.TrainingArguments; set: {ours}."
    return f"{describe(fields)}\n{theirs}\nNot to be set: {', '.join(_NOT_TO_BE_SET)}.\n"
