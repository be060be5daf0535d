"""A balance with two pans, and small solids on them whose weights nobody tells.

How large a solid is says nothing about its weight; two of the same colour and shape weigh the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final, Literal, NamedTuple

from mirbench.synth.prefabs import balance, pans
from mirbench.synth.render import (
    COLOURS,
    Box,
    Cylinder,
    Frustum,
    Material,
    Object,
    Primitive,
    Sphere,
    Vector,
)
from mirbench.synth.shot import Setting, Shot, snapped

Side = Literal["left", "right"]
SIDES: Final[tuple[Side, Side]] = ("left", "right")
SHAPES: Final = ("cube", "ball", "cylinder", "cone")
PAINTS: Final = ("red", "blue", "green", "yellow", "purple", "cyan")
MOST: Final = 4
"""How many things fit on a pan side by side."""

# Places on a pan, left to right. None is in the middle, where a string hangs.
_SLOTS: Final[Mapping[int, Sequence[float]]] = {
    1: (-0.14,),
    2: (-0.14, 0.14),
    3: (-0.42, -0.14, 0.14),
    4: (-0.42, -0.14, 0.14, 0.42),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of solid.

    Attributes:
        colour: Its colour.
        shape: Its shape.
        size: Width in hundredths of a metre, which says nothing about its weight.
    """

    colour: str
    shape: str
    size: int

    @property
    def name(self) -> str:
        """What the text calls one of them."""
        return f"{self.colour} {self.shape}"


