"""The store: a folder of accepted submissions, each as it was sent, and what was found about it.

    STORE/submissions/<id>/submission.json, predictions.jsonl     never changed
    STORE/verdicts/<id>.json                                      what the maintainers say

A submission's id holds the hash of its `submission.json`, which holds that of its predictions, so
whatever changed afterwards is noticed. A correction is a new submission that supersedes the old
one, which stays. The folder can be a git repository or a clone of a Hub dataset.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from pydantic import ValidationError

from mirbench import __version__
from mirbench.answers import EXTRACTOR_VERSION
from mirbench.board.anomalies import Earlier, FlagKind
from mirbench.board.check import Checked, accepted_submission, check_submission
from mirbench.board.questions import Questions
from mirbench.board.submission import (
    PREDICTIONS_NAME,
    SUBMISSION_NAME,
    Submission,
    utc_now,
)
from mirbench.board.verdict import FlagNote, HeldOut, Tier, Verdict
from mirbench.board.write import explain
from mirbench.errors import ScoringError

SUBMISSIONS: Final = "submissions"
VERDICTS: Final = "verdicts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A submission of the store, with its verdict."""

    folder: Path
    submission: Submission
    verdict: Verdict

    @property
    def id(self) -> str:
        """Its name."""
        return self.verdict.id


class Store:
    """A folder of accepted submissions."""

    def __init__(self, folder: Path | str) -> None:
        """Take the folder; it is made when something is added."""
        self.folder = Path(folder)

    def read(self, *, deep: bool = True) -> list[Accepted]:
        """Return all submissions, the oldest first.

        Args:
            deep: Compare predictions with their checksums too.

        Raises:
            ScoringError: If one has changed since it was accepted, or has no verdict.
        """
        folders = sorted((self.folder / SUBMISSIONS).glob("[!.]*"))
        if not folders:
            raise ScoringError(
                f"{self.folder}: expected accepted submissions, found none; "
                "'mirbench board add' takes one in"
            )
        accepted = [self._read(folder, deep=deep) for folder in folders]
        return sorted(accepted, key=lambda one: (one.verdict.accepted, one.id))

    def _read(self, folder: Path, *, deep: bool) -> Accepted:
        content = (folder / SUBMISSION_NAME).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if not folder.name.endswith(f"-{digest[:12]}"):
            raise ScoringError(
                f"{folder / SUBMISSION_NAME}: expected the content that {folder.name} names, found "
                "another; accepted submissions never change, a correction supersedes them"
            )
        path = self.folder / VERDICTS / f"{folder.name}.json"
        try:
            submission = Submission.model_validate(json.loads(content))
            verdict = Verdict.model_validate(json.loads(path.read_bytes()))
        except ValidationError as error:
            raise ScoringError(f"{folder.name}: {explain(error)}") from None
        except (OSError, ValueError) as error:
            raise ScoringError(f"{path}: expected the verdict on it, found {error}") from error
        if deep and submission.predictions is not None:
            with (folder / PREDICTIONS_NAME).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != submission.predictions.sha256:
                raise ScoringError(f"{folder / PREDICTIONS_NAME}: changed since it was accepted")
        return Accepted(folder=folder, submission=submission, verdict=verdict)

    def earlier(self) -> list[Earlier]:
        """Return the predictions that a new submission is compared with."""
        if not (self.folder / SUBMISSIONS).is_dir():
            return []
        return [
            Earlier(
                one.submission.model.name,
                one.verdict.answers,
                one.submission.kind == "baseline" or one.submission.harness.task == "mir_blind",
            )
            for one in self.read(deep=False)
            if one.verdict.answers
        ]

    def add(self, folder: Path | str, questions: Questions) -> Accepted:
        """Check a submission and take it in; the same one a second time changes nothing.

        Raises:
            ScoringError: If it has faults, or supersedes what is not there.
        """
        checked = check_submission(folder, questions, self.earlier())
        submission = accepted_submission(checked)
        if submission.supersedes is not None:
            self._check_superseded(submission)
        place = self.folder / SUBMISSIONS / checked.id
        if not place.exists():
            _copy(Path(folder), place, has_predictions=submission.predictions is not None)
        verdict_path = self.folder / VERDICTS / f"{checked.id}.json"
        if not verdict_path.exists():
            _write(verdict_path, _verdict(checked, questions))
        return self._read(place, deep=True)

    def _check_superseded(self, submission: Submission) -> None:
        path = self.folder / SUBMISSIONS / str(submission.supersedes) / SUBMISSION_NAME
        if not path.is_file():
            raise ScoringError(
                f"supersedes {submission.supersedes}: expected a submission of this store"
            )
        old = Submission.model_validate(json.loads(path.read_bytes()))
        mine = submission.model.name, submission.harness.task
        if (old.model.name, old.harness.task) != mine:
            raise ScoringError(
                f"supersedes {submission.supersedes}: expected {mine[0]!r} on {mine[1]}, found "
                f"{old.model.name!r} on {old.harness.task}"
            )

    def judge(
        self,
        id: str,
        *,
        tier: Tier | None = None,
        held_out: HeldOut | None = None,
        clear: Sequence[FlagKind] = (),
        note: str | None = None,
    ) -> Verdict:
        """Change the verdict on a submission; the submission itself never changes.

        Raises:
            ScoringError: If there is no such submission, or the tier does not fit it.
        """
        by_id = {one.id: one for one in self.read(deep=False)}
        if id not in by_id:
            raise ScoringError(f"{id}: no such submission in {self.folder}")
        old = by_id[id].verdict
        if tier == "recomputed" and not old.answers:
            raise ScoringError(f"{id}: has no responses that could be scored again")
        changes = {
            "tier": tier,
            "held_out": held_out,
            "note": note,
            "flags": [flag for flag in old.flags if flag.kind not in clear],
        }
        told = {name: value for name, value in changes.items() if value is not None}
        verdict = old.model_copy(update=told)
        _write(self.folder / VERDICTS / f"{id}.json", verdict)
        return verdict


