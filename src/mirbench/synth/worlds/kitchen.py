"""A kitchen table on which things become fewer, as they go into the pot, or more, out of the oven.

The first photograph shows all of the table when the cook begins, each kind of thing in its row.
All others show a single row: what was fetched right after, what lay there when the cook turned to
another kind, and what lies there later. So a photograph says when it was taken only to who knows
how many there were at first, and how fast and since when they go or come.
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
_ENAMEL = Material((0.80, 0.80, 0.78), gloss=0.4)
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
        fetched: How many more are put on the table right after the first photograph; a photograph
            shows them.
        after: The kind that tells when the cook begins with this one, and which does not wait
            itself; if there is none, at once.
        mark: How many of that kind lie there then; a photograph shows them.
    """

    kind: str
    first: int = 0
    left: int = 0
    minutes: Fraction = Fraction(1)
    batch: int = 1
    batched: bool = False
    fetched: int = 0
    after: str = ""
    mark: int = 0

    @property
    def coming(self) -> bool:
        """Whether there are more and more of them."""
        return self.kind in _COMING

    def done(self, left: int) -> int:
        """Return how many have gone or come when so many lie there."""
        return left - self.first if self.coming else self.first + self.fetched - left

    def lasted(self, left: int) -> Fraction:
        """Return how long the cook was at it until so many lie there."""
        return self.minutes * self.done(left) / self.batch

    def reaches(self, left: int) -> bool:
        """Tell whether so many lie there at some time, after something was done."""
        done = self.done(left)
        return 1 <= left <= MOST and done >= self.batch and done % self.batch == 0

    def fits(self) -> bool:
        """Tell whether there is something to see and something done, in whole batches."""
        return 1 <= self.first <= MOST and self.reaches(self.left)


class Photo(NamedTuple):
    """A photograph of one kind of thing.

    Attributes:
        what: `fetched`, `start` (of the work with another kind) or `later`.
        job: Of the kind that it shows.
        num: How many it shows.
        starts: The kind with which the cook begins then; none but in a `start`.
    """

    what: str
    job: Job
    num: int
    starts: str = ""


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

    def job_of(self, kind: str) -> Job:
        """Return what becomes of a kind of thing."""
        return next(job for job in self.jobs if job.kind == kind)

    def in_pictures(self) -> list[Job]:
        """Return the jobs in the order of the later images that show them."""
        return [self.jobs[at] for at in self.shown]

    def photos(self) -> list[Photo]:
        """Return what images 2 and later show, in the order of their numbers."""
        told = []
        for job in self.jobs:
            if job.fetched:
                told.append(Photo("fetched", job, job.fetched))
            if job.after:
                told.append(Photo("start", self.job_of(job.after), job.mark, job.kind))
        return [*told, *(Photo("later", job, job.left) for job in self.in_pictures())]

    def image_of(self, what: str, kind: str) -> int:
        """Return the number of the photograph of what was fetched or left, or of a start."""
        for number, photo in enumerate(self.photos(), start=2):
            if photo.what == what and kind == (photo.starts or photo.job.kind):
                return number
        raise LookupError(f"no photograph {what} for {kind}")

    def begin_of(self, job: Job) -> Fraction:
        """Return when the cook begins with a kind, in minutes after the first photograph."""
        return self.job_of(job.after).lasted(job.mark) if job.after else Fraction(0)

    def time_of(self, job: Job) -> Fraction:
        """Return when the later photograph of a kind was taken."""
        return self.begin_of(job) + job.lasted(job.left)

    def fits(self) -> bool:
        """Tell whether all numbers that photographs show are reached."""
        marks = ((self.job_of(job.after), job.mark) for job in self.jobs if job.after)
        return all(job.fits() for job in self.jobs) and all(
            other.reaches(mark) for other, mark in marks
        )

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        rows = [(job.kind, job.first) for job in self.jobs]
        return [
            _table_shot(rows, self.setting),
            *(_row_shot(photo, self.setting) for photo in self.photos()),
        ]


def _table_shot(rows: Sequence[tuple[str, int]], setting: Setting) -> Shot:
    """Photograph all rows, the first one nearest."""
    objects: list[Object] = []
    for number, (kind, count) in enumerate(rows):
        objects += _row(kind, count, number * _ROW)
    return _shot(objects, (len(rows) - 1) * _ROW / 2, setting)


def _row_shot(photo: Photo, setting: Setting) -> Shot:
    """Photograph one row, with what it goes into or comes from behind it."""
    behind = _from_oven() if photo.job.coming else _into_pot()
    if photo.what == "fetched":
        behind = _from_fridge()
    return _shot([*_row(photo.job.kind, photo.num, 0.0), *behind], 0.14, setting)


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


@cache
def _from_fridge() -> tuple[Object, ...]:
    """Return the foot of a fridge, whose door is shut, with what else was taken out of it."""
    body = Box(centre=(-0.06, 0.58, 0.30), size=(0.70, 0.30, 0.60), material=_ENAMEL)
    seam = Box(centre=(-0.06, 0.428, 0.10), size=(0.70, 0.008, 0.012), material=_STEEL)
    handle = Box(centre=(0.22, 0.415, 0.22), size=(0.025, 0.03, 0.16), material=_STEEL)
    return (
        Object(key="fridge", parts=(body, seam, handle)),
        bottle("bottle", (0.42, 0.36), scale=0.8),
    )
