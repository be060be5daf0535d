"""One raw record of a release -> a `Sample`, or a `Fault` that says what is wrong with it.

The only place that knows the release's field names. Facts about the format: the authors' code
reads `question`, `images`, `options`, `summary`, `caption`, `text2img`, `img2img`, optional
`reasoning`, and `conclusion`; id, category, subtask and difficulty may be missing. MIR-Synth adds
`regions`, `partition` and `source`, which are read where they stand.
"""

import math
import re
from typing import Any, Final

from mirbench.answers import gold_letter
from mirbench.errors import RecordError, TagError
from mirbench.interleave import defuse_tags, normalise_tags, show_option_images
from mirbench.record import Fault, Origin, Region, Sample
from mirbench.taxonomy import (
    CATEGORIES,
    DIFFICULTIES,
    LETTERS,
    PARTITIONS,
    SUBTASKS,
    Category,
    Subtask,
    category_of,
    find_category,
    find_subtask,
)

MAX_TEXT: Final = 1_000_000
"""Characters of a text field; the longest chain of the release is about 4,000."""

MAX_IMAGES: Final = 64

_PREFIX: Final = re.compile(r"\(?[Aa][.):]")
"""What may stand before the first option's own text."""


class _InvalidError(Exception):
    """Raised inside this module; `read_record` adds where."""

    def __init__(self, field: str, expected: str, found: str) -> None:
        super().__init__(field)
        self.field, self.expected, self.found = field, expected, found


def read_record(raw: object, origin: Origin) -> Sample:
    """Validate one raw record of a release.

    Raises:
        RecordError: If the record is not a valid sample; the fault says where and why.
    """
    record_id: str | None = None
    try:
        if not isinstance(raw, dict):
            raise _InvalidError("", "a JSON object", _shown(raw))
        record_id = _id(raw)
        return _sample(raw, record_id or "")
    except _InvalidError as error:
        fault = Fault(
            file=origin.file,
            record=origin.record,
            id=record_id,
            field=error.field,
            expected=error.expected,
            found=error.found,
        )
        raise RecordError(fault) from None


def _sample(raw: dict[str, Any], record_id: str) -> Sample:
    images = _images(raw)
    question, options = _required(raw, "question"), _options(raw)
    try:
        question, options = show_option_images(question, options, len(images))
        question, image_refs = normalise_tags(question, len(images))
    except TagError as error:
        raise _InvalidError(
            "question", "tags that say which image stands where", str(error)
        ) from None
    if len(set(map(str.casefold, options))) < len(options):
        raise _InvalidError("options", "options that differ", "two of the same text")
    subtask = _subtask(raw)
    return Sample(
        id=record_id,
        question=question,
        images=images,
        image_refs=image_refs,
        options=options,
        answer=_answer(raw, options),
        category=_category(raw, subtask),
        subtask=subtask,
        difficulty=_one_of(raw, "difficulty", DIFFICULTIES) or "unlabelled",
        pass_rate=_pass_rate(raw),
        partition=_one_of(raw, "partition", PARTITIONS),
        summary=_step(raw, "summary"),
        caption=_caption(raw),
        text_to_region=_step(raw, "text2img"),
        region_to_region=_step(raw, "img2img"),
        reasoning=_step(raw, "reasoning"),
        conclusion=_required(raw, "conclusion"),
        regions=_regions(raw, len(images)),
        source=_text(raw, "source"),
    )


