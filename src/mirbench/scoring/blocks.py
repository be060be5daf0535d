"""The data of a report: an index of all questions, their details in packed chunks, the images.

The page holds them as inert blocks (`<script>` with a data type) that its script reads: the index
at once, a chunk when a question of it is looked at. So a page of 22,000 questions opens as one of
20 does. Blocks are made one at a time, so memory stays at one chunk whatever the size of the run.
"""

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from markupsafe import Markup

from mirbench.data.release import Entry, Release
from mirbench.errors import ScoringError
from mirbench.interleave import ImageRef, split_parts
from mirbench.prompts import rotate_options
from mirbench.record import Sample
from mirbench.scoring.logged import Response
from mirbench.scoring.metrics import NOT_STATED, Scored
from mirbench.scoring.pictures import MAX_BYTES, Picture, Preview, choose_preview, pictures
from mirbench.scoring.responses import question_hash
from mirbench.scoring.run import Run
from mirbench.scoring.visible import visible

CHUNK: Final = 32
"""Questions packed together: some 100 kB of text, unpacked in milliseconds."""

SOME: Final = "some"
"""The kind of a question of whose responses some are right and some are not."""

_TITLE: Final = 160
"""Characters of a question in the list."""

_INDEX_BLOCK: Final = Markup('<script type="application/json" id="index">{}</script>')
_CHUNK_BLOCK: Final = Markup('<script type="text/plain" class="chunk">{}</script>')

_LOST = (-1, (1, 1))
"""Where an image that cannot be read stands among the blocks, and a size for its regions."""


class Blocks:
    """Makes the data blocks of a report from runs and the release that they were made on."""

    def __init__(
        self, release: Release, runs: Sequence[Run], max_image_bytes: int = MAX_BYTES
    ) -> None:
        """Find every question of the runs in the release.

        Raises:
            ScoringError: If the release does not hold the questions that were asked.
        """
        self._release = release
        self._responses = [group_by_sample(run.responses) for run in runs]
        self._entries = self._asked()
        self._names: dict[str, str] = {}
        """Image -> the first one with the same content."""
        num_bytes = self._look()
        self._distinct = list(dict.fromkeys(self._names.values()))
        self.preview: Preview | None = choose_preview(
            release.images.read, self._distinct, num_bytes, max_image_bytes
        )
        self._places: dict[str, tuple[int, tuple[int, int]]] = {}

    def _asked(self) -> list[Entry]:
        """Return the questions of all runs, in the order of the release."""
        asked = {id: None for responses in self._responses for id in responses}
        entries = [entry for entry in self._release.index().entries if entry.id in asked]
        if len(entries) < len(asked):
            known = {entry.id for entry in entries}
            missing = [id for id in asked if id not in known]
            raise ScoringError(
                f"{self._release.name}: expected the {len(asked)} questions of the run, found that "
                f"{len(missing)} are not there, the first {missing[0]!r}; give the release that "
                "the run was made on"
            )
        return entries

    def _look(self) -> int:
        """Compare every question with what was asked; returns the bytes of all images."""
        first_of: dict[Any, str] = {}
        changed: list[str] = []
        for sample in self._samples():
            hashes = {one.scored.question_hash for one in self._all(sample.id)}
            if hashes != {question_hash(sample)}:
                changed.append(sample.id)
            for name in sample.images:
                key = self._release.images.content_key(name)
                self._names[name] = first_of.setdefault(key, name)
        if changed:
            raise ScoringError(
                f"{self._release.name}: {len(changed)} questions of the run read differently "
                f"there, the first {changed[0]!r}; give the release that the run was made on"
            )
        return sum(self._release.images.content_key(name).size for name in first_of.values())

    def _samples(self) -> Iterator[Sample]:
        with self._release.records_path.open("rb") as file:
            for entry in self._entries:
                yield self._release.load(file, entry)

    def _all(self, id: str) -> Iterator[Response]:
        for responses in self._responses:
            yield from responses.get(id, ())

    def make(self) -> Iterator[Markup]:
        """Yield the blocks: the index, each different image, the chunks."""
        yield _INDEX_BLOCK.format(Markup(inert_json(self._index())))
        yield from self._image_blocks()
        chunk: list[dict[str, Any]] = []
        for sample in self._samples():
            chunk.append(self._details(sample))
            if len(chunk) == CHUNK:
                yield _packed(chunk)
                chunk = []
        if chunk:
            yield _packed(chunk)

    def _index(self) -> dict[str, Any]:
        """Return what the list of questions shows and filters by."""
        subtasks: dict[str, int] = {}
        rows = []
        for sample in self._samples():
            subtask = subtasks.setdefault(sample.subtask or NOT_STATED, len(subtasks))
            kinds = [kind_of_all(responses.get(sample.id, ())) for responses in self._responses]
            rows.append([sample.id, subtask, _title(sample), kinds])
        return {"chunk": CHUNK, "subtasks": list(subtasks), "rows": rows}

    def _image_blocks(self) -> Iterator[Markup]:
        num = 0
        made = pictures(self._release.images.read, self._distinct, self.preview)
        picture: Picture | None
        for name, picture in zip(self._distinct, made, strict=True):
            if picture is None:
                self._places[name] = _LOST
                continue
            self._places[name] = num, picture.size
            num += 1
            yield picture.block()

    def _details(self, sample: Sample) -> dict[str, Any]:
        """Return everything that is shown of one question."""
        places = [self._places[self._names[name]] for name in sample.images]
        stated = (sample.subtask or NOT_STATED, sample.category or NOT_STATED, sample.difficulty)
        return {
            "place": " · ".join(dict.fromkeys(stated)),
            "parts": [
                part.index if isinstance(part, ImageRef) else part.text
                for part in split_parts(sample.question, sample.image_refs)
            ],
            "images": [index for index, _ in places],
            "options": sample.options,
            "answer": sample.answer,
            "runs": [
                [_response(sample, one) for one in responses.get(sample.id, ())]
                for responses in self._responses
            ],
            "steps": _steps(sample),
            "regions": [
                {
                    "phrase": region.phrase,
                    "image": region.image,
                    "box": region.box,
                    "size": places[region.image][1],
                }
                for region in sample.regions
            ],
        }


