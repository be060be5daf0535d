"""Draws pieces that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Final, NamedTuple

from mirbench.synth.program import answer_of
from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.puzzle.reason import facts, follow, program
from mirbench.synth.worlds.jigsaw import LOOKS, PLACES, THEMES, Jigsaw, Piece


class Recipe(NamedTuple):
    """What a level is made of."""

    middles: int
    """Pieces between the ends, those that may fill the gap included."""
    lanes: int
    gap: bool = False
    turns: int = 0
    """Of how many pieces the text says how they were photographed."""


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(1, 3),
    2: Recipe(3, 4),
    3: Recipe(4, 4, gap=True),
    4: Recipe(5, 4, turns=5),
    5: Recipe(7, 4, gap=True, turns=3),
}
NUM_DRAWS: Final = 60


def draw(brief: Brief) -> Jigsaw:
    """Draw the words, then roads and places until they give the answer."""
    world, recipe = _draw_words(brief), RECIPES[brief.level]
    steps = program(world)
    left, right = (brief.words.fork(side) for side in ("left", "right"))
    names = left.sample(PLACES, 2 * recipe.lanes)
    starts, goals = sorted(names[: recipe.lanes]), sorted(names[recipe.lanes :])
    if brief.form != "from":
        world = replace(world, start=right.choice(starts))
    if brief.form != "to":
        world = replace(world, goal=right.choice(goals))
    theme = brief.pictures.below(THEMES)
    for _ in range(NUM_DRAWS):
        pieces = [
            _draw_piece(recipe.lanes, theme, brief.pictures, lopsided=image in world.turns)
            for image, _ in enumerate(world.pieces)
        ]
        first, last = world.rows[0][0], world.rows[0][-1]
        pieces[first] = replace(pieces[first], left=brief.pictures.shuffled(starts))
        pieces[last] = replace(pieces[last], right=brief.pictures.shuffled(goals))
        drawn = replace(world, pieces=tuple(pieces))
        if answer_of(steps, facts(drawn)) == brief.answer:
            return drawn
    raise RejectedError("no pieces give the answer")


def _draw_words(brief: Brief) -> Jigsaw:
    """Draw what the text says of the pieces; the pieces themselves are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    count = recipe.middles + 2
    first, last, *middles = stream.shuffled(range(count))
    rows = [(first, *middles, last)]
    if recipe.gap:
        *common, one, other = middles
        at = stream.below(len(common) + 1)
        rows = [(first, *common[:at], c, *common[at:], last) for c in sorted((one, other))]
    turns = stream.sample(middles, recipe.turns)
    turned = [image in turns and stream.chance() for image in range(count)]
    return Jigsaw(
        form=brief.form,
        manner=stream.below(60),
        pieces=(Piece(ways=()),) * count,
        rows=tuple(rows),
        upside_down=tuple(turned),
        turns=tuple(sorted(turns)),
    )


def _draw_piece(lanes: int, theme: int, stream: Stream, *, lopsided: bool) -> Piece:
    """Draw a piece; a lopsided one leads roads elsewhere when it lies upside down."""
    ways = stream.shuffled(range(lanes))
    while lopsided and all(follow(ways, True, lane) == ways[lane] for lane in range(lanes)):
        ways = stream.shuffled(range(lanes))
    return Piece(ways=ways, look=stream.below(LOOKS), theme=theme)


def variants(world: Jigsaw, part: str) -> Iterator[Jigsaw]:
    """Lead the roads of one piece elsewhere, or say something else."""
    kind, _, number = part.partition(" ")
    if kind == "start":
        yield from (replace(world, start=place) for place in world.starts)
    elif kind == "goal":
        yield from (replace(world, goal=place) for place in world.goals)
    elif kind == "order":
        first, *middles, last = world.rows[0]
        for order in permutations(middles):
            rows = [(first, *order, last)]
            for other in world.candidates[1:]:
                here = [other if image == world.candidates[0] else image for image in order]
                rows.append((first, *here, last))
            yield replace(world, rows=tuple(rows))
    elif kind == "turn":
        image = int(number) - 1
        turned = list(world.upside_down)
        turned[image] = not turned[image]
        yield replace(world, upside_down=tuple(turned))
    else:
        image = int(number) - 1
        for ways in permutations(world.pieces[image].ways):
            pieces = list(world.pieces)
            pieces[image] = replace(pieces[image], ways=ways)
            yield replace(world, pieces=tuple(pieces))
