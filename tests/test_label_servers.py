"""Asking servers of OpenAI's API: politely, several at a time, and never losing a question."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate
from typing import Any

import pytest
from chat_server import MODEL, Reply, answer, serving
from releases import jpeg

from mirbench.difficulty.engines import AnswerError, EngineError, Prompt, Response, openai_server
from mirbench.difficulty.engines.openai_server import OpenAISpec
from mirbench.difficulty.sampling import Sampling
from mirbench.interleave import ImageRef, Text
from mirbench.servers import GIVE_UP_AFTER

QUESTION = "Number 3: is  before ?"
PROMPT = Prompt(
    id="q0003",
    parts=(Text("Number 3: is "), ImageRef(0), Text(" before "), ImageRef(1), Text("?")),
    images=(jpeg(1), jpeg(2)),
)


def spec_of(*servers: str, **changes: Any) -> OpenAISpec:
    return OpenAISpec(servers=servers, sampling=Sampling(), **{"model": MODEL, **changes})


def ask(spec: OpenAISpec, seed: int = 5, num: int = 3) -> list[Response]:
    async def asked() -> list[Response]:
        engine = await spec.open()
        try:
            return list(await engine.answer(PROMPT, seed, num))
        finally:
            await engine.close()

    return asyncio.run(asked())


def first_times(num: int, reply: Reply) -> Callable[[dict[str, Any]], Reply | None]:
    """Refuse the first requests with a reply, then no more."""
    refused: list[dict[str, Any]] = []

    def refuse(body: dict[str, Any]) -> Reply | None:
        refused.append(body)
        return reply if len(refused) <= num else None

    return refuse


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back off by milliseconds; what a server asks for is waited for all the same."""
    monkeypatch.setattr(openai_server, "back_off", lambda attempt: 0.01 * attempt)


@pytest.mark.parametrize("owned_by", ["vllm", "someone"])
def test_every_draw_has_its_own_seed_in_one_request_or_in_several(owned_by: str) -> None:
    with serving(owned_by=owned_by) as server:
        responses = ask(spec_of(server.url), seed=5, num=3)
        assert len(server.bodies) == (1 if owned_by == "vllm" else 3)
    assert [each.text for each in responses] == [answer(QUESTION, 5 + draw) for draw in range(3)]


def test_images_stand_where_the_question_shows_them_with_their_own_bytes() -> None:
    with serving() as server:
        ask(spec_of(server.url), num=1)
        content = server.bodies[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "text", "image_url", "text"]
    assert content[1]["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")


def test_only_vllm_is_told_what_only_vllm_knows() -> None:
    with serving(owned_by="vllm") as vllm, serving() as other:
        ask(spec_of(vllm.url))
        ask(spec_of(other.url), num=1)
        known, plain = vllm.bodies[0], other.bodies[0]
    # Said to vLLM, since what is not said comes from the model's own generation_config.json.
    assert known["top_k"] == 0
    assert known["mm_processor_kwargs"]["size"]["longest_edge"] == 1280 * 28 * 28
    assert {"top_k", "mm_processor_kwargs", "n"}.isdisjoint(plain)
    assert plain["temperature"] == 0.7 and plain["max_tokens"] == 512


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_passing_trouble_is_tried_again(status: int) -> None:
    with serving(refuse=first_times(4, Reply(status, "busy", {}))) as server:
        assert len(ask(spec_of(server.url), num=1)) == 1
        assert len(server.bodies) == 5


@pytest.mark.parametrize("header", ["1", "date"])
def test_a_server_that_asks_to_wait_is_left_alone_that_long(header: str) -> None:
    asked = formatdate(time.time() + 2, usegmt=True) if header == "date" else header
    refuse = first_times(1, Reply(429, "too many", {"Retry-After": asked}))
    with serving(refuse=refuse) as server:
        start = time.monotonic()
        ask(spec_of(server.url), num=3)
        # All three were under way when the first was refused; the refused one came later.
        assert time.monotonic() - start >= 0.9
        assert len(server.bodies) == 4


def test_waiting_as_asked_is_no_failed_try() -> None:
    refuse = first_times(5, Reply(429, "too many", {"Retry-After": "0"}))
    with serving(refuse=refuse) as server:
        assert len(ask(spec_of(server.url, max_tries=2), num=1)) == 1


def test_a_server_that_is_down_leaves_its_questions_to_the_others() -> None:
    with serving() as well, serving(refuse=lambda _: Reply(503, "down", {})) as ill:
        assert len(ask(spec_of(ill.url, well.url), num=4)) == 4
        assert sum(well.asked.values()) == 4


def test_no_answer_in_spite_of_retries_is_the_questions_failure() -> None:
    gives_up = pytest.raises(AnswerError, match=r"3 tries; .*500 out of order")
    with serving(refuse=lambda _: Reply(500, "out of order", {})) as server, gives_up as raised:
        ask(spec_of(server.url, max_tries=3), num=1)
    assert raised.value.reason == "server"


def test_a_server_that_answers_nobody_ends_the_run() -> None:
    async def ask_many(spec: OpenAISpec) -> None:
        engine = await spec.open()
        try:
            for _ in range(GIVE_UP_AFTER):
                with suppress(AnswerError):
                    await engine.answer(PROMPT, 1, 1)
        finally:
            await engine.close()

    ends = pytest.raises(EngineError, match=r"no server answers any more.*out of order")
    with serving(refuse=lambda _: Reply(500, "out of order", {})) as server, ends:
        asyncio.run(ask_many(spec_of(server.url, max_tries=1)))


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("This model's maximum context length is 16384 tokens.", "too_long"),
        ("Failed to load image: cannot identify image file", "image"),
        ("Your request was flagged", "refused"),
    ],
)
def test_a_refused_question_is_not_tried_again_and_says_why(message: str, reason: str) -> None:
    with serving(refuse=lambda _: Reply(400, message, {})) as server:
        with pytest.raises(AnswerError, match=message) as raised:
            ask(spec_of(server.url), num=1)
        assert len(server.bodies) == 1
    assert raised.value.reason == reason


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refused_key_ends_the_run(status: int) -> None:
    ends = pytest.raises(EngineError, match=f"{status} who are you")
    with serving(refuse=lambda _: Reply(status, "who are you?", {})) as server, ends:
        ask(spec_of(server.url), num=1)


def test_a_server_that_does_not_take_the_sampling_ends_the_run_with_a_remedy() -> None:
    refusal = Reply(400, "sizes are disabled", {}, "mm_processor_kwargs")
    ends = pytest.raises(EngineError, match=r"sizes are disabled; .*--trust-request-mm-kwargs")
    with serving(owned_by="vllm", refuse=lambda _: refusal) as server, ends:
        ask(spec_of(server.url), num=1)


def test_the_only_model_need_not_be_named_and_a_wrong_one_is_refused() -> None:
    with serving() as server:
        assert spec_of(server.url, model="").identity() == (MODEL, "")
        with pytest.raises(EngineError, match=f"expected 'gpt' at every server, found {MODEL}"):
            spec_of(server.url, model="gpt").identity()


def test_an_address_that_is_no_server_says_so() -> None:
    with serving() as server, pytest.raises(EngineError, match="its address ends in /v1"):
        spec_of(server.url.removesuffix("/v1")).identity()
    with pytest.raises(EngineError, match="expected a server of OpenAI's API"):
        spec_of("http://127.0.0.1:9/v1").identity()


def test_the_key_is_sent_and_never_shown() -> None:
    assert "secret" not in repr(spec_of("http://localhost/v1", api_key="secret"))