def _shown(value: object) -> str:
    """Name a value for an error message: short, on one line, without surprises."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str | int | float | bool) else type(value).__name__
    return text if len(text) <= 80 else f"{text[:77]}..."


def _text(raw: dict[str, Any], field: str) -> str:
    value = raw.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _InvalidError(field, "a text", _shown(value))
    return _checked(value, field)


def _required(raw: dict[str, Any], field: str) -> str:
    value = raw.get(field, "")
    if value is None or (isinstance(value, str) and not value.strip()):
        raise _InvalidError(field, "a text", "an empty text" if field in raw else "no such field")
    return _text(raw, field)


def _are_plain(texts: list[Any]) -> bool:
    """Say whether these are texts, none of them blank, and nothing can be wrong with any."""
    try:
        return all(map(str.strip, texts)) and _is_plain("".join(texts))
    except TypeError:
        return False


def _is_plain(text: str) -> bool:
    """Say whether nothing can be wrong with a text, as with nearly all: one look at each."""
    return len(text) <= MAX_TEXT and text.isascii() and "\0" not in text


def _checked(text: str, field: str) -> str:
    if _is_plain(text):
        return text
    if len(text) > MAX_TEXT:
        raise _InvalidError(field, f"at most {MAX_TEXT:,} characters", f"{len(text):,}")
    if "\0" in text:
        raise _InvalidError(field, "a text without NUL characters", f"one at {text.index(chr(0))}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _InvalidError(field, "valid Unicode", f"a lone surrogate at {error.start}") from None
    return text


def _step(raw: dict[str, Any], field: str) -> str:
    return defuse_tags(_text(raw, field)).strip()


def _id(raw: dict[str, Any]) -> str | None:
    value = raw.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise _InvalidError("id", "a number or a printable text of at most 200", _shown(value))
    return _checked(value.strip(), "id")


def _images(raw: dict[str, Any]) -> tuple[str, ...]:
    value = raw.get("images")
    if not isinstance(value, list) or not value:
        raise _InvalidError("images", "a list of image paths", _shown(value) if value else "none")
    if len(value) > MAX_IMAGES:
        raise _InvalidError("images", f"at most {MAX_IMAGES} images", str(len(value)))
    for path in () if _are_plain(value) else value:
        if not isinstance(path, str) or not path.strip():
            raise _InvalidError("images", "image paths", _shown(path))
        _checked(path, "images")
    return tuple(value)


def _options(raw: dict[str, Any]) -> tuple[str, ...]:
    value = raw.get("options")
    if isinstance(value, dict):
        texts = _lettered(value)
    elif isinstance(value, list):
        texts = _unprefixed(_option_texts(value))
    else:
        raise _InvalidError("options", "letters with their texts, or a list", _shown(value))
    if not 2 <= len(texts) <= len(LETTERS):
        raise _InvalidError("options", f"2 to {len(LETTERS)} options", str(len(texts)))
    return tuple(texts)


def _lettered(options: dict[str, Any]) -> list[str]:
    letters = list(LETTERS[: len(options)])
    if list(options) == letters:  # as nearly all
        return _unprefixed(_option_texts(list(options.values())))
    by_letter = {str(key).strip().strip("().:").upper(): value for key, value in options.items()}
    if sorted(by_letter) != letters:
        found = ", ".join(sorted(_shown(key) for key in options))
        raise _InvalidError("options", f"the letters {', '.join(letters)}", found or "none")
    return _unprefixed(_option_texts([by_letter[letter] for letter in letters]))


def _option_texts(values: list[Any]) -> list[str]:
    return list(map(str.strip if _are_plain(values) else _option_text, values))


def _option_text(value: object) -> str:
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _InvalidError("options", "texts or numbers", _shown(value))
        if isinstance(value, float) and not math.isfinite(value):
            raise _InvalidError("options", "finite numbers", _shown(value))
        value = str(value)
    text = _checked(value, "options").strip()
    if not text:
        raise _InvalidError("options", "texts or numbers", "an empty text")
    return text


def _unprefixed(texts: list[str]) -> list[str]:
    """Take `A.`, `(A)`, `A:` off the texts if every one of them carries its own letter."""
    if texts and not _PREFIX.match(texts[0]):  # as nearly all
        return texts
    stripped = []
    for letter, text in zip(LETTERS, texts, strict=False):
        for prefix in (f"{letter}.", f"{letter})", f"({letter})", f"{letter}:"):
            rest = text[len(prefix) :].strip()
            if text.upper().startswith(prefix) and rest:
                stripped.append(rest)
                break
        else:
            return texts
    return stripped if len(stripped) == len(texts) else texts


def _answer(raw: dict[str, Any], options: tuple[str, ...]) -> str:
    letters = {}
    for field in ("conclusion", "answer"):
        text = _text(raw, field)
        if not text.strip():
            continue
        letter = _lone_letter(text, options) or gold_letter(defuse_tags(text), options)
        if letter is None:
            raise _InvalidError(field, "an answer that names one option", _shown(text))
        letters[field] = letter
    if not letters:
        raise _InvalidError("conclusion", "an answer that names one option", "no such field")
    if len(set(letters.values())) > 1:
        found = " and ".join(f"{letter} in {field!r}" for field, letter in letters.items())
        raise _InvalidError("answer", "one answer", found)
    return next(iter(letters.values()))


def _lone_letter(text: str, options: tuple[str, ...]) -> str | None:
    """Return a letter that stands alone, as it nearly always does: no need to read the options."""
    letter = text.strip()
    return letter if len(letter) == 1 and letter in LETTERS[: len(options)] else None


def _subtask(raw: dict[str, Any]) -> Subtask | None:
    name = _text(raw, "subtask").strip()
    subtask = find_subtask(name)
    if name and subtask is None:
        raise _InvalidError("subtask", f"one of {', '.join(map(repr, SUBTASKS))}", _shown(name))
    return subtask


def _category(raw: dict[str, Any], subtask: Subtask | None) -> Category | None:
    name = _text(raw, "category").strip()
    category = find_category(name)
    if name and category is None:
        raise _InvalidError("category", f"one of {', '.join(CATEGORIES)}", _shown(name))
    if subtask is None:
        return category
    if category not in (None, category_of(subtask)):
        raise _InvalidError("category", f"{category_of(subtask)}, as {subtask!r} is", _shown(name))
    return category_of(subtask)


def _one_of(raw: dict[str, Any], field: str, names: tuple[Any, ...]) -> Any:
    value = _text(raw, field).strip().lower()
    if value and value not in names:
        raise _InvalidError(field, f"one of {', '.join(names)}", _shown(value))
    return value or None


def _pass_rate(raw: dict[str, Any]) -> float | None:
    value = raw.get("pass_rate")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _InvalidError("pass_rate", "a number between 0 and 1", _shown(value))
    return float(value)


def _caption(raw: dict[str, Any]) -> tuple[str, ...]:
    value = raw.get("caption")
    if value is None or isinstance(value, str):
        caption = _step(raw, "caption")
        return (caption,) if caption else ()
    if not isinstance(value, list) or not {*map(type, value)} <= {str}:
        raise _InvalidError("caption", "a text or a list of texts", _shown(value))
    return tuple([defuse_tags(_checked(text, "caption")).strip() for text in value])


def _regions(raw: dict[str, Any], num_images: int) -> tuple[Region, ...]:
    value = raw.get("regions")
    if not value:
        return ()
    if not isinstance(value, list):
        raise _InvalidError("regions", "a list of regions", _shown(value))
    return tuple(_region(region, num_images) for region in value)


def _region(raw: object, num_images: int) -> Region:
    if not isinstance(raw, dict):
        raise _InvalidError("regions", "a phrase, an image and a box", _shown(raw))
    image, box = raw.get("image"), raw.get("box")
    if not isinstance(image, int) or isinstance(image, bool) or not 0 <= image < num_images:
        raise _InvalidError("regions", f"an image index below {num_images}", _shown(image))
    if (
        not isinstance(box, list)
        or len(box) != 4
        or not all(isinstance(edge, int) and not isinstance(edge, bool) for edge in box)
        or not (0 <= box[0] < box[2] and 0 <= box[1] < box[3])
    ):
        raise _InvalidError("regions", "a box [x0, y0, x1, y1] in whole pixels", _shown(box))
    return Region(
        phrase=_required(raw, "phrase"),
        image=image,
        box=(box[0], box[1], box[2], box[3]),
    )
