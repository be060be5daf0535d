"""What a puzzle is made of, and what a subtask has to say to make one.

A subtask describes a *world*: a frozen dataclass of whole numbers, fractions and names. All else is
a function of the world: pictures, question, program, steps. So a twin is just another world.

Words and pictures are drawn from streams of their own. The words, with the answer, are fixed by the
schedule before any picture is tried, and a picture that does not do is drawn again under the same
words: so the text alone says nothing about the answer, exactly.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mirbench.errors import MirbenchError
from mirbench.synth.options import Form, Option, Slot, lettered
from mirbench.synth.program import Facts, Program, answer_of, clear_answer_of, execute
from mirbench.synth.rng import Stream
from mirbench.synth.text import Wording
from mirbench.taxonomy import Subtask as SubtaskName

VERSION: Final = "1"
"""Changes whenever the same (subtask, level, index) gives other bytes."""

LEVELS: Final = (1, 2, 3, 4, 5)
IMAGE_SIZE: Final = 336


class SynthError(MirbenchError):
    """A puzzle cannot be made, or a release cannot be written or verified."""


class RejectedError(Exception):
    """This draw makes no fair puzzle; another is tried under the same words and answer."""


class View(Protocol):
    """A rendered picture that knows which pixels show which object."""

    def box(self, key: str) -> tuple[int, int, int, int] | None:
        """Return the box tight around the object's pixels: left, top, right, bottom (exclusive)."""

    def visible_pixels(self, key: str) -> int:
        """Return how many pixels show the object."""

    def visible_fraction(self, key: str) -> float:
        """Return the share of the object that nothing hides."""

    def in_frame(self, key: str) -> bool:
        """Tell whether the object shows and touches no border."""

    def mask(self, key: str) -> NDArray[np.bool_]:
        """Return which pixels show the object: bool [height, width]."""

    def jpeg(self) -> bytes:
        """Return the picture as a JPEG file."""


class Picture(Protocol):
    """A picture that can be rendered; equal pictures render to equal bytes."""

    def render(self, size: int) -> View:
        """Render it; `size` is the side of a square picture with as many pixels."""


class Phrase(NamedTuple):
    """Words, and the object in an image that they mean.

    Attributes:
        words: As in `the red balloon`.
        image: Zero-based index of the image.
        key: The object in that image.
    """

    words: str
    image: int
    key: str


class Region(NamedTuple):
    """Words, and the box in an image that they mean."""

    phrase: str
    image: int
    box: tuple[int, int, int, int]


