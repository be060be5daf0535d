"""Image Puzzle: where does the road lead, once the pieces lie side by side?

A map was cut into pieces; each image shows one. Roads cross on bridges, so a piece has to be
followed from side to side, and the next piece tells where it goes on. The text says in which order
the pieces lie, and which of them was photographed upside down.

Level 1 has one piece between the ends, so three images; at level 2 three lie there, in an order
that the text gives. At level 3 two pieces and a gap do, with two more pieces that may fill it: two
maps in one. Level 4 is a row of seven, in which five may be upside down: their right is the left,
their top the bottom. Level 5 has both: five pieces and a gap, nine images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import answer_of, execute
from mirbench.synth.puzzle import Phrase, Subtask
from mirbench.synth.subtasks.puzzle import words
from mirbench.synth.subtasks.puzzle.draw import RECIPES, draw, variants
from mirbench.synth.subtasks.puzzle.reason import OPTIONS, facts, measure, program
from mirbench.synth.worlds.jigsaw import Jigsaw, Piece, road_of


def forms(level: int) -> Sequence[Form]:
    """Forwards and backwards along a road, or which piece fits a gap."""
    recipe = RECIPES[level]
    if recipe.gap:
        return [Form(name="gap", answers=len(OPTIONS))]
    return [Form(name=name, answers=recipe.lanes) for name in ("to", "from")]


def options(world: Jigsaw, truth: int) -> Sequence[Option]:
    """The places at the other end, or what may fit the gap."""
    if world.form == "gap":
        numbers = [image + 1 for image in world.candidates]
        texts = [text.format(*numbers) for text in OPTIONS.values()]
        return tagged(texts, truth, _mistakes_in_a_gap(world, truth), "lost_both_roads")
    names = world.starts if world.form == "from" else world.goals
    texts = [f"The {name}" for name in names]
    return tagged(texts, truth, _mistakes_on_the_way(world), "took_another_road_at_a_bridge")


def pictures(world: Jigsaw) -> Sequence[Piece]:
    """Piece after piece."""
    return world.pieces


def phrases(world: Jigsaw) -> Sequence[Phrase]:
    """The place that is given, and the road that goes on from it in each image."""
    values = execute(program(world), facts(world))
    found: dict[Phrase, None] = {}
    first, last = world.rows[0][0], world.rows[0][-1]
    for place, image in ((world.start, first), (world.goal, last)):
        if place:
            found[Phrase(f"the {place}", image, place)] = None
    back = world.form == "from"
    road = f"the road to the {world.goal}" if back else f"the road from the {world.start}"
    for number, row in enumerate(world.rows, start=1):
        for at, image in enumerate(reversed(row) if back else row):
            over = ""
            if at > world.forks_after:
                over = f", with image {world.candidates[number - 1] + 1} in the gap"
            before, after = (values[f"lane {k} of row {number}"] for k in (at, at + 1))
            lane = after if back else before
            if world.upside_down[image]:
                lane = len(world.pieces[image].ways) - 1 - (before if back else after)
            found[Phrase(road + over, image, road_of(lane))] = None
    return list(found)


def _mistakes_on_the_way(world: Jigsaw) -> Mapping[str, int]:
    """Return the answers of someone who lays the pieces wrongly."""
    (row,) = world.rows
    first, *middles, last = row

    def answer(other: Jigsaw) -> int:
        return answer_of(program(other), facts(other))

    mistakes = {
        "ignored_what_is_upside_down": answer(_upright(world)),
        "laid_the_pieces_in_reverse": answer(replace(world, rows=((first, *middles[::-1], last),))),
        "laid_the_pieces_by_number": answer(
            replace(world, rows=((first, *sorted(middles), last),))
        ),
    }
    for image in middles:
        rest = [other for other in middles if other != image]
        left_out = replace(world, rows=((first, *rest, last),))
        mistakes[f"skipped_image_{image + 1}"] = answer(left_out)
    return mistakes


def _mistakes_in_a_gap(world: Jigsaw, truth: int) -> Mapping[str, int]:
    """Return the answers of someone who turns nothing round, or loses a road."""
    first, second = world.candidates
    return {
        "ignored_what_is_upside_down": answer_of(program(world), facts(_upright(world))),
        f"lost_the_road_of_image_{first + 1}": {0: 3, 1: 2, 2: 1, 3: 0}[truth],
        f"lost_the_road_of_image_{second + 1}": {0: 2, 1: 3, 2: 0, 3: 1}[truth],
    }


def _upright(world: Jigsaw) -> Jigsaw:
    return replace(world, upside_down=(False,) * len(world.upside_down))


PUZZLE: Final[Subtask[Jigsaw]] = Subtask(
    name="Image Puzzle",
    slug="puzzle",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=pictures,
    phrases=phrases,
    program=program,
    facts=facts,
    measure=measure,
    wording=words.wording,
    options=options,
    summary=words.summary,
    captions=words.captions,
    relations=words.relations,
    replay=words.replay,
)
