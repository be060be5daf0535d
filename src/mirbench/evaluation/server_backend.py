"""How lmms-eval's backend for servers is asked: each reply kept as it comes, and all settings told.

What lmms-eval 0.7.3 does by itself, and what is done here instead:

- Its requests leave out all settings but temperature and token limit. vLLM's server takes what is
  not said from the model's own `generation_config.json`, so the same model would answer otherwise
  than in this process; it is told that there is nothing.
- It asks again at once and whatever the error. Here OpenAI's own client does: errors that may pass
  only, each wait twice as long as the one before, or as long as the server says.
- It asks a server that is gone for every question that is left. Here the run ends.
- A reply without text, as a model sends that thinks until its limit, would be an error.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

from mirbench.evaluation.answer_log import Answer
from mirbench.evaluation.settings import EvaluationError
from mirbench.servers import API_KEY_VARIABLE, GIVE_UP_AFTER

_OF_THE_API: Final = ("top_p", "seed", "presence_penalty", "frequency_penalty")
_BEYOND_IT: Final = ("top_k", "min_p", "repetition_penalty")
_NEUTRAL: Final[Mapping[str, Any]] = {
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "extra_body": {"top_k": 0, "min_p": 0.0, "repetition_penalty": 1.0},
}


class _GaveUp(BaseException):
    """Ends a run; no `Exception`, since lmms-eval asks again after each of those."""


@dataclass
class _Exchange:
    settings: Mapping[str, Any]
    reply: Answer | None = None


def ask_server(
    model: Any, requests: Sequence[Any], on_answer: Callable[[int, Answer], None], is_vllm: bool
) -> None:
    """Ask for everything, several questions at a time.

    Args:
        model: lmms-eval's `async_openai`.
        requests: lmms-eval's instances.
        on_answer: Takes the answers, in any order.
        is_vllm: Whether the server is vLLM's, which takes more settings than the API has.

    Raises:
        EvaluationError: If the server answers nobody any more, or refuses to.
    """
    current: ContextVar[_Exchange] = ContextVar("current")  # each request has a task of its own
    model.client = model.client.with_options(max_retries=max(0, int(model.max_retries) - 1))
    model.max_retries = 1
    model._rank = 1  # rank 0 draws a bar, of which there is one already
    forward, completions = model.maybe_forward_with_tool, model.client.chat.completions
    create, patience = completions.create, _Patience(str(model.client.base_url))
    noted: set[int] = set()

    async def create_and_note(**payload: Any) -> Any:
        response = await patience.wait_for(
            create(**payload, **_told(current.get().settings, is_vllm))
        )
        message = response.choices[0].message
        message.content = message.content or ""
        current.get().reply = _answer(response)
        return response

    async def forward_and_note(request: Any, position: int) -> Any:
        [settings] = [one for one in request.arguments if isinstance(one, dict)]
        exchange = _Exchange(settings)
        current.set(exchange)
        text, position, counts = await forward(request, position)
        noted.add(position)
        on_answer(position, (exchange.reply or Answer(text))._replace(text=text))
        return text, position, counts

    model.maybe_forward_with_tool, completions.create = forward_and_note, create_and_note
    try:
        results = model.generate_until(list(requests))
    except _GaveUp as gave_up:
        raise EvaluationError(str(gave_up)) from gave_up.__cause__
    for position, result in enumerate(results):
        if position not in noted:  # it failed
            on_answer(position, Answer(result.text))


def _told(settings: Mapping[str, Any], is_vllm: bool) -> dict[str, Any]:
    """Return the settings that lmms-eval's payload leaves out."""
    told = dict(_NEUTRAL) if is_vllm else {}
    told |= {name: settings[name] for name in _OF_THE_API if settings.get(name) is not None}
    beyond = {name: settings[name] for name in _BEYOND_IT if settings.get(name) is not None}
    if is_vllm or beyond:
        told["extra_body"] = {**told.get("extra_body", {}), **beyond}
    return told


def _answer(response: Any) -> Answer:
    usage = response.usage
    return Answer(
        text="",
        finish_reason=response.choices[0].finish_reason,
        prompt_tokens=getattr(usage, "prompt_tokens", None),
        completion_tokens=getattr(usage, "completion_tokens", None),
    )


class _Patience:
    """Knows how many requests in a row the server left without an answer."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._num_failed = 0
        self._gave_up = False

    async def wait_for(self, reply: Awaitable[Any]) -> Any:
        """Return a reply, or raise what it was instead.

        Raises:
            _GaveUp: If there is no point in asking on.
        """
        import openai

        try:
            response = await reply
        except (openai.AuthenticationError, openai.NotFoundError) as error:
            self._give_up(self._refused(error), error)
            raise
        except (
            openai.APIConnectionError,  # or a timeout
            openai.RateLimitError,
            openai.InternalServerError,
            openai.PermissionDeniedError,
        ) as error:  # what else there is, is of this question alone
            self._num_failed += 1
            if self._num_failed >= GIVE_UP_AFTER:
                self._give_up(self._gone(error), error)
            raise
        self._num_failed = 0
        return response

    def _give_up(self, reason: str, error: Exception) -> None:
        """End the run, once: what the other requests in flight come to is not looked at."""
        if not self._gave_up:
            self._gave_up = True
            raise _GaveUp(reason) from error

    def _refused(self, error: Exception) -> str:
        return (
            f"{self._url}: expected answers, found every request refused: {error}; check the "
            f"model's name, the address (it ends in /v1) and {API_KEY_VARIABLE}"
        )

    def _gone(self, error: Exception) -> str:
        reason = error.__cause__ or error
        return (
            f"{self._url}: expected answers, found none to {self._num_failed} requests in a row; "
            f"the last: {type(error).__name__}: {reason}\nWhat was answered is kept; once the "
            "server is back, the same command goes on from there"
        )