def current(accepted: Sequence[Accepted]) -> Iterator[Accepted]:
    """Yield the submissions that no other one supersedes."""
    superseded = {one.submission.supersedes for one in accepted}
    return (one for one in accepted if one.id not in superseded)


def _verdict(checked: Checked, questions: Questions) -> Verdict:
    return Verdict(
        id=checked.id,
        tier="recomputed" if checked.answers else "self-reported",
        accepted=utc_now(),
        mirbench=__version__,
        extractor=EXTRACTOR_VERSION,
        fingerprint=questions.fingerprint,
        answers=checked.answers,
        flags=[FlagNote(kind=flag.kind, reason=flag.reason) for flag in checked.flags],
    )


def _copy(folder: Path, place: Path, *, has_predictions: bool) -> None:
    draft = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    draft.mkdir(parents=True)
    try:
        for name in (SUBMISSION_NAME, *([PREDICTIONS_NAME] if has_predictions else [])):
            shutil.copyfile(folder / name, draft / name, follow_symlinks=False)
        draft.replace(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(path: Path, verdict: Verdict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_text(
        json.dumps(verdict.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    draft.replace(path)


def judged(
    store: Store,
    id: str,
    *,
    tier: str | None,
    clear: Sequence[str],
    note: str | None,
    held_out: tuple[str, int, int] | None,
) -> Verdict:
    """Change a verdict as a person says it; see `Store.judge`.

    Raises:
        ScoringError: If a value is not one of those that there are.
    """
    for name, values, known in (("tier", [tier] if tier else [], get_args(Tier)),
                                ("flag", clear, get_args(FlagKind))):  # fmt: skip
        for value in values:
            if value not in known:
                raise ScoringError(f"{name} {value!r}: expected one of {', '.join(known)}")
    result = None
    if held_out is not None:
        data, num, num_correct = held_out
        if not 0 <= num_correct <= num or not num:
            raise ScoringError(f"held out: expected at most {num:,} right, found {num_correct:,}")
        result = HeldOut(data=data, date=utc_now(), num=num, num_correct=num_correct)
    return store.judge(
        id, tier=cast(Tier | None, tier), held_out=result, clear=cast(list[FlagKind], clear),
        note=note,
    )  # fmt: skip
