"""Pieces of a map that has been cut up: roads run across each of them from left to right.

The ends of the row have places on them, where roads begin and end. Roads cross on bridges; where
one comes out says everything about a piece, and nothing about the piece beside it.
"""

import math
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Final

from mirbench.synth.canvas import Canvas, Ink, LinearGradient, PixelBox, Shadow
from mirbench.synth.canvas.outlines import Outline, arc
from mirbench.synth.canvas.tables import Point
from mirbench.synth.drawing import Drawing
from mirbench.synth.rng import Stream
from mirbench.synth.worlds.map_signs import SIGNS, paint_sign

PLACES: Final = tuple(SIGNS)
LOOKS: Final = 1000
THEMES: Final = 9
"""How many different landscapes, and colours of map and table, there are."""

_MARGIN, _TAB, _SIGN = 0.09, 0.05, 0.057
"""Around a piece, radius of its tabs, radius of a sign; as shares of the picture's width."""
_BEND: Final = 24
"""Straight pieces to a road."""
_SWAY: Final = (-0.22, -0.08, 0.08, 0.22)
"""How far roads bow out on their way, in lanes, so that no three of them cross in one point."""
_TABLES: Final = (("#b98a5a", "#a67848"), ("#7d8790", "#69737c"), ("#c9b79c", "#b8a488"))
_LANDS: Final = (("#b9d08b", "#9dbb72"), ("#d9cf9a", "#c9bb80"), ("#a9cdb0", "#8fb899"))
_TREES: Final = ("#5f8f4e", "#4f7d47", "#7aa65a", "#8aa04e")
_CASING, _ROAD = "#6d5338", "#f4e6c3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of the map, as it was photographed.

    Attributes:
        ways: For each lane on the left, from the top, the lane on the right that its road leads to.
        left: Places on its left side, from the top; none but at the left end of the row.
        right: Places on its right side.
        look: Number of its landscape, which never matters; nor does its theme.
        theme: Number of the colours of map and table, the same for all pieces of a map.
    """

    ways: tuple[int, ...]
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    look: int = 0
    theme: int = 0

    @property
    def crossings(self) -> int:
        """How often its roads cross: once for each two of them that swap their order."""
        return sum(one > other for one, other in combinations(self.ways, 2))

    def render(self, size: int) -> Drawing:
        """Draw it in a square picture of that side."""
        return _Sheet(self, size).drawn()


@dataclass(frozen=True, slots=True, kw_only=True)
class Jigsaw:
    """Pieces, how they lie, and what is asked.

    Attributes:
        form: The kind of question: `to`, `from` or `gap`.
        manner: Which wording of it.
        pieces: The pieces in the order of their images.
        rows: Images from left to right; where a gap is to be filled, one row for each piece.
        upside_down: For each image, whether the text says that it was photographed upside down.
        start: The place on the left that is asked about; empty if it is the answer.
        goal: The place on the right that is asked about.
        turns: Images of which the text says how they were photographed.
    """

    form: str
    manner: int
    pieces: tuple[Piece, ...]
    rows: tuple[tuple[int, ...], ...]
    upside_down: tuple[bool, ...]
    start: str = ""
    goal: str = ""
    turns: tuple[int, ...] = ()

    @property
    def starts(self) -> tuple[str, ...]:
        """The places on the left, in alphabetical order."""
        return tuple(sorted(self.pieces[self.rows[0][0]].left))

    @property
    def goals(self) -> tuple[str, ...]:
        """The places on the right, in alphabetical order."""
        return tuple(sorted(self.pieces[self.rows[0][-1]].right))

    @property
    def candidates(self) -> tuple[int, ...]:
        """Images of the pieces that may fill the gap."""
        common = set(self.rows[0]).intersection(*self.rows)
        return tuple(image for row in self.rows for image in row if image not in common)

    @property
    def forks_after(self) -> int:
        """At which position the rows differ: where the gap is, or the end of the only row."""
        columns = zip(*self.rows, strict=True)
        return next((at for at, one in enumerate(columns) if len(set(one)) > 1), len(self.rows[0]))


def road_of(lane: int) -> str:
    """Return the key of the road that leaves a lane on the left."""
    return f"road {lane}"


class _Sheet:
    """A piece while it is drawn."""

    def __init__(self, piece: Piece, size: int) -> None:
        self.piece, self.size = piece, size
        self.stream = Stream("jigsaw", piece.look)
        self.drawing = Drawing(size, size, "white")
        self.low, self.high = round(_MARGIN * size), size - round(_MARGIN * size)

    def drawn(self) -> Drawing:
        """Draw table, piece, trees, roads and places."""
        size = float(self.size)
        table = LinearGradient((0.0, 0.0), (size, size), _TABLES[self.piece.theme % 3])
        land = LinearGradient((0.0, 0.0), (0.0, size), _LANDS[self.piece.theme // 3])
        self.drawing.decorate(lambda canvas: canvas.rectangle(0, 0, size, size, table))
        outline = self._outline()
        shadow = Shadow(blur=max(2, self.size // 60), offset=(2.0, 3.5), opacity=0.5)
        self.drawing.decorate(
            lambda canvas: canvas.polygon(
                outline, land, stroke="#efe9dc", stroke_width=2.0, shadow=shadow
            )
        )
        self._plant_trees()
        for lane in self.stream.shuffled(range(len(self.piece.ways))):
            self._build_road(lane)
        self._put_signs()
        return self.drawing

    def _outline(self) -> Outline:
        """Return a square with a tab above and one below, the same upside down."""
        low, high, radius = float(self.low), float(self.high), _TAB * self.size
        inset = 0.4 * radius
        above = arc((low + 0.35 * (high - low), low - inset), (radius, radius), 156.4, 383.6)
        below = arc((low + 0.65 * (high - low), high + inset), (radius, radius), -23.6, 203.6)
        return [(low, low), *above, (high, low), (high, high), *below, (low, high)]

    def _plant_trees(self) -> None:
        for _ in range(14):
            x, y = (
                self.stream.integer(self.low + 14, self.high - 14),
                self.stream.integer(self.low + 14, self.high - 14),
            )
            radius = self.size * self.stream.integer(16, 30) / 1000
            ink = self.stream.choice(_TREES)
            self.drawing.decorate(partial(_paint_tree, at=(x, y), radius=radius, ink=ink))

    def lane_at(self, lane: float) -> float:
        """Return how far down a lane is, in pixels."""
        step = (self.high - self.low) / len(self.piece.ways)
        return self.low + step * (lane + 0.5)

    def _build_road(self, lane: int) -> None:
        """Draw a road over those that were built before."""
        end, sway = self.piece.ways[lane], _SWAY[lane]
        inset = 2.4 * _SIGN * self.size
        left = self.low + (inset if self.piece.left else 0.0)
        right = self.high - (inset if self.piece.right else 0.0)
        way: list[Point] = []
        for k in range(_BEND + 1):
            t = k / _BEND
            eased = t * t * (3.0 - 2.0 * t)
            bow = 4.0 * t * (1.0 - t)
            row = lane + (end - lane) * eased + sway * bow * bow
            way.append((left + (right - left) * t, self.lane_at(row)))
        width = 0.040 * self.size
        casing = partial(_paint_road, way=way[1:-1], width=1.45 * width)
        self.drawing.decorate(lambda canvas: casing(canvas, _CASING))
        paint = partial(_paint_road, way=way, width=width)
        self.drawing.shape(road_of(lane), paint, _ROAD)

    def _put_signs(self) -> None:
        inset = 1.3 * _SIGN * self.size
        sides = ((self.piece.left, self.low + inset), (self.piece.right, self.high - inset))
        for places, x in sides:
            for lane, place in enumerate(places):
                centre, radius = (x, self.lane_at(lane)), _SIGN * self.size
                self.drawing.shape(place, partial(_paint_disc, at=centre, radius=radius), "#fffdf6")
                self.drawing.decorate(partial(paint_sign, place=place, at=centre, radius=radius))


def _paint_tree(canvas: Canvas, *, at: Point, radius: float, ink: str) -> None:
    canvas.circle(at, radius, ink, shadow=Shadow(blur=2, offset=(1.0, 2.0), opacity=0.3))


def _paint_road(canvas: Canvas, ink: Ink, *, way: list[Point], width: float) -> PixelBox:
    """Draw a road as one shape, without the joints that a line of pieces would show."""
    above, below = [], []
    for before, (x, y), after in zip([way[0], *way], way, [*way[1:], way[-1]], strict=False):
        dx, dy = after[0] - before[0], after[1] - before[1]
        share = width / 2.0 / math.sqrt(dx * dx + dy * dy)
        above.append((x + dy * share, y - dx * share))
        below.append((x - dy * share, y + dx * share))
    return canvas.polygon(above + below[::-1], ink)


def _paint_disc(canvas: Canvas, ink: Ink, *, at: Point, radius: float) -> PixelBox:
    return canvas.circle(at, radius, ink)
