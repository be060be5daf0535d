"""3D View: how many blocks can there be, when seen from two sides and from above?

Toy blocks are stacked on a board. From a side one sees the highest stack of each column of the
picture, from above only which squares are not empty. The text says from which side each picture
was taken. A stack can be no higher than its row and its column look, and all stacks can be that
high at once. Asked for is how many blocks there can be at most, or how many are missing at least
until the board is full.

At level 1 pictures are from the south and the east, with north at the top; from level 2 they may be
from any side, and from level 3 the one from above is turned. At level 4 a stack is taken away in
the end; at level 5 blocks are added, too.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    UNDECIDED,
    Facts,
    Program,
    Step,
    difference,
    execute,
    total,
)
from mirbench.synth.puzzle import Eyes, Phrase, Subtask
from mirbench.synth.subtasks.view3d import words
from mirbench.synth.subtasks.view3d.boards import NUM_OPTIONS
from mirbench.synth.subtasks.view3d.draw import draw, variants
from mirbench.synth.worlds.blocks import (
    FULL,
    PLACES,
    PLATE_OVER,
    SIDES,
    SIZE,
    Blocks,
    Elevation,
    Square,
    evidence_of,
    name_of,
    possible_totals,
)


def forms(level: int) -> Sequence[Form]:
    """How many blocks at most, and how many are missing at least.

    Options are numbers that follow each other; where the true one stands is drawn first.
    """
    return [Form(name=name, answers=NUM_OPTIONS, ranked=True) for name in ("most", "missing")]


def options(world: Blocks, truth: int) -> Sequence[Option]:
    """Numbers of blocks."""
    texts = [str(world.first + at) for at in range(NUM_OPTIONS)]
    return tagged(texts, truth, _mistakes(world), "miscounted")


def blocks_high(pixels: Fraction, board: Fraction, squares: Fraction) -> Fraction:
    """Return how many blocks high something is; a block is as large as a square of the board."""
    return Fraction(round(pixels * (squares + 2 * PLATE_OVER) / board))


def lower(row: Fraction, column: Fraction) -> Fraction:
    """Return the most that a stack can be high in such a row and column."""
    return min(row, column)


def option_of(number: Fraction, first: Fraction) -> int:
    """Return which option a number is."""
    at = int(number - first)
    return at if 0 <= at < NUM_OPTIONS else UNDECIDED


def program(world: Blocks) -> Program:
    """Each stack as high as its row and its column allow; the sum of what is left of them."""
    steps = []
    lines: dict[tuple[str, int], str] = {}
    for image, seen in enumerate(world.elevations, start=1):
        for at, place in enumerate(PLACES):
            name = f"{place} of image {image}"
            lines["column" if seen is world.across else "row", seen.line(at)] = name
            seen_in = (f"{place} in image {image}", f"board in image {image}", "squares")
            steps.append(Step(name, blocks_high, seen_in))
    for row, column in world.plan.squares():
        limits = (lines["row", row], lines["column", column])
        steps.append(Step(_stack((row, column)), lower, limits))
    kept = tuple(_stack(one) for one in world.plan.squares() if one != world.cleared)
    steps.append(Step("number", total, (*kept, "added")))
    if world.form == "missing":
        steps.append(Step("missing", difference, ("full", "number")))
    asked = "number" if world.form == "most" else "missing"
    return [*steps, Step("answer", option_of, (asked, "first"))]


def facts(world: Blocks) -> Facts:
    """Lengths in blocks."""
    facts = _said(world)
    for image, seen in enumerate(world.elevations, start=1):
        facts[f"board in image {image}"] = SIZE + 2 * PLATE_OVER
        for place, height in zip(PLACES, seen.heights, strict=True):
            facts[f"{place} in image {image}"] = Fraction(height)
    return facts


def measure(world: Blocks, eyes: Eyes) -> Facts:
    """Lengths in pixels: how high columns are, and how wide the board is."""
    facts = _said(world)
    for image in range(2):
        left, _, right, _ = eyes.box(image, "board")
        facts[f"board in image {image + 1}"] = Fraction(right - left)
        for place in PLACES:
            seen = eyes.height(image, place) if eyes.sees(image, place) else 0
            facts[f"{place} in image {image + 1}"] = Fraction(seen)
    return facts


def answers_left(world: Blocks, eyes: Eyes) -> set[int]:
    """List what every stacking that looks like this has; the most of it is asked for."""
    lengths = measure(world, eyes)
    elevations = [
        _read(seen, lengths, image) for image, seen in enumerate(world.elevations, start=1)
    ]
    along, across = elevations if world.along_first else elevations[::-1]
    ends = range(SIZE)
    filled = tuple(tuple(eyes.sees(2, f"{row} {place}") for place in ends) for row in ends)
    seen = replace(world, along=along, across=across, plan=replace(world.plan, filled=filled))
    most = max(possible_totals(evidence_of(seen), world.cleared), default=0)
    return {_option_of_most(world, most)}


def phrases(world: Blocks) -> Sequence[Phrase]:
    """The columns of the pictures from the sides, and the squares of the one from above."""
    found = []
    for image, seen in enumerate(world.elevations):
        found.append(Phrase("the board", image, "board"))
        for place, height in zip(PLACES, seen.heights, strict=True):
            if height:
                found.append(Phrase(f"the {place} column", image, place))
    for row, at in product(range(SIZE), repeat=2):
        if world.plan.filled[row][at]:
            square = name_of(world.plan.square(row, at))
            found.append(Phrase(f"the {square} square", 2, f"{row} {at}"))
    return found


def _read(seen: Elevation, lengths: Facts, image: int) -> Elevation:
    """Return what the picture from a side shows, from measured lengths."""
    board, squares = lengths[f"board in image {image}"], lengths["squares"]
    found = (blocks_high(lengths[f"{at} in image {image}"], board, squares) for at in PLACES)
    return replace(seen, heights=tuple(map(int, found)))


def _option_of_most(world: Blocks, most: int) -> int:
    """Return which option is right where so many are possible before any are added."""
    most += world.added
    asked = most if world.form == "most" else FULL - most
    return option_of(Fraction(asked), Fraction(world.first))


def _stack(square: Square) -> str:
    return f"{name_of(square)} stack"


def _said(world: Blocks) -> dict[str, Fraction]:
    return {
        "squares": Fraction(SIZE),
        "first": Fraction(world.first),
        "added": Fraction(world.added),
        "full": Fraction(FULL),
    }


def _mistakes(world: Blocks) -> dict[str, int]:
    """Return the answers of someone who mixes up sides or leaves out a picture."""
    full = replace(world.plan, filled=((True,) * SIZE,) * SIZE)
    turned = [replace(world.plan, up=side) for side in SIDES if side != world.plan.up]
    first = world.elevations[0]
    wrong = {
        "mixed_up_the_sides_of_the_plan": [replace(world, plan=plan) for plan in turned],
        "mirrored_a_side": list(variants(world, "side 1")) + list(variants(world, "side 2")),
        "forgot_the_removal": [replace(world, cleared=None)],
        "forgot_what_was_added": [replace(world, added=0)],
        "ignored_the_picture_from_above": [replace(world, plan=full)],
    }
    answers = {
        name: execute(program(one), facts(one))["answer"]
        for name, them in wrong.items()
        for one in them
    }
    fewest = min(possible_totals(evidence_of(world), world.cleared))
    answers["counted_the_fewest"] = _option_of_most(world, fewest)
    return answers | {"counted_one_side": _option_of_most(world, sum(first.heights))}


VIEW3D: Final[Subtask[Blocks]] = Subtask(
    name="3D View",
    slug="view3d",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Blocks.pictures,
    phrases=phrases,
    program=program,
    facts=facts,
    measure=measure,
    answers_left=answers_left,
    wording=words.wording,
    options=options,
    summary=words.summary,
    captions=words.captions,
    relations=words.relations,
    replay=words.replay,
)
