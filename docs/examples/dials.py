"""Dials: a thirteenth subtask in one file, the example of docs/mir-synth.md.

    mirbench synth out --plugin docs/examples/dials.py --subtasks dials --num 10
    mirbench synth verify out --plugin docs/examples/dials.py

A pointer stands at one of four colours. Cards say by their squares how many quarters it is turned,
and the text adds some more; level n has n cards. Whatever one card shows, the pointer may end
anywhere: no picture alone says anything of the answer, and neither does the text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from mirbench.synth.drawing import Drawing
from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import Facts, Program, Step, answer_of
from mirbench.synth.puzzle import Brief, Eyes, Phrase, Subtask
from mirbench.synth.registry import register
from mirbench.synth.rng import Stream
from mirbench.synth.text import NUMBER_WORDS, Wording, counted

PAINTS = {"red": "#c03028", "blue": "#2858b8", "green": "#2f8f46", "yellow": "#e0b020"}
PLACES = ((16, 3), (29, 16), (16, 29), (3, 16))
"""Middles of the fields, clockwise from the top, in 32nds of the picture's side."""


class Dial(NamedTuple):
    """A picture of four fields in colours, and a pointer at one of them, on some paper."""

    colours: tuple[str, ...]
    at: int
    paper: str

    def render(self, size: int) -> Drawing:
        """Draw it; things that have to be seen get a name."""
        drawing = Drawing(size, size, self.paper)
        for colour, (x, y) in zip(self.colours, PLACES, strict=True):
            drawing.rectangle(colour, _square(size, x, y, 2), PAINTS[colour])
        (x, y), unit = PLACES[self.at], size // 32
        x, y = 16 + (x - 16) * 2 // 3, 16 + (y - 16) * 2 // 3
        edges = (min(x, 16) - 1, min(y, 16) - 1, max(x, 16) + 1, max(y, 16) + 1)
        drawing.rectangle("pointer", [unit * edge for edge in edges], "#303030")
        drawing.rectangle("hub", _square(size, 16, 16, 1), "#808080")
        return drawing


class Card(NamedTuple):
    """A picture of one to four squares in a row, high or low on some paper."""

    squares: int
    row: int
    paper: str

    def render(self, size: int) -> Drawing:
        """Draw it; what stands apart under one name can be counted."""
        drawing = Drawing(size, size, self.paper)
        for number in range(self.squares):
            drawing.rectangle("squares", _square(size, 5 + 7 * number, self.row, 2), "#303030")
        return drawing


@dataclass(frozen=True, slots=True)
class Turns:
    """A dial, the cards that turn it, and what the text adds."""

    dial: Dial
    cards: tuple[Card, ...]
    more: int


def draw(brief: Brief) -> Turns:
    """Draw the words first; then pictures, of which the dial is turned until the answer is true."""
    words, stream = brief.words, brief.pictures
    colours, more = words.shuffled(tuple(PAINTS)), words.integer(1, 3)
    cards = tuple(
        Card(stream.integer(1, 4), stream.integer(4, 28), _paper(stream))
        for _ in range(brief.level)
    )
    start = (brief.answer - more - sum(card.squares for card in cards)) % 4
    return Turns(Dial(colours, start, _paper(stream)), cards, more)


def variants(world: Turns, part: str) -> Iterator[Turns]:
    """Let one picture, or the text, say something else."""
    if part == "more":
        yield from (replace(world, more=more) for more in (1, 2, 3) if more != world.more)
    elif part == "image 1":
        for start in {0, 1, 2, 3} - {world.dial.at}:
            yield replace(world, dial=world.dial._replace(at=start))
    else:
        at, cards = int(part.removeprefix("image ")) - 2, world.cards
        for squares in {1, 2, 3, 4} - {cards[at].squares}:
            other = cards[at]._replace(squares=squares)
            yield replace(world, cards=(*cards[:at], other, *cards[at + 1 :]))


def turned(start: int, *quarters: int) -> int:
    """Return where the pointer is after so many quarters clockwise."""
    return (start + sum(quarters)) % 4


def program(world: Turns) -> Program:
    """Turn the dial; the last step gives the position of the answer."""
    cards = (f"card {number}" for number, _ in enumerate(world.cards, start=1))
    return [Step("answer", turned, ("start", "more", *cards))]


