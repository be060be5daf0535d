"""Question text with image tags <-> parts, and parts -> chat content for each client.

MIR's questions put their images inside the text. This module is the only one that knows what
an image tag looks like. A parsed question uses one tag form, `<image>`, in reading order; which
image each tag shows stands beside it in `image_refs`, since tags may repeat or be out of order.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, NamedTuple, TypedDict, TypeVar

from mirbench.errors import TagError

ImageT = TypeVar("ImageT")

IMAGE_TAG: Final = "<image>"
"""The normalised tag that stands where an image is shown."""

# `<image>`, `<image1>`, `<image_2>`, `<Image 3>`: the release's code and the paper's figures.
_ANY_TAG: Final = re.compile(r"<\s*image[\s_-]*(\d{0,6})\s*>", re.IGNORECASE)


class TaggedText(NamedTuple):
    """A question in normal form.

    Attributes:
        text: The text with every tag written `<image>`.
        image_refs: For each tag in reading order, the zero-based index of its image.
    """

    text: str
    image_refs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A span of text between two images."""

    text: str


@dataclass(frozen=True, slots=True)
class ImageRef:
    """The place of an image: the zero-based index of the image shown there."""

    index: int


Part = Text | ImageRef


def normalise_tags(question: str, num_images: int) -> TaggedText:
    """Write every image tag as `<image>` and say which image each one shows.

    Numbered tags count from one and may repeat or come in any order. Bare tags show the images
    in their order, so there must be as many as images. A question without tags shows its images
    before the text, as the release's own reader does. Anything else is ambiguous.

    Raises:
        TagError: If the tags do not determine the images: zero-based numbers, numbered and bare
            tags mixed, a tag whose image is not there, an image that no tag shows.
    """
    spans = _ANY_TAG.split(question)  # texts and numbers, in turn
    numbers = spans[1::2]
    if not numbers:
        tags = IMAGE_TAG * num_images
        separator = "\n" if num_images else ""
        return TaggedText(tags + separator + question, tuple(range(num_images)))
    refs = _bare_refs(numbers, num_images) if "" in numbers else _numbered_refs(numbers, num_images)
    return TaggedText(IMAGE_TAG.join(spans[::2]), refs)


def _bare_refs(numbers: Sequence[str], num_images: int) -> tuple[int, ...]:
    if any(numbers):
        raise TagError("bare and numbered image tags are mixed")
    if len(numbers) != num_images:
        raise TagError(f"{len(numbers)} image tags but {num_images} images")
    return tuple(range(num_images))


def _numbered_refs(numbers: Sequence[str], num_images: int) -> tuple[int, ...]:
    refs = tuple([int(number) - 1 for number in numbers])
    if set(refs) == set(range(num_images)):
        return refs
    if min(refs) < 0:
        raise TagError("image tags count from zero; '<image1>' is the first image")
    if max(refs) >= num_images:
        raise TagError(f"tag <image{max(refs) + 1}> but {num_images} images")
    unshown = sorted(set(range(num_images)) - set(refs))
    names = ", ".join(str(index + 1) for index in unshown)
    raise TagError(f"no tag shows image {names} of {num_images}")


class ShownOptions(NamedTuple):
    """A question whose options may hold images, with each image given its place.

    Attributes:
        question: The text, with a line for each image that only options show.
        options: The options with their tags turned into words: `image 3`.
    """

    question: str
    options: tuple[str, ...]


def show_option_images(question: str, options: Sequence[str], num_images: int) -> ShownOptions:
    """Give the images that only options show a place behind the question: `image 3: <image3>`.

    The options then say `image 3`, so every client can ask with options that are plain text.
    Numbered tags name their images. Bare tags go on counting where the question's end.

    Raises:
        TagError: If the tags do not determine the images.
    """
    text = "\n".join(options)
    in_options = _tag_numbers(text) if "<" in text else None  # as nearly never
    if not in_options:
        return ShownOptions(question, tuple(options))
    in_question = _tag_numbers(question)
    numbers = _option_numbers(in_question, in_options, num_images)
    next_number = iter(numbers)
    worded = tuple(_ANY_TAG.sub(lambda _: f"image {next(next_number)}", text) for text in options)
    if any(in_question):
        unshown = sorted(set(numbers) - {int(number) for number in in_question if number})
        lines = [f"\nimage {number}: <image{number}>" for number in unshown]
    elif in_question or "" in in_options:
        unshown = sorted(number for number in set(numbers) if number > len(in_question))
        if unshown != [len(in_question) + place for place in range(1, len(unshown) + 1)]:
            raise TagError(f"{len(in_question)} bare image tags, but options skip an image")
        lines = [f"\nimage {number}: {IMAGE_TAG}" for number in unshown]
    else:
        lines = []  # a question without tags shows all its images before the text
    return ShownOptions(question + "".join(lines), worded)


