"""Draws pieces that fit a question and its answer, and their twins."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Final, NamedTuple

from mirbench.synth.program import answer_of
from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.puzzle.reason import facts, program
from mirbench.synth.worlds.jigsaw import LOOKS, PLACES, THEMES, Jigsaw, Piece


class Recipe(NamedTuple):
    """What a level is made of."""

    middles: int
    """Pieces between the ends, those that may fill the gap included."""
    lanes: int
    gap: bool = False
    turns: bool = False


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(1, 3),
    2: Recipe(2, 4),
    3: Recipe(2, 4, gap=True),
    4: Recipe(3, 4, turns=True),
    5: Recipe(3, 4, gap=True, turns=True),
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
        pieces = [_draw_piece(recipe.lanes, theme, brief.pictures) for _ in world.pieces]
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
    turned = [recipe.turns and image in middles and stream.chance() for image in range(count)]
    return Jigsaw(
        form=brief.form,
        manner=stream.below(60),
        pieces=(Piece(ways=()),) * count,
        rows=tuple(rows),
        upside_down=tuple(turned),
        turns=recipe.turns,
    )


def _draw_piece(lanes: int, theme: int, stream: Stream) -> Piece:
    ways, look = stream.shuffled(range(lanes)), stream.below(LOOKS)
    return Piece(ways=ways, look=look, theme=theme)


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
            yield replace(world, rows=((first, *order, last),))
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
