"""How each of lmms-eval's backends is asked so that no answer waits for another to be kept.

lmms-eval asks a backend for everything at once and gets all answers or none. Here each answer is
handed over as soon as it is there: vLLM is fed request by request while it runs, a server's replies
are noted one by one, any other backend gets a batch at a time. What the model is shown is made by
lmms-eval's own backend in all three cases.
"""

import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from mirbench.evaluation.answer_log import Answer
from mirbench.evaluation.server_backend import ask_server

OnAnswer = Callable[[int, Answer], None]
"""Is given the position of a request among those asked, and its answer."""

FAILED: Final = "[LMMS_EVAL_REQUEST_FAILED]"
"""How lmms-eval begins the text of a request that failed; `mirbench.answers` knows it."""

_AHEAD: Final = 16
"""Prompts that are made ready while the engine runs: enough for as many threads."""

_ROUNDS: Final = 4
"""So many times what `openai` asks at a time is a batch: few wait for its slowest answer."""

_log: Final = logging.getLogger(__name__)


def ask(
    model: Any, requests: Sequence[Any], on_answer: OnAnswer, *, of_vllms_server: bool = False
) -> None:
    """Ask a backend of lmms-eval; every request is answered, if only by how it failed.

    Args:
        model: lmms-eval's model.
        requests: lmms-eval's instances.
        on_answer: Takes the answers, in any order.
        of_vllms_server: Whether it asks a server, and that is vLLM's.

    Raises:
        EvaluationError: If a server answers nobody any more.
    """
    if hasattr(model, "make_one_request") and hasattr(_client(model), "enqueue_chat"):
        _ask_vllm(model, requests, on_answer)
    elif hasattr(model, "maybe_forward_with_tool"):
        ask_server(model, requests, on_answer, of_vllms_server)
    else:
        _ask_in_batches(model, requests, on_answer)


def settings_of(request: Any) -> dict[str, Any]:
    """Return the generation settings of an instance of a chat or of a simple model."""
    found: dict[str, Any] = next(one for one in request.arguments if isinstance(one, dict))
    return found


def _client(model: Any) -> Any:
    return getattr(model, "client", None)


# ---- vLLM in this process


def _ask_vllm(model: Any, requests: Sequence[Any], on_answer: OnAnswer) -> None:
    """Keep vLLM's queue filled, so that it never waits for the slowest answer of a batch."""
    engine = model.client.llm_engine
    # As many again as run at a time: what is finished is replaced without the engine noticing.
    most = 2 * engine.vllm_config.scheduler_config.max_num_seqs
    asked: dict[str, int] = {}
    ready = _made_ready(model, requests)
    while True:
        while len(asked) < most and (prompt := next(ready, None)) is not None:
            try:
                asked[_enqueue(model, prompt)] = prompt.position
            except (ValueError, TypeError, OSError) as error:
                # Of this question alone: too long a prompt, a damaged image.
                _log.warning("request %d: %s", prompt.position, error)
                on_answer(prompt.position, failure(error))
        if not asked:
            return
        for output in engine.step():
            if output.finished:
                on_answer(asked.pop(output.request_id), _vllm_answer(output))


class _Prompt(NamedTuple):
    position: int
    made: "Future[Any]"  # messages and sampling parameters, as lmms-eval's backend makes them
    seed: int | None


def _made_ready(model: Any, requests: Sequence[Any]) -> Iterator[_Prompt]:
    """Decode images and render prompts in threads, a few ahead of the engine.

    Draws of the same question follow one another and share what was made for the first.
    """
    with ThreadPoolExecutor(_AHEAD) as pool:
        waiting: deque[_Prompt] = deque()
        coming = enumerate(requests)
        last_asked, made = None, None
        while True:
            for position, request in itertools.islice(coming, _AHEAD - len(waiting)):
                asked = request.task_name, request.doc_id
                if made is None or asked != last_asked:
                    made = pool.submit(model.make_one_request, request)
                last_asked = asked
                waiting.append(_Prompt(position, made, settings_of(request).get("seed")))
            if not waiting:
                return
            yield waiting.popleft()


def _enqueue(model: Any, prompt: _Prompt) -> str:
    """Hand a prompt to vLLM; returns the name that its output will carry."""
    from vllm import SamplingParams

    messages, params = prompt.made.result()
    if prompt.seed is not None:
        params = {**params, "seed": prompt.seed}
    names: list[str] = model.client.enqueue_chat(
        [messages],
        [SamplingParams(**params)],
        use_tqdm=False,
        chat_template=model.chat_template,
    )
    return names[0].split("-", 1)[0]  # vLLM makes names unique by a suffix and takes it off again


def _vllm_answer(output: Any) -> Answer:
    [answer] = output.outputs
    return Answer(
        text=answer.text,
        finish_reason=answer.finish_reason,
        prompt_tokens=len(output.prompt_token_ids),
        completion_tokens=len(answer.token_ids),
    )


# ---- any other backend


def _ask_in_batches(model: Any, requests: Sequence[Any], on_answer: OnAnswer) -> None:
    for batch in _batches_for(model, requests):
        _seed([settings_of(requests[position]) for position in batch])
        results = model.generate_until([requests[position] for position in batch])
        for position, result in zip(batch, results, strict=True):
            on_answer(position, _batch_answer(result))


def _batches_for(model: Any, requests: Sequence[Any]) -> Iterator[list[int]]:
    if several := int(getattr(model, "num_concurrent", 0)):  # a server's: each request by itself
        positions = iter(range(len(requests)))
        while batch := list(itertools.islice(positions, _ROUNDS * several)):
            yield batch
    else:
        yield from _batches(requests, int(getattr(model, "batch_size_per_gpu", 1)))


def _batches(requests: Sequence[Any], size: int) -> Iterator[list[int]]:
    """Batches of one task and one set of settings.

    lmms-eval's Hugging Face backends take the settings, and some the prompts, of a whole batch
    from its first request.
    """
    positions = range(len(requests))

    def kind(position: int) -> tuple[str, str]:
        request = requests[position]
        return request.task_name, repr(sorted(settings_of(request).items(), key=str))

    for _, same in itertools.groupby(sorted(positions, key=kind), kind):
        while batch := list(itertools.islice(same, size)):
            yield batch


def _seed(settings: Sequence[Mapping[str, Any]]) -> None:
    """Let a batch draw the same answers whatever was asked before it, in this session or another.

    The backends draw from torch's own generator and know no seed of a request.
    """
    if (seed := settings[0].get("seed")) is not None:
        import torch

        torch.manual_seed(seed)


def _batch_answer(result: Any) -> Answer:
    if isinstance(result, str):
        return Answer(result)
    counts = result.token_counts
    return Answer(
        text=result.text,
        prompt_tokens=counts.input_tokens if counts else None,
        completion_tokens=counts.output_tokens if counts else None,
    )


def failure(error: object) -> Answer:
    """Return what stands for an answer where a request failed."""
    return Answer(f"{FAILED} {' '.join(str(error).split())[:300]}")
