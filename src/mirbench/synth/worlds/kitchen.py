"""A kitchen table on which things become fewer, as they go into the pot, or more, out of the oven.

The first photograph shows all of the table when the cook begins, each kind of thing in its row. A
later one shows a single row, so it says when it was taken only to who knows how many there were
at first, and how fast they go or come.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from mirbench.synth.prefabs import apple, bottle, bowl, carrot, egg, knife, lemon, orange, pear, pot
from mirbench.synth.prefabs.larder import bun, muffin, mushroom, onion
from mirbench.synth.render import COLOURS, Box, Material, Object
from mirbench.synth.shot import Setting, Shot

MOST: Final = 10
"""How many things a row has room for."""


class _Kind(NamedTuple):
    """A kind of thing: how it is made, which way it lies, and how large it is shown."""

    make: Callable[..., Object]
    heading: int = 0
    scale: float = 1.0


_GOING: Final[Mapping[str, _Kind]] = {
    "apple": _Kind(apple),
    "orange": _Kind(orange),
    "lemon": _Kind(lemon, 90),
    "pear": _Kind(pear),
    "egg": _Kind(egg, 90, 1.25),
    "carrot": _Kind(carrot, 90, 0.85),
    "mushroom": _Kind(mushroom, 0, 1.1),
    "onion": _Kind(onion),
}
_COMING: Final[Mapping[str, _Kind]] = {"bun": _Kind(bun), "muffin": _Kind(muffin)}
GOING: Final = tuple(_GOING)
"""Kinds that go into the pot."""
COMING: Final = tuple(_COMING)
"""Kinds that come out of the oven."""

_PITCH, _ROW = 0.1, 0.185
_BOARD = Material((0.62, 0.50, 0.34), gloss=0.2, grain=0.3, grain_scale=1.4)
_STEEL = Material(COLOURS["grey"], gloss=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of thing, and what becomes of it.

    Attributes:
        kind: What it is.
        first: How many lie on the table when the cook begins.
        left: How many lie there when the later photograph of them is taken.
        minutes: How long it takes each time.
        batch: How many go or come each time.
        batched: Whether the text says how many that are.
        delay: How many minutes later than the others the cook begins with it.
        fetched: How many more are put on the table right after the first photograph.
    """

    kind: str
    first: int = 0
    left: int = 0
    minutes: Fraction = Fraction(1)
    batch: int = 1
    batched: bool = False
    delay: int = 0
    fetched: int = 0

    @property
    def coming(self) -> bool:
        """Whether there are more and more of them."""
        return self.kind in _COMING

    @property
    def done(self) -> int:
        """How many have gone or come when the later photograph is taken."""
        return self.left - self.first if self.coming else self.first + self.fetched - self.left

    @property
    def time(self) -> Fraction:
        """Minutes after the beginning at which the later photograph is taken."""
        return self.delay + self.minutes * self.done / self.batch

    def fits(self) -> bool:
        """Tell whether there is something to see and something done, in whole batches."""
        seen = 1 <= self.first <= MOST and 1 <= self.left <= MOST
        return seen and self.done >= self.batch and self.done % self.batch == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kitchen:
    """What happens on a kitchen table, and what is asked.

    Attributes:
        form: The kind of question: `first`, `last` or `order`.
        manner: Which wording of it.
        jobs: The kinds of things, in the order in which the text tells of them.
        shown: For each later image, the position of the job that it shows.
        setting: Where the table stands.
    """

    form: str
    manner: int
    jobs: tuple[Job, ...]
    shown: tuple[int, ...]
    setting: Setting = field(default_factory=Setting)

    def image_of(self, job: Job) -> int:
        """Return the number of the later image that shows a job."""
        return 2 + self.shown.index(self.jobs.index(job))

    def in_pictures(self) -> list[Job]:
        """Return the jobs in the order of the images that show them."""
        return [self.jobs[at] for at in self.shown]

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        rows = [(job.kind, job.first) for job in self.jobs]
        later = [_row_shot(job, self.setting) for job in self.in_pictures()]
        return [_table_shot(rows, self.setting), *later]


def _table_shot(rows: Sequence[tuple[str, int]], setting: Setting) -> Shot:
    """Photograph all rows, the first one nearest."""
    objects: list[Object] = []
    for number, (kind, count) in enumerate(rows):
        objects += _row(kind, count, number * _ROW)
    return _shot(objects, (len(rows) - 1) * _ROW / 2, setting)


def _row_shot(job: Job, setting: Setting) -> Shot:
    """Photograph one row, with what it goes into or comes from behind it."""
    behind = _from_oven() if job.coming else _into_pot()
    return _shot([*_row(job.kind, job.left, 0.0), *behind], 0.14, setting)


def _shot(objects: Sequence[Object], middle: float, setting: Setting) -> Shot:
    return Shot(
        objects=tuple(objects),
        setting=setting,
        eye=(0.0, middle - 1.30, 1.20),
        target=(0.0, middle, 0.03),
        fov=37,
        wide=True,
        haze=500.0,
    )


# What stands still is made once: twins share it.


@cache
def _row(kind: str, count: int, y: float) -> tuple[Object, Object]:
    """Return a row of things in the middle of a long board."""
    made = {**_GOING, **_COMING}[kind]
    start = -_PITCH * (count - 1) / 2
    parts = [
        part
        for at in range(count)
        for part in made.make(
            kind, position=(start + _PITCH * at, y, 0.012), heading=made.heading, scale=made.scale
        ).as_parts()
    ]
    board = Box(centre=(0.0, y, 0.006), size=(MOST * _PITCH + 0.02, 0.15, 0.012), material=_BOARD)
    return (
        Object(key=f"{kind} board", parts=(board,), casts_shadow=False),
        Object(key=kind, parts=tuple(parts)),
    )


@cache
def _into_pot() -> tuple[Object, ...]:
    return (
        pot("pot", (0.0, 0.33), 0, 1.0, "red", lid=False, filling=(0.55, 0.30, 0.08)),
        bowl("bowl", (-0.32, 0.34), filling=(0.75, 0.70, 0.60)),
        bottle("bottle", (0.30, 0.40), scale=0.8),
        knife("knife", (0.36, 0.22), heading=35),
    )


@cache
def _from_oven() -> tuple[Object, ...]:
    """Return a tray as it comes out of an oven, empty by then."""
    rim = [
        Box(centre=(0.0, 0.35 + side * 0.13, 0.015), size=(0.56, 0.012, 0.03), material=_STEEL)
        for side in (-1, 1)
    ]
    rim += [
        Box(centre=(side * 0.274, 0.35, 0.015), size=(0.012, 0.26, 0.03), material=_STEEL)
        for side in (-1, 1)
    ]
    plate = Box(centre=(0.0, 0.35, 0.004), size=(0.56, 0.26, 0.008), material=_STEEL)
    return (Object(key="tray", parts=(plate, *rim)), bottle("bottle", (0.42, 0.40), scale=0.8))
