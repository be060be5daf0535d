"""How answers are kept, found again and asked for once; with a backend of a few lines."""

from types import SimpleNamespace

import pytest

from mirbench.evaluation.answer_log import AnswerLog
from mirbench.evaluation.backends import FAILED, settings_of
from mirbench.evaluation.journaled import Asker, PromptTooLongError
from mirbench.evaluation.lengths import LengthReport, TooLong
from mirbench.journal import JournalError

HEADER = {"model": "one", "data": "f" * 64}
GREEDY = {"temperature": 0.0, "until": []}
SAMPLED = {"temperature": 0.7, "until": []}


class Backend:
    """Answers with what it was asked; writes down each batch."""

    batch_size_per_gpu = 2

    def __init__(self, reply="{prompt} {seed}"):
        self.reply = reply
        self.batches = []

    def generate_until(self, requests):
        self.batches.append([request.arguments[0] for request in requests])
        return [
            self.reply.format(prompt=one.arguments[0], seed=settings_of(one).get("seed"))
            for one in requests
        ]

    def clean(self):
        """Let go of nothing."""

    @property
    def asked(self):
        return [prompt for batch in self.batches for prompt in batch]


def request(number, settings=GREEDY, task="mir"):
    prompt = f"{task} {number}"
    arguments = (prompt, None, settings, number, task, "test")
    return SimpleNamespace(arguments=arguments, task_name=task, doc_id=number)


def asker(folder, backend, *, report=None, fail_too_long=False, header=HEADER):
    progress = SimpleNamespace(
        begin=lambda *_: None,
        started=lambda *_: None,
        advance=lambda *_, **__: None,
        say=lambda *_: None,
    )
    made = Asker(
        lambda: backend,
        lambda _: AnswerLog(folder, header),
        lambda _: report or LengthReport(checked=True),
        progress,
        seed=0,
        fail_too_long=fail_too_long,
    )
    return made


def texts(made, requests):
    try:
        return [answer.text for answer in made.answer(requests, {})]
    finally:
        if made.log:
            made.log.close()


def test_answers_come_in_the_order_of_the_requests(tmp_path):
    backend = Backend()
    requests = [request(number, task=task) for number in range(3) for task in ("mir", "mir_cot")]
    assert texts(asker(tmp_path, backend), requests) == [
        f"{task} {number} None" for number in range(3) for task in ("mir", "mir_cot")
    ]


def test_a_batch_holds_one_task_and_one_set_of_settings(tmp_path):
    backend = Backend()
    longer = GREEDY | {"max_new_tokens": 5}
    requests = [request(0), request(0, task="mir_cot"), request(1, longer), request(2), request(3)]
    texts(asker(tmp_path, backend), requests)
    assert sorted(map(sorted, backend.batches)) == [
        ["mir 0", "mir 2"], ["mir 1"], ["mir 3"], ["mir_cot 0"]
    ]  # fmt: skip


def test_a_backend_that_asks_several_at_a_time_is_not_given_one_by_one(tmp_path):
    backend = Backend()
    backend.num_concurrent = 2
    requests = [request(number, SAMPLED) for number in range(9)]  # each with a seed of its own
    texts(asker(tmp_path, backend), requests)
    assert list(map(len, backend.batches)) == [8, 1]


def test_what_was_answered_is_not_asked_again(tmp_path):
    first, second, third = Backend(), Backend(), Backend()
    kept = texts(asker(tmp_path, first), [request(0), request(1)])
    assert texts(asker(tmp_path, second), [request(0), request(1), request(2)])[:2] == kept
    assert second.asked == ["mir 2"]
    made = asker(tmp_path, third)
    assert len(texts(made, [request(2), request(0)])) == 2
    assert third.asked == []
    assert made.log.num_sessions == 3


def test_an_answer_is_found_by_exactly_what_was_asked(tmp_path):
    texts(asker(tmp_path, Backend()), [request(0)])
    for other in (
        request(0, GREEDY | {"max_new_tokens": 5}),
        request(0, task="mir_cot"),
        SimpleNamespace(
            **{**vars(request(0)), "arguments": ("reworded", *request(0).arguments[1:])}
        ),
    ):
        backend = Backend()
        texts(asker(tmp_path, backend), [other])
        assert len(backend.asked) == 1


def test_draws_of_a_question_have_seeds_of_their_own(tmp_path):
    one, other = request(0, SAMPLED), request(1, SAMPLED)
    for name in "ab":
        (tmp_path / name).mkdir()
    drawn = texts(asker(tmp_path / "a", Backend()), [one, one, one, other])
    assert len(set(drawn)) == 4
    seeds = [int(text.split()[-1]) for text in drawn]
    assert seeds[1:3] == [seeds[0] + 1, seeds[0] + 2]
    again = texts(asker(tmp_path / "b", Backend()), [other, one, one, one])
    assert again == [drawn[3], *drawn[:3]]
    assert "seed" not in settings_of(one)


def test_greedy_draws_are_one_answer_asked_once(tmp_path):
    backend, one = Backend(), request(0)
    assert texts(asker(tmp_path, backend), [one, one, one]) == ["mir 0 None"] * 3
    assert backend.asked == ["mir 0"]


def test_a_failure_is_counted_and_asked_again(tmp_path):
    made = asker(tmp_path, Backend(f"{FAILED} timeout"))
    assert texts(made, [request(0)]) == [f"{FAILED} timeout"]
    assert (made.tally.num_requests, made.tally.num_failed) == (1, 1)
    backend = Backend()
    assert texts(asker(tmp_path, backend), [request(0)]) == ["mir 0 None"]


TOO_LONG = LengthReport(
    checked=True,
    longest=9000,
    limit=4096,
    too_long=(TooLong(position=1, id="q1", task="mir", num_tokens=9000),),
)


def test_prompts_that_do_not_fit_are_named_before_anything_is_asked(tmp_path):
    backend = Backend()
    with pytest.raises(PromptTooLongError, match=r"(?s)1 of 2 prompts.*'q1' \(mir\): 9,000 tokens"):
        texts(asker(tmp_path, backend, report=TOO_LONG), [request(0), request(1)])
    assert backend.asked == []


def test_prompts_that_do_not_fit_can_count_as_failed(tmp_path):
    backend = Backend()
    made = asker(tmp_path, backend, report=TOO_LONG, fail_too_long=True)
    first, second = texts(made, [request(0), request(1)])
    assert first == "mir 0 None"
    assert second == f"{FAILED} sample 'q1' (mir): 9,000 tokens"
    assert backend.asked == ["mir 0"]


def test_answers_of_another_model_are_refused(tmp_path):
    texts(asker(tmp_path, Backend()), [request(0)])
    with pytest.raises(JournalError, match="one of another"):
        texts(asker(tmp_path, Backend(), header=HEADER | {"model": "two"}), [request(0)])


def test_time_is_counted_over_all_sessions(tmp_path):
    for number in range(3):
        made = asker(tmp_path, Backend())
        texts(made, [request(number)])
    seconds = made.log.seconds
    log = AnswerLog(tmp_path, HEADER)
    assert log.seconds == pytest.approx(seconds)
    assert log.num_sessions == 4
    log.close()
