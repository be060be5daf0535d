"""People who say something of themselves, and what is found with them: panels of YES, BUT.

A YES panel shows who speaks; the words are in the text. A BUT panel shows four stands side by side,
each in the colour of somebody's shirt, with what was found there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from mirbench.synth import prefabs
from mirbench.synth.prefabs import conifer, house, person, tree
from mirbench.synth.render import COLOURS as PAINTS
from mirbench.synth.render import Box, Cylinder, Material, Object
from mirbench.synth.retouch import Labelled
from mirbench.synth.shot import Setting, Shot, snapped

COLOURS: Final = ("red", "blue", "green", "yellow", "purple", "orange", "white", "black")
"""Shirts, and the stands that belong to them."""
STANDS: Final = 4
"""Stands in a panel."""


class Item(NamedTuple):
    """Something that is found: how it is made, its width and height in metres, how it turns."""

    make: Callable[..., Object]
    width: float
    height: float
    heading: int = 0


class Topic(NamedTuple):
    """What a BUT panel is about.

    Attributes:
        stand: What belongs to each person.
        about: What a panel shows of it.
        items: What may be found there.
        claims: What people say -> the items that do not belie it.
    """

    stand: str
    about: str
    items: Mapping[str, Item]
    claims: Mapping[str, frozenset[str]]


def _all_but(items: Mapping[str, Item], *others: str) -> frozenset[str]:
    return frozenset(items) - set(others)


_FOOD: Final = {
    "apple": Item(prefabs.apple, 0.08, 0.091),
    "pear": Item(prefabs.pear, 0.076, 0.123),
    "banana": Item(prefabs.banana, 0.211, 0.06),
    "orange": Item(prefabs.orange, 0.08, 0.08),
    "lemon": Item(prefabs.lemon, 0.094, 0.058),
    "carrot": Item(prefabs.carrot, 0.233, 0.06),
    "egg": Item(prefabs.egg, 0.061, 0.05),
    "loaf of bread": Item(prefabs.bread, 0.28, 0.103, 30),
}
_TRAVEL: Final = {
    "bicycle": Item(prefabs.bicycle, 1.77, 1.05, 20),
    "car": Item(prefabs.car, 4.55, 1.44, 200),
    "van": Item(prefabs.van, 5.37, 2.2, 200),
    "lorry": Item(prefabs.truck, 7.16, 3.08, 200),
    "bus": Item(prefabs.bus, 9.25, 2.98, 200),
}
_HOME: Final = {
    "chair": Item(prefabs.chair, 0.57, 0.94, -60),
    "table": Item(prefabs.table, 1.45, 0.78, 15),
    "shelf": Item(prefabs.shelf, 0.92, 1.81, -80),
    "floor lamp": Item(prefabs.lamp, 0.44, 1.62),
    "cooker": Item(prefabs.cooker, 0.62, 0.88, -80),
    "potted flower": Item(prefabs.potted_flower, 0.244, 0.485),
    "bush": Item(prefabs.bush, 1.68, 1.09),
    "palm": Item(prefabs.palm, 3.02, 4.28),
    "fir tree": Item(prefabs.conifer, 2.05, 3.99),
}
_FRUIT: Final = frozenset({"apple", "pear", "banana", "orange", "lemon"})
_PLANTS: Final = frozenset({"potted flower", "bush", "palm", "fir tree"})

TOPICS: Final[Mapping[str, Topic]] = {
    "meal": Topic("plate", "what lay on the plates", _FOOD, {
        "I eat nothing but fruit": _FRUIT,
        "Fruit has no place on my plate": _all_but(_FOOD, *_FRUIT),
        "Whatever I eat is yellow": frozenset({"banana", "lemon"}),
        "Nothing yellow ever lies on my plate": _all_but(_FOOD, "banana", "lemon"),
        "I only eat what is as round as a ball": frozenset({"apple", "orange"}),
        "I live on citrus fruit alone": frozenset({"orange", "lemon"}),
        "I never touch bread and eggs": _all_but(_FOOD, "loaf of bread", "egg"),
        "I never eat anything that is orange or red": _all_but(_FOOD, "apple", "orange", "carrot"),
    }),
    "travel": Topic("parking space", "what stood on the parking spaces", _TRAVEL, {
        "I would never drive anything larger than a car": frozenset({"bicycle", "car"}),
        "What I drive has to be taller than I am": frozenset({"van", "lorry", "bus"}),
        "I leave lorries and buses to others": _all_but(_TRAVEL, "lorry", "bus"),
        "I only drive what is made to carry goods": frozenset({"van", "lorry"}),
        "I would not be seen in a van or on a bicycle": _all_but(_TRAVEL, "van", "bicycle"),
    }),
    "home": Topic("rug", "what stood on the rugs", _HOME, {
        "I want nothing but plants around me": _PLANTS,
        "Plants only make work, I own none": _all_but(_HOME, *_PLANTS),
        "Everything in my home has four legs": frozenset({"chair", "table"}),
        "All I need is something to sit on or to eat at": frozenset({"chair", "table"}),
        "You will find neither chairs nor tables in my home": _all_but(_HOME, "chair", "table"),
        "Trees belong in the forest and not in my home": _all_but(_HOME, "palm", "fir tree"),
        "Only tall trees are good enough for me": frozenset({"palm", "fir tree"}),
        "I only buy what gives light or heat": frozenset({"floor lamp", "cooker"}),
        "I neither read books nor cook": _all_but(_HOME, "shelf", "cooker"),
    }),
}  # fmt: skip


CLAIMS: Final[Mapping[str, frozenset[str]]] = {
    claim: fitting for topic in TOPICS.values() for claim, fitting in topic.claims.items()
}
"""Whatever people say -> the items that do not belie it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A BUT panel.

    Attributes:
        topic: What it is about.
        colours: The stands from left to right.
        items: What was found on each.
        setting: Ground, sky and light.
    """

    topic: str
    colours: tuple[str, ...]
    items: tuple[str, ...]
    setting: Setting = field(default_factory=Setting)

    @lru_cache(maxsize=256)  # noqa: B019  (equal panels share a shot; few are kept)
    def shot(self) -> Shot:
        """Put the stands side by side; what is on them is as large as there is room."""
        objects: list[Object] = []
        for at, (colour, name) in enumerate(zip(self.colours, self.items, strict=True)):
            x = snapped(1.5 * (at - (STANDS - 1) / 2))
            objects.append(_stand(self.topic, colour, x))
            item = TOPICS[self.topic].items[name]
            scale = min(1.15 / item.width, 1.25 / item.height)
            objects.append(
                item.make(
                    name, position=(x, 0.0), heading=item.heading, scale=snapped(16 * scale) / 16
                )
            )
        return Shot(
            objects=tuple(objects),
            setting=self.setting,
            eye=(0.0, -11.0, 4.2),
            target=(0.0, 0.0, 0.35),
            fov=31,
            wide=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Satire:
    """Who says what, what is found, and what is asked.

    Attributes:
        form: The kind of question: `which` or `count`.
        manner: Which wording of it.
        speakers: Colour of the shirt of each person who says something; their images come first.
        claims: What they say.
        panels: The BUT panels.
        about: For each speaker the position of the panel that shows the truth.
        exchanged: Two colours whose stands have exchanged what was on them in the last panel;
            empty if none have.
        setting: Ground, sky and light of the YES panels.
    """

    form: str
    manner: int
    speakers: tuple[str, ...]
    claims: tuple[str, ...]
    panels: tuple[Panel, ...]
    about: tuple[int, ...]
    exchanged: tuple[str, ...] = ()
    setting: Setting = field(default_factory=Setting)

    def image(self, panel: int) -> int:
        """Return the index of a panel's image."""
        return len(self.speakers) + panel

    def pictures(self) -> list[Labelled]:
        """Return the YES panels, then the BUT panels."""
        yes = [
            Labelled(_speaking(colour, at, self.setting), "YES,")
            for at, colour in enumerate(self.speakers)
        ]
        return [*yes, *(Labelled(panel.shot(), "BUT") for panel in self.panels)]


