"""The Hugging Face `datasets` builder of MIR, and its registration.

    import mirbench_hf                                     # registers "mirbench" with datasets
    from datasets import load_dataset
    load_dataset("mirbench")                               # splits easy / hard / test
    load_dataset("mirbench", "stage3", split="hard")       # chat messages, three steps to write
    load_dataset("mirbench", "curriculum", split="train")  # the training order

`mirbench_hf.load_dataset(...)` does the same over public API alone. With datasets below 4 this
file is also a loading script: `load_dataset("mirbench_hf.py", trust_remote_code=True)`. The builder
itself is `mirbench.data.builder`.
"""

import functools
from typing import Any

import datasets
import datasets.inspect
import datasets.load

from mirbench.data.builder import MIRBench
from mirbench.data.builder_config import MIRBenchConfig
from mirbench.data.cache import code_hash

__all__ = ["MIRBench", "MIRBenchConfig", "load_dataset"]

NAME = "mirbench"


def load_dataset(
    name: str | None = None,
    *,
    data_dir: str | None = None,
    split: str | None = None,
    streaming: bool = False,
    num_proc: int | None = None,
    cache_dir: str | None = None,
    **config: Any,
) -> Any:
    """Load a configuration of MIR: `datasets.load_dataset("mirbench", ...)` over public API alone.

    Args:
        name: `default`, `stage1` .. `stage5`, or `curriculum`.
        data_dir: A release folder; else the variable `MIRBENCH_DATA_DIR`, else the Hub.
        split: One split, or None for a dictionary of all.
        streaming: Return an iterable dataset and write nothing to disk.
        num_proc: Number of processes that build.
        cache_dir: Where the Arrow files go; else where datasets puts them.
        **config: Fields of `MIRBenchConfig`.
    """
    builder = MIRBench(
        cache_dir=cache_dir,
        dataset_name=NAME,
        config_name=name,
        hash=code_hash(),
        data_dir=data_dir,
        **config,
    )
    if streaming:
        return builder.as_streaming_dataset(split=split)
    builder.download_and_prepare(num_proc=num_proc)
    return builder.as_dataset(split=split)


def _register() -> None:
    """Let `datasets.load_dataset("mirbench")` and its relatives resolve to this module.

    datasets has no public way to add a builder by name, so the function that maps names to
    builder modules is wrapped where it is looked up.
    """
    resolve = datasets.load.dataset_module_factory
    if getattr(resolve, "knows_mirbench", False):
        return

    @functools.wraps(resolve)
    def dataset_module_factory(path: str, *args: Any, **kwargs: Any) -> Any:
        if path != NAME:
            return resolve(path, *args, **kwargs)
        revision = kwargs.get("revision")
        builder_kwargs = {"dataset_name": NAME, **({"revision": revision} if revision else {})}
        return datasets.load.DatasetModule(__name__, code_hash(), builder_kwargs)

    # A function may carry attributes; its type does not say so.
    dataset_module_factory.knows_mirbench = True  # type: ignore[attr-defined]
    datasets.load.dataset_module_factory = dataset_module_factory
    datasets.inspect.dataset_module_factory = dataset_module_factory


# As a loading script (datasets below 4) this file runs under another name and needs no register.
if __name__ == "mirbench_hf":
    _register()
