"""Draws the way of a letter that pieces hand on, and where they go meanwhile.

All handing on is swapping: in each gap between two photographs some pieces take each other's tiles,
so that whoever overlooks a single one ends up with another piece.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from mirbench.synth.puzzle import RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.worlds.board import Board, Places
from mirbench.synth.worlds.tiles import side_by_side

TRIES: Final = 200

Takers = Mapping[int, int]
"""Piece -> the piece that takes its tile."""


def draw_relay(world: Board, answer: int, rooms: Sequence[Places], stream: Stream) -> list[Places]:
    """Draw where all pieces are in each photograph, so that the letter ends up with `answer`."""
    for _ in range(TRIES):
        handed = _draw_handing(world, stream)
        holder = world.asked or 0
        for takers in handed:
            holder = takers.get(holder, holder)
        if holder == answer:
            return _draw_tiles(world, handed, rooms, stream)
    raise RejectedError("the letter ends up elsewhere")


def _draw_handing(world: Board, stream: Stream) -> list[Takers]:
    """Draw who takes whose tile in each gap.

    No photograph may stand between two gaps in which nothing happens to the letter, and a turn of
    the camera matters only where something does.
    """
    handed: list[Takers] = []
    gaps, holder, idle = len(world.moves), world.asked or 0, True
    for gap in range(1, gaps + 1):
        needed = idle or gap in world.turning or gap == gaps
        idle = not needed and stream.chance()
        others = [at for at, _ in enumerate(world.names) if at != holder]
        group = stream.sample(others, stream.integer(2, 3) - (not idle))
        circle = group if idle else (holder, *group)
        takers = dict(zip(circle, (*circle[1:], circle[0]), strict=True))
        handed.append(takers)
        holder = takers.get(holder, holder)
    return handed


def _draw_tiles(
    world: Board, handed: Sequence[Takers], rooms: Sequence[Places], stream: Stream
) -> list[Places]:
    """Draw tiles to begin with, then move pieces as they take each other's, some others too."""
    count = len(world.names)
    tiles: list[int] = []
    for _ in range(count):
        tiles.append(stream.choice(_free(tiles, rooms[0])))
    taken = [tuple(rooms[0][tile] for tile in tiles)]
    for when, takers in enumerate(handed, start=1):
        before = tuple(tiles)
        for one, taker in takers.items():
            tiles[taker] = before[one]
        for at in range(count):
            if at not in takers and stream.chance():
                rest = [tile for other, tile in enumerate(tiles) if other != at]
                free = [tile for tile in _free(rest, rooms[0]) if tile not in before]
                tiles[at] = stream.choice(free) if free else before[at]
        taken.append(tuple(rooms[when][tile] for tile in tiles))
    return taken


def _free(tiles: Sequence[int], room: Places) -> list[int]:
    """Return the tiles that stand apart from others, so that no piece hides another."""
    taken = [room[tile] for tile in tiles]
    return [
        tile
        for tile, place in enumerate(room)
        if not any(side_by_side(place, other) for other in taken)
    ]
