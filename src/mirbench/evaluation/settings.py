"""What `mirbench eval` was asked to do, and what it says to lmms-eval to get that."""

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from mirbench.errors import MirbenchError

TooLongChoice = Literal["refuse", "fail"]

LMMS_EVAL_LIMIT: Final = "max_new_tokens"
SERVER_CONCURRENCY: Final = 64
SERVER_TRIES: Final = 8

_MODEL_NAMES: Final = ("model", "pretrained", "model_version")
_TRUSTING: Final = ("vllm", "vllm_chat", "vllm_generate", "sglang")
_TAKES_THE_LARGER: Final = ("vllm", "vllm_chat", "vllm_generate")
_CONCURRENT: Final = ("async_openai", "async_openai_compatible", "async_openai_compatible_chat")
_SERVERS: Final = (*_CONCURRENT, "openai", "openai_compatible", "openai_compatible_chat")

# Where and how fast a model runs, and not what it answers: a run may go on with others of these.
_OF_THE_MACHINE: Final = frozenset({
    "gpu_memory_utilization", "tensor_parallel_size", "pipeline_parallel_size", "max_num_seqs",
    "max_num_batched_tokens", "swap_space", "cpu_offload_gb", "device", "device_map",
    "disable_log_stats", "base_url", "timeout", "max_retries", "retry_backoff_s", "num_cpus",
    "adaptive_concurrency", "adaptive_max_concurrency", "threads", "mem_fraction_static",
    "mm_processor_cache_gb", "batch_size", LMMS_EVAL_LIMIT,
})  # fmt: skip

# lmms-eval's flags that would take from us what makes a run survive, with what to do instead.
_REFUSED: Final = {
    "--output_path": "--out says where a run goes",
    "--use_cache": "answers are kept anyway, in the run's folder",
    "-c": "answers are kept anyway, in the run's folder",
    "--cache_requests": "lmms-eval finds cached requests by their task's name, not by their data",
    "--config": "give its settings as flags, or run 'lmms-eval eval --config'",
    "--predict_only": "responses are always kept, and scored",
    "-x": "responses are always kept, and scored",
    "--apply_chat_template": "chat backends apply their model's template themselves",
    "--reasoning_tags": "responses are scored as they are; the extractor knows reasoning tags",
    "--process_with_media": "no task of MIR needs images to score a response",
    "--max_tokens": "a run is whole or goes on; it has no budget of tokens",
}

_SECRET: Final = re.compile(r"(key|token|secret|password)s?$", re.IGNORECASE)
_SECRET_VALUE: Final = re.compile(r"(\w*(?:key|token|secret|password)=)[^,\s]+", re.IGNORECASE)


class SettingsError(MirbenchError):
    """A setting of an evaluation is wrong."""


class EvaluationError(MirbenchError):
    """lmms-eval could not finish a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What to run.

    Attributes:
        model: lmms-eval's name of the backend.
        model_args: Its arguments, as lmms-eval takes them: `name=value,name=value`.
        tasks: Names of tasks, with commas between them.
        out: The run's folder.
        flags: Further flags of lmms-eval.
        too_long: What becomes of prompts that do not fit.
        data_dir: The release; None takes the variable, else the Hub.
    """

    model: str
    model_args: str
    tasks: str
    out: Path
    flags: tuple[str, ...] = ()
    too_long: TooLongChoice = "refuse"
    data_dir: str | None = None

    def __post_init__(self) -> None:
        """Refuse flags that are ours to set.

        Raises:
            SettingsError: If there is one.
        """
        for flag in self.flags:
            if remedy := _REFUSED.get(flag.split("=", 1)[0]):
                raise SettingsError(f"{flag}: not taken by 'mirbench eval': {remedy}")

    @property
    def command(self) -> str:
        """The command line, without what is secret in it."""
        given = ["--model", self.model, "--model-args", self.model_args, "--tasks", self.tasks]
        given += [] if self.too_long == "refuse" else ["--too-long", self.too_long]
        return _SECRET_VALUE.sub(r"\1...", shlex.join(["mirbench", "eval", *given, *self.flags]))


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendSettings:
    """What lmms-eval is told about the model.

    Attributes:
        args: Arguments of the backend.
        limit: Tokens of a response, if they were given among the arguments.
        revision: Of the model, if it was given among them.
    """

    args: Mapping[str, Any]
    limit: int | None
    revision: str | None

    @property
    def name(self) -> str:
        """The model's name or folder."""
        return model_of(self.args)

    def of_the_model(self) -> dict[str, str]:
        """Return the arguments that can change an answer, without secrets."""
        return {name: value for name, value in self.shown().items() if name not in _OF_THE_MACHINE}

    def shown(self) -> dict[str, str]:
        """Return the arguments without secrets."""
        return {name: str(value) for name, value in self.args.items() if not _SECRET.search(name)}


def backend_settings(backend: str, args: Mapping[str, Any]) -> BackendSettings:
    """Say to a backend what makes its settings hold.

    - `max_new_tokens` among the arguments of the vLLM backend is a floor under the task's own
      setting, so 1 is given, and a limit that the user gave goes where it is one.
    - Code that a model brings along is not run unless the user says so; some backends would.
    - A server is asked half as many questions at a time as this machine has CPUs if `num_cpus`
      does not say otherwise; its own machine can do more. Its client wants a key even where the
      server does not. Which revision of a model it serves, its client does not know: the user
      says it, for the manifest.
    """
    args = dict(args)
    limit = args.pop(LMMS_EVAL_LIMIT, None)
    revision = args.pop("revision", None) if is_server(backend) else args.get("revision")
    if backend in _TAKES_THE_LARGER:
        args[LMMS_EVAL_LIMIT] = 1
    if backend in _TRUSTING:
        args.setdefault("trust_remote_code", False)
    if backend in _CONCURRENT:
        args.setdefault("num_cpus", SERVER_CONCURRENCY)
        args.setdefault("max_retries", SERVER_TRIES)
        if "OPENAI_API_KEY" not in os.environ:
            args.setdefault("api_key", "EMPTY")
    return BackendSettings(
        args=args, limit=limit, revision=None if revision is None else str(revision)
    )


def model_of(args: Mapping[str, Any]) -> str:
    """Return the name or folder of the model that a backend is given.

    Raises:
        SettingsError: If there is none.
    """
    found = next((args[name] for name in _MODEL_NAMES if name in args), None)
    if found is None:
        raise SettingsError("--model-args: expected model=... (or pretrained=...), found none")
    return str(found)


def is_server(backend: str) -> bool:
    """Say whether a backend asks a server, which has the model and knows its revision."""
    return backend in _SERVERS


def host_arguments(evaluation: Evaluation, output: Path) -> Sequence[str]:
    """Return lmms-eval's own command line, for its own parser."""
    return [
        *("--model", evaluation.model, "--model_args", evaluation.model_args),
        *("--tasks", evaluation.tasks, "--output_path", str(output), "--log_samples"),
        *evaluation.flags,
    ]
