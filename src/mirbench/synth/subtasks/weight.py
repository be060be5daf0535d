"""Weight Comparison: which way does the balance tip?

Photographs of a balance show what weighs as much as what; together they give the weight of every
kind of solid. The last one shows a balance that posts still hold level: which pan will go down?
The text says what is in a closed box, and what is added before the posts go. Sizes mean nothing.

Levels 1 and 2 have balances at rest, 2 one more of them and a box. From level 3 a tilted balance
gives a bound instead of a weight, and the answer may be that nobody can tell; level 5 has two.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Final, NamedTuple

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import UNDECIDED, Facts, Program, Step
from mirbench.synth.puzzle import Brief, Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.rng import Stream
from mirbench.synth.shot import Shot
from mirbench.synth.text import Wording, counted, decimal, listed, plural
from mirbench.synth.worlds.weighing import (
    MOST,
    PAINTS,
    SHAPES,
    SIDES,
    Kind,
    Load,
    Side,
    Weighing,
    box_key,
    key_of,
    photograph,
)
from mirbench.taxonomy import Subtask as SubtaskName

LEFT, RIGHT, LEVEL, UNKNOWN = range(4)
"""The answers: which pan goes down, neither, or that it cannot be told."""


class Recipe(NamedTuple):
    """What a level is made of."""

    balanced: int
    tilted: int
    box: bool
    degrees: int
    """How far a balance tilts whose pans differ."""


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(2, 0, False, 12),
    2: Recipe(3, 0, True, 12),
    3: Recipe(2, 1, True, 10),
    4: Recipe(3, 1, True, 8),
    5: Recipe(3, 2, True, 6),
}
NUM_DRAWS: Final = 300
"""Draws of what lies on two pans within one attempt; few of them balance."""


class Range(NamedTuple):
    """A weight in units of the first kind: exactly `low`, or strictly between two bounds."""

    low: Fraction
    high: Fraction | None
    """None: any weight above `low`."""

    @property
    def exact(self) -> bool:
        """Whether the weight is known."""
        return self.low == self.high

    def text(self) -> str:
        """Return the weight in words."""
        if self.high is None:
            return f"more than {decimal(self.low)}"
        if self.exact:
            return decimal(self.low)
        return f"between {decimal(self.low)} and {decimal(self.high)}"


class WeightComparison(Subtask[Scales]):
    """Which pan goes down, from weighings of the same kinds of solids."""

    name: ClassVar[SubtaskName] = "Weight Comparison"
    slug: ClassVar[str] = "weight"

    def forms(self, level: int) -> Sequence[Form]:
        """Only where a balance is tilted can it be that nobody can tell."""
        return [Form(name="tips", answers=4 if RECIPES[level].tilted else 3)]

    def draw(self, brief: Brief) -> Scales:
        """Draw the words, weights that nobody will see, weighings that are true, and the last."""
        world = _draw_words(brief)
        stream = brief.pictures
        weights = [stream.integer(1, 6) for _ in world.kinds]
        tilted = _draw_tilted(world, RECIPES[brief.level].tilted, stream)
        weighings = [
            _draw_weighing(world, new, weights, tilted, stream)
            for new in range(1, len(world.kinds))
        ]
        for _ in range(NUM_DRAWS):
            last = Weighing(
                left=_draw_loads(range(len(weights)), stream),
                right=_draw_loads(range(len(weights)), stream),
                held=True,
            )
            whole = replace(world, weighings=(*weighings, last))
            if last.fits() and self.answer(whole) == brief.answer:
                return whole
        raise RejectedError("no last weighing gives the answer")

    def variants(self, world: Scales, part: str) -> Iterator[Scales]:
        """Change what lies on a pan or how it tilts in one image, or say something else."""
        if part == "content":
            for load in _other_loads(world.box_at + 1):
                yield replace(world, content=load)
        elif part == "added":
            for load in _other_loads(len(world.kinds)):
                yield from (replace(world, added=load, added_to=side) for side in SIDES)
        else:
            image = int(part.removeprefix("image ")) - 1
            at = world.order[image] if image < len(world.order) else len(world.order)
            for weighing in _other_weighings(world, at):
                if weighing.fits():
                    others = (*world.weighings[:at], weighing, *world.weighings[at + 1 :])
                    yield replace(world, weighings=others)

    def wording(self, world: Scales) -> Wording:
        """Show the weighings, say what cannot be seen, show the last and ask."""
        count, manner = len(world.order), world.manner
        shown = listed([f"<image{number}>" for number in range(1, count + 1)])
        added = f"{counted(world.added.count, world.kinds[world.added.kind].name)}"
        verb = "is" if world.added.count == 1 else "are"
        spans = {"added": f"{added} {verb} put on the {world.added_to} pan"}
        told = [OPENINGS[manner % 2].format(shown=shown), ALIKE]
        if world.box_at >= 0:
            content = counted(world.content.count, world.kinds[world.content.kind].name)
            spans["content"] = content
            image = world.image_of(world.box_at) + 1
            told.append(f"The closed box in image {image} weighs nothing itself; in it there "
                        f"{'is' if world.content.count == 1 else 'are'} {{content}}.")  # fmt: skip
        told.append(QUESTIONS[manner // 2 % 3].format(last=f"<image{count + 1}>"))
        return Wording(template=" ".join(told), spans=spans)

    def options(self, world: Scales, truth: int) -> Sequence[Option]:
        """Left, right or level; where a balance is tilted, also that nobody can tell."""
        texts = ["The left pan goes down", "The right pan goes down", "The balance stays level",
                 "It cannot be told from this"]  # fmt: skip
        some_tilted = any(weighing.tilt for weighing in world.weighings)
        return tagged(
            texts if some_tilted else texts[:3], truth, _mistakes(world), "misread_a_weighing"
        )

    def program(self, world: Scales) -> Program:
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
            Step("answer", tips, ("totals",)),
        ]

    def facts(self, world: Scales) -> Facts:
        """The weighings as they are."""
        shown = {f"weighing {at}": weighing for at, weighing in enumerate(world.weighings)}
        return _said(world) | shown

    def measure(self, world: Scales, eyes: Eyes) -> Facts:
        """Count what lies on the pans, and see which pan is lower."""
        return _said(world) | {
            f"weighing {at}": _seen(world, world.image_of(at), eyes)
            for at in range(len(world.weighings))
        }

    def answers_left(self, world: Scales, eyes: Eyes) -> set[int]:
        """Go through all whole weights that agree with every photograph: what may happen?"""
        seen = self.measure(world, eyes)
        worlds = _all_weights([seen[f"weighing {at}"] for at in range(len(world.order))], world)
        loads = _net(seen[f"weighing {len(world.order)}"], world.added, world.added_to)
        sums = worlds @ np.array([loads.get(kind, 0) for kind in range(len(world.kinds))])
        signs = set(np.sign(sums).tolist())
        if len(signs) > 1:
            return {UNKNOWN}
        return {{1: LEFT, -1: RIGHT, 0: LEVEL}[sign] for sign in signs}

    def pictures(self, world: Scales) -> Sequence[Shot]:
        """The weighings in the order of their images."""
        return [photograph(weighing, world.kinds, world.degrees) for weighing in world.shown]

    def phrases(self, world: Scales) -> Sequence[Phrase]:
        """Every kind on every pan, and the box."""
        found = []
        for image, weighing in enumerate(world.shown):
            for side in SIDES:
                for load in weighing.on(side):
                    kind = world.kinds[load.kind]
                    noun = kind.name if load.count == 1 else plural(kind.name)
                    found.append(Phrase(f"the {noun} on the {side} pan", image, key_of(kind, side)))
                if weighing.box == side:
                    found.append(Phrase("the closed box", image, box_key(side)))
        return found

    def summary(self, world: Scales) -> str:
        """Say how weighings give weights, and weights the last weighing."""
        tilted = any(weighing.tilt for weighing in world.weighings)
        plan = (
            "Take one kind as the unit of weight.",
            "From each balance that is level, work out the weight of one more kind.",
            "From each tilted balance, find what weight that kind must exceed or stay below."
            if tilted else "",
            "Count what is in the closed box as if it lay on the pan." if world.box_at >= 0 else "",
            "Then add up both pans of the last balance, with what is added, and compare.",
        )  # fmt: skip
        return " ".join(filter(None, plan))

    def captions(self, world: Scales) -> Sequence[str]:
        """Say what lies where, and how the balance stands."""
        told = []
        for number, weighing in enumerate(world.shown, start=1):
            pans = [f"{_pan_told(world, weighing, side)} on the {side} pan" for side in SIDES]
            state = STATES[weighing.tilt] if not weighing.held else "posts hold the balance level"
            told.append(f"Image {number}: {pans[0]}, {pans[1]}; {state}.")
        return told

    def relations(self, world: Scales, trace: Mapping[str, Any]) -> Sequence[str]:
        """One weight after the other, then both pans of the last balance."""
        unit = world.kinds[0].name
        told = [f"Take the weight of a {unit} as 1."]
        for new in range(1, len(world.kinds)):
            told.append(_weighing_told(world, new, trace))
        left, right = trace["totals"]
        added = counted(world.added.count, world.kinds[world.added.kind].name)
        return [
            *told,
            f"In image {len(world.shown)}, with {added} added on the {world.added_to} pan and "
            f"without what then lies on both pans alike, the left pan weighs {left.text()} and the "
            f"right pan weighs {right.text()}.",
        ]

    def replay(self, world: Scales, relations: str) -> int:
        """Compare the two weights that the last line gives."""
        found = re.findall(r"pan weighs (.+?)(?: and the right|\.$)", relations.splitlines()[-1])
        left, right = (_parsed(text) for text in found)
        return tips((left, right))


# Working it out


def deduce(weighing: Weighing, content: Load, *weights: Range | None) -> Range | None:
    """Return the weight of the next kind; None if no weight fits.

    Everything else on the pans must be known exactly.
    """
    new = len(weights)
    loads = _net(weighing, content, weighing.box)
    mine = loads.pop(new, 0)
    rest = Fraction(0)
    for kind, count in loads.items():
        weight = weights[kind]
        if weight is None or not weight.exact:
            return None
        rest += count * weight.low
    if mine == 0:
        return None
    bound = -rest / mine
    if weighing.tilt == 0:
        return Range(bound, bound) if bound > 0 else None
    heavier = (weighing.tilt < 0) == (mine > 0)
    if heavier:
        return Range(max(bound, Fraction(0)), None)
    return Range(Fraction(0), bound) if bound > 0 else None


def totals(
    weighing: Weighing, added: Load, side: Side, *weights: Range | None
) -> tuple[Range, Range] | None:
    """Return what both pans weigh, without what lies on both alike."""
    sums = {1: Range(Fraction(0), Fraction(0)), -1: Range(Fraction(0), Fraction(0))}
    for kind, count in _net(weighing, added, side).items():
        weight = weights[kind]
        if weight is None:
            return None
        if count:
            way = 1 if count > 0 else -1
            low, high = sums[way]
            more = None if weight.high is None or high is None else high + abs(count) * weight.high
            sums[way] = Range(low + abs(count) * weight.low, more)
    return sums[1], sums[-1]


def tips(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes down; the bounds of a range are themselves out of reach."""
    if pans is None:
        return UNDECIDED
    left, right = pans
    if left == right and left.exact:
        return LEVEL
    if right.high is not None and left.low >= right.high:
        return LEFT
    if left.high is not None and right.low >= left.high:
        return RIGHT
    return UNKNOWN


