"""transformers' Trainer, held to the order and made to account for every sample."""

from pathlib import Path
from typing import Any

import torch
from transformers import Trainer

from mirbench.tiny import restore_vision_names
from training.collate import IGNORE_INDEX
from training.run_log import RunLog


class CurriculumTrainer(Trainer):  # type: ignore[misc]  # transformers is typed in part
    """Takes the order as it comes, and computes the loss where targets are, nowhere else."""

    def __init__(self, *, run_log: RunLog, **kwargs: Any) -> None:
        """Add the log to a Trainer's own arguments."""
        super().__init__(callbacks=[run_log], **kwargs)
        self._run_log = run_log
        # compute_loss divides by the targets of the whole step, on all ranks.
        self.model_accepts_loss_kwargs = self.loss_is_scaled_for_ga = True

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        # Accelerate deals batches to the ranks in turn, so a step is the order's next slice.
        return torch.utils.data.SequentialSampler(self.train_dataset)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """Return the batch's share of the step's loss: its sum, over all targets of the step.

        Logits are computed where the next token is a target of some sample: of a prompt full of
        images they would take most of the memory. The same sums are what the log says of each
        sample.
        """
        positions, outcomes = inputs.pop("positions"), inputs.pop("outcomes")
        labels = inputs.pop("labels")
        is_target = labels != IGNORE_INDEX
        targets = is_target.any(dim=0).nonzero().flatten()
        if not len(targets):  # every rank must run the model, or the others wait for it
            targets = targets.new_tensor([1])
        outputs = model(**inputs, logits_to_keep=targets - 1)
        losses = torch.nn.functional.cross_entropy(
            outputs.logits.float().flatten(0, 1), labels[:, targets].flatten(),
            ignore_index=IGNORE_INDEX, reduction="none",
        ).view(len(labels), -1)  # fmt: skip
        sums = inputs["attention_mask"].sum(1), is_target.sum(1), losses.detach().sum(1)
        columns = [column.double() for column in (positions, outcomes, *sums)]
        self._run_log.add(torch.stack(columns, dim=1))
        num_targets = max(int(num_items_in_batch), 1)  # none where all samples are left out
        loss = losses.sum() * (self.accelerator.num_processes / num_targets)
        return (loss, outputs) if return_outputs else loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the losses of phases and stages to what TensorBoard is told."""
        super().log({**logs, **self._run_log.losses}, start_time)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Do nothing: the model was loaded from the checkpoint.

        The Trainer's own way takes the names in the file for those in memory. transformers writes
        the released names, which differ (Qwen2-VL, Qwen2.5-VL, LLaVA-OneVision), and what is not
        found keeps the weights from before training, without an error.
        """

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        super()._save(output_dir, state_dict)
        if self.args.should_save and output_dir:
            restore_vision_names(Path(output_dir))
