"""The settings of a run as transformers' Trainer takes them."""

from transformers import TrainingArguments
from transformers.integrations import is_tensorboard_available
from transformers.utils import is_liger_kernel_available

from mirbench.training_run.settings import Settings, SettingsError, read_settings, settings_help

__all__ = ["Settings", "SettingsError", "read_settings", "settings_help", "training_arguments"]


def training_arguments(settings: Settings, world_size: int, *, use_cpu: bool) -> TrainingArguments:
    """Return the Trainer's own settings for a number of ranks.

    Raises:
        SettingsError: If the batch cannot be divided, transformers refuses a value, or Liger's
            kernels are asked for where they cannot run.
    """
    if settings.trainer.get("use_liger_kernel"):
        if use_cpu:
            raise SettingsError("use_liger_kernel: its kernels run on a GPU, and none was found")
        if not is_liger_kernel_available():
            raise SettingsError("use_liger_kernel: not installed: pip install liger-kernel")
    at_once = settings.trainer["per_device_train_batch_size"] * world_size
    if settings.global_batch_size % at_once:
        raise SettingsError(
            f"global_batch_size: expected a multiple of {at_once} ({world_size} ranks x "
            f"per_device_train_batch_size), found {settings.global_batch_size}"
        )
    try:
        arguments = TrainingArguments(**{
            "report_to": "tensorboard" if is_tensorboard_available() else "none",
            "gradient_checkpointing_kwargs": {"use_reentrant": False},
            "ddp_find_unused_parameters": False,
            "liger_kernel_config": {"fused_linear_cross_entropy": False},  # our loss needs logits
            "use_cpu": use_cpu,
            **settings.trainer,
            "output_dir": str(settings.output_dir),
            "gradient_accumulation_steps": settings.global_batch_size // at_once,
            "num_train_epochs": 1,
            "remove_unused_columns": False,
            "train_sampling_strategy": "sequential",
            "disable_tqdm": True,
        })  # fmt: skip
    except (TypeError, ValueError) as error:
        raise SettingsError(f"transformers refuses the settings: {error}") from error
    if arguments.n_gpu > 1:
        raise SettingsError("one process on several GPUs: start it with 'accelerate launch'")
    return arguments
