"""The data of a report: each question with its response, and each different image once.

The page holds them as inert blocks (`<script>` with a data type) that its script reads. They are
made one at a time, so memory stays at one sample whatever the size of the run.
"""

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from PIL import Image, ImageOps

from mirbench.data.images import IMAGE_FORMATS, check_image
from mirbench.data.release import Entry, Release
from mirbench.errors import ImageError, ScoringError
from mirbench.interleave import ImageRef, split_parts
from mirbench.record import Sample
from mirbench.scoring.metrics import NOT_STATED, Scored
from mirbench.scoring.responses import question_hash
from mirbench.scoring.run import Response
from mirbench.scoring.visible import visible

PREVIEW_SIDE: Final = 384
_BROWSER_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")

_IMAGE_BLOCK: Final = Markup(
    '<script type="text/plain" class="image" data-type="{}" data-width="{}" data-height="{}">{}'
    "</script>"
)
_SAMPLE_BLOCK: Final = Markup('<script type="application/json" class="sample">{}</script>')


@dataclass(frozen=True, slots=True)
class PageImage:
    """An image of the page.

    Attributes:
        index: Its position among the image blocks; -1 if it could not be read.
        size: Width and height in pixels.
    """

    index: int
    size: tuple[int, int]


class Blocks:
    """Makes the data blocks of a report from a run and the release that it was made on."""

    def __init__(self, release: Release, responses: Sequence[Response]) -> None:
        """Find every question of the run in the release.

        Raises:
            ScoringError: If the release does not hold the questions that were asked.
        """
        self._release = release
        self._responses = responses
        self._entries = _entries(release, responses)
        self._images: dict[str, PageImage] = {}
        self._seen: dict[bytes, PageImage] = {}
        self.num_image_bytes = self._checked()

    def _checked(self) -> int:
        """Compare every question with the one that was asked; returns the bytes of all images."""
        names: set[str] = set()
        changed: list[str] = []
        for response, sample in self._samples():
            names.update(sample.images)
            if question_hash(sample) != response.scored.question_hash:
                changed.append(sample.id)
        if changed:
            raise ScoringError(
                f"{self._release.name}: {len(changed)} questions of the run read differently "
                f"there, the first {changed[0]!r}; give the release that the run was made on"
            )
        return sum(self._release.images.content_key(name).size for name in names)

    def _samples(self) -> Iterator[tuple[Response, Sample]]:
        with self._release.records_path.open("rb") as file:
            for response in self._responses:
                yield response, self._release.load(file, self._entries[response.scored.id])

    def make(self, *, shrink: bool) -> Iterator[Markup]:
        """Yield the blocks: before each sample the images that it is the first to show.

        Args:
            shrink: Whether to embed previews instead of the images as they are.
        """
        for response, sample in self._samples():
            for name in sample.images:
                if name not in self._images:
                    yield from self._image_block(name, shrink=shrink)
            images = [self._images[name] for name in sample.images]
            yield _SAMPLE_BLOCK.format(Markup(_json(_sample_data(sample, response, images))))

    def _image_block(self, name: str, *, shrink: bool) -> Iterator[Markup]:
        try:
            content = self._release.images.read(name)
            check_image(content, name)
        except ImageError:
            self._images[name] = PageImage(-1, (1, 1))
            return
        digest = hashlib.sha256(content).digest()
        if digest in self._seen:
            self._images[name] = self._seen[digest]
            return
        with Image.open(io.BytesIO(content), formats=IMAGE_FORMATS) as image:
            made = PageImage(len(self._seen), image.size)
            shown = image.size
            mime = Image.MIME[image.format or ""]
            if shrink or image.format not in _BROWSER_FORMATS:
                content, shown = _preview(image)
                mime = "image/jpeg"
        self._images[name] = self._seen[digest] = made
        yield _IMAGE_BLOCK.format(mime, *shown, base64.b64encode(content).decode())


def _entries(release: Release, responses: Sequence[Response]) -> Mapping[str, Entry]:
    entries = {entry.id: entry for entry in release.index().entries}
    missing = [one.scored.id for one in responses if one.scored.id not in entries]
    if missing:
        raise ScoringError(
            f"{release.name}: expected the {len(responses)} questions of the run, found that "
            f"{len(missing)} are not there, the first {missing[0]!r}; give the release that the "
            "run was made on"
        )
    return entries


def _preview(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    image.draft("RGB", (PREVIEW_SIDE, PREVIEW_SIDE))  # lets a JPEG decode at a fraction of its size
    small = ImageOps.exif_transpose(image).convert("RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return file.getvalue(), small.size


def _sample_data(sample: Sample, response: Response, images: Sequence[PageImage]) -> dict[str, Any]:
    scored = response.scored
    place = (scored.subtask or NOT_STATED, scored.category or NOT_STATED, scored.difficulty)
    return {
        "id": sample.id,
        "kind": kind_of(scored),
        "place": " · ".join(dict.fromkeys(place)),
        "subtask": scored.subtask or NOT_STATED,
        "parts": [
            part.index if isinstance(part, ImageRef) else part.text
            for part in split_parts(sample.question, sample.image_refs)
        ],
        "images": [image.index for image in images],
        "options": sample.options,
        "answer": sample.answer,
        "prediction": scored.prediction,
        "how": words(scored.how),
        "response": _divided(response),
        "steps": _steps(sample),
        "regions": [
            {
                "phrase": region.phrase,
                "image": region.image,
                "box": region.box,
                "size": images[region.image].size,
            }
            for region in sample.regions
        ],
    }


def kind_of(scored: Scored) -> str:
    """Return what a reader wants to know first: right, wrong, or why there is no prediction."""
    if scored.status != "answered":
        return scored.status
    return "right" if scored.correct else "wrong"


def words(how: str) -> str:
    """Write a way of finding an answer as words."""
    return how.replace("_", " ")


def _divided(response: Response) -> tuple[str, str, str]:
    """Return the response before, inside and after the span that was read."""
    start, end = response.scored.span or (len(response.text), len(response.text))
    return response.text[:start], response.text[start:end], response.text[end:]


def _steps(sample: Sample) -> list[tuple[str, str]]:
    relations = (sample.region_to_region, sample.reasoning)
    return [
        ("Summary", sample.summary),
        ("Caption", "\n".join(sample.caption)),
        ("Text-to-Region", sample.text_to_region),
        ("Region-to-Region", "\n".join(text for text in relations if text)),
        ("Conclusion", sample.conclusion),
    ]


def _json(data: dict[str, Any]) -> str:
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
