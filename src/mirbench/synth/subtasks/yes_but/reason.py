"""Works out who is belied: the program, its leaves, and reading them off the pictures."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mirbench.synth.program import Facts, Program, Step
from mirbench.synth.puzzle import Eyes, RejectedError
from mirbench.synth.worlds.satire import COLOURS, Panel, Satire, stand_key
from mirbench.synth.worlds.satire_topics import CLAIMS, TOPICS

BITS: Final = ((True, False), (False, True), (True, True), (False, False))
"""The answers where two speak: who is belied."""


def item_of(found: Mapping[str, str], colour: str, exchanged: Sequence[str]) -> str:
    """Return what is on the stand of a colour, after what was on two of them was exchanged."""
    if colour in exchanged:
        (colour,) = set(exchanged) - {colour}
    return found[colour]


def belied(claim: str, item: str) -> bool:
    """Tell whether somebody who says this and has that says one thing and does another."""
    return item not in CLAIMS[claim]


def which(*belied: bool) -> int:
    """Return 0 if only the first is belied, 1 for only the second, 2 for both, 3 for neither."""
    return BITS.index((belied[0], belied[1]))


def count(*belied: bool) -> int:
    """Return how many are belied."""
    return sum(belied)


RULES: Final = {"which": which, "count": count}


def program(world: Satire) -> Program:
    """Find each speaker's stand by the colour of the shirt, and hold the words against it."""
    steps: list[Step] = []
    for number, home in enumerate(world.about, start=1):
        last = home == len(world.panels) - 1
        exchanged = "exchanged" if last else "nothing"
        inputs = (f"panel {home + 1}", f"colour {number}", exchanged)
        steps.append(Step(f"item {number}", item_of, inputs))
        steps.append(Step(f"belied {number}", belied, (f"claim {number}", f"item {number}")))
    numbers = range(1, len(world.about) + 1)
    return [*steps, Step("answer", RULES[world.form], tuple(f"belied {n}" for n in numbers))]


def facts(world: Satire) -> Facts:
    """Shirts and stands as they are."""
    shirts = {f"colour {number}": colour for number, colour in enumerate(world.speakers, start=1)}
    panels = {
        f"panel {number}": dict(zip(panel.colours, panel.items, strict=True))
        for number, panel in enumerate(world.panels, start=1)
    }
    return {**_said(world), **shirts, **panels}


def measure(world: Satire, eyes: Eyes) -> Facts:
    """Shirts and stands as they are seen."""
    shirts = {
        f"colour {image + 1}": next(one for one in COLOURS if eyes.sees(image, one))
        for image in range(len(world.speakers))
    }
    panels = {
        f"panel {at + 1}": _found(panel, world.image(at), eyes)
        for at, panel in enumerate(world.panels)
    }
    for number, home in enumerate(world.about, start=1):
        if shirts[f"colour {number}"] not in panels[f"panel {home + 1}"]:
            raise RejectedError(f"nothing belongs to the person in image {number}")
    return {**_said(world), **shirts, **panels}


def _found(panel: Panel, image: int, eyes: Eyes) -> dict[str, str]:
    """Return which item is seen on the stand of each colour: the one nearest to its middle."""
    stands = {
        one: _middle(eyes, image, stand_key(one))
        for one in COLOURS
        if eyes.sees(image, stand_key(one))
    }
    items = {
        one: _middle(eyes, image, one) for one in TOPICS[panel.topic].items if eyes.sees(image, one)
    }
    return {
        colour: min(items, key=lambda item: abs(items[item] - middle))
        for colour, middle in stands.items()
    }


def _middle(eyes: Eyes, image: int, key: str) -> int:
    """Return twice how far right the middle of something is."""
    x0, _, x1, _ = eyes.box(image, key)
    return x0 + x1


def _said(world: Satire) -> dict[str, Any]:
    """Return what the text gives."""
    claims = {f"claim {number}": claim for number, claim in enumerate(world.claims, start=1)}
    return {**claims, "exchanged": tuple(world.exchanged), "nothing": ()}
