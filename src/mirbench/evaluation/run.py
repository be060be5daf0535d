"""One evaluation from its command to its manifest.

A run's folder: `answers.journal` grows while it runs; `results/` and `manifest.json` appear when it
is whole; `eval.log` has what lmms-eval and the backend said. Killed anywhere, the same command goes
on with what is missing.
"""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, TextIO

from rich.console import Console

from mirbench.errors import MirbenchError
from mirbench.evaluation import host
from mirbench.evaluation.answer_log import AnswerLog
from mirbench.evaluation.backends import ask
from mirbench.evaluation.journaled import Asker
from mirbench.evaluation.lengths import LengthReport, measure_rows
from mirbench.evaluation.manifest import Manifest, ModelInfo
from mirbench.evaluation.outcome import Outcome, finish
from mirbench.evaluation.progress import EvaluationProgress
from mirbench.evaluation.served import Served, served_model
from mirbench.evaluation.settings import (
    LMMS_EVAL_LIMIT,
    BackendSettings,
    Evaluation,
    EvaluationError,
    SettingsError,
    backend_settings,
    is_server,
)
from mirbench.journal import exclusive
from mirbench.model_identity import ModelIdentity, model_identity

LOG_NAME: Final = "eval.log"
_DRAFT_NAME: Final = ".results"

IMAGE_FORMAT: Final = "LMMS_IMAGE_ENCODE_FORMAT"
_ENVIRONMENT: Final = {
    "TQDM_DISABLE": "1",  # one bar, ours
    "TOKENIZERS_PARALLELISM": "false",  # else a warning for each process that is forked
}


