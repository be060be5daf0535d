"""Draws towns in which the thing is where the answer says, and their twins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from mirbench.synth.program import UNDECIDED
from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.worlds.tiles import (
    GROUNDS,
    KINDS,
    MODELS,
    PAINTS,
    ROUND,
    Figure,
    Vector,
    is_vehicle,
    side_by_side,
)
from mirbench.synth.worlds.town import Part, Town, corner_of, side_of

CHAINS: Final[Mapping[int, str]] = {1: "vr", 2: "vrrr", 3: "vvrvv", 4: "vvrvrv", 5: "vvrvrrvr"}
"""For each level, by what each part begins: a vehicle, or something that is round."""
SPINS: Final = (3, 4, 5)
DRIVES: Final = (4, 5)
VEERS: Final = (5,)
"""Levels at which vehicles turn on their tiles, at which the first one drives on, turns then."""

REACH: Final = 3
"""How far a figure stands from the first one of its part, in tiles, along either side."""
OFFSETS: Final = tuple(
    Vector(right, ahead)
    for right, ahead in product(range(-REACH, REACH + 1), repeat=2)
    if abs(right) + abs(ahead) > 1
)
WIDEST: Final = 5
"""How far apart figures of one picture may be."""
NEAR: Final = 2
"""How far from the driver the last part may begin: all directions are in reach from there."""
TRIES: Final = 200


def draw(brief: Brief) -> Town:
    """Draw the words, then parts one after the other; the last one makes the answer true."""
    chain, town = _draw_words(brief)
    stream = brief.pictures
    parts, start, frame = _draw_way(town, chain, stream)
    wanted = (side_of, corner_of)[brief.form == "corner"]
    sectors = {
        offset: wanted(town.seen_in_the_end(start.plus(offset.turned(-frame))))
        for offset in OFFSETS
    }
    others = [one for one in OFFSETS if sectors[one] not in (brief.answer, UNDECIDED)]
    pairs = {
        thing: [other for other in others if _fits([thing, other])]
        for thing in OFFSETS
        if sectors[thing] == brief.answer
    }
    thing = stream.choice([thing for thing, others in pairs.items() if others])
    other = stream.choice(pairs[thing])
    target = stream.below(2)
    at = (thing, other) if target == 0 else (other, thing)
    kinds = stream.sample([kind for kind in KINDS if kind not in chain], 2)
    things = [Figure(kind, place) for kind, place in zip(kinds, at, strict=True)]
    last = parts[-1]
    parts[-1] = replace(last, figures=(*last.figures, *things))
    ground = stream.choice(GROUNDS)
    settings = [
        draw_setting(stream, (ground,), ("day", "overcast", "dusk")) for _ in range(len(parts) + 1)
    ]
    placed = (replace(part, setting=one) for part, one in zip(parts, settings, strict=False))
    return replace(town, parts=tuple(placed), target=target, setting=settings[-1])


def variants(world: Town, part: str) -> Iterator[Town]:
    """Move or turn a figure in one part, show the other thing, or say something else."""
    kind, _, number = part.partition(" ")
    if kind == "turn":
        at = int(number) - 1
        for turn in range(is_vehicle(world.parts[at].anchor.name), 4):
            yield replace(world, turns=(*world.turns[:at], turn, *world.turns[at + 1 :]))
    elif kind == "veer":
        yield from (replace(world, veer=veer) for veer in (1, 2, 3))
    elif kind == "drive":
        yield from (replace(world, drive=drive) for drive in range(-8, 9) if drive)
    elif int(number) > len(world.parts):
        yield replace(world, target=1 - world.target)
    else:
        at = int(number) - 1
        for figures in _rearranged(world.parts[at].figures):
            changed = replace(world.parts[at], figures=figures)
            yield replace(world, parts=(*world.parts[:at], changed, *world.parts[at + 1 :]))


def _draw_words(brief: Brief) -> tuple[list[str], Town]:
    """Draw all that the text says, and by what each part begins."""
    stream, level = brief.words, brief.level
    kinds = CHAINS[level]
    kinds = kinds[0] + "".join(stream.shuffled(kinds[1:]))
    paints, models = stream.shuffled(PAINTS), stream.shuffled(MODELS)
    names = [f"{paint} {model}" for paint, model in zip(paints, models, strict=False)]
    pool = {"v": iter(names), "r": iter(stream.shuffled(ROUND))}
    chain = [next(pool[kind]) for kind in kinds]
    turns = [stream.below(4) if kind == "r" or level in SPINS else 0 for kind in kinds]
    town = Town(
        form=brief.form,
        manner=stream.below(60),
        parts=(),
        turns=(0, *turns[1:]),
        drive=stream.choice((-3, -2, 2, 3)) if level in DRIVES else 0,
        veer=stream.integer(1, 3) if level in VEERS else 0,
    )
    return chain, town


def _draw_way(town: Town, chain: Sequence[str], stream: Stream) -> tuple[list[Part], Vector, int]:
    """Draw all parts but for what stands in the last one, whatever the answer is.

    Returns:
        The parts; where the last one begins, as the driver sees it; where the driver faces in it.
    """
    goal = Vector(0, town.drive)
    for _ in range(TRIES):
        ways = [stream.below(4) for _ in chain]
        frame, start = ways[0], Vector(0, 0)
        parts = []
        for number, name in enumerate(chain[:-1]):
            following = chain[number + 1]
            offset, way = stream.choice(OFFSETS), stream.below(4)
            here = (Figure(name, Vector(0, 0), ways[number]), Figure(following, offset, way))
            parts.append(Part(figures=here))
            start = start.plus(offset.turned(-frame))
            if is_vehicle(following):
                frame += ways[number + 1] - way
            frame -= town.turns[number + 1]
        if start.minus(goal).far() <= NEAR:
            parts.append(Part(figures=(Figure(chain[-1], Vector(0, 0), ways[-1]),)))
            return parts, start, frame
    raise RejectedError("no way leads close enough")


def _fits(places: Sequence[Vector]) -> bool:
    """Tell whether two figures stand apart, and not too far apart for one picture."""
    a, b = places
    return not side_by_side(a, b) and a.minus(b).far() <= WIDEST


def _rearranged(figures: tuple[Figure, ...]) -> Iterator[tuple[Figure, ...]]:
    """Yield the same figures with one of them elsewhere or, if it is a vehicle, turned."""
    for at, figure in enumerate(figures):
        if is_vehicle(figure.name):
            for way in range(4):
                yield (*figures[:at], figure._replace(way=way), *figures[at + 1 :])
    for at, figure in enumerate(figures[1:], start=1):
        rest = [one.at for one in figures[1:] if one is not figure]
        for offset in OFFSETS:
            if all(_fits([offset, other]) for other in rest):
                yield (*figures[:at], figure._replace(at=offset), *figures[at + 1 :])
