"""A model of lmms-eval's whose answers are kept one by one, and which loads only if one is missing.

lmms-eval is handed this model in place of its own. Requests whose answers are in the journal are
answered from there; for the others the real backend is loaded and asked.
"""

import copy
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from mirbench.answers import extract
from mirbench.errors import MirbenchError
from mirbench.evaluation.answer_log import Answer, AnswerLog, answer_key
from mirbench.evaluation.backends import OnAnswer, ask, failure, settings_of
from mirbench.evaluation.lengths import LengthReport
from mirbench.evaluation.progress import EvaluationProgress

MAX_SHOWN: Final = 10


class PromptTooLongError(MirbenchError):
    """Prompts do not fit into what the model reads."""


class Tally(NamedTuple):
    """What all requests of a run came to; tokens are None if any answer came without."""

    num_requests: int
    num_failed: int
    num_cut_off: int | None
    prompt_tokens: int | None
    completion_tokens: int | None


class Asked(NamedTuple):
    """A request with the name of its answer."""

    key: str
    request: Any


class Asker:
    """Answers lmms-eval's requests, from the journal or from a backend."""

    def __init__(
        self,
        load: Callable[[], Any],
        open_log: Callable[[Any], AnswerLog],
        measure: Callable[[Sequence[Any]], LengthReport],
        progress: EvaluationProgress,
        *,
        seed: int,
        fail_too_long: bool,
        ask: Callable[[Any, Sequence[Any], OnAnswer], None] = ask,
    ) -> None:
        """Take what is needed once there is something to ask.

        Args:
            load: Loads lmms-eval's backend.
            open_log: Opens the journal; is given a request, whose task knows the data.
            measure: Measures the prompts of requests.
            progress: Shows how far it is.
            seed: Of the run; each question's draws have theirs from it.
            fail_too_long: Whether prompts that do not fit count as failed; else they are refused.
            ask: Asks the backend; see `mirbench.evaluation.backends.ask`.
        """
        self._load = load
        self._open_log = open_log
        self._measure = measure
        self._progress = progress
        self._seed = seed
        self._fail_too_long = fail_too_long
        self._ask_backend = ask
        self.log: AnswerLog | None = None
        self.lengths = LengthReport(checked=False, reason="every answer was there")
        self.loading_seconds = 0.0
        self.tally = Tally(0, 0, None, None, None)

    def answer(self, requests: Sequence[Any], tasks: Any) -> list[Answer]:
        """Return the answer to each request.

        Raises:
            PromptTooLongError: If prompts do not fit and are to be refused.
        """
        self.log = log = self.log or self._open_log(requests[0])
        asked = self._named(requests)
        different = list({one.key: one for one in asked}.values())
        missing = [one for one in different if one.key not in log]
        failed: dict[str, Answer] = {}
        self._progress.begin(len(different), len(different) - len(missing))
        if missing:
            self.lengths = self._measure([one.request for one in different])
            failed = self._refused(different)
            missing = [one for one in missing if one.key not in failed]
        if missing:
            failed |= self._ask(missing, log, tasks)
        answers = [failed.get(one.key) or log[one.key] for one in asked]
        self.tally = _tally(answers)
        return answers

    def _named(self, requests: Sequence[Any]) -> list[Asked]:
        """Name every request; lmms-eval gives the same object for each draw of a question."""
        draws: Counter[tuple[str, int]] = Counter()
        named = []
        for request in requests:
            question = request.task_name, request.doc_id
            named.append(self._asked(request, draws[question]))
            draws[question] += 1
        return named

    def _asked(self, request: Any, draw: int) -> Asked:
        settings = settings_of(request)
        prompt = request.arguments[0]
        if not settings.get("temperature"):
            draw = 0  # every draw is the same answer, which is asked for once
        else:
            seed = settings.get("seed", self._seed)
            settings = {**settings, "seed": first_seed(seed, prompt) + draw}
            request = copy.copy(request)
            request.arguments = tuple(
                settings if isinstance(one, dict) else one for one in request.arguments
            )
        key = answer_key(request.task_name, request.doc_id, draw, prompt, settings)
        return Asked(key, request)

    def _refused(self, asked: Sequence[Asked]) -> dict[str, Answer]:
        """Return failures in place of answers to the prompts that do not fit."""
        report = self.lengths
        if report.too_long and not self._fail_too_long:
            told = "\n".join(f"  {one}" for one in report.too_long[:MAX_SHOWN])
            more = len(report.too_long) - MAX_SHOWN
            raise PromptTooLongError(
                f"{len(report.too_long)} of {len(asked)} prompts do not fit into the "
                f"{report.limit:,} tokens that the model reads:\n{told}\n"
                + (f"  and {more} more\n" if more > 0 else "")
                + "Raise max_model_len, lower the images' max_pixels (mm_processor_kwargs), or "
                "count these questions as failed with --too-long fail"
            )
        return {asked[one.position].key: failure(one) for one in report.too_long}

    def _ask(self, missing: Sequence[Asked], log: AnswerLog, tasks: Any) -> dict[str, Answer]:
        """Ask the backend; answers go into the journal, failures are returned."""
        start = time.perf_counter()
        model = self._load()
        model.task_dict = tasks
        self.loading_seconds = time.perf_counter() - start
        self._progress.started(self.loading_seconds)
        failed: dict[str, Answer] = {}

        def keep(position: int, answer: Answer) -> None:
            key = missing[position].key
            if is_failure(answer.text):
                failed[key] = answer
            else:
                log.add(key, answer)
            self._progress.advance(answer.completion_tokens, failed=key in failed)

        log.start_clock()
        self._ask_backend(model, [one.request for one in missing], keep)
        model.clean()
        if failed:
            self._progress.say(f"the last to fail: {list(failed.values())[-1].text}")
        return failed


def first_seed(seed: int, prompt: str) -> int:
    """Return the seed of the first draw of a question; those of the next draws follow it.

    It depends on the prompt, so that questions do not share their luck.
    """
    digest = hashlib.sha256(f"{seed}\0{prompt}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def is_failure(text: str) -> bool:
    """Say whether a text stands for a request that failed."""
    return extract(text, ("yes", "no")).how == "request_failed"


def _tally(answers: Sequence[Answer]) -> Tally:
    whole = [answer for answer in answers if not is_failure(answer.text)]
    reasons = [answer.finish_reason for answer in whole]
    return Tally(
        num_requests=len(answers),
        num_failed=len(answers) - len(whole),
        num_cut_off=None if None in reasons else reasons.count("length"),
        prompt_tokens=_sum([answer.prompt_tokens for answer in whole]),
        completion_tokens=_sum([answer.completion_tokens for answer in whole]),
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
