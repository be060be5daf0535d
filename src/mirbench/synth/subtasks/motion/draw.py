"""Draws where pieces go so that the answer is true, and the twins of that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import permutations, product
from typing import Final, NamedTuple

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.worlds.board import REACH, Board, Move, Places
from mirbench.synth.worlds.tiles import GROUNDS, MEN, PAINTS, Vector

PIECES: Final[Mapping[int, int]] = {1: 3, 2: 4, 3: 4, 4: 5, 5: 5}
GAPS: Final[Mapping[int, int]] = {1: 2, 2: 2, 3: 2, 4: 3, 5: 3}
TURNED: Final[Mapping[int, int]] = {1: 0, 2: 0, 3: 1, 4: 1, 5: 2}
"""For each level: pieces, moves of the camera, and how many of these turn it."""

SQUARE: Final = tuple(
    Vector(right, ahead) for right, ahead in product(range(-REACH, REACH + 1), repeat=2)
)
STRAIGHT: Final = tuple(v for v in SQUARE if 0 in v and 1 <= v.far() <= 2)
ASLANT: Final = tuple(v for v in SQUARE if 1 <= v.far() <= 2)
"""How the camera moves, along one side of the tiles or along both."""
ROOM: Final = 20
"""On how many tiles a piece can stand that never leaves the pictures, at least."""
PLANS: Final[Mapping[int, Sequence[str]]] = {
    2: ("abb", "aab", "aba", "abc"),
    3: ("abbb", "aabb", "aaab", "abaa", "aaba", "abba", "abcc"),
}
"""For so many moves of the camera, how a piece that moves can do so; as letters for tiles."""
TRIES: Final = 400


def draw(brief: Brief) -> Board:
    """Draw the words; then who moves when; then a way for each that hides no other piece."""
    world = _draw_words(brief)
    stream = brief.pictures
    ground = stream.choice(GROUNDS)
    settings = tuple(draw_setting(stream, (ground,), ("day", "overcast")) for _ in world.order)
    lots = Lots(world.moves, rooms_of(world.moves), stream)
    ways: list[Places] = []
    for plan in _draw_plans(world, brief.answer, stream):
        for _ in range(TRIES):
            way = lots.way(plan)
            if way and not any(_meet(way, other) for other in ways):
                ways.append(way)
                break
        else:
            raise RejectedError("pieces hide each other")
    return replace(world, taken=tuple(zip(*ways, strict=True)), settings=settings)


def variants(world: Board, part: str) -> Iterator[Board]:
    """Put a piece elsewhere in one picture, or say that the camera moved otherwise."""
    kind, _, number = part.partition(" ")
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
        order = stream.choice(tuple(permutations(order))[1:])
    while True:
        turned = stream.sample(range(gaps), TURNED[level])
        moves = tuple(
            Move(
                stream.choice(STRAIGHT if level == 1 else ASLANT),
                stream.integer(1, 3) if gap in turned else 0,
            )
            for gap in range(gaps)
        )
        rooms = rooms_of(moves)
        if rooms and len(rooms[0]) >= ROOM:
            break
    return Board(
        form=brief.form,
        manner=stream.below(60),
        names=names,
        order=order,
        moves=moves,
        turning=tuple(sorted(gap + 1 for gap in turned)),
    )


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


def _draw_plans(world: Board, answer: int, stream: Stream) -> list[str]:
    """Draw for each piece on which tile it is in each photograph: `aab` moves in the end.

    Where all move, each span and each photograph has a piece that would be still but for it.
    """
    count, gaps = len(world.names), len(world.moves)
    num_moved = answer if world.form == "count" else count - (answer < count)
    plans = list(PLANS[gaps][:count])
    if num_moved < count:
        plans = [stream.choice(PLANS[gaps]) for _ in range(num_moved)]
    plans += [PLANS[gaps][0][0] * (gaps + 1)] * (count - num_moved)
    plans = list(stream.shuffled(plans))
    if world.form == "still" and answer < count:
        still = plans.index("a" * (gaps + 1))
        plans[still], plans[answer] = plans[answer], plans[still]
    return plans


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
    """Yield moves of the camera under which some piece would have stood still; then others."""
    turn = world.moves[when - 1].turn
    for before, after in zip(world.taken[when - 1], world.taken[when], strict=True):
        yield before.minus(after.turned(turn))
    yield from ASLANT
