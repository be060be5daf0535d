"""Weight Comparison: which way does the balance tip?

Photographs of a balance show what weighs as much as what; together they give the weight of every
kind of solid. The last one shows a balance that posts still hold level: which pan will go down?
The text says what is in a closed box, and what is added before the posts go. Sizes mean nothing.

Levels 1 and 2 have balances at rest, 2 one more of them and a box. From level 3 a tilted balance
gives a bound instead of a weight, and the answer may be that nobody can tell; level 5 has two.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import UNDECIDED, Facts, Program, Step, answer_of
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
    Scales,
    Side,
    Weighing,
    box_key,
    key_of,
    photograph,
)
from mirbench.taxonomy import Subtask as SubtaskName

LEFT, RIGHT, NEITHER = range(3)
"""The answers: which pan goes down, or that it stays level (that nobody can tell, from level 3)."""
WEIGHTS: Final = tuple(Fraction(n, 2) for n in range(1, 13))
"""What a kind may weigh, in units of the first."""
TRIED_LEVEL: Final = range(1, 73)
TRIED_TILTED: Final = (*range(1, 41), *range(44, 100, 5), 150, 300, 1000)
"""Whole weights that the second solver tries for one kind."""
CLOSE: Final = Fraction(2)
"""By how much the pans of the last balance differ at most, in the same units."""

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
    "What happens?",
    "{last} shows the balance held level by two posts. If {{added}} and the posts are taken away, "
    "what will it do?",
    "Now look at {last}, where posts keep the balance from moving. Suppose {{added}} before the "
    "posts are pulled out. What follows?",
)


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
NUM_DRAWS: Final = 100
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
        if self.low == 0:
            return f"less than {decimal(self.high)}"
        return f"between {decimal(self.low)} and {decimal(self.high)}"


UNIT: Final = Range(Fraction(1), Fraction(1))


class WeightComparison(Subtask[Scales]):
    """Which pan goes down, from weighings of the same kinds of solids."""

    name: ClassVar[SubtaskName] = "Weight Comparison"
    slug: ClassVar[str] = "weight"

    def forms(self, level: int) -> Sequence[Form]:
        """A pan goes down or not; a balance that was seen tilted never comes out level."""
        return [Form(name="bounded" if RECIPES[level].tilted else "exact", answers=3)]

    def draw(self, brief: Brief) -> Scales:
        """Draw the words, a weighing for each kind, and a last one that gives the answer."""
        world, stream = _draw_words(brief), brief.pictures
        kinds = range(len(world.kinds))
        tilted = _draw_tilted(world, RECIPES[brief.level].tilted, stream)
        weights: list[Range | None] = [UNIT]
        for new in kinds[1:]:
            weighing, weight = _draw_weighing(world, weights, new in tilted, stream)
            world = replace(world, weighings=(*world.weighings, weighing))
            weights.append(weight)
        for _ in range(NUM_DRAWS):
            last = _draw_last(world, stream)
            sums = totals(last, world.added, world.added_to, *weights)
            if TIPS[world.form](sums) == brief.answer and _matters(world, last, sums):
                return replace(world, weighings=(*world.weighings, last))
        raise RejectedError("no last weighing gives the answer")

    def variants(self, world: Scales, part: str) -> Iterator[Scales]:
        """Change what lies on a pan or how it tilts in one image, or say something else."""
        if part == "content":
            for load in _other_loads(range(world.box_at + 1)):
                yield replace(world, content=load)
        elif part == "added":
            for load in _other_loads(range(len(world.kinds))):
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
            QUESTIONS[manner // 2 % 3].format(last=f"<image{number}>"),
        )
        return Wording(template=" ".join(told), spans=spans)

    def options(self, world: Scales, truth: int) -> Sequence[Option]:
        """Left, right, and the third answer of the form."""
        third = {"exact": "The balance stays level", "bounded": "It cannot be told from this"}
        texts = ["The left pan goes down", "The right pan goes down", third[world.form]]
        return tagged(texts, truth, _mistakes(self, world), "misread_a_weighing")

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
            Step("answer", TIPS[world.form], ("totals",)),
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
        if world.form == "bounded" and len(signs) > 1:
            return {NEITHER}
        return {{1: LEFT, -1: RIGHT, 0: NEITHER}[sign] for sign in signs}

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
                    noun = kind.name if load.num == 1 else plural(kind.name)
                    found.append(Phrase(f"the {noun} on the {side} pan", image, key_of(kind, side)))
                if weighing.box == side:
                    found.append(Phrase("the closed box", image, box_key(side)))
        return found

    def summary(self, world: Scales) -> str:
        """Say how weighings give weights, and weights the last weighing."""
        tilted = world.form == "bounded"
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
        return [
            *told,
            f"In image {len(world.shown)}, with {_told(world, world.added)} added on the "
            f"{world.added_to} pan and without what then lies on both pans alike, the left pan "
            f"weighs {left.text()} and the right pan weighs {right.text()}.",
        ]

    def replay(self, world: Scales, relations: str) -> int:
        """Compare the two weights that the last line gives."""
        found = re.findall(r"pan weighs (.+?)(?: and the right|\.$)", relations.splitlines()[-1])
        left, right = (_parsed(text) for text in found)
        return TIPS[world.form]((left, right))


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


def tips_or_level(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes down, or that neither does; undecided if it is not known."""
    if pans is not None and pans[0] == pans[1] and pans[0].exact:
        return NEITHER
    lower = tips_or_unknown(pans)
    return UNDECIDED if lower == NEITHER else lower