def _tag_numbers(text: str) -> list[str]:
    numbers: list[str] = _ANY_TAG.findall(text)
    return numbers


def _option_numbers(
    in_question: Sequence[str], in_options: Sequence[str], num_images: int
) -> list[int]:
    """Return the one-based image of each tag in the options."""
    if "" not in in_options:
        numbers = [int(number) for number in in_options]
        if not 1 <= min(numbers) <= max(numbers) <= num_images:
            raise TagError(f"options show image {min(numbers)} to {max(numbers)} of {num_images}")
        return numbers
    if any(in_options) or any(in_question):
        raise TagError("bare and numbered image tags are mixed")
    if len(in_question) + len(in_options) != num_images:
        raise TagError(
            f"{len(in_question)} image tags in the question and {len(in_options)} in the options "
            f"but {num_images} images"
        )
    return [*range(len(in_question) + 1, num_images + 1)]


def contains_tag(text: str) -> bool:
    """Say whether a text holds anything that could be read as an image tag."""
    return _ANY_TAG.search(text) is not None


def defuse_tags(text: str) -> str:
    """Return the text with its image tags turned into words: `<image 2>` becomes `image 2`.

    Step texts speak about images without showing them.
    """
    if "<" not in text:
        return text
    return _ANY_TAG.sub(lambda match: f"image {match.group(1)}".rstrip(), text)


def split_parts(text: str, image_refs: Sequence[int]) -> tuple[Part, ...]:
    """Split a normalised text into its spans of text and its images, in reading order.

    Raises:
        TagError: If there are not as many tags as references. A dropped image changes the
            question, so the counts must agree.
    """
    spans = text.split(IMAGE_TAG)
    if len(spans) - 1 != len(image_refs):
        raise TagError(f"{len(spans) - 1} image tags but {len(image_refs)} image references")
    return tuple(_woven(spans, image_refs))


def _woven(spans: Sequence[str], image_refs: Sequence[int]) -> Iterator[Part]:
    for position, span in enumerate(spans):
        if span:
            yield Text(span)
        if position < len(image_refs):
            yield ImageRef(image_refs[position])


def join_parts(parts: Sequence[Part]) -> TaggedText:
    """Write parts back as tagged text: the inverse of `split_parts`."""
    text = "".join(part.text if isinstance(part, Text) else IMAGE_TAG for part in parts)
    refs = tuple(part.index for part in parts if isinstance(part, ImageRef))
    return TaggedText(text, refs)


def number_tags(text: str, image_refs: Sequence[int]) -> str:
    """Write the tags as people read them: `<image1>`, `<image2>`."""
    return "".join(
        part.text if isinstance(part, Text) else f"<image{part.index + 1}>"
        for part in split_parts(text, image_refs)
    )


class TextContent(TypedDict):
    """A text entry of a chat message's content."""

    type: Literal["text"]
    text: str


class ImageContent(TypedDict, Generic[ImageT]):
    """An image entry of a chat message's content, as lmms-eval's messages want it."""

    type: Literal["image"]
    url: ImageT


def chat_content(
    parts: Sequence[Part], images: Sequence[ImageT]
) -> list[TextContent | ImageContent[ImageT]]:
    """Return parts as the content list of one chat message, each image in its place.

    Args:
        parts: Text and image references in reading order.
        images: The question's images in whatever form the client takes: PIL images, paths,
            data URLs. An image shown twice is passed twice, as the same object.

    Raises:
        TagError: If a part refers to an image that is not there.
    """
    content: list[TextContent | ImageContent[ImageT]] = []
    for part in parts:
        if isinstance(part, Text):
            content.append({"type": "text", "text": part.text})
        elif part.index < len(images):
            content.append({"type": "image", "url": images[part.index]})
        else:
            raise TagError(f"image {part.index + 1} is shown but there are {len(images)} images")
    return content
