"""The English of Weight Comparison: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.subtasks.weight.reason import (
    LEFT,
    RIGHT,
    TIPS,
    Range,
    asked_of,
    asks_for_bounds,
)
from mirbench.synth.text import Wording, counted, listed
from mirbench.synth.worlds.weighing import (
    SIDES,
    Load,
    Scales,
    Side,
    Weighing,
)

STATES: Final[Mapping[int, str]] = {
    0: "the balance is level",
    1: "the right pan is lower",
    -1: "the left pan is lower",
}


OPENINGS: Final = (
    "{shown} show a balance.",
    "A balance was photographed with different loads: {shown}.",
)


BOX: Final = " (where the closed box weighs nothing itself and holds {content})"


ALIKE: Final = (
    "Solids of the same colour and shape weigh the same; size and the amount of tilt mean nothing."
)


QUESTIONS: Final = (
    "In {last} posts still hold the balance level. First {{added}}, then the posts are removed. "
    "{asked}",
    "{last} shows the balance held level by two posts. Say that {{added}} and that the posts are "
    "taken away then. {asked}",
    "Now look at {last}, where posts keep the balance from moving. Suppose {{added}} before the "
    "posts are pulled out. {asked}",
)
ASKED: Final = {
    LEFT: ("What happens?", "What will the balance do?", "Which pan goes down?"),
    RIGHT: ("Which pan goes up?", "Which pan will rise?", "Does a pan go up, and which?"),
}
"""By the answer to them where the left pan is heavier."""


def wording(world: Scales) -> Wording:
    """Show the weighings, say what cannot be seen, show the last and ask."""
    number, manner = len(world.order) + 1, world.manner
    verb = "is" if world.added.num == 1 else "are"
    spans = {"added": f"{_told(world, world.added)} {verb} put on the {world.added_to} pan"}
    shown = [f"<image{image}>" for image in range(1, number)]
    if world.box_at >= 0:
        spans["content"] = _told(world, world.content)
        shown[world.image_of(world.box_at)] += BOX
    told = (
        OPENINGS[manner % 2].format(shown=listed(shown)),
        ALIKE,
        QUESTIONS[manner // 2 % 3].format(last=f"<image{number}>", asked=_asked(world)),
    )
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Scales) -> str:
    """Say how weighings give weights, and weights the last weighing."""
    tilted = asks_for_bounds(world.form)
    plan = (
        "Take one kind as the unit of weight.",
        "From each balance that is level, work out the weight of one more kind.",
        "From each tilted balance, find what weight that kind must exceed or stay below."
        if tilted else "",
        "Count what is in the closed box as if it lay on the pan." if world.box_at >= 0 else "",
        "Then add up both pans of the last balance, with what is added, and compare.",
    )  # fmt: skip
    return " ".join(filter(None, plan))


def captions(world: Scales) -> Sequence[str]:
    """Say what lies where, and how the balance stands."""
    told = []
    for number, weighing in enumerate(world.shown, start=1):
        pans = [f"{_pan_told(world, weighing, side)} on the {side} pan" for side in SIDES]
        state = STATES[weighing.tilt] if not weighing.held else "posts hold the balance level"
        told.append(f"Image {number}: {pans[0]}, {pans[1]}; {state}.")
    return told


def relations(world: Scales, trace: Mapping[str, Any]) -> Sequence[str]:
    """One weight after the other, then both pans of the last balance."""
    unit = world.kinds[0].name
    told = [f"Take the weight of a {unit} as 1."]
    for new in range(1, len(world.kinds)):
        told.append(_weighing_told(world, new, trace))
    left, right = trace["totals"]
    return [
        *told,
        f"In image {len(world.shown)}, with {_told(world, world.added)} added on the "
        f"{world.added_to} pan and without what then lies on both pans alike, the left pan "
        f"weighs {left.text()} and the right pan weighs {right.text()}.",
    ]


def replay(world: Scales, relations: str) -> int:
    """Compare the two weights that the last line gives."""
    found = re.findall(r"pan weighs (.+?)(?: and the right|\.$)", relations.splitlines()[-1])
    left, right = (_parsed(text) for text in found)
    return TIPS[world.form]((left, right))


def _asked(world: Scales) -> str:
    questions = ASKED[asked_of(world.form, LEFT)]
    return questions[world.manner // 6 % len(questions)]


def _told(world: Scales, load: Load) -> str:
    """Return how many of what: `two red cubes`."""
    return counted(load.num, world.kinds[load.kind].name)


def _pan_told(world: Scales, weighing: Weighing, side: Side, content: str = "") -> str:
    """Return what lies on a pan, with what is in the box if that is known."""
    things = [_told(world, load) for load in weighing.on(side)]
    if weighing.box == side:
        things.append(f"the box with {content}" if content else "a closed box")
    return listed(things)


def _weighing_told(world: Scales, new: int, trace: Mapping[str, Any]) -> str:
    """Say what one weighing shows, and the weight that follows."""
    weighing = trace[f"weighing {new - 1}"]
    content = _told(world, world.content)
    left, right = (_pan_told(world, weighing, side, content) for side in SIDES)
    one = sum(load.num for load in weighing.left) + (weighing.box == "left") == 1
    compared = {0: "as much as", 1: "less than", -1: "more than"}[weighing.tilt]
    return (
        f"In image {world.image_of(new - 1) + 1} {STATES[weighing.tilt]}: {left} "
        f"{'weighs' if one else 'weigh'} {compared} {right}. So one {world.kinds[new].name} weighs "
        f"{trace[f'weight {new}'].text()}."
    )


def _parsed(text: str) -> Range:
    """Return the range that `Range.text` wrote."""
    numbers = [Fraction(number) for number in re.findall(r"[\d.]+", text)]
    if text.startswith("more"):
        return Range(numbers[0], None)
    if text.startswith("less"):
        return Range(Fraction(0), numbers[0])
    return Range(numbers[0], numbers[-1])