def evaluate(evaluation: Evaluation, console: Console) -> Manifest:
    """Run an evaluation, or go on with it, and return its manifest.

    Raises:
        SettingsError: If a setting is wrong.
        JournalError: If the folder holds answers of another model or other data.
        InUseError: If another process works on it.
        PromptTooLongError: If prompts do not fit and are to be refused.
        EvaluationError: If lmms-eval or its backend fails; what was answered is kept.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise SettingsError(
            "expected one process, found WORLD_SIZE above 1: start 'mirbench eval' by itself and "
            "give the backend its GPUs (--model-args tensor_parallel_size=N)"
        )
    if evaluation.data_dir is not None:
        os.environ["MIRBENCH_DATA_DIR"] = evaluation.data_dir
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    evaluation.out.mkdir(parents=True, exist_ok=True)
    with exclusive(evaluation.out / ".lock"):
        return _Session(evaluation).run(console)


class _Session:
    """One start of a run."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._out = evaluation.out
        self._asker: Asker | None = None
        self._identity = ModelIdentity("", "")
        self._served: Served | None = None
        self._fingerprint = ""

    def run(self, console: Console) -> Manifest:
        draft = self._out / _DRAFT_NAME
        shutil.rmtree(draft, ignore_errors=True)
        with _logging_to(self._out / LOG_NAME) as terminal:
            arguments = host.read_arguments(self._evaluation, draft)
            shown = Console(file=terminal, force_terminal=console.is_terminal or None)
            settings = self._settings(arguments)
            host.check_names(arguments, settings.args)
            self._identity = self._identify(settings)
            # Lossless as PNG is, at a seventieth of its time; but not every server reads it.
            quick = self._served is None or self._served.is_vllm
            os.environ.setdefault(IMAGE_FORMAT, "BMP" if quick else "PNG")
            with EvaluationProgress(shown) as progress:
                self._host(arguments, settings, progress)
        asker = self._asker
        if asker is None or asker.log is None or not draft.is_dir():
            raise EvaluationError(
                f"lmms-eval ended without results; {self._out / LOG_NAME} has all it said"
            )
        outcome = Outcome(
            out=self._out,
            draft=draft,
            log=asker.log,
            tally=asker.tally,
            lengths=asker.lengths,
            loading_seconds=asker.loading_seconds,
        )
        model = ModelInfo(
            **self._identity._asdict(),
            backend=self._evaluation.model,
            args=settings.shown(),
            server=self._served.told if self._served else "",
        )
        return finish(outcome, model, self._fingerprint, arguments, self._evaluation.command)

    def _settings(self, arguments: Namespace) -> BackendSettings:
        args = host.read_pairs("--model-args", arguments.model_args)
        given = [arguments.gen_kwargs] if arguments.gen_kwargs else []
        told = host.read_pairs("--gen_kwargs", ",".join(given))
        settings = backend_settings(arguments.model, args)
        if settings.limit is not None and LMMS_EVAL_LIMIT not in told:
            given.append(f"{LMMS_EVAL_LIMIT}={settings.limit}")
        arguments.gen_kwargs = ",".join(given)
        return settings

    def _identify(self, settings: BackendSettings) -> ModelIdentity:
        if is_server(self._evaluation.model):
            self._served = served_model(settings.name, settings.args)
            return self._served.identity(settings.name, settings.revision)
        return model_identity(settings.name, settings.revision)

    def _host(
        self, arguments: Namespace, settings: BackendSettings, progress: EvaluationProgress
    ) -> None:
        def measure(requests: Sequence[Any]) -> LengthReport:
            report = self._measure(settings, requests)
            progress.say(_said(report))
            return report

        def make(load: Any) -> Asker:
            self._asker = Asker(
                load,
                lambda request: self._open_log(request, arguments, settings),
                measure,
                progress,
                seed=arguments.seed[0] or 0,
                fail_too_long=self._evaluation.too_long == "fail",
                ask=partial(ask, of_vllms_server=bool(self._served and self._served.is_vllm)),
            )
            return self._asker

        try:
            host.run(arguments, settings.args, make)
        except MirbenchError:
            raise
        except Exception as error:
            cause = host.cause_of(error)
            if isinstance(cause, MirbenchError):
                raise cause from error
            raise EvaluationError(
                f"lmms-eval failed: {type(cause).__name__}: {cause}\n{self._out / LOG_NAME} has "
                "all it said; what was answered is kept, and the same command goes on from there"
            ) from error
        finally:
            if self._asker and self._asker.log:
                self._asker.log.close()

    def _open_log(self, request: Any, arguments: Namespace, settings: BackendSettings) -> AnswerLog:
        self._fingerprint = host.data_notes(request)["fingerprint"]
        return AnswerLog(
            self._out,
            {
                "answers": 1,
                "model": self._identity.name,
                "revision": self._identity.revision,
                "served": self._served.model if self._served else "",
                "backend": self._evaluation.model,
                "args": settings.of_the_model(),
                "data": self._fingerprint,
                "system_instruction": arguments.system_instruction,
                "force_simple": arguments.force_simple,
            },
        )

    def _measure(self, settings: BackendSettings, requests: Sequence[Any]) -> LengthReport:
        model, args = settings.name, settings.args
        if served := self._served:
            if served.limit is None:
                reason = "the server does not say how much its model reads"
                return LengthReport(checked=False, reason=reason)
            model, args = served.root, {"max_model_len": served.limit}
        return measure_rows(model, args, lambda: host.rows_of(requests))


def _said(report: LengthReport) -> str:
    if not report.checked:
        return f"prompts not measured: {report.reason}"
    fits = f"{len(report.too_long):,} do not fit" if report.too_long else "all fit"
    return f"longest prompt {report.longest:,} of {report.limit:,} tokens: {fits}"


@contextmanager
def _logging_to(path: Path) -> Iterator[TextIO]:
    """Send what this process and its libraries print to a file; yield the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    with path.open("a", encoding="utf-8") as log, os.fdopen(os.dup(2), "w") as terminal:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield terminal
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, target in zip(kept, (1, 2), strict=True):
                os.dup2(descriptor, target)
                os.close(descriptor)
