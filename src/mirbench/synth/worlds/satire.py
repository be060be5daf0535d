"""People who say something of themselves, and what is found with them: panels of YES, BUT.

A YES panel shows who speaks; the words are in the text. A BUT panel shows four stands side by side,
each in the colour of somebody's shirt, with what was found there.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from mirbench.synth.prefabs import conifer, house, person, tree
from mirbench.synth.render import COLOURS as PAINTS
from mirbench.synth.render import Box, Cylinder, Material, Object
from mirbench.synth.retouch import Labelled
from mirbench.synth.shot import Setting, Shot, snapped
from mirbench.synth.worlds.satire_topics import TOPICS

COLOURS: Final = ("red", "blue", "green", "yellow", "purple", "orange", "white", "black")
"""Shirts, and the stands that belong to them."""
STANDS: Final = 4
"""Stands in a panel."""


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
