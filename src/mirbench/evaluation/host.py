"""lmms-eval in this process, with a model whose answers are kept; the only module that drives it.

lmms-eval does what it does for its own command: it finds the tasks, makes the requests, scores the
responses, writes results and samples. Three things differ: requests go through the journal, an
error is an error (its command prints it and ends with exit code 0), and of its thousand task files
only ours are read.
"""

import functools
import io
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any, Final

from mirbench.data.build_notes import read_notes
from mirbench.evaluation.forms import form_named
from mirbench.evaluation.journaled import Asker
from mirbench.evaluation.lengths import Row
from mirbench.evaluation.loading import check_arguments, load_backend
from mirbench.evaluation.settings import Evaluation, SettingsError, host_arguments

RUN: Final = "vllm, async_openai, huggingface, qwen2_5_vl"
_ONE_ROUND: Final = "mirbench eval generates one response a request; use lmms-eval's own command"
_MISSING: Final = "expected lmms-eval, found none: pip install 'mirbench[eval]'"


def read_arguments(evaluation: Evaluation, output: Path) -> Namespace:
    """Read lmms-eval's flags with its own parser.

    Args:
        evaluation: What to run.
        output: Where lmms-eval is to write.

    Raises:
        SettingsError: If lmms-eval is not installed, or a flag of it is none.
    """
    try:
        from lmms_eval.__main__ import parse_eval_args
    except ImportError as error:
        raise SettingsError(f"{_MISSING} ({error})") from error
    said = io.StringIO()
    try:
        with _command_line(host_arguments(evaluation, output)), redirect_stderr(said):
            arguments: Namespace = parse_eval_args()[1]
    except SystemExit as end:  # the parser ends the process
        [*_, reason] = said.getvalue().strip().splitlines() or [f"it ended with {end.code}"]
        raise SettingsError(f"{reason}; 'lmms-eval eval --help' lists its options") from end
    return arguments


def cause_of(error: BaseException) -> BaseException:
    """Return what went wrong, from under lmms-eval's retries."""
    from tenacity import RetryError

    while isinstance(error, RetryError):
        error = error.last_attempt.exception() or error.last_attempt.result()
    return error


def read_pairs(option: str, text: str) -> dict[str, Any]:
    """Read the `name=value,name=value` of an option as lmms-eval does.

    Raises:
        SettingsError: If it is no such text.
    """
    from lmms_eval.utils import simple_parse_args_string

    try:
        return dict(simple_parse_args_string(text))
    except ValueError as error:
        raise SettingsError(f"{option}: expected name=value,name=value, found {text!r}") from error


def check_names(arguments: Namespace, backend_args: Mapping[str, Any]) -> None:
    """Refuse backends, arguments and tasks that there are not, before anything is loaded or asked.

    Args:
        arguments: lmms-eval's.
        backend_args: What the backend is to be given.

    Raises:
        SettingsError: If one is not there, or a package that the backend needs is not.
    """
    from lmms_eval import models
    from lmms_eval.tasks import TaskManager

    name = arguments.model
    if name not in models.list_available_models(include_aliases=True):
        raise SettingsError(f"--model: lmms-eval has no backend {name!r}; run with MIR were {RUN}")
    try:
        backend = models.get_model(name, arguments.force_simple)
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"--model {name}: expected the package {error.name!r}, which lmms-eval's backend "
            f"imports, found none: pip install {error.name}"
        ) from error
    check_arguments(backend, backend_args)
    with _command_line(["--tasks", arguments.tasks]):  # our entry point looks there
        manager = TaskManager(include_path=arguments.include_path, include_defaults=False)
    for task in arguments.tasks.split(","):
        if not manager.match_tasks([task]) and not Path(task).exists():
            names = ", ".join(manager.all_tasks)
            raise SettingsError(f"--tasks: there is no task {task!r}; there are {names}")


