"""Train on the curriculum, in its order.

    accelerate launch -m training.train --config training/configs/qwen2_5_vl_7b.yaml
        [field=value | --field value ...]

Run the same command again after a crash: it goes on from the last whole checkpoint, and its steps
are those of a run that was never stopped. See docs/training.md.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import torch
from accelerate import PartialState
from transformers import AutoModelForImageTextToText, AutoProcessor
from transformers.integrations.deepspeed import unset_hf_deepspeed_config
from transformers.trainer_callback import PrinterCallback

from mirbench.curriculum import ScheduleRow
from mirbench.errors import MirbenchError
from mirbench.tiny import restore_vision_names
from mirbench.training_run.checkpoints import last_whole, open_run
from training.collate import Collator, Encoder, TrainingSet
from training.data import TrainingData
from training.run_log import RunLog
from training.settings import (
    Settings,
    SettingsError,
    read_settings,
    settings_help,
    training_arguments,
)
from training.trainer import CurriculumTrainer

_LORA_TARGETS: Final = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"


def train(settings: Settings, schedule: Sequence[ScheduleRow] | None = None) -> Path:
    """Train a model, or go on where a run was stopped; return the folder of the final model.

    A `schedule` is another order than the curriculum's, for comparisons.

    Raises:
        CheckpointError: If output_dir holds another run.
        SettingsError: If the settings do not fit each other or the number of ranks.
    """
    world_size = int(os.environ.get("WORLD_SIZE", "1"))
    use_cpu = not torch.accelerator.is_available()
    arguments = training_arguments(settings, world_size, use_cpu=use_cpu)
    data = TrainingData.load(settings.data_dir, settings.curriculum, schedule)
    names = ("model", "global_batch_size", "max_length", "max_pixels", "max_pixels_per_sample")
    identity = {"order": data.fingerprint, **{name: getattr(settings, name) for name in names}}
    checkpoint = last_whole(settings.output_dir, identity, resume=settings.resume)
    processor = _load(AutoProcessor, settings, checkpoint)
    at_once = world_size * arguments.per_device_train_batch_size
    is_grouped = settings.group_by_length_within_step and settings.global_batch_size > at_once > 1
    dealt = at_once, settings.global_batch_size if is_grouped else 1
    trainer = CurriculumTrainer(
        run_log=RunLog(data.schedule, identity),
        model=load_model(settings, checkpoint),
        args=arguments,
        train_dataset=TrainingSet(data, Encoder(processor, settings), *dealt),
        data_collator=Collator(processor.tokenizer.pad_token_id),
        processing_class=processor,
    )
    trainer.remove_callback(PrinterCallback)
    state = PartialState()
    if state.is_main_process:
        open_run(settings.output_dir, settings.model_dump(mode="json"), identity)
    state.wait_for_everyone()
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    out = settings.output_dir / "model"
    if state.is_main_process:
        last = settings.output_dir / f"checkpoint-{trainer.state.global_step}"
        write_model(settings, last, processor, out)
    state.wait_for_everyone()
    return out


def _load(auto: Any, settings: Settings, checkpoint: Path | None, **kwargs: Any) -> Any:
    try:
        if checkpoint:
            return auto.from_pretrained(checkpoint, **kwargs)
        return auto.from_pretrained(settings.model, revision=settings.revision, **kwargs)
    except (OSError, ImportError) as error:
        raise SettingsError(f"{checkpoint or settings.model} does not load: {error}") from error


def load_model(settings: Settings, checkpoint: Path | None) -> Any:
    """Load the model to train, with the weights or adapters of the checkpoint."""
    model = _load(
        AutoModelForImageTextToText, settings, None if settings.lora else checkpoint,
        dtype=getattr(torch, settings.weights), attn_implementation=settings.attention,
    )  # fmt: skip
    model.config.use_cache = False
    frozen = (".visual.", ".vision_tower.") if settings.freeze_vision else ()
    for name, weight in model.named_parameters():
        # LLaVA-OneVision takes its features from before this norm; DDP would wait for gradients.
        if any(part in name for part in (*frozen, ".vision_tower.post_layernorm.")):
            weight.requires_grad_(False)
    if not settings.lora:
        return model
    import peft

    if checkpoint:
        return peft.PeftModel.from_pretrained(model, str(checkpoint), is_trainable=True)
    return peft.get_peft_model(model, peft.LoraConfig(
        r=settings.lora.rank, lora_alpha=settings.lora.alpha, lora_dropout=settings.lora.dropout,
        target_modules=_LORA_TARGETS,
    ))  # fmt: skip


def write_model(settings: Settings, checkpoint: Path, processor: Any, out: Path) -> None:
    """Write the final model as released ones are: bfloat16, adapters merged."""
    unset_hf_deepspeed_config()  # else ZeRO-3 would load it in parts, on this rank alone
    model = _load(
        AutoModelForImageTextToText, settings, None if settings.lora else checkpoint,
        dtype=torch.float32 if settings.lora else torch.bfloat16,
    )  # fmt: skip
    if settings.lora:
        import peft

        model = peft.PeftModel.from_pretrained(model, str(checkpoint)).merge_and_unload()
    draft = out.with_name(f".{out.name}.draft")
    for folder in (draft, out):
        shutil.rmtree(folder, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(draft)
    processor.save_pretrained(draft)
    restore_vision_names(draft)
    draft.replace(out)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--config", type=Path)
    parser.add_argument("-h", "--help", action="store_true")
    options, overrides = parser.parse_known_args(arguments)
    if options.help:
        sys.stdout.write(f"{__doc__}\n{settings_help()}")
        return 0
    try:
        train(read_settings(options.config, overrides))
    except MirbenchError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