def facts(world: Turns) -> Facts:
    """What the program starts from, as it is in the world."""
    cards = {f"card {number}": card.squares for number, card in enumerate(world.cards, start=1)}
    return {"start": world.dial.at, "more": world.more, **cards}


def measure(world: Turns, eyes: Eyes) -> Facts:
    """Read the pictures: where the pointer stands out from its hub, and how many squares there are.

    Of the world, only what the text says may be used.
    """
    x0, y0, x1, y1 = eyes.box(0, "pointer")
    hub = eyes.box(0, "hub")
    reach = (hub[1] - y0, x1 - hub[2], y1 - hub[3], hub[0] - x0)
    cards = {f"card {n}": eyes.count(n, "squares") for n, _ in enumerate(world.cards, start=1)}
    return {"start": reach.index(max(reach)), "more": world.more, **cards}


def options(world: Turns, truth: int) -> Sequence[Option]:
    """Every place, each false one with the mistake that leads there."""
    given = facts(world)
    mistakes = {
        "ignored_the_text": answer_of(program(world), {**given, "more": 0}),
        "turned_the_other_way": (2 * world.dial.at - truth) % 4,
        "overlooked_the_last_card": (truth - world.cards[-1].squares) % 4,
    }
    return tagged([f"At {one}" for one in world.dial.colours], truth, mistakes, "miscounted")


def wording(world: Turns) -> Wording:
    """Ask; what stands in a slot is evidence, and needs a variant."""
    cards = ", then ".join(f"<image{number}>" for number in range(2, len(world.cards) + 2))
    return Wording(
        template=f"The dial of <image1> is turned clockwise: a quarter for each square of {cards}. "
        "In the end it is turned by {more} more. Where is the pointer then?",
        spans={"more": counted(world.more, "quarter")},
    )


def captions(world: Turns) -> Sequence[str]:
    """Say what each image shows, and not what follows."""
    colours, at, _ = world.dial
    return [
        f"Image 1: a dial, clockwise {', '.join(colours)}; its pointer is at {colours[at]}.",
        *(
            f"Image {number}: {counted(card.squares, 'square')} in a row."
            for number, card in enumerate(world.cards, start=2)
        ),
    ]


def relations(world: Turns, trace: Mapping[str, Any]) -> Sequence[str]:
    """Say how it comes about, from what was measured."""
    told = [f"In image 1 the pointer is at {world.dial.colours[trace['start']]}."]
    for number, _ in enumerate(world.cards, start=1):
        quarters = counted(trace[f"card {number}"], "quarter")
        told.append(f"Image {number + 1} turns it by {quarters}.")
    told.append(f"The text turns it by {counted(trace['more'], 'quarter')}.")
    return [*told, f"Clockwise that ends at {world.dial.colours[trace['answer']]}."]


def replay(world: Turns, relations: str) -> int:
    """Turn the dial again, by what the sentences say."""
    start = world.dial.colours.index(re.findall(r"pointer is at (\w+)", relations)[0])
    quarters = re.findall(r"turns it by (\w+) quarter", relations)
    return turned(start, *(NUMBER_WORDS.index(word) for word in quarters))


def _paper(stream: Stream) -> str:
    """Return a light colour, so that no two puzzles look alike."""
    return "#" + "".join(f"{stream.integer(190, 250):02x}" for _ in range(3))


def _square(size: int, x: int, y: int, half: int) -> tuple[int, int, int, int]:
    """Return the box around a place that is given in 32nds of the picture's side."""
    unit = size // 32
    return unit * (x - half), unit * (y - half), unit * (x + half), unit * (y + half)


register(
    Subtask(
        name="Turning Dials",
        slug="dials",
        category="Sequential",
        forms=lambda level: [Form(name="where", answers=4)],
        draw=draw,
        variants=variants,
        pictures=lambda world: [world.dial, *world.cards],
        phrases=lambda world: [
            Phrase("the pointer", 0, "pointer"),
            *(
                Phrase("the squares", number, "squares")
                for number, _ in enumerate(world.cards, start=1)
            ),
        ],
        program=program,
        facts=facts,
        measure=measure,
        wording=wording,
        options=options,
        summary=lambda world: "Count the squares of all cards, add what the text says, and turn.",
        captions=captions,
        relations=relations,
        replay=replay,
    )
)
