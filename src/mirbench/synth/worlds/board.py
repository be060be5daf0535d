"""Chessmen on a tiled floor, photographed again and again while they and the camera move.

The floor looks the same everywhere, so a picture tells where pieces are in it, and not where it was
taken: only the text says how the camera moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from mirbench.synth.shot import Setting, Shot
from mirbench.synth.worlds.tiles import Figure, Vector, floor_shot

REACH: Final = 3
"""How far from the middle of the picture a piece may be, in tiles, along either side."""
_SPAN = 8.2


class Move(NamedTuple):
    """What the camera does from one photograph to the next, in terms of the earlier picture.

    Attributes:
        shift: How it is moved over the floor, in tiles.
        turn: By how many quarters it is then turned right, around the middle of the picture.
    """

    shift: Vector
    turn: int = 0

    def seen(self, place: Vector) -> Vector:
        """Return where something that stands still is in the later picture."""
        return place.minus(self.shift).turned(-self.turn)

    def unseen(self, place: Vector) -> Vector:
        """Return where in the earlier picture it was."""
        return place.turned(self.turn).plus(self.shift)


Places = tuple[Vector, ...]
"""Where each piece is in a picture, from its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Pieces in several photographs, and what is asked of them.

    Attributes:
        form: The kind of question: `still`, `count`, `times` or `letter`.
        manner: Which wording of it.
        names: The pieces.
        order: Positions of the images in the order in which they were taken.
        moves: What the camera does after each photograph but the last, in that order.
        asked: Which piece the question names, if it names one.
        turning: Before which photographs, in that order, the text says how the camera turned.
        taken: Where the pieces are in each photograph, in that order.
        settings: When and where each photograph was taken.
    """

    form: str
    manner: int
    names: tuple[str, ...]
    order: tuple[int, ...]
    moves: tuple[Move, ...]
    asked: int | None = None
    turning: tuple[int, ...] = ()
    taken: tuple[Places, ...] = ()
    settings: tuple[Setting, ...] = ()

    def image(self, when: int) -> int:
        """Return the number of the image that was taken `when`-th."""
        return self.order[when] + 1

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        shots = [_shot(self.names, *one) for one in zip(self.taken, self.settings, strict=True)]
        return [shots[self.order.index(image)] for image in range(len(shots))]


def _shot(names: Sequence[str], places: Places, setting: Setting) -> Shot:
    figures = [Figure(name, place) for name, place in zip(names, places, strict=True)]
    return floor_shot(figures, (0.0, 0.0), _SPAN, setting)
