"""What a puzzle is made of, and what a subtask has to say to make one.

A subtask describes a *world*: a frozen dataclass of whole numbers, fractions and names. All else is
a function of the world: pictures, question, program, steps. So a twin is just another world.

Words and pictures are drawn from streams of their own. The words, with the answer, are fixed by the
schedule before any picture is tried, and a picture that does not do is drawn again under the same
words: so the text alone says nothing about the answer. (`make.MAX_WORDINGS` says what happens if no
picture does.)
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

# A subtask finds here all that it is made with; hence the names that are passed on.
from mirbench.synth.errors import RejectedError as RejectedError
from mirbench.synth.errors import SynthError as SynthError
from mirbench.synth.eyes import Eyes as Eyes
from mirbench.synth.eyes import Picture as Picture
from mirbench.synth.eyes import Shaking
from mirbench.synth.eyes import View as View
from mirbench.synth.options import Form, Option, Slot, lettered
from mirbench.synth.program import Facts, Program, Rerun, answer_of, clear_answer_of, execute
from mirbench.synth.rng import Stream
from mirbench.synth.text import Wording
from mirbench.taxonomy import Category

VERSION: Final = "1"
"""Changes whenever the same (subtask, level, index) gives other bytes."""

LEVELS: Final = (1, 2, 3, 4, 5)
IMAGE_SIZE: Final = 336

NUM_SHAKES: Final = 3
"""How often a puzzle is solved again with every edge seen up to a pixel off."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtask(Generic[W]):
    """One subtask: how to draw a world, and how to tell it in pictures, words and steps."""

    name: str
    """One of the taxonomy's twelve, or another: see `mirbench.synth.registry`."""
    slug: str
    """Its short name, in ids and on the command line."""
    category: Category | None = None
    """Of another; that of the twelve follows from the taxonomy."""
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
        self.searches: dict[str, tuple[list[Twin[W]], Iterator[Twin[W]]]] = {}
        """For each piece of evidence the `candidates` found so far, and the search for more."""

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
    def program(self) -> Program:
        """How to work out the answer."""
        return self.subtask.program(self.world)

    @cached_property
    def trace(self) -> dict[str, Any]:
        """Every value of the program, run on what the images show."""
        return execute(self.program, self.subtask.measure(self.world, Eyes(self.views)))

    @cached_property
    def relations(self) -> str:
        """The fourth step: what follows from one region to the next."""
        return "\n".join(self.subtask.relations(self.world, self.trace))

    @cached_property
    def steps(self) -> Steps:
        """The reasoning chain."""
        return Steps(
            summary=self.subtask.summary(self.world),
            caption=tuple(self.subtask.captions(self.world)),
            text2img=_located(self.regions),
            img2img=self.relations,
            conclusion=f"{self.letter}. {self.options[self.letter].text}",
        )

    @cached_property
    def twins(self) -> tuple[Twin[W], ...]:
        """For each piece of evidence, a world that differs there only and has another answer.

        Raises:
            RejectedError: If some piece of evidence makes no difference.
        """
        found = []
        for part in reversed(self.subtask.parts(self.world)):  # spans first: they have few variants
            twin = next(candidates(self, part), None)
            if twin is None:
                raise RejectedError(f"no other {part} changes the answer")
            found.append(twin)
        return tuple(reversed(found))

    @cached_property
    def shakings(self) -> tuple[Shaking, ...]:
        """How far off edges are seen by those who solve the puzzle again; its twins, too."""
        return tuple(Shaking(Stream(self.id, "shake", number)) for number in range(NUM_SHAKES))

    @cached_property
    def rerun(self) -> Rerun:
        """The program's run on this world, for worlds that differ little."""
        return Rerun(self.program, self.subtask.facts(self.world))

    def with_world(self, world: W, answer: int) -> "Puzzle[W]":
        """Return the same question about another world, in which another answer is true."""
        slot = self.slot._replace(answer=answer)
        other = Puzzle(
            self.subtask, self.level, self.index, slot, world, image_size=self.image_size
        )
        other.shakings = self.shakings
        return other


def candidates(puzzle: Puzzle[W], part: str) -> Iterator[Twin[W]]:
    """Yield worlds that differ from a puzzle's in one part and have another answer.

    Who asks again gets those that were found before without the search for them.
    """
    found, search = puzzle.searches.setdefault(part, ([], _candidates(puzzle, part)))
    yield from found
    for twin in search:
        found.append(twin)
        yield twin


def _candidates(puzzle: Puzzle[W], part: str) -> Iterator[Twin[W]]:
    others = set(range(puzzle.slot.form.answers)) - {puzzle.slot.answer}
    subtask = puzzle.subtask
    for variant in subtask.variants(puzzle.world, part):
        program, facts = subtask.program(variant), subtask.facts(variant)
        if (answer := puzzle.rerun.clear_answer_of(program, facts)) in others:
            yield Twin(part, variant, answer)


def _located(regions: Sequence[Region]) -> str:
    """Write the text-to-region step: one line a phrase, with its box in each image."""
    places: dict[str, list[str]] = {}
    for phrase, image, box in regions:
        places.setdefault(phrase, []).append(f"image {image + 1} {list(box)}")
    return "\n".join(f'"{phrase}": {", ".join(found)}' for phrase, found in places.items())
