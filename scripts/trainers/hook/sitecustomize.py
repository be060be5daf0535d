"""Lets one see what a trainer gives its model.

Any Python with this folder in PYTHONPATH imports it at its start. Where MIRBENCH_SEEN names a
folder, the Trainer of transformers, of which all others are made, leaves there what its steps were
given (MIRBENCH_LOOK=inputs; the first is taken, the rest only looked at), or how fast they came:
taking them (steps) or not (loader).
"""

import itertools
import json
import os
import resource
import sys
import time
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder
from pathlib import Path

RANK = os.environ.get("RANK", "0")
NAMES = ("input_ids", "attention_mask", "labels", "pixel_values", "image_grid_thw")


def keep_inputs(trainer, folder):
    """Write the inputs of each micro-batch."""
    import numpy
    import torch

    step = trainer.training_step
    places = itertools.count()

    def kept(self, model, inputs, *rest, **more):
        arrays = {name: inputs[name].float().cpu().numpy() for name in NAMES}
        place = next(places)
        numpy.savez(folder / f"{place:04d}-{RANK}.npz", **arrays)
        return torch.zeros(()) if place else step(self, model, inputs, *rest, **more)

    trainer.training_step = kept


class Clock:
    """Counts batches from the second on; the first waits for the workers to start."""

    def __init__(self, folder):
        """Start with nothing."""
        self.path = folder / f"speed-{RANK}.json"
        self.samples = self.tokens = self.places = 0
        self.start = self.first = None

    def came(self, inputs):
        """Count a batch."""
        if self.start is not None:
            mask = inputs["attention_mask"]
            self.samples += len(mask)
            self.tokens += int(mask.sum())
            self.places += mask.numel()

    def done(self):
        """Write what was counted up to now."""
        now = time.time()
        self.first = self.first or now
        if self.start is None:
            self.start = now
            return
        seconds = now - self.start
        self.path.write_text(json.dumps({
            "samples/s": self.samples / seconds,
            "tokens/s": self.tokens / seconds,
            "padding": 1 - self.tokens / self.places,
            "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "start s": self.first - float(os.environ["MIRBENCH_STARTED"]),
        }))  # fmt: skip


def time_steps(trainer, folder):
    """Time the steps."""
    clock, step = Clock(folder), trainer.training_step

    def timed(self, model, inputs, *rest, **more):
        clock.came(inputs)
        loss = step(self, model, inputs, *rest, **more)
        clock.done()
        return loss

    trainer.training_step = timed


def time_loader(trainer, folder):
    """Time the batches of one epoch alone, then stop."""
    clock = Clock(folder)

    def train(self, *rest, **more):
        for batch in self.get_train_dataloader():
            clock.came(batch)
            clock.done()
        os._exit(0)

    trainer.train = train


LOOKS = {"inputs": keep_inputs, "steps": time_steps, "loader": time_loader}


class _TrainerImport(MetaPathFinder):
    """Changes the Trainer when it is imported, then steps aside."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "transformers.trainer":
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path)
        load = spec.loader.exec_module

        def load_and_look(module):
            load(module)
            look = LOOKS[os.environ["MIRBENCH_LOOK"]]
            look(module.Trainer, Path(os.environ["MIRBENCH_SEEN"]))

        spec.loader.exec_module = load_and_look
        return spec


if "MIRBENCH_SEEN" in os.environ:
    sys.meta_path.insert(0, _TrainerImport())