def run(arguments: Namespace, backend_args: Mapping[str, Any], make: "MakeAsker") -> None:
    """Evaluate; results and samples are below `arguments.output_path` when it returns.

    Args:
        arguments: lmms-eval's.
        backend_args: What the backend is given, in place of `arguments.model_args`.
        make: Makes what answers from what loads the backend.

    Raises:
        Exception: Whatever went wrong in lmms-eval or its backend.
    """
    from lmms_eval import __main__ as lmms_eval
    from lmms_eval import models

    get_model = models.get_model

    def get_journaled(name: str, force_simple: bool = False) -> Any:
        backend = get_model(name, force_simple)
        return _JournaledFactory(backend, backend_args, make)

    manager = lmms_eval.TaskManager
    models.get_model = get_journaled
    lmms_eval.TaskManager = functools.partial(manager, include_defaults=False)
    try:
        with _command_line(["--tasks", arguments.tasks]):  # our entry point looks there
            lmms_eval.cli_evaluate_single(arguments)
    finally:
        models.get_model, lmms_eval.TaskManager = get_model, manager


MakeAsker = Callable[[Callable[[], Any]], Asker]


class _JournaledFactory:
    """Stands where lmms-eval expects the class of a backend."""

    def __init__(self, backend: Any, args: Mapping[str, Any], make: MakeAsker) -> None:
        self._backend, self._args, self._make = backend, args, make

    def create_from_arg_string(self, _: str, additional: Mapping[str, Any]) -> Any:
        """Make the model that lmms-eval works with; the backend itself loads when it is needed."""
        from lmms_eval.api.instance import GenerationResult, TokenCounts
        from lmms_eval.api.model import lmms

        more = {name: value for name, value in additional.items() if value is not None}
        asker = self._make(
            lambda: load_backend(self._backend, {**more, **self._of_cpus(), **self._args})
        )

        class JournaledModel(lmms):  # type: ignore[misc]  # lmms-eval has no types
            """A model whose answers are kept."""

            is_simple = self._backend.is_simple

            def generate_until(self, requests: Sequence[Any]) -> list[Any]:
                answers = asker.answer(requests, self.task_dict)
                return [
                    GenerationResult(
                        answer.text,
                        TokenCounts(answer.prompt_tokens, answer.completion_tokens),
                    )
                    for answer in answers
                ]

            # lmms-eval wants every model to have these two; no task of mirbench asks for them.
            def generate_until_multi_round(self, requests: Sequence[Any]) -> list[Any]:
                raise NotImplementedError(_ONE_ROUND)

            def loglikelihood(self, requests: Sequence[Any]) -> list[Any]:
                raise NotImplementedError(_ONE_ROUND)

        return JournaledModel()

    def _of_cpus(self) -> dict[str, Any]:
        """Return what vLLM needs on a machine without GPUs to draw answers with seeds.

        A prompt that is read in chunks rewinds its seed's generator, which a CPU's cannot be:
        the engine dies of it.
        """
        if "vllm" not in self._backend.__module__ or "max_model_len" not in self._args:
            return {}
        from vllm.platforms import current_platform

        whole = {
            "enable_chunked_prefill": False,
            "max_num_batched_tokens": self._args["max_model_len"],
        }
        return whole if current_platform.is_cpu() else {}


@contextmanager
def _command_line(arguments: Sequence[str]) -> Iterator[None]:
    before = sys.argv
    sys.argv = ["lmms-eval", *arguments]
    try:
        yield
    finally:
        sys.argv = before


# ---- what requests say about their task


def data_notes(request: Any) -> dict[str, Any]:
    """Return what was noted when the data of a request was built: its fingerprint, its source."""
    docs = _task(request).eval_docs
    return read_notes(Path(docs.cache_files[0]["filename"]).parent)


def rows_of(requests: Sequence[Any]) -> Iterator[Row]:
    """Return the row of each request, its images as the bytes they are."""
    from datasets import Image, List

    undecoded: dict[str, Any] = {}
    for request in requests:
        task = _task(request)
        if request.task_name not in undecoded:
            docs = task.eval_docs
            undecoded[request.task_name] = docs.cast_column("images", List(Image(decode=False)))
        form = form_named(task.config.lmms_eval_specific_kwargs["form"])
        row = undecoded[request.task_name][request.doc_id]
        yield Row(task=request.task_name, form=form, row=row)


def _task(request: Any) -> Any:
    """Return the task that made a request: its functions are methods of it."""
    return next(one.__self__ for one in request.arguments if hasattr(one, "__self__"))
