"""Toy blocks stacked on a board, seen from two sides and from above.

A picture from a side is drawn from the heights of its columns alone, the one from above from the
squares that are not empty; so nothing else about the stacks can be seen. Many stackings may look
the same, and what is asked of them has one answer.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Final, Literal, NamedTuple

from mirbench.synth.render import COLOURS, Box, Material, Object
from mirbench.synth.shot import Setting, Shot

Side = Literal["north", "east", "south", "west"]
SIDES: Final[tuple[Side, ...]] = ("north", "east", "south", "west")
"""Clockwise, as on a compass."""
PAINTS: Final = ("red", "blue", "green", "yellow", "orange", "purple", "cyan")
HIGHEST: Final = 4

SIZE: Final = 3
"""How many squares the board has along a side."""
FULL: Final = SIZE * SIZE * HIGHEST
"""How many blocks make a solid block of the largest height."""
PLACES: Final = ("left", "middle", "right")
"""What the columns of a picture are called."""

PLATE_OVER: Final = Fraction(1, 8)
"""By how much the board is larger than its squares, on each side."""

_PLATE, _OVER = 0.12, float(PLATE_OVER)
_WOOD = Material((0.46, 0.30, 0.16), gloss=0.3, grain=0.4, grain_scale=0.6)
_FAR, _FOV, _HAZE = 120.0, 3, 50_000.0

Square = tuple[int, int]
"""Row from north to south, column from west to east."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevation:
    """What is seen from a side.

    Attributes:
        side: The side that the camera stands on.
        heights: Blocks that each column is high, from left to right; 0 where there is none.
    """

    side: Side
    heights: tuple[int, ...]

    def line(self, place: int) -> int:
        """Return which row or column of the board the place-th column of the picture is."""
        backwards = self.side in ("north", "east")
        return SIZE - 1 - place if backwards else place

    def lines(self) -> list[tuple[int, int]]:
        """Return each row or column of the board with its height, from left to right."""
        return [(self.line(place), height) for place, height in enumerate(self.heights)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is seen from above.

    Attributes:
        up: The side of the board that is at the top of the picture.
        filled: Whether there are blocks, for each row of the picture and each place in it.
    """

    up: Side
    filled: tuple[tuple[bool, ...], ...]

    def square(self, row: int, place: int) -> Square:
        """Return which square of the board is at a place of the picture."""
        for _ in range(SIDES.index(self.up)):
            row, place = place, SIZE - 1 - row
        return row, place

    def squares(self) -> list[Square]:
        """Return the squares that are not empty, from north to south, then from west to east."""
        cells = product(range(SIZE), repeat=2)
        return sorted(self.square(row, at) for row, at in cells if self.filled[row][at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """Blocks on a board as three pictures show them, and what is asked.

    Attributes:
        form: The kind of question.
        manner: Which wording of it.
        first: The smallest number among the options.
        across: Seen from the north or south: heights of columns of the board.
        along: Seen from the east or west: heights of rows of the board.
        plan: Seen from above.
        along_first: Whether `along` is the first picture.
        cleared: The square from which all blocks are taken away in the end; None if none are.
        added: How many blocks are added in the end.
        paint: The colour of the blocks.
        setting: Where the photographs were taken.
    """

    form: str
    manner: int
    first: int
    across: Elevation
    along: Elevation
    plan: Plan
    along_first: bool = False
    cleared: Square | None = None
    added: int = 0
    paint: str = "red"
    setting: Setting = field(default_factory=Setting)

    @property
    def elevations(self) -> tuple[Elevation, Elevation]:
        """What is seen from the sides, in the order of the images."""
        return (self.along, self.across) if self.along_first else (self.across, self.along)

    def pictures(self) -> list[Shot]:
        """Return the pictures in the order of their numbers."""
        sides = [_side_shot(seen, self.paint, self.setting) for seen in self.elevations]
        return [*sides, _plan_shot(self.plan, self.paint, self.setting)]


def name_of(square: Square) -> str:
    """Return what the text calls a square: `north-west`, `north`, `centre`."""
    rows = {0: "north", SIZE - 1: "south"}
    columns = {0: "west", SIZE - 1: "east"}
    found = [rows.get(square[0], ""), columns.get(square[1], "")]
    return "-".join(filter(None, found)) or "centre"


class Evidence(NamedTuple):
    """What the pictures say about the board.

    Attributes:
        rows: How high the highest stack of each row is, from north to south.
        columns: The same for columns, from west to east.
        squares: Those that are not empty.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    squares: tuple[Square, ...]


def possible_totals(seen: Evidence, cleared: Square | None) -> set[int]:
    """Return how many blocks there may be, over every stacking that looks like this.

    Walks over the squares; what matters of the stacks so far is their total, and which rows and
    columns are already as high as they look.
    """
    lines = [*enumerate(seen.rows), *enumerate(seen.columns, start=len(seen.rows))]
    done: dict[int, set[int]] = {sum(1 << at for at, height in lines if height == 0): {0}}
    for row, column in seen.squares:
        limits = (seen.rows[row], seen.columns[column])
        bits = (1 << row, 1 << len(seen.rows) + column)
        after: dict[int, set[int]] = {}
        for (mask, totals), height in product(done.items(), range(1, min(limits) + 1)):
            reached = sum(bit for bit, limit in zip(bits, limits, strict=True) if height == limit)
            counted = 0 if (row, column) == cleared else height
            after.setdefault(mask | reached, set()).update(one + counted for one in totals)
        done = after
    return done.get((1 << len(lines)) - 1, set())


def highest_stacks(seen: Evidence) -> dict[Square, int]:
    """Return how high each stack can be: all can be that high at once.

    Empty if no stacking looks like this, since some row or column would need a higher stack.
    """
    stacks = {square: min(seen.rows[square[0]], seen.columns[square[1]]) for square in seen.squares}
    for axis, line in enumerate((seen.rows, seen.columns)):
        reached = [0] * len(line)
        for square, height in stacks.items():
            reached[square[axis]] = max(reached[square[axis]], height)
        if tuple(reached) != line:
            return {}
    return stacks


def evidence_of(world: Blocks) -> Evidence:
    """Return what the pictures of a world say, put on the board by the sides in its text."""
    rows, columns = (
        tuple(height for _, height in sorted(seen.lines())) for seen in (world.along, world.across)
    )
    return Evidence(rows, columns, tuple(world.plan.squares()))


@cache
def _cube(x: float, y: float, z: float, paint: str) -> Box:
    material = Material(COLOURS[paint], gloss=0.5, grain=0.12)
    return Box(centre=(x, y, z), size=(0.94, 0.94, 0.94), material=material)


@cache
def _board() -> Object:
    """Return the plate that blocks stand on."""
    edge = SIZE + 2 * _OVER
    plate = Box(centre=(0.0, 0.0, _PLATE / 2), size=(edge, edge, _PLATE), material=_WOOD)
    return Object(key="board", parts=(plate,))


def _side_shot(seen: Elevation, paint: str, setting: Setting) -> Shot:
    """Draw columns as if they stood in the middle; from that far nobody sees a difference."""
    columns = []
    for name, x, height in zip(PLACES, _middles(), seen.heights, strict=True):
        cubes = tuple(_cube(x, 0.0, _PLATE + 0.5 + level, paint) for level in range(height))
        if cubes:
            columns.append(Object(key=name, parts=cubes, casts_shadow=False))
    return Shot(
        objects=(_board(), *columns),
        setting=setting,
        eye=(0.0, -_FAR, 0.7),
        target=(0.0, 0.0, 2.0),
        fov=_FOV,
        haze=_HAZE,
    )


def _plan_shot(plan: Plan, paint: str, setting: Setting) -> Shot:
    """Draw one block on each square that is not empty: from above more cannot be seen."""
    middles = _middles()
    blocks = [
        Object(
            key=f"{row} {place}",
            parts=(_cube(middles[place], -middles[row], _PLATE + 0.5, paint),),
            casts_shadow=False,
        )
        for row, place in product(range(SIZE), repeat=2)
        if plan.filled[row][place]
    ]
    return Shot(
        objects=(_board(), *blocks),
        setting=setting,
        eye=(0.0, -0.5, _FAR),
        target=(0.0, 0.0, 0.0),
        fov=_FOV,
        haze=_HAZE,
    )


def _middles() -> list[float]:
    return [place - (SIZE - 1) / 2 for place in range(SIZE)]