def tips_or_unknown(pans: tuple[Range, Range] | None) -> int:
    """Return which pan goes down, or that it is not known; undecided if neither does.

    The bounds of a range are themselves out of reach.
    """
    if pans is None or (pans[0] == pans[1] and pans[0].exact):
        return UNDECIDED
    left, right = pans
    if right.high is not None and left.low >= right.high:
        return LEFT
    if left.high is not None and right.low >= left.high:
        return RIGHT
    return NEITHER


TIPS: Final[Mapping[str, Callable[..., int]]] = {
    "exact": tips_or_level,
    "bounded": tips_or_unknown,
}


def _net(weighing: Weighing, extra: Load, side: Side | None) -> dict[int, int]:
    """Return for each kind how many more lie on the left pan than on the right."""
    loads: dict[int, int] = {}
    for way, on in ((1, "left"), (-1, "right")):
        here = weighing.left if on == "left" else weighing.right
        for kind, count in (*here, *((extra,) if side == on else ())):
            loads[kind] = loads.get(kind, 0) + way * count
    return loads


def _all_weights(weighings: Sequence[Weighing], world: Scales) -> NDArray[np.int64]:
    """Return whole weights that agree with every weighing: a row each, a column a kind.

    Level weighings come first: each leaves a few rows, in which nothing but the unit is open. A
    tilted one leaves very many, so it is tried on some of the units and with a choice of weights.
    """
    rows = np.zeros((12, len(world.kinds)), np.int64)
    rows[:, 0] = np.arange(1, 13)
    for at in sorted(range(len(weighings)), key=lambda at: (weighings[at].tilt != 0, at)):
        weighing = weighings[at]
        loads = _net(weighing, world.content, weighing.box)
        signs = np.array([loads.get(kind, 0) for kind in range(len(world.kinds))])
        if weighing.tilt:
            rows = rows[:: max(1, len(rows) // 30)]
        tried = TRIED_TILTED if weighing.tilt else TRIED_LEVEL
        rows = np.repeat(rows, len(tried), axis=0)
        rows[:, at + 1] = np.tile(tried, len(rows) // len(tried))
        rows = rows[np.sign(rows @ signs) == -weighing.tilt]
    return rows


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


# Drawing a world


def _draw_words(brief: Brief) -> Scales:
    """Draw all that the text says; weighings are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    count = recipe.balanced + recipe.tilted
    shapes = stream.shuffled((*SHAPES, *SHAPES))
    names = zip(stream.sample(PAINTS, count + 1), shapes[: count + 1], strict=True)
    kinds = tuple(
        Kind(colour=colour, shape=shape, size=stream.integer(18, 21)) for colour, shape in names
    )
    box_at = stream.below(recipe.balanced) if recipe.box else -1
    return Scales(
        degrees=recipe.degrees,
        form=brief.form,
        manner=stream.below(60),
        kinds=kinds,
        order=stream.shuffled(range(count)),
        box_at=box_at,
        content=Load(stream.below(box_at + 1) if recipe.box else 0, stream.integer(1, 3)),
        added=Load(stream.below(len(kinds)), stream.integer(1, 2)),
        added_to=stream.choice(SIDES),
    )


def _draw_tilted(world: Scales, count: int, stream: Stream) -> frozenset[int]:
    """Draw the kinds that only a tilted balance shows; the box cannot hold one of them."""
    inside = {world.content.kind} if world.box_at >= 0 else set()
    return frozenset(stream.sample(sorted(set(range(1, len(world.kinds))) - inside), count))


def _draw_weighing(
    world: Scales, weights: Sequence[Range | None], tilted: bool, stream: Stream
) -> tuple[Weighing, Range]:
    """Draw a weighing that brings in one more kind, and return what that kind then weighs."""
    new = len(weights)
    known = [kind for kind, weight in enumerate(weights) if weight is not None and weight.exact]
    for _ in range(NUM_DRAWS):
        loads = [Load(kind, stream.integer(1, 3)) for kind in stream.sample(known, 3)]
        apart = stream.integer(1, 2)
        mine = Load(new, 1 if tilted else stream.integer(1, 3))
        left, right = stream.shuffled((tuple(loads[:apart]), (mine, *loads[apart:])))
        weighing = Weighing(
            left=left,
            right=right,
            tilt=stream.choice((-1, 1)) if tilted else 0,
            box=stream.choice(SIDES) if world.box_at == new - 1 else None,
        )
        weight = deduce(weighing, world.content, *weights)
        bound = weight.low or weight.high if weight else None
        if weighing.fits() and weight is not None and bound in WEIGHTS:
            return weighing, weight
    raise RejectedError("no weighing gives a fair weight")


def _draw_last(world: Scales, stream: Stream) -> Weighing:
    """Draw the last weighing: all kinds that no other weighing needs, and perhaps some more."""
    unused = set(range(1, len(world.kinds))) - _used(world.weighings)
    more = set(stream.sample(range(len(world.kinds)), stream.integer(1, 2)))
    pans: tuple[list[Load], list[Load]] = ([], [])
    for kind in stream.shuffled(sorted(unused | more)):
        pans[stream.below(2)].append(Load(kind, stream.integer(1, 2)))
    return Weighing(left=tuple(pans[0]), right=tuple(pans[1]), held=True)


def _matters(world: Scales, last: Weighing, pans: tuple[Range, Range] | None) -> bool:
    """Say whether every kind has a part in the last weighing, and a small change can decide it."""
    unused = set(range(1, len(world.kinds))) - _used(world.weighings)
    loads = _net(last, world.added, world.added_to)
    if pans is None or not last.fits() or not all(loads.get(kind) for kind in unused):
        return False
    left, right = pans
    gaps = [abs(a.low - b.high) for a, b in ((left, right), (right, left)) if b.high is not None]
    return left.high != 0 and right.high != 0 and min(gaps, default=CLOSE + 1) <= CLOSE


def _used(weighings: Sequence[Weighing]) -> set[int]:
    """Return the kinds that weighings need beside the one that each brings in."""
    return {
        load.kind
        for new, weighing in enumerate(weighings, start=1)
        for load in (*weighing.left, *weighing.right)
        if load.kind != new
    }


# Twins and mistakes


def _other_loads(kinds: Iterable[int]) -> Iterator[Load]:
    for kind in kinds:
        yield from (Load(kind, count) for count in range(1, MOST + 1))


def _other_weighings(world: Scales, at: int) -> Iterator[Weighing]:
    """Yield weighings with another count of one kind on one pan, or with another tilt."""
    weighing = world.weighings[at]
    kinds = range(len(world.kinds) if weighing.held else at + 2)
    for load in _other_loads(kinds):
        yield replace(weighing, left=_with_load(weighing.left, load))
        yield replace(weighing, right=_with_load(weighing.right, load))
    needed = _used(world.weighings[:-1]) | {world.content.kind}
    if not weighing.held and at + 1 not in needed:
        yield from (replace(weighing, tilt=tilt) for tilt in (-1, 0, 1))


def _with_load(loads: tuple[Load, ...], load: Load) -> tuple[Load, ...]:
    """Return the loads with as many of one kind as `load` says, at the end if it is new."""
    if any(other.kind == load.kind for other in loads):
        return tuple(load if other.kind == load.kind else other for other in loads)
    return (*loads, load)


def _said(world: Scales) -> dict[str, Any]:
    """Return what the text gives, and the unit."""
    return {
        "content": world.content,
        "added": world.added,
        "added to": world.added_to,
        "weight 0": UNIT,
    }


def _mistakes(subtask: WeightComparison, world: Scales) -> dict[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    loads = _net(world.weighings[-1], world.added, world.added_to)
    sizes = [kind.size**3 for kind in world.kinds]
    deaf = {"content": Load(0, 0), "added": Load(0, 0)}
    unread = answer_of(subtask.program(world), {**subtask.facts(world), **deaf})
    truth = subtask.answer(world)
    return {
        "ignored_the_text": unread,
        "counted_solids": _leaning(sum(loads.values())),
        "larger_is_heavier": _leaning(sum(n * sizes[kind] for kind, n in loads.items())),
        "reversed": {LEFT: RIGHT, RIGHT: LEFT}.get(truth, UNDECIDED),
        "gave_up": NEITHER,
    }


def _leaning(surplus: int) -> int:
    return NEITHER if surplus == 0 else LEFT if surplus > 0 else RIGHT


# English


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