def stand_key(colour: str) -> str:
    """Return the key of the stand of a colour."""
    return f"{colour} stand"


def _stand(topic: str, colour: str, x: float) -> Object:
    """Return a plate, or a mat, in a colour."""
    paint = Material(PAINTS[colour], gloss=0.4 if topic == "meal" else 0.1)
    if topic == "meal":
        parts = (
            Cylinder(centre=(0.0, 0.0, 0.01), radius=0.72, height=0.02, material=paint),
            Cylinder(centre=(0.0, 0.0, 0.02), radius=0.5, height=0.04, material=paint),
        )
        return Object(key=stand_key(colour), parts=parts, position=(x, 0.0, 0.0))
    mat = Box(centre=(0.0, 0.0, 0.01), size=(1.36, 1.7, 0.02), material=paint)
    return Object(key=stand_key(colour), parts=(mat,), position=(x, 0.0, 0.0))


@lru_cache(maxsize=256)
def _speaking(colour: str, at: int, setting: Setting) -> Shot:
    """Show a person with a raised arm before some background, which differs from image to image."""
    side = -1.0 if at % 2 else 1.0
    back = [
        lambda: house("house", position=(-5.0 * side, 9.0), heading=-90, scale=0.8),
        lambda: tree("tree", position=(2.6 * side, 5.0)),
        lambda: conifer("conifer", position=(-2.4 * side, 6.0)),
    ][at % 3]()
    who = person(
        colour,
        position=(-0.3 * side, 0.0),
        heading=-90 + round(15 * side),
        colour=colour,
        arm_raised=True,
    )
    return Shot(
        objects=(who, back), setting=setting, eye=(0.0, -6.5, 1.6), target=(0.0, 0.0, 1.1), fov=26
    )
