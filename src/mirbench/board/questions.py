"""The questions of a test split as a check needs them: what was asked, and what is right.

Read from the release once and then kept in the cache, so that checking submission after submission
does not parse the release's reasoning chains again.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mirbench.data.cache import cache_folder, code_hash, keep
from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.record import Sample
from mirbench.scoring.responses import question_hash

_KEPT: Final = (
    "id", "question", "images", "image_refs", "options", "answer", "category", "subtask",
    "difficulty",
)  # fmt: skip
_NO_STEPS: Final[dict[str, Any]] = {
    "pass_rate": None, "partition": "test", "summary": "", "caption": (), "text_to_region": "",
    "region_to_region": "", "reasoning": "", "conclusion": "", "regions": (), "source": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The test split of a release, without its reasoning chains.

    Attributes:
        name: Of the release.
        samples: In the release's order.
        fingerprint: SHA-256 over ids, questions, options, answers and image contents, in order.
    """

    name: str
    samples: tuple[Sample, ...]
    fingerprint: str


def read_questions(release: Release) -> Questions:
    """Return the test split of a release.

    Raises:
        ScoringError: If it has none.
    """
    kept = cache_folder(release.cache_key) / f"questions-{code_hash()}.json"
    try:
        fingerprint, rows = json.loads(kept.read_text(encoding="utf-8"))
        samples = tuple(_sample(row) for row in rows)
    except (OSError, ValueError, TypeError):
        samples = tuple(_load(release))
        fingerprint = _fingerprint(release, samples)
        rows = [[getattr(sample, name) for name in _KEPT] for sample in samples]
        keep(kept, json.dumps([fingerprint, rows], ensure_ascii=False).encode())
    if not samples:
        raise ScoringError(f"{release.name}: expected a test split, found no question in it")
    return Questions(name=Path(release.name).name, samples=samples, fingerprint=fingerprint)


def _load(release: Release) -> Iterable[Sample]:
    with release.records_path.open("rb") as file:
        for entry in release.index().of_split("test"):
            yield release.load(file, entry)._replace(**_NO_STEPS)


def _sample(row: Sequence[Any]) -> Sample:
    kept: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in zip(_KEPT, row, strict=True)
    }
    return Sample(**kept, **_NO_STEPS)


def _fingerprint(release: Release, samples: Iterable[Sample]) -> str:
    content_key = functools.cache(release.images.content_key)
    digest = hashlib.sha256()
    for sample in samples:
        keys = [content_key(name) for name in sample.images]
        asked = [sample.id, question_hash(sample), keys]
        digest.update(json.dumps(asked, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return digest.hexdigest()
