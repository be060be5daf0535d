"""Every board there can be, and how often each is drawn, so that no picture tells the answer.

A picture tells something of how many blocks there are: high columns and many filled squares mean
many. Were boards drawn alike for every answer, whoever sees one picture would guess well; so those
that fit the answers are weighed (`mirbench.synth.evened`).
"""

from functools import cache
from itertools import combinations, product
from typing import Final, NamedTuple

import numpy as np

from mirbench.synth.evened import Chances, Integers, evened_chances
from mirbench.synth.rng import Stream
from mirbench.synth.worlds.blocks import HIGHEST, SIZE, Square

NUM_OPTIONS: Final = 4
SQUARES: Final[tuple[Square, ...]] = tuple(
    (row, column) for row, column in product(range(SIZE), repeat=2)
)
EMPTY: Final = tuple(chosen for count in (1, 2, 3) for chosen in combinations(SQUARES, count))
"""Which squares may be left empty together."""
ROUNDS: Final = 32
"""How often boards are weighed anew."""


class Boards(NamedTuple):
    """Boards with stacks as high as the pictures allow, an entry a board.

    Attributes:
        shown: What pictures show, as numbers [board, (rows, columns, squares)].
        stacks: How high the stacks are [board, row, column].
    """

    shown: Integers
    stacks: Integers


def draw_stacks(first: int, cleared: Square | None, answer: int, stream: Stream) -> list[list[int]]:
    """Draw a board, row after row, on which the most blocks are `first` + `answer`."""
    fitting, chances = _chances(first, cleared)
    stacks: list[list[int]] = _boards().stacks[fitting[chances[answer].draw(stream)]].tolist()
    return stacks


@cache
def _chances(first: int, cleared: Square | None) -> tuple[Integers, list[Chances]]:
    """Return which boards fit the totals from `first` on, and how often each answer draws them.

    Of boards that fit, each side and direction that the text names matters: had another been named,
    another of these totals would be right.
    """
    totals = _totals(cleared)
    answers = totals.astype(np.int64) - first
    fits = (answers >= 0) & (answers < NUM_OPTIONS)
    for others in _named_otherwise(cleared):
        fits &= ((others >= first) & (others < first + NUM_OPTIONS) & (others != totals)).any(0)
    fitting = np.flatnonzero(fits)
    sights = _boards().shown[fitting]
    return fitting, evened_chances(sights, answers[fitting], NUM_OPTIONS, ROUNDS)


@cache
def _boards() -> Boards:
    """Return every board that has blocks in each row and column."""
    heights = np.array(list(product(range(1, HIGHEST + 1), repeat=SIZE)))
    filled = np.array([[square not in gone for square in SQUARES] for gone in EMPTY])
    lower = np.minimum(heights[:, None, :, None], heights[None, :, None, :])
    stacks = lower[:, :, None] * filled.reshape(-1, SIZE, SIZE)
    possible = (stacks.max(axis=4) == heights[:, None, None]).all(axis=3)
    possible &= (stacks.max(axis=3) == heights[None, :, None]).all(axis=3)
    return Boards(np.argwhere(possible), stacks[possible].astype(np.int8))


def _totals(cleared: Square | None) -> Integers:
    """Return the most blocks that each board can have; 0 where nothing can be cleared."""
    stacks = _boards().stacks
    totals: Integers = stacks.sum(axis=(1, 2), dtype=np.int8)
    if cleared is None:
        return totals
    gone = stacks[:, cleared[0], cleared[1]]
    return np.where(gone > 0, totals - gone, np.int8(0))


@cache
def _named_otherwise(cleared: Square | None) -> list[Integers]:
    """Return what the totals would be, had the text named another side, direction or square.

    An array [alternative, board] for each span of the text; 0 where nothing looks like that.
    """
    shown = _boards().shown
    rows, columns, squares = shown.T
    known = np.zeros(shown.max(axis=0) + 1, np.int8)
    known[rows, columns, squares] = _totals(cleared)
    ends, turns = _mirrored(), _turned()
    found = [
        known[ends[rows], columns, squares][None],
        known[rows, ends[columns], squares][None],
        np.stack([known[rows, columns, turn[squares]] for turn in turns]),
    ]
    if cleared:
        found.append(np.stack([_totals(square) for square in SQUARES]))
    return found


def _mirrored() -> Integers:
    """Return for each number of three heights that of the same heights from right to left."""
    heights = list(product(range(1, HIGHEST + 1), repeat=SIZE))
    return np.array([heights.index(one[::-1]) for one in heights])


def _turned() -> list[Integers]:
    """Return for each number of empty squares that of the same ones on a turned board."""
    turns = []
    turn = {square: square for square in SQUARES}
    for _ in range(3):
        turn = {square: (column, SIZE - 1 - row) for square, (row, column) in turn.items()}
        turned = [tuple(sorted(turn[square] for square in gone)) for gone in EMPTY]
        turns.append(np.array([EMPTY.index(gone) for gone in turned]))
    return turns
