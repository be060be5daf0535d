"""A model in training: optimisers, losses, and what a killed run goes on from."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from .architecture import matrices
from .data import IGNORED, Question, make_batch
from .fast import logits_and_labels, prepare
from .recipe import Recipe


class Run:
    """A model in training, with all that has to survive a kill."""

    def __init__(self, recipe: Recipe, model: Any) -> None:
        self.recipe = recipe
        self.model = model
        self.step = 0
        self.seconds = 0.0
        prepare(model)
        patches = model.model.visual.patch_embed.proj
        self._shape = patches.weight.shape
        patches.weight = nn.Parameter(patches.weight.data.flatten(1))
        turned = dict(matrices(model))
        others = [weight for name, weight in model.named_parameters() if name not in turned]
        muon = torch.optim.Muon(
            list(turned.values()),
            lr=recipe.rate,
            weight_decay=0.01,
            momentum=0.95,
            adjust_lr_fn="match_rms_adamw",
        )
        adam = torch.optim.AdamW(others, lr=recipe.rate, betas=(0.9, 0.95), weight_decay=0.0)
        self.optimisers = [muon, adam]

    def learn(self, questions: Sequence[Question]) -> float:
        """Take one optimiser step and return its loss."""
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = self.recipe.rate * self.recipe.rate_at(self.step)
        losses, is_end = self._losses(questions, self.recipe.form_at(self.step))
        weight = self.recipe.end_weight_at(self.step)
        loss = (losses * torch.where(is_end, weight, 1.0)).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.model.zero_grad()
        self.step += 1
        return float(losses.detach().mean())

    def _losses(self, questions: Sequence[Question], form: str) -> tuple[Tensor, Tensor]:
        """Return the loss of every token to be written, and whether it is one of the last few."""
        batch = make_batch(questions, form, self.model.config.vision_config.spatial_merge_size)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits, labels = logits_and_labels(self.model, batch)
        losses = functional.cross_entropy(logits.float(), labels, reduction="none")
        return losses, batch.is_end[batch.labels != IGNORED]

    @torch.no_grad()
    def look(self, questions: Sequence[Question]) -> dict[str, list[float]]:
        """Return the loss on each subtask and level, and that of the last few tokens alone."""
        groups: dict[str, list[Question]] = {}
        for question in questions:
            groups.setdefault("-".join(question.id.split("-")[2:4]), []).append(question)
        return {
            name: [round(float(part), 4) for part in self._means(group)]
            for name, group in sorted(groups.items())
        }

    def _means(self, questions: Sequence[Question]) -> tuple[Tensor, Tensor]:
        losses, is_end = self._losses(questions, "direct")
        return losses.mean(), losses[is_end].mean()

    def state(self) -> dict[str, Any]:
        """Return all that a later process needs to go on."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }

    def load(self, state: Mapping[str, Any]) -> None:
        """Go on from a state."""
        self.step, self.seconds = state["step"], state["seconds"]
        self.model.load_state_dict(state["model"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)

    def weights(self) -> dict[str, Tensor]:
        """Return the weights under transformers' names and shapes."""
        weights = dict(self.model.state_dict())
        name = "model.visual.patch_embed.proj.weight"
        weights[name] = weights[name].view(self._shape)
        return weights
