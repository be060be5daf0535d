"""Asking a judge about every response that needs one: many at once, each once, killed and resumed.

Verdicts are kept in a journal beside the run as they come, so what was judged is never paid for
again.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import closing

import aiohttp

from mirbench.data.release import Release
from mirbench.journal import Journal, exclusive
from mirbench.prompts import rotate_options
from mirbench.scoring.judge import (
    Entry,
    Key,
    header_of,
    key_of,
    needs_judge,
    read_entry,
    response_hash,
    verdicts_path,
)
from mirbench.scoring.judge_server import JudgeSpec, Judging, Tally
from mirbench.scoring.logged import Response
from mirbench.scoring.questions import questions_of
from mirbench.scoring.run import Run
from mirbench.servers import ServerError, models_of, open_session, together


def judge_run(run: Run, release: Release, spec: JudgeSpec) -> Tally:
    """Judge every response of a run that needs it and has no verdict yet.

    Args:
        run: The run, as the extractor read it.
        release: The data that it was made on, for the options as they were shown.
        spec: Who judges.

    Raises:
        ServerError: If there is no such server, or it answers nobody.
        JournalError: If another judge began with this run.
        InUseError: If another process judges it.
        ScoringError: If the release does not hold the questions of the run.
    """
    unread = [one for one in run.responses if needs_judge(one.scored)]
    options = _options(release, unread)
    path = verdicts_path(run.results_path, run.task)
    with exclusive(path.with_name(f"{path.name}.lock")):
        return asyncio.run(_judge(run, spec, unread, options))


def _options(release: Release, unread: Sequence[Response]) -> list[Sequence[str]]:
    """Return the options of each response as they were shown."""
    scored = [one.scored for one in unread]
    with questions_of(release, scored) as samples:
        return [
            rotate_options(sample, one.rotation).options
            for sample, one in zip(samples, scored, strict=True)
        ]


async def _judge(
    run: Run, spec: JudgeSpec, unread: Sequence[Response], options: Sequence[Sequence[str]]
) -> Tally:
    known: dict[Key, Entry] = {}

    def keep(line: str) -> None:
        entry = read_entry(line)
        known[key_of(entry)] = entry

    async with open_session(spec.api_key, spec.timeout) as session:
        model = await _model(session, spec)
        path = verdicts_path(run.results_path, run.task)
        with closing(Journal(path, header_of(model, run.questions_hash), keep)) as journal:
            waiting = [
                (one, shown)
                for one, shown in zip(unread, options, strict=True)
                if not _is_known(one, known)
            ]
            tally = Tally(
                judge=model,
                num_responses=len(run.responses),
                num_unread=len(unread),
                num_kept=len(unread) - len(waiting),
            )
            judging = Judging(session, spec, journal, tally)
            start = time.monotonic()
            queue = iter(waiting)
            num_workers = min(spec.concurrency, len(waiting))
            await together(judging.work(queue) for _ in range(num_workers))
            tally.seconds = time.monotonic() - start
    return tally


async def _model(session: aiohttp.ClientSession, spec: JudgeSpec) -> str:
    if spec.model:
        return spec.model
    models = await models_of(session, spec.server)
    if len(models) != 1:
        found = ", ".join(sorted(models)) or "none"
        raise ServerError(f"{spec.server}: expected one model, found {found}; name it with --model")
    return next(iter(models))


def _is_known(response: Response, known: Mapping[Key, Entry]) -> bool:
    entry = known.get(key_of(response.scored))
    return entry is not None and entry.response == response_hash(response.text)
