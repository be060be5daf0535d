"""Draws where pieces go so that the answer is true, and the twins of that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final, NamedTuple

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.motion.relay import draw_relay
from mirbench.synth.worlds.board import REACH, Board, Move, Places
from mirbench.synth.worlds.tiles import GROUNDS, MEN, PAINTS, Vector

PIECES: Final[Mapping[int, int]] = {1: 3, 2: 4, 3: 4, 4: 5, 5: 5}
GAPS: Final[Mapping[int, int]] = {1: 2, 2: 4, 3: 5, 4: 6, 5: 8}
TURNED: Final[Mapping[int, int]] = {1: 0, 2: 0, 3: 1, 4: 2, 5: 3}
"""For each level: pieces, moves of the camera, and how many of these turn it."""

SQUARE: Final = tuple(
    Vector(right, ahead) for right, ahead in product(range(-REACH, REACH + 1), repeat=2)
)
STRAIGHT: Final = tuple(v for v in SQUARE if 0 in v and 1 <= v.far() <= 2)
ASLANT: Final = tuple(v for v in SQUARE if 1 <= v.far() <= 2)
"""How the camera moves, along one side of the tiles or along both."""
AWAY: Final = (3, 4)
"""On how many tiles the middle of the picture is, along either side: the fewer these are, the more
tiles are never left out."""
PLANS: Final = ("abb", "aab", "aba", "abc")
"""How a piece that moves can do so while the camera does twice; as letters for tiles."""
TRIES: Final = 400


def draw(brief: Brief) -> Board:
    """Draw the words; then who moves when; then a way for each that hides no other piece."""
    world = _draw_words(brief)
    stream = brief.pictures
    ground = stream.choice(GROUNDS)
    settings = tuple(draw_setting(stream, (ground,), ("day", "overcast")) for _ in world.order)
    rooms = rooms_of(world.moves)
    if world.form == "letter":
        taken = tuple(draw_relay(world, brief.answer, rooms, stream))
    else:
        taken = tuple(_draw_ways(world, brief.answer, Lots(world.moves, rooms, stream)))
    return replace(world, taken=taken, settings=settings)


def variants(world: Board, part: str) -> Iterator[Board]:
    """Put a piece elsewhere in one picture, or say something else."""
    kind, _, number = part.partition(" ")
    if kind == "piece":
        yield from (replace(world, asked=asked) for asked, _ in enumerate(world.names))
        return
    when = world.order.index(int(number) - 1)
    if kind == "image":
        for places in _elsewhere(world, when):
            yield replace(world, taken=(*world.taken[:when], places, *world.taken[when + 1 :]))
        return
    move = world.moves[when - 1]
    turns = (move._replace(turn=turn) for turn in range(4))
    shifts = (move._replace(shift=shift) for shift in _other_shifts(world, when))
    for other in turns if kind == "turn" else shifts:
        yield replace(world, moves=(*world.moves[: when - 1], other, *world.moves[when:]))


def _draw_words(brief: Brief) -> Board:
    """Draw all that the text says; where the pieces are is still to come."""
    stream, level = brief.words, brief.level
    paints = stream.sample(PAINTS, PIECES[level])
    names = tuple(f"{paint} {stream.choice(MEN)}" for paint in paints)
    gaps = GAPS[level]
    order = tuple(range(gaps + 1))
    if level == 5:
        order = _out_of_order(order, stream)
    turned = sorted(stream.sample(range(gaps), TURNED[level]))
    turns = [stream.integer(1, 3) if gap in turned else 0 for gap in range(gaps)]
    return Board(
        form=brief.form,
        manner=stream.below(60),
        names=names,
        order=order,
        moves=tuple(_draw_moves(turns, STRAIGHT if level == 1 else ASLANT, stream)),
        turning=tuple(gap + 1 for gap in turned),
        asked=stream.below(len(names)) if brief.form in ("times", "letter") else None,
    )


def _out_of_order(order: Sequence[int], stream: Stream) -> tuple[int, ...]:
    shuffled = stream.shuffled(order)
    return shuffled if shuffled != order else _out_of_order(order, stream)


def _draw_moves(turns: Sequence[int], shifts: Sequence[Vector], stream: Stream) -> Iterator[Move]:
    """Draw how the camera moves over a few tiles, and say it in terms of each picture."""
    wide, long = stream.shuffled(AWAY)
    here, facing = Vector(stream.below(wide), stream.below(long)), 0
    for turn in turns:
        there = [
            tile
            for tile in (Vector(*place) for place in product(range(wide), range(long)))
            if tile.minus(here) in shifts
        ]
        before, here = here, stream.choice(there)
        yield Move(here.minus(before).turned(-facing), turn)
        facing += turn


def rooms_of(moves: Sequence[Move]) -> list[Places]:
    """Return where the tiles are that no photograph leaves out, in one order in each photograph."""
    ways = []
    for place in SQUARE:
        way = [place]
        for move in moves:
            way.append(move.seen(way[-1]))
        if all(one.far() <= REACH for one in way):
            ways.append(way)
    return list(zip(*ways, strict=True))


def _draw_ways(world: Board, answer: int, lots: "Lots") -> Iterator[Places]:
    """Draw where all pieces are in each photograph."""
    ways: list[Places] = []
    for plan in _draw_plans(world, answer, lots.stream):
        for _ in range(TRIES):
            way = lots.way(plan)
            if way and not any(_meet(way, other) for other in ways):
                ways.append(way)
                break
        else:
            raise RejectedError("pieces hide each other")
    return zip(*ways, strict=True)


def _draw_plans(world: Board, answer: int, stream: Stream) -> list[str]:
    """Draw for each piece on which tile it is in each photograph: `aab` moves in the end.

    Where all move, each span and each photograph has a piece that would be still but for it.
    """
    count, gaps = len(world.names), len(world.moves)
    if world.form == "times":
        times = [stream.below(gaps + 1) for _ in world.names]
        times[world.asked or 0] = answer
        return [_plan(stream.sample(range(gaps), moved), gaps) for moved in times]
    num_moved = answer if world.form == "count" else count - (answer < count)
    plans = list(PLANS[:count])
    if num_moved < count:
        plans = [stream.choice(PLANS) for _ in range(num_moved)]
    plans += ["a" * (gaps + 1)] * (count - num_moved)
    plans = list(stream.shuffled(plans))
    if world.form == "still" and answer < count:
        still = plans.index("a" * (gaps + 1))
        plans[still], plans[answer] = plans[answer], plans[still]
    return plans


def _plan(moved: Sequence[int], gaps: int) -> str:
    """Return the plan of a piece that goes to a new tile in some of the gaps."""
    return "".join("abcdefghi"[sum(one < when for one in moved)] for when in range(gaps + 1))


class Lots(NamedTuple):
    """Draws tiles; each is as likely as any other in each photograph, whoever moves.

    Attributes:
        moves: What the camera does.
        rooms: Where each tile is in each photograph.
        stream: Random numbers.
    """

    moves: Sequence[Move]
    rooms: Sequence[Places]
    stream: Stream

    def way(self, plan: str) -> Places:
        """Draw where a piece is in each photograph; nothing if two of its tiles are one."""
        tiles: dict[str, int] = {}
        for when, label in enumerate(plan):
            if label not in tiles:
                tiles[label] = self._tile(when, tiles.get(plan[when - 1]))
        if len(set(tiles.values())) < len(tiles):
            return ()
        return tuple(room[tiles[label]] for room, label in zip(self.rooms, plan, strict=True))

    def _tile(self, when: int, before: int | None) -> int:
        """Draw a tile; often that which looks right to who forgets a turn or all of a move."""
        if before is not None:
            place, move = self.rooms[when - 1][before], self.moves[when - 1]
            forgets = Move(move.shift, self.stream.below(4)) if move.turn else Move(Vector(0, 0))
            tempting = forgets.seen(place)
            if tempting in self.rooms[when] and (move.turn or self.stream.chance()):
                return self.rooms[when].index(tempting)
        return self.stream.below(len(self.rooms[0]))


def _hide(one: Vector, other: Vector) -> bool:
    """Tell whether a piece on one tile hides a part of the mat on another."""
    return one.right == other.right and abs(one.ahead - other.ahead) <= 1


def _meet(way: Places, other: Places) -> bool:
    """Tell whether two pieces hide each other in any photograph."""
    return any(_hide(*places) for places in zip(way, other, strict=True))


def _elsewhere(world: Board, when: int) -> Iterator[Places]:
    """Yield places in one photograph: one piece is where it would stand still, or anywhere."""
    places = world.taken[when]
    for at in range(len(places)):
        tempting = list(SQUARE[at :: len(SQUARE) // 5])
        if when > 0:
            tempting.insert(0, world.moves[when - 1].seen(world.taken[when - 1][at]))
        if when < len(world.moves):
            tempting.insert(0, world.moves[when].unseen(world.taken[when + 1][at]))
        others = (*places[:at], *places[at + 1 :])
        for place in tempting:
            if place.far() <= REACH and not any(_hide(place, other) for other in others):
                yield (*places[:at], place, *places[at + 1 :])


def _other_shifts(world: Board, when: int) -> Iterator[Vector]:
    """Yield moves of the camera under which some piece would be where one is; then others."""
    turn = world.moves[when - 1].turn
    before, after = world.taken[when - 1], world.taken[when]
    pairs = [*zip(before, after, strict=True), *product(before, after)]
    yield from (one.minus(other.turned(turn)) for one, other in pairs)
    yield from ASLANT
