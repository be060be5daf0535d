"""Asking questions until their labels are decided, many at a time."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mirbench.answers import extract
from mirbench.data.release import Entry, Release
from mirbench.difficulty.draws import Draws, Event, Failure, Wave
from mirbench.difficulty.engines import AnswerError, Engine, Prompt, Response
from mirbench.difficulty.sampling import UNPARSED, Rule, first_seed
from mirbench.errors import RecordError
from mirbench.prompts import direct_prompt
from mirbench.record import Sample


class Question(NamedTuple):
    """A question that is still to be asked.

    Attributes:
        entry: Where it stands in the release.
        letters: The predictions of the draws that are known already.
    """

    entry: Entry
    letters: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """How questions of a release are asked.

    Attributes:
        release: Has the questions.
        rule: Says when enough is known.
        seed: Of the run.
        keep_responses: Whether events carry the responses' texts.
    """

    release: Release
    rule: Rule
    seed: int
    keep_responses: bool = False

    async def ask_all(
        self, engine: Engine, questions: Iterator[Question]
    ) -> AsyncGenerator[Event, None]:
        """Ask as many questions at a time as the engine takes; yield events as they happen.

        Questions are taken when there is room for them, and their images are loaded then.
        """
        events: asyncio.Queue[Event | None] = asyncio.Queue()

        async def ask_one_after_another() -> None:
            for question in questions:
                async for event in self.ask(engine, question):
                    events.put_nowait(event)

        askers = [asyncio.create_task(ask_one_after_another()) for _ in range(engine.concurrency)]
        all_asked = asyncio.gather(*askers)
        all_asked.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            await all_asked
        finally:
            for asker in askers:
                asker.cancel()
            await asyncio.gather(*askers, return_exceptions=True)

    async def ask(self, engine: Engine, question: Question) -> AsyncGenerator[Event, None]:
        """Ask one question wave by wave until its label is decided; yield what comes of each."""
        id = question.entry.id
        try:
            sample, prompt = await asyncio.to_thread(self._load, question.entry)
        except RecordError as error:
            is_image = error.fault.field == "images"
            yield Failure(id=id, reason="image" if is_image else "record", detail=str(error))
            return
        draws = Draws(letters=question.letters)
        seed = first_seed(self.seed, id)
        while num := draws.draws_due(sample.answer, self.rule):
            first = len(draws.letters)
            try:
                responses = await engine.answer(prompt, seed + first, num)
            except AnswerError as error:
                yield Failure(id=id, reason=error.reason, detail=error.detail)
                return
            wave = self._wave(sample, first, responses)
            draws.add(wave)
            yield wave

    def _load(self, entry: Entry) -> tuple[Sample, Prompt]:
        with self.release.records_path.open("rb") as file:
            sample = self.release.load(file, entry)
        images = self.release.load_images(sample, entry.record)
        return sample, Prompt(id=sample.id, parts=direct_prompt(sample), images=tuple(images))

    def _wave(self, sample: Sample, first: int, responses: Sequence[Response]) -> Wave:
        letters = (extract(each.text, sample.options).letter or UNPARSED for each in responses)
        return Wave(
            id=sample.id,
            first=first,
            letters="".join(letters),
            num_tokens=sum(each.num_tokens for each in responses),
            num_truncated=sum(each.truncated for each in responses),
            responses=tuple(each.text for each in responses) if self.keep_responses else (),
        )