def _net(weighing: Weighing, extra: Load, side: Side | None) -> dict[int, int]:
    """Return for each kind how many more lie on the left pan than on the right."""
    loads: dict[int, int] = {}
    for way, on in ((1, "left"), (-1, "right")):
        here = weighing.left if on == "left" else weighing.right
        for kind, count in (*here, *((extra,) if side == on else ())):
            loads[kind] = loads.get(kind, 0) + way * count
    return loads


def _all_weights(weighings: Sequence[Weighing], world: Scales) -> NDArray[np.int64]:
    """Return whole weights that agree with every weighing: a row each, a column a kind."""
    rows = np.zeros((12, len(world.kinds)), np.int64)
    rows[:, 0] = np.arange(1, 13)
    # Level ones first, each leaves few rows; nothing hangs on the kind that a tilted one brings in.
    for at in sorted(range(len(weighings)), key=lambda at: (weighings[at].tilt != 0, at)):
        weighing = weighings[at]
        loads = _net(weighing, world.content, weighing.box)
        signs = np.array([loads.get(kind, 0) for kind in range(len(world.kinds))])
        rows = np.repeat(rows[:4] if weighing.tilt else rows, 60, axis=0)
        rows[:, at + 1] = np.tile(np.arange(1, 61), len(rows) // 60)
        rows = rows[np.sign(rows @ signs) == -weighing.tilt]
    return rows


def _seen(world: Scales, image: int, eyes: Eyes) -> Weighing:
    """Return a weighing as a photograph shows it."""
    loads: dict[Side, tuple[Load, ...]] = {}
    floors: dict[Side, int] = {}
    box: Side | None = None
    for side in SIDES:
        keys = {key_of(kind, side): at for at, kind in enumerate(world.kinds)}
        seen = [key for key in keys if eyes.sees(image, key)]
        loads[side] = tuple(Load(keys[key], eyes.count(image, key)) for key in seen)
        if eyes.sees(image, box_key(side)):
            box = side
            seen.append(box_key(side))
        floors[side] = max(eyes.box(image, key)[3] for key in seen)
    drop = floors["right"] - floors["left"]
    tilt = (drop > 0) - (drop < 0) if abs(drop) > NOTICED * eyes.width(image) else 0
    held = image == len(world.order)
    return Weighing(left=loads["left"], right=loads["right"], tilt=tilt, box=box, held=held)


# Drawing a world


def _draw_words(brief: Brief) -> Scales:
    """Draw all that the text says; weighings are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    count = recipe.balanced + recipe.tilted
    names = zip(stream.sample(PAINTS, count + 1), stream.shuffled((*SHAPES, *SHAPES)))
    kinds = tuple(
        Kind(colour=colour, shape=shape, size=stream.integer(17, 21)) for colour, shape in names
    )
    box_at = stream.below(recipe.balanced) if recipe.box else -1
    return Scales(
        degrees=recipe.degrees,
        manner=stream.below(60),
        kinds=kinds,
        order=stream.shuffled(range(count)),
        box_at=box_at,
        content=Load(stream.below(box_at + 1) if recipe.box else 0, stream.integer(1, 3)),
        added=Load(stream.below(len(kinds)), stream.integer(1, 2)),
        added_to=stream.choice(SIDES),
    )


def _draw_tilted(world: Scales, count: int, stream: Stream) -> frozenset[int]: ...