def group_by_sample(responses: Sequence[Response]) -> dict[str, list[Response]]:
    """Group the responses of a run by the question that they answer."""
    groups: dict[str, list[Response]] = {}
    for response in responses:
        groups.setdefault(response.scored.id, []).append(response)
    return groups


def kind_of(scored: Scored) -> str:
    """Return what a reader wants to know first: right, wrong, or why there is no prediction."""
    if scored.status != "answered":
        return scored.status
    return "right" if scored.correct else "wrong"


def kind_of_all(responses: Sequence[Response]) -> str:
    """Return the kind of a question's responses; nothing where it was not asked."""
    if not responses:
        return ""
    kinds = list(dict.fromkeys(kind_of(one.scored) for one in responses))
    if len(kinds) == 1:
        return kinds[0]
    return SOME if "right" in kinds else "wrong"


def words(how: str) -> str:
    """Write a way of finding an answer as words."""
    return how.replace("_", " ")


def _title(sample: Sample) -> str:
    parts = split_parts(sample.question, sample.image_refs)
    text = "".join(f"[{one.index + 1}]" if isinstance(one, ImageRef) else one.text for one in parts)
    return " ".join(text.split())[:_TITLE]


def _response(sample: Sample, response: Response) -> dict[str, Any]:
    """Return a response with the span that was read; letters as they were shown."""
    scored = response.scored
    start, end = scored.span or (len(response.text), len(response.text))
    shown = rotate_options(sample, scored.rotation) if scored.rotation else None
    return {
        "kind": kind_of(scored),
        "prediction": scored.prediction,
        "how": words(scored.how),
        "text": [response.text[:start], response.text[start:end], response.text[end:]],
        "draw": scored.draw,
        "rotation": scored.rotation,
        "shown": shown.options if shown else None,
        "chosen": _unrotated(scored, len(sample.options)),
    }


def _unrotated(scored: Scored, num_options: int) -> int | None:
    """Return the position of the chosen option in the sample's own order."""
    if scored.prediction is None:
        return None
    return (ord(scored.prediction) - ord("A") + scored.rotation) % num_options


def _steps(sample: Sample) -> list[tuple[str, str]]:
    relations = (sample.region_to_region, sample.reasoning)
    return [
        ("Summary", sample.summary),
        ("Caption", "\n".join(sample.caption)),
        ("Text-to-Region", sample.text_to_region),
        ("Region-to-Region", "\n".join(text for text in relations if text)),
        ("Conclusion", sample.conclusion),
    ]


def _packed(chunk: list[dict[str, Any]]) -> Markup:
    """Pack questions: JSON, zlib, base64, which no text inside can end."""
    text = json.dumps(_all_visible(chunk), ensure_ascii=False, separators=(",", ":"))
    return _CHUNK_BLOCK.format(base64.b64encode(zlib.compress(text.encode(), 6)).decode())


def inert_json(data: dict[str, Any]) -> str:
    """Write data so that no text inside it can end the block that holds it."""
    text = json.dumps(_all_visible(data), ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _all_visible(value: Any) -> Any:
    match value:
        case str():
            return visible(value)
        case list() | tuple():
            return [_all_visible(one) for one in value]
        case dict():
            return {key: _all_visible(one) for key, one in value.items()}
        case _:
            return value
