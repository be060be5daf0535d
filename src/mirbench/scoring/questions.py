"""The questions of a run, found again in the release that it was made on."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.record import Sample
from mirbench.scoring.metrics import Scored
from mirbench.scoring.responses import question_hash


@contextmanager
def questions_of(release: Release, scored: Iterable[Scored]) -> Iterator[Iterator[Sample]]:
    """Open the questions that responses answer, one a response, in their order.

    Raises:
        ScoringError: If the release does not hold them, or one reads differently there.
    """
    scored = list(scored)
    entries = {entry.id: entry for entry in release.index().entries}
    missing = [one.id for one in scored if one.id not in entries]
    if missing:
        raise ScoringError(
            f"{release.name}: expected the {len(scored)} questions of the run, found that "
            f"{len(missing)} are not there, the first {missing[0]!r}; give the release that the "
            "run was made on"
        )
    with release.records_path.open("rb") as file:

        def load(one: Scored) -> Sample:
            sample = release.load(file, entries[one.id])
            if question_hash(sample) != one.question_hash:
                raise ScoringError(
                    f"{release.name}: question {one.id!r} of the run reads differently there; "
                    "give the release that the run was made on"
                )
            return sample

        yield map(load, scored)