class Load(NamedTuple):
    """So many of one kind, on one pan or in the box."""

    kind: int
    num: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What a photograph of the balance shows.

    Attributes:
        left: What lies on the left pan.
        right: What lies on the right pan.
        tilt: 1 where the right pan hangs lower, -1 where the left one does, else 0.
        box: On which pan the closed box stands, if it is there.
        held: Whether posts hold the balance level.
    """

    left: tuple[Load, ...]
    right: tuple[Load, ...]
    tilt: int = 0
    box: Side | None = None
    held: bool = False

    def on(self, side: Side) -> tuple[Load, ...]:
        """Return what lies on a pan, without the box."""
        return self.left if side == "left" else self.right

    def fits(self) -> bool:
        """Say whether both pans hold something, no more than there is room for, no kind twice."""
        for side in SIDES:
            things = sum(load.num for load in self.on(side)) + (self.box == side)
            kinds = [load.kind for load in self.on(side)]
            if not 1 <= things <= MOST or len(set(kinds)) < len(kinds):
                return False
        return all(load.num > 0 for load in (*self.left, *self.right))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scales:
    """Weighings of the same kinds of solids, and what only the text tells.

    Attributes:
        form: The kind of question.
        degrees: How far a balance tilts whose pans differ.
        manner: Which wording of the question.
        kinds: The kinds of solids; the first is the unit of weight.
        order: Which weighing each image shows, but for the last image.
        weighings: The i-th brings in kind i + 1; the last is held level by posts.
        box_at: Position of the weighing with the closed box; -1 if there is none.
        content: What is in the box.
        added: What is put on a pan of the last weighing before the posts are taken away.
        added_to: On which.
        setting: Where the balance stands.
    """

    form: str
    degrees: int
    manner: int
    kinds: tuple[Kind, ...]
    order: tuple[int, ...]
    weighings: tuple[Weighing, ...] = ()
    box_at: int
    content: Load
    added: Load
    added_to: Side
    setting: Setting = field(default_factory=Setting)

    @property
    def shown(self) -> list[Weighing]:
        """What the images show, in their order."""
        return [*(self.weighings[at] for at in self.order), self.weighings[-1]]

    def pictures(self) -> list[Shot]:
        """Return the photographs in the order of their numbers."""
        return [_photograph(self, weighing) for weighing in self.shown]

    def image_of(self, weighing: int) -> int:
        """Return the index of the image that shows a weighing."""
        return self.order.index(weighing) if weighing in self.order else len(self.order)


def key_of(kind: Kind, side: Side) -> str:
    """Return the key of all of one kind on a pan."""
    return f"{kind.name} {side}"


def box_key(side: Side) -> str:
    """Return the key of the closed box on a pan."""
    return f"box {side}"


def surplus(weighing: Weighing, extra: Load, side: Side | None) -> dict[int, int]:
    """Return for each kind how many more lie on the left pan than on the right.

    `extra` is what lies on the pan `side` beside what is seen there.
    """
    loads: dict[int, int] = {}
    for way, pan in zip((1, -1), SIDES, strict=True):
        for kind, num in (*weighing.on(pan), *((extra,) if side == pan else ())):
            loads[kind] = loads.get(kind, 0) + way * num
    return loads


def _photograph(world: Scales, weighing: Weighing) -> Shot:
    tilt = world.degrees * weighing.tilt
    objects = [_balance(tilt)]
    for side, middle in zip(SIDES, pans(tilt=tilt), strict=True):
        objects += _loaded(weighing, side, middle, world.kinds)
        if weighing.held:
            objects.append(_post(side, middle))
    return Shot(
        objects=tuple(objects),
        setting=world.setting,
        eye=(0.0, -5.6, 1.75),
        target=(0.0, 0.0, 1.1),
        fov=42,
        wide=True,
    )


def _loaded(weighing: Weighing, side: Side, middle: Vector, kinds: Sequence[Kind]) -> list[Object]:
    """Stand the things of one pan in a row, those of a kind together."""
    loads = weighing.on(side)
    has_box = weighing.box == side
    slots = iter(_SLOTS[sum(load.num for load in loads) + has_box])
    objects = []
    if has_box:
        objects.append(replace(_box(side), position=_at(middle, next(slots))))
    for load in loads:
        kind = kinds[load.kind]
        xs = tuple(next(slots) for _ in range(load.num))
        objects.append(replace(_solids(kind, side, xs), position=_at(middle, 0.0)))
    return objects


def _at(middle: Vector, x: float) -> Vector:
    return (snapped(middle[0] + x), snapped(middle[1]), snapped(middle[2]))


@cache
def _balance(tilt: int) -> Object:
    return balance("balance", tilt=tilt)


@cache
def _solids(kind: Kind, side: Side, xs: tuple[float, ...]) -> Object:
    material = Material(COLOURS[kind.colour], gloss=0.7)
    parts = tuple(_FORMS[kind.shape](x, kind.size / 100, material) for x in xs)
    return Object(key=key_of(kind, side), parts=parts)


@cache
def _box(side: Side) -> Object:
    body = Material(COLOURS["brown"], gloss=0.2, grain=0.3)
    lid = Material(COLOURS["black"], gloss=0.4)
    parts = (
        Box(centre=(0.0, 0.0, 0.11), size=(0.24, 0.24, 0.22), material=body),
        Box(centre=(0.0, 0.0, 0.235), size=(0.255, 0.255, 0.035), material=lid),
    )
    return Object(key=box_key(side), parts=parts)


@cache
def _post(side: Side, middle: Vector) -> Object:
    height = middle[2] - 0.06
    material = Material(COLOURS["grey"], gloss=0.6)
    part = Cylinder(centre=(0.0, 0.0, height / 2), radius=0.07, height=height, material=material)
    return Object(key=f"post {side}", parts=(part,), position=(middle[0], middle[1], 0.0))


def _cube(x: float, size: float, material: Material) -> Primitive:
    edge = 0.88 * size
    return Box(centre=(x, 0.0, edge / 2), size=(edge, edge, edge), material=material)


def _ball(x: float, size: float, material: Material) -> Primitive:
    radius = 0.54 * size
    return Sphere(centre=(x, 0.0, radius), radius=radius, material=material)


def _cylinder(x: float, size: float, material: Material) -> Primitive:
    height = 1.15 * size
    return Cylinder(
        centre=(x, 0.0, height / 2), radius=0.44 * size, height=height, material=material
    )


def _cone(x: float, size: float, material: Material) -> Primitive:
    height = 1.5 * size
    return Frustum(
        centre=(x, 0.0, height / 2), bottom=size / 2, top=0.004, height=height, material=material
    )


_FORMS: Final[Mapping[str, Callable[[float, float, Material], Primitive]]] = {
    "cube": _cube,
    "ball": _ball,
    "cylinder": _cylinder,
    "cone": _cone,
}
