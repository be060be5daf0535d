"""What a run knows, on disk: the journal of draws, and the label table made from it.

The journal stays beside the table. Running the same command again goes on where it stops, and so
does a run under another rule (a full one after one that stopped early): draws are draws.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mirbench.data.labels import (
    Label,
    LabelsError,
    SamplingCell,
    merge_labels,
    read_labels,
    write_labels,
)
from mirbench.data.release import Entry, Release
from mirbench.difficulty.asking import Question
from mirbench.difficulty.draws import Draws, Event, event_from_json, event_to_json
from mirbench.difficulty.sampling import Origins, Rule
from mirbench.journal import Journal, exclusive


@dataclass(slots=True, kw_only=True)
class Counts:
    """How far a run is.

    Attributes:
        num_questions: Questions to label.
        num_decided: Those that have their label.
        num_failed: Those that failed.
        num_draws: Answers drawn.
        num_saved: Answers that the decided ones did not need.
        num_tokens: Tokens of the answers.
    """

    num_questions: int = 0
    num_decided: int = 0
    num_failed: int = 0
    num_draws: int = 0
    num_saved: int = 0
    num_tokens: int = 0


@dataclass(slots=True, kw_only=True)
class _Standing:
    """How a question stands: what decides its label, its draws, or a label of an older table."""

    entry: Entry
    answer: str
    subtask: str | None
    draws: Draws
    settled: bool = False


class Ledger:
    """The questions of a run and how each of them stands; `open_ledger` makes one."""

    def __init__(
        self,
        release: Release,
        entries: Sequence[Entry],
        out: Path,
        origins: Origins,
        rule: Rule,
    ) -> None:
        """Read the release's answers, the journal and the older table."""
        self._out = out
        self._origins = origins
        self._rule = rule
        self._standings = {standing.entry.id: standing for standing in _read(release, entries)}
        self._journal = Journal(journal_path(out), origins.as_json(), self._replay)
        self._older = self._read_older()
        self.counts = Counts(num_questions=len(self._standings))
        for standing in self._standings.values():
            self._count(standing, 1)

    def _replay(self, line: str) -> None:
        event = event_from_json(line)
        if event.id in self._standings:  # a run over fewer questions leaves the others alone
            self._standings[event.id].draws.add(event)

    def _read_older(self) -> dict[str, Label]:
        """Read the table that is there already; what only it knows is settled."""
        if not self._out.exists():
            return {}
        older = read_labels(self._out, fingerprint=self._origins.fingerprint)
        cell = self._sampling_cell()
        for label in older.values():
            self._check_origins(label)
            standing = self._standings.get(label.id)
            if standing is None or standing.draws.letters or label.status == "failed":
                continue
            enough = label.num_sampled == self._rule.num_draws or not self._rule.full
            standing.settled = label.sampling == cell and enough
        return older

    def _check_origins(self, label: Label) -> None:
        origins = self._origins
        wanted = (origins.model, origins.revision, origins.extractor)
        found = (label.model, label.revision, label.extractor)
        if wanted != found:
            raise LabelsError(
                f"{self._out}: expected labels by {_named(*wanted)}, found labels by "
                f"{_named(*found)}; name another output, labels of several models can stand "
                "side by side"
            )

    def pending(self, *, retry_failed: bool = False) -> Iterator[Question]:
        """Yield the questions that are still to be asked, in the release's order."""
        for standing in self._standings.values():
            failed = standing.draws.failure is not None and not retry_failed
            if not failed and not self._is_decided(standing):
                yield Question(standing.entry, standing.draws.letters)

    def take(self, event: Event) -> None:
        """Take in an event and keep it; from here on the death of this process does not lose it."""
        self._journal.append(event_to_json(event))
        standing = self._standings[event.id]
        self._count(standing, -1)
        standing.draws.add(event)
        self._count(standing, 1)

    def sync(self) -> None:
        """Have the disk keep what was taken; from here on power loss does not lose it."""
        self._journal.sync()

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def write_table(self, about: Mapping[str, str]) -> list[Label]:
        """Write the label table of what is known so far; return its rows.

        Args:
            about: What else is to be known of the run; kept with the table.
        """
        cell = self._sampling_cell()
        known = {
            standing.entry.id: self._label(standing, cell)
            for standing in self._standings.values()
            if standing.draws.failure or (self._is_decided(standing) and not standing.settled)
        }
        merged = merge_labels(self._older, known)
        order = [id for id in self._standings if id in merged]
        others = [id for id in merged if id not in self._standings]
        labels = [merged[id] for id in (*order, *others)]
        if labels:
            write_labels(self._out, labels, about)
        return labels

    def _is_decided(self, standing: _Standing) -> bool:
        return standing.settled or not standing.draws.draws_due(standing.answer, self._rule)

    def _count(self, standing: _Standing, sign: int) -> None:
        counts, draws = self.counts, standing.draws
        num_drawn = draws.num_drawn(self._rule)
        counts.num_draws += sign * num_drawn
        counts.num_tokens += sign * draws.num_tokens
        if self._is_decided(standing):
            counts.num_decided += sign
            if not standing.settled:
                counts.num_saved += sign * (self._rule.num_draws - num_drawn)
        elif draws.failure:
            counts.num_failed += sign

    def _sampling_cell(self) -> SamplingCell:
        return SamplingCell(
            num_draws=self._rule.num_draws,
            threshold=self._rule.threshold,
            prompt=self._origins.prompt,
            **asdict(self._origins.sampling),
        )

    def _label(self, standing: _Standing, cell: SamplingCell) -> Label:
        draws, rule, failure = standing.draws, self._rule, standing.draws.failure
        num_drawn = draws.num_drawn(rule)
        return Label(
            id=standing.entry.id,
            subtask=standing.subtask,
            status="failed" if failure else "labelled",
            label="unlabelled" if failure else draws.label(standing.answer, rule),
            num_right=draws.num_right(standing.answer, rule),
            num_sampled=num_drawn,
            num_unparsed=draws.num_unparsed(rule),
            num_truncated=draws.num_truncated,
            num_tokens=draws.num_tokens,
            decided_early=not failure and num_drawn < rule.num_draws,
            reason=failure.reason if failure else None,
            detail=failure.detail if failure else None,
            model=self._origins.model,
            revision=self._origins.revision,
            sampling=cell,
            extractor=self._origins.extractor,
            fingerprint=self._origins.fingerprint,
        )


def _named(model: str, revision: str, extractor: str) -> str:
    return f"{model!r} at revision {revision!r} read by extractor {extractor}"


def _read(release: Release, entries: Sequence[Entry]) -> Iterator[_Standing]:
    with release.records_path.open("rb") as file:
        for entry in entries:
            sample = release.load(file, entry)
            yield _Standing(
                entry=entry, answer=sample.answer, subtask=sample.subtask, draws=Draws()
            )


def journal_path(out: Path) -> Path:
    """Return where the journal of a label table stands."""
    return out.with_name(f"{out.name}.journal")


@contextmanager
def open_ledger(
    release: Release, entries: Sequence[Entry], out: Path, origins: Origins, rule: Rule
) -> Iterator[Ledger]:
    """Open the ledger of an output; only one process at a time can.

    Raises:
        InUseError: If another process works on it.
        JournalError: If its journal is damaged or of another run.
        LabelsError: If its table was made for other data or by another model.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(out.with_name(f"{out.name}.lock")):
        ledger = Ledger(release, entries, out, origins, rule)
        try:
            yield ledger
        finally:
            ledger.close()
