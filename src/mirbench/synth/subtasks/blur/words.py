"""The English of Scale Blur: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.program import COMPARISONS
from mirbench.synth.text import TIMES, Wording, article, decimal, listed, metres, significant
from mirbench.synth.worlds.stones import Row, Stones

QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "largest": (
        "Which of the stones shown close up is the larger one in reality?",
        "Of the stones in images 1 and 2, which one is really taller?",
    ),
    "smallest": (
        "Which of the stones shown close up is the smaller one in reality?",
        "Of the stones in images 1 and 2, which one is really less tall?",
    ),
}
OPENINGS: Final = (
    "<image1> and <image2> show one stone each, from very close.",
    "Each of <image1> and <image2> is a close-up of a stone.",
)
SCALES: Final = (
    "These photographs are out of focus, and none of the scales is the same; things in one row "
    "stand equally far from the camera.",
    "Every photograph has a scale of its own. In a row all stand equally far from the camera.",
)


def wording(world: Stones) -> Wording:
    """Show the close-ups, say what stands in the rows, ask."""
    spans: dict[str, str] = {}
    told = [OPENINGS[world.manner // 6 % len(OPENINGS)]]
    told += [_row_told(world, at, spans) for at in range(len(world.rows))]
    told.append(SCALES[world.manner % len(SCALES)])
    questions = QUESTIONS[world.form]
    told.append(questions[world.manner % len(questions)])
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Stones) -> str:
    """Say how the stones get their sizes."""
    plan = (
        "Find each stone of the close-ups again in a row, by its colour and markings.",
        "Compare it there with what has a known height."
        if not world.bare
        else "Compare it there with what has a known height, or with the stone that another row "
        "shows beside something of known height.",
        "Put the heights of things in proportion as the text says." if world.times else "",
        "Multiply to get true heights, and compare these.",
    )
    return " ".join(filter(None, plan))


def captions(world: Stones) -> Sequence[str]:
    """Say which stones each image shows and what the text adds."""
    told = [
        f"Image {number}: {article(look)}, close up."
        for number, look in enumerate(world.asked, start=1)
    ]
    for at, row in enumerate(world.rows):
        names = listed([article(look) for look in row.stones])
        thing = f", beside {article(row.thing)}{_known(world, at)}" if row.thing else ""
        told.append(f"Image {world.image(at) + 1}: out of focus, {names} in a row{thing}.")
    return told


def relations(world: Stones, trace: Mapping[str, Any]) -> Sequence[str]:
    """Give each stone its size in reality, then put them side by side."""
    told = []
    if world.times:
        first, second = world.measured
        thing, other = (world.rows[row].thing for row in (first, second))
        told.append(
            f"Call the height of the {thing} 1; that of the {other} is {decimal(world.times)}."
        )
    told += [_link_told(world, bare, trace) for bare in reversed(world.bare)]
    for number, home in enumerate(world.homes, start=1):
        told.append(_stone_told(world, number, home, trace))
    heights = [
        f"image {number} {significant(trace[f'stone {number}'])}"
        for number in range(1, len(world.asked) + 1)
    ]
    return [*told, f"The true heights of the stones: {listed(heights)}."]


def replay(world: Stones, relations: str) -> int:
    """Compare the heights that the last sentence gives."""
    found = re.findall(r"image \d+ (\d[\d.]*\d|\d)", relations.splitlines()[-1])
    return COMPARISONS[world.form](*(Fraction(height) for height in found))


def _row_told(world: Stones, at: int, spans: dict[str, str]) -> str:
    """Say what stands in a row, with the height that only the text knows."""
    row, image = world.rows[at], world.image(at) + 1
    tag = f"<image{image}>"
    if at in world.homes:
        found = f"The stone of image {world.homes.index(at) + 1} stands among others in {tag}"
    else:
        found = f"One of the stones of image {image - 1} is also in {tag}"
    if not row.thing:
        return f"{found}, where nothing else shows how large they are."
    if world.times and at == world.measured[-1]:
        other = world.measured[0]
        spans["times"] = f"{TIMES[world.times]} the height"
        return (
            f"{found}, beside {article(row.thing)} that has {{times}} of the "
            f"{world.rows[other].thing} in image {world.image(other) + 1}."
        )
    if world.times:
        return f"{found}, beside {article(row.thing)}."
    slot = f"height {image}"
    spans[slot] = _tall(Fraction(world.heights[at]))
    return f"{found}, beside {article(row.thing)} that is {{{slot}}} tall."


def _known(world: Stones, at: int) -> str:
    """Return what the text says of a row's thing."""
    if not world.times:
        return f" that is {_tall(Fraction(world.heights[at]))} tall"
    if at != world.measured[-1]:
        return ""
    other = world.rows[world.measured[0]].thing
    return f" that has {TIMES[world.times]} the height of the {other}"


def _tall(height: Fraction) -> str:
    return f"{height} cm" if height < 100 else metres(height)


def _unit(world: Stones) -> str:
    return "" if world.times else " cm"


def _link_told(world: Stones, bare: int, trace: Mapping[str, Any]) -> str:
    """Say how large the stone is that a bare row shares with the next."""
    row, image, link = world.rows[bare + 1], world.image(bare + 1) + 1, f"link {bare + 1}"
    seen = trace[f"{link} in row {bare + 2}"]
    other, beside, height = _yardstick(row, bare + 1, trace)
    return (
        f"The {trace[link]} is in images {image - 1} and {image}. In image {image} it is {seen} "
        f"pixels tall and the {other} {beside}, so its height is {seen} / {beside} x {height} = "
        f"{significant(trace[f'{link} height'])}{_unit(world)}."
    )


def _stone_told(world: Stones, number: int, home: int, trace: Mapping[str, Any]) -> str:
    """Say how large one of the stones is."""
    row, image = world.rows[home], world.image(home) + 1
    seen = trace[f"seen {number}"]
    other, beside, height = _yardstick(row, home, trace)
    return (
        f"Image {number} shows the {trace[f'look {number}']}. In image {image} it is {seen} pixels "
        f"tall and the {other} {beside}: {seen} / {beside} x {height} = "
        f"{significant(trace[f'stone {number}'])}{_unit(world)}."
    )


def _yardstick(row: Row, home: int, trace: Mapping[str, Any]) -> tuple[str, Fraction, str]:
    """Return what a row is measured by: its name, its height in pixels, its true height."""
    if row.thing:
        return row.thing, trace[f"thing in row {home + 1}"], decimal(trace[f"height {home + 1}"])
    link = f"link {home + 1}"
    return trace[link], trace[f"{link} in row {home + 1}"], significant(trace[f"{link} height"])
