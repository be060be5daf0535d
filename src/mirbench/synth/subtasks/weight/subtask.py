"""Weight Comparison: which way does the balance tip?

Photographs of a balance show what weighs as much as what; together they give the weight of every
kind of solid. The last one shows a balance that posts still hold level: which pan will go down?
The text says what is in a closed box, and what is added before the posts go. Sizes mean nothing.

Levels 1 and 2 have balances at rest, 2 one more of them and a box. From level 3 a tilted balance
gives a bound instead of a weight, and the answer may be that nobody can tell; level 5 has two.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import UNDECIDED, Facts, Program, Step, answer_of
from mirbench.synth.puzzle import Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.subtasks.weight import words
from mirbench.synth.subtasks.weight.draw import RECIPES, draw, variants
from mirbench.synth.subtasks.weight.reason import (
    LEFT,
    NEITHER,
    RIGHT,
    TIPS,
    UNIT,
    all_weights,
    asked_of,
    asks_for_bounds,
    deduce,
    opposite,
    totals,
)
from mirbench.synth.text import plural
from mirbench.synth.worlds.weighing import (
    SIDES,
    Load,
    Scales,
    Side,
    Weighing,
    box_key,
    key_of,
    surplus,
)


def forms(level: int) -> Sequence[Form]:
    """Which pan goes down, or up; a balance that was seen tilted never comes out level."""
    names = ("may_sink", "may_rise") if RECIPES[level].tilted else ("sinks", "rises")
    return [Form(name=name, answers=3) for name in names]


def options(world: Scales, truth: int) -> Sequence[Option]:
    """Left, right, and the third answer of the form."""
    bounds = asks_for_bounds(world.form)
    way = "down" if asked_of(world.form, LEFT) == LEFT else "up"
    third = "It cannot be told from this" if bounds else "The balance stays level"
    texts = [f"The left pan goes {way}", f"The right pan goes {way}", third]
    return tagged(texts, truth, _mistakes(world), "misread_a_weighing")


def program(world: Scales) -> Program:
    """Each weighing gives the weight of one more kind; the last is worked out."""
    known = [f"weight {kind}" for kind in range(len(world.kinds))]
    steps = [
        Step(known[new], deduce, (f"weighing {new - 1}", "content", *known[:new]))
        for new in range(1, len(known))
    ]
    last = f"weighing {len(known) - 1}"
    return [
        *steps,
        Step("totals", totals, (last, "added", "added to", *known)),
        Step("answer", TIPS[world.form], ("totals",)),
    ]


def facts(world: Scales) -> Facts:
    """The weighings as they are."""
    shown = {f"weighing {at}": weighing for at, weighing in enumerate(world.weighings)}
    return _said(world) | shown


def measure(world: Scales, eyes: Eyes) -> Facts:
    """Count what lies on the pans, and see which pan is lower."""
    return _said(world) | {
        f"weighing {at}": _seen(world, world.image_of(at), eyes)
        for at in range(len(world.weighings))
    }


def answers_left(world: Scales, eyes: Eyes) -> set[int]:
    """Go through all whole weights that agree with every photograph: what may happen?"""
    seen = measure(world, eyes)
    worlds = all_weights([seen[f"weighing {at}"] for at in range(len(world.order))], world)
    loads = surplus(seen[f"weighing {len(world.order)}"], world.added, world.added_to)
    sums = worlds @ np.array([loads.get(kind, 0) for kind in range(len(world.kinds))])
    signs = set(np.sign(sums).tolist())
    if asks_for_bounds(world.form) and len(signs) > 1:
        return {NEITHER}
    return {asked_of(world.form, {1: LEFT, -1: RIGHT, 0: NEITHER}[sign]) for sign in signs}


def phrases(world: Scales) -> Sequence[Phrase]:
    """Every kind on every pan, and the box."""
    found = []
    for image, weighing in enumerate(world.shown):
        for side in SIDES:
            for load in weighing.on(side):
                kind = world.kinds[load.kind]
                noun = kind.name if load.num == 1 else plural(kind.name)
                found.append(Phrase(f"the {noun} on the {side} pan", image, key_of(kind, side)))
            if weighing.box == side:
                found.append(Phrase("the closed box", image, box_key(side)))
    return found


def _seen(world: Scales, image: int, eyes: Eyes) -> Weighing:
    """Return a weighing as a photograph shows it."""
    loads: dict[Side, tuple[Load, ...]] = {}
    floors: dict[Side, int] = {}
    box: Side | None = None
    tall = 0
    for side in SIDES:
        keys = {key_of(kind, side): at for at, kind in enumerate(world.kinds)}
        seen = [key for key in keys if eyes.sees(image, key)]
        loads[side] = tuple(Load(keys[key], eyes.count(image, key)) for key in seen)
        if eyes.sees(image, box_key(side)):
            box = side
            seen.append(box_key(side))
        if not seen:
            raise RejectedError(f"nothing can be seen on the {side} pan of image {image + 1}")
        floors[side] = max(eyes.box(image, key)[3] for key in seen)
        tall = eyes.height(image, seen[0])
    drop = floors["right"] - floors["left"]
    tilt = (drop > 0) - (drop < 0) if 3 * abs(drop) > tall else 0
    held = image == len(world.order)
    return Weighing(left=loads["left"], right=loads["right"], tilt=tilt, box=box, held=held)


def _said(world: Scales) -> dict[str, Any]:
    """Return what the text gives, and the unit."""
    return {
        "content": world.content,
        "added": world.added,
        "added to": world.added_to,
        "weight 0": UNIT,
    }


def _mistakes(world: Scales) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    loads = surplus(world.weighings[-1], world.added, world.added_to)
    sizes = [kind.size**3 for kind in world.kinds]
    deaf = {"content": Load(0, 0), "added": Load(0, 0)}
    unread = answer_of(program(world), {**facts(world), **deaf})
    truth = answer_of(program(world), facts(world))
    return {
        "ignored_the_text": unread,
        "counted_solids": _leaning(world, sum(loads.values())),
        "larger_is_heavier": _leaning(world, sum(n * sizes[kind] for kind, n in loads.items())),
        "reversed": UNDECIDED if truth == NEITHER else opposite(truth),
        "gave_up" if asks_for_bounds(world.form) else "called_it_level": NEITHER,
    }


def _leaning(world: Scales, surplus: int) -> int:
    return NEITHER if surplus == 0 else asked_of(world.form, LEFT if surplus > 0 else RIGHT)


WEIGHT: Final[Subtask[Scales]] = Subtask(
    name="Weight Comparison",
    slug="weight",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Scales.pictures,
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