class Steps(NamedTuple):
    """The five reasoning steps, named as in the release."""

    summary: str
    caption: tuple[str, ...]
    text2img: str
    img2img: str
    conclusion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a subtask gets to make a world from.

    Attributes:
        level: 1 to 5.
        form: The kind of question.
        answer: Position of the answer that has to be true.
        words: Random numbers for everything that the text says; the same at every attempt.
        pictures: Random numbers for everything that only pictures show; new at every attempt.
    """

    level: int
    form: str
    answer: int
    words: Stream
    pictures: Stream


W = TypeVar("W")


class Eyes:
    """Looks at rendered images as a careful viewer does: where is it, how large is it?

    With `shake` every edge is seen up to one pixel off, as by a viewer who is not that careful.
    """

    def __init__(self, views: Sequence[View], shake: Stream | None = None) -> None:
        self._views = views
        self._shake = shake

    def box(self, image: int, key: str) -> tuple[int, int, int, int]:
        """Return where an object is seen in an image.

        Raises:
            RejectedError: If it cannot be seen.
        """
        box = self._views[image].box(key)
        if box is None:
            raise RejectedError(f"{key} cannot be seen in image {image + 1}")
        x0, y0, x1, y1 = (edge + self._off() for edge in box)
        return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)

    def height(self, image: int, key: str) -> int:
        """Return how tall an object looks, in pixels."""
        _, top, _, bottom = self.box(image, key)
        return bottom - top

    def sees(self, image: int, key: str) -> bool:
        """Tell whether an object shows in an image at all."""
        try:
            return self._views[image].box(key) is not None
        except KeyError:  # nothing of that name is in the scene
            return False

    def count(self, image: int, key: str) -> int:
        """Return how many like things stand side by side, with clear space between them.

        A gap as thin as a string is a string in front of one thing.
        """
        mask = self._views[image].mask(key)
        string = mask.shape[1] // 120
        gaps = [after[0] - before[1] for before, after in pairwise(_runs(mask))]
        return 1 + len([gap for gap in gaps if gap > string])

    def stripe(self, image: int, key: str) -> Fraction:
        """Return the length in pixels of the dashes of a level dashed line.

        Half the usual distance from where one dash begins to where the next one does; dashes that
        something hides in part are left out.
        """
        dashes = _runs(self._views[image].mask(key))
        longest = max((end - start for start, end in dashes), default=0)
        starts = [start for start, end in dashes if end - start >= longest - 2]
        steps = sorted(after - start for start, after in pairwise(starts))
        steps = [step for step in steps if step < 2.5 * longest]
        if not steps:
            raise RejectedError(f"no two dashes of {key} stand free in image {image + 1}")
        return Fraction(sum(steps), 2 * len(steps))

    def _off(self) -> int:
        return self._shake.integer(-1, 1) if self._shake else 0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where unbroken runs of columns that show something begin and end (exclusive)."""
    padded = np.concatenate([[False], np.any(mask, axis=0), [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask(Generic[W]):
    """One subtask: how to draw a world, and how to tell it in pictures, words and steps."""

    name: SubtaskName
    slug: str
    """Its short name, in ids and on the command line."""
    forms: Callable[[int], Sequence[Form]]
    """Level -> the kinds of question asked there."""

    draw: Callable[[Brief], W]
    """Draw a world in which the answer is the brief's; `RejectedError` if it does not work out."""
    variants: Callable[[W, str], Iterable[W]]
    """Legal worlds that differ in one part only: in `image 2`, or in one span of the text."""

    pictures: Callable[[W], Sequence[Picture]]
    """The pictures in the order of their numbers."""
    phrases: Callable[[W], Sequence[Phrase]]
    """Which object in which image each phrase means."""

    program: Callable[[W], Program]
    """How to work out the answer; the last step gives its position among the form's answers."""
    facts: Callable[[W], Facts]
    """The leaves of the program from the world itself."""
    measure: Callable[[W, Eyes], Facts]
    """The leaves of the program from the question's words and the rendered images."""
    answers_left: Callable[[W, Eyes], set[int]] | None = None
    """Every answer that some world has which looks and reads like this one.

    For worlds that pictures leave partly open. Where everything can be measured there is one.
    """

    wording: Callable[[W], Wording]
    """The question."""
    options: Callable[[W, int], Sequence[Option]]
    """The form's answers as options, in their own order; the second argument is the true one."""
    summary: Callable[[W], str]
    """First step: the plan, without any value."""
    captions: Callable[[W], Sequence[str]]
    """Second step: what each image shows, with what the text says about it."""
    relations: Callable[[W, Mapping[str, Any]], Sequence[str]]
    """Fourth step, a sentence a line, from the trace of the program on measured facts."""
    replay: Callable[[W, str], int]
    """The answer that follows from the words of the fourth step."""

    def parts(self, world: W) -> list[str]:
        """Return the name of each piece of evidence: every image, every span of the text."""
        images = [f"image {number}" for number, _ in enumerate(self.pictures(world), start=1)]
        return images + list(self.wording(world).spans)

    def answer(self, world: W) -> int:
        """Return the position of the true answer: the program, run on the world.

        Below zero if the world leaves it open, or decides it by too little.
        """
        return clear_answer_of(self.program(world), self.facts(world))

    def seen_answers(self, world: W, eyes: Eyes) -> set[int]:
        """Return every answer that the rendered images and the words leave open."""
        if self.answers_left is not None:
            return self.answers_left(world, eyes)
        return {answer_of(self.program(world), self.measure(world, eyes))}


class Twin(NamedTuple, Generic[W]):
    """A world that differs in one piece of evidence only, and so has another answer."""

    changed: str
    world: W
    answer: int


class Puzzle(Generic[W]):
    """One question with everything that belongs to it, worked out when first asked for."""

    def __init__(
        self, subtask: Subtask[W], level: int, index: int, slot: Slot, world: W, *,
        image_size: int = IMAGE_SIZE, rejected: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.subtask = subtask
        self.level = level
        self.index = index
        self.slot = slot
        self.world = world
        self.image_size = image_size
        self.rejected = tuple(rejected)
        """Why earlier attempts were thrown away."""

    @property
    def id(self) -> str:
        """The sample's name, which also says how to make it again."""
        return f"synth-{VERSION}-{self.subtask.slug}-L{self.level}-{self.index}"

    @cached_property
    def wording(self) -> Wording:
        """The question as a template and its evidence."""
        return self.subtask.wording(self.world)

    @property
    def question(self) -> str:
        """The question with `<image1>` tags where the images belong."""
        return self.wording.text()

    @cached_property
    def options(self) -> dict[str, Option]:
        """Letter -> option."""
        stream = Stream(VERSION, self.subtask.slug, self.level, self.index, "letters")
        return lettered(self.subtask.options(self.world, self.slot.answer), self.slot, stream)

    @property
    def letter(self) -> str:
        """The letter of the true option."""
        return self.slot.letter

    @cached_property
    def views(self) -> tuple[View, ...]:
        """The rendered images."""
        return tuple(
            picture.render(self.image_size) for picture in self.subtask.pictures(self.world)
        )

    @cached_property
    def jpegs(self) -> tuple[bytes, ...]:
        """The images as files."""
        return tuple(view.jpeg() for view in self.views)

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Where in the images the phrases are."""
        eyes = Eyes(self.views)
        return tuple(
            Region(phrase.words, phrase.image, eyes.box(phrase.image, phrase.key))
            for phrase in self.subtask.phrases(self.world)
        )

    @cached_property
    def trace(self) -> dict[str, Any]:
        """Every value of the program, run on what the images show."""
        measured = self.subtask.measure(self.world, Eyes(self.views))
        return execute(self.subtask.program(self.world), measured)

    @cached_property
    def steps(self) -> Steps:
        """The reasoning chain."""
        return Steps(
            summary=self.subtask.summary(self.world),
            caption=tuple(self.subtask.captions(self.world)),
            text2img=_located(self.regions),
            img2img="\n".join(self.subtask.relations(self.world, self.trace)),
            conclusion=f"{self.letter}. {self.options[self.letter].text}",
        )

    @cached_property
    def twins(self) -> tuple[Twin[W], ...]:
        """For each piece of evidence, a world that differs there only and has another answer.

        Raises:
            RejectedError: If some piece of evidence makes no difference.
        """
        return find_twins(self.subtask, self.world, self.slot.form.answers)


def find_twins(subtask: Subtask[W], world: W, num_answers: int) -> tuple[Twin[W], ...]:
    """Return a twin for each piece of evidence.

    Raises:
        RejectedError: If some piece of evidence makes no difference.
    """
    others = set(range(num_answers)) - {subtask.answer(world)}
    return tuple(_find_twin(subtask, world, part, others) for part in subtask.parts(world))


def _find_twin(subtask: Subtask[W], world: W, part: str, others: Container[int]) -> Twin[W]:
    for variant in subtask.variants(world, part):
        if (answer := subtask.answer(variant)) in others:
            return Twin(part, variant, answer)
    raise RejectedError(f"no other {part} changes the answer")


def _located(regions: Sequence[Region]) -> str:
    """Write the text-to-region step: one line a phrase, with its box in each image."""
    places: dict[str, list[str]] = {}
    for phrase, image, box in regions:
        places.setdefault(phrase, []).append(f"image {image + 1} {list(box)}")
    return "\n".join(f'"{phrase}": {", ".join(found)}' for phrase, found in places.items())
