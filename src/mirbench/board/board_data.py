"""What the page loads: the rows of the ranking, and for each submission where it comes from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from mirbench import __version__
from mirbench.board.questions import Questions
from mirbench.board.ranking import Group, Row
from mirbench.board.store import Accepted
from mirbench.board.submission import Submission
from mirbench.board.vectors import gold_vector
from mirbench.scoring.intervals import wilson_interval

_GIVEN: Final = {"mir_stage1": 4, "mir_stage2": 3, "mir_stage3": 2, "mir_stage4": 1, "mir_cot": 0}
"""Task of the guidance ladder -> steps that its prompt gives."""

_DIGITS: Final = 5


def board_data(
    rows: Sequence[Row],
    questions: Questions,
    groups: Sequence[Group],
    *,
    shard: int,
    made: str,
) -> Mapping[str, Any]:
    """Return the ranking: what the first view needs and no more."""
    samples = questions.samples
    chances = np.array([1 / len(sample.options) for sample in samples])
    letter, num = Counter(gold_vector(samples)).most_common(1)[0]
    blind = max((row for row in rows if _is_blind(row)), key=lambda row: row.accuracy, default=None)
    return {
        "made": made,
        "version": __version__,
        "data": questions.name,
        "fingerprint": questions.fingerprint,
        "num": len(samples),
        "shard": shard,
        "chance": round(float(chances.mean()), _DIGITS),
        "constant": [letter, round(num / len(samples), _DIGITS)],
        "blind": [blind.accepted.submission.model.name, round(blind.accuracy, _DIGITS)]
        if blind
        else None,
        "groups": [
            {
                "of": group.of,
                "name": group.name,
                "num": group.num,
                "chance": round(float(chances[group.members].mean()), _DIGITS),
            }
            for group in groups
        ],
        "rows": [_row_data(row, rows) for row in rows],
    }


def _is_blind(row: Row) -> bool:
    submission = row.accepted.submission
    return bool(row.by_group) and (
        submission.kind == "baseline" or submission.harness.task == "mir_blind"
    )


def _row_data(row: Row, rows: Sequence[Row]) -> dict[str, Any]:
    submission, verdict = row.accepted.submission, row.accepted.verdict
    held_out = verdict.held_out
    return {
        "id": row.accepted.id,
        "name": submission.model.name,
        "task": submission.harness.task,
        "kind": submission.kind,
        "tier": verdict.tier,
        "created": submission.created,
        "size": submission.model.size,
        "open": submission.model.availability == "open",
        "reasoning": submission.model.reasoning,
        "trained": submission.disclosure.trained_on_mir,
        "rank": row.rank,
        "tie": row.tie,
        "p": None if row.p is None else float(f"{row.p:.3g}"),
        "correct": row.num_correct,
        "low": round(row.interval.low, _DIGITS),
        "high": round(row.interval.high, _DIGITS),
        "by": row.by_group,
        "unparsed": row.num_unparsed,
        "truncated": row.num_truncated,
        "failed": row.num_failed,
        "flags": [flag.kind for flag in verdict.flags],
        "held": [held_out.num_correct, held_out.num] if held_out else None,
        "ladder": list(_ladder(row, rows)),
    }


def _ladder(row: Row, rows: Sequence[Row]) -> Iterator[tuple[int, float]]:
    """Yield steps given and accuracy, for the runs of the same model on the guidance ladder."""
    mine = row.accepted.submission
    if mine.kind == "baseline" or mine.harness.task not in ("mir", "mir_cot"):
        return
    points = {
        _GIVEN[other.accepted.submission.harness.task]: other.accuracy
        for other in rows
        if _same_model(mine, other.accepted.submission)
        and other.accepted.submission.harness.task in _GIVEN
    }
    if len(points) > 1:
        yield from sorted((given, round(value, _DIGITS)) for given, value in points.items())


def _same_model(one: Submission, other: Submission) -> bool:
    return (one.model.name, one.model.revision) == (other.model.name, other.model.revision)


def detail_data(
    row: Row, rows: Sequence[Row], everything: Sequence[Accepted], groups: Sequence[Group]
) -> Mapping[str, Any]:
    """Return what the drawer of a submission shows."""
    verdict = row.accepted.verdict
    return {
        "sections": [
            {"title": title, "facts": [list(fact) for fact in facts if fact[1] not in (None, "")]}
            for title, facts in _sections(row)
        ],
        "groups": None
        if row.by_group is None
        else [
            [num, *(round(end, _DIGITS) for end in wilson_interval(num, group.num))]
            for num, group in zip(row.by_group, groups, strict=True)
        ],
        "flags": [[flag.kind, flag.reason] for flag in verdict.flags],
        "note": verdict.note,
        "link": row.accepted.submission.model.link,
        "history": _history(row.accepted, everything),
        "others": [
            [other.accepted.id, other.accepted.submission.harness.task, round(other.accuracy, 4)]
            for other in rows
            if other is not row and _same_model(row.accepted.submission, other.accepted.submission)
        ],
    }


def _sections(row: Row) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    told, verdict = row.accepted.submission, row.accepted.verdict
    model, inference, harness = told.model, told.inference, told.harness
    yield (
        "Model",
        [
            ("name", model.name),
            ("revision", model.revision),
            ("availability", model.availability),
            ("licence", model.licence),
            ("parameters", f"{model.size:g} billion" if model.size else None),
            ("reasoning", "yes" if model.reasoning else "no"),
            ("trained on MIR", told.disclosure.trained_on_mir),
        ],
    )
    yield (
        "Run",
        [
            ("task", f"{harness.task}, version {harness.task_version}"),
            ("prompt", harness.prompt),
            ("engine", inference.engine),
            ("dtype", inference.dtype),
            ("sampling", _pairs(inference.sampling)),
            ("seed", inference.seed),
            ("attempts", inference.attempts),
            ("image limits", inference.image_limits),
            ("hardware", inference.hardware),
            ("duration", f"{inference.seconds:,.0f} s" if inference.seconds else None),
            ("tokens", f"{inference.tokens:,}" if inference.tokens is not None else None),
            ("cost", f"US$ {inference.cost:,.2f}" if inference.cost is not None else None),
            ("versions", _pairs(harness.versions)),
            ("command", harness.command),
            ("run", told.run_id),
        ],
    )
    yield (
        "Data",
        [
            ("data", told.data.name),
            ("revision", told.data.revision),
            ("questions", f"{told.data.num:,}, all of {told.data.split}"),
            ("fingerprint", told.data.fingerprint),
        ],
    )
    yield (
        "Verification",
        [
            ("tier", verdict.tier),
            ("accepted", verdict.accepted),
            ("scored again with", f"mirbench {verdict.mirbench}, extractor {verdict.extractor}"),
            ("held out", _held_out(row)),
            ("predictions", told.predictions.sha256 if told.predictions else "none"),
            ("submission", row.accepted.id),
        ],
    )
    yield (
        "Submitter",
        [
            ("name", told.submitter.name),
            ("affiliation", told.submitter.affiliation),
            ("contact", told.submitter.contact),
            ("relationship", told.submitter.relationship.replace("_", " ")),
            ("submitted", told.created),
            ("notes", told.disclosure.notes),
        ],
    )


def _pairs(pairs: Sequence[Any]) -> str:
    return ", ".join(f"{one.name} {one.value}" for one in pairs)


def _held_out(row: Row) -> str | None:
    held_out = row.accepted.verdict.held_out
    if held_out is None:
        return None
    share = held_out.num_correct / held_out.num
    return f"{share:.1%} of {held_out.num:,} fresh questions ({held_out.data}, {held_out.date})"


def _history(one: Accepted, everything: Sequence[Accepted]) -> list[list[Any]]:
    """Return the submissions that this one supersedes, directly or not, the newest first."""
    by_id = {each.id: each for each in everything}
    history: list[list[Any]] = []
    older, seen = one.submission.supersedes, {one.id}
    while older in by_id and older not in seen:
        old = by_id[older]
        seen.add(older)
        accuracy = round(old.submission.claims.accuracy, _DIGITS)
        history.append([old.id, old.submission.created, accuracy])
        older = old.submission.supersedes
    return history
