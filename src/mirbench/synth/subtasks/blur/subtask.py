"""Scale Blur: which of the stones is the largest?

Stones fill their close-ups, so a close-up says nothing about size. Other photographs, out of focus,
show each of them again in a row of stones beside something whose height the text gives. So a stone
has to be known again by its colour and its markings, and measured there.

Level 1 compares two stones by two heights. At level 2 one row shows nothing of known height, but a
stone that another row shows too; at level 3 both rows do, and the text only says how one height
compares with the other. At level 4 it takes two such steps for one of the stones, at level 5 for
both, and heights are only compared as well.

The rows are the same whatever the answer is, to the byte: which stone of a row is meant decides it,
and that only a close-up shows.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import (
    COMPARISONS,
    Facts,
    Program,
    Step,
    answer_of,
    execute,
    product,
    quotient,
)
from mirbench.synth.puzzle import Eyes, Phrase, RejectedError, Subtask
from mirbench.synth.subtasks.blur import words
from mirbench.synth.subtasks.blur.draw import draw, heights_of, variants
from mirbench.synth.worlds.stones import Stones

OPPOSITE: Final = {"largest": "smallest", "smallest": "largest"}


def look_up(row: Mapping[str, Fraction], key: str) -> Fraction:
    """Return how tall something looks in a row."""
    return row[key]


def forms(level: int) -> Sequence[Form]:
    """Two stones may also be equally large."""
    return [Form(name=name, answers=3) for name in OPPOSITE]


def options(world: Stones, truth: int) -> Sequence[Option]:
    """Each stone that is shown close up."""
    texts = [f"The stone in image {number}" for number in range(1, len(world.asked) + 1)]
    texts.append("Both are equally large")
    larger, smaller = (0, 1) if world.form == "largest" else (1, 0)
    mistakes = {
        **_mistakes(world),
        "took_a_larger_stone_for_that_of_image_1": larger,
        "took_a_smaller_stone_for_that_of_image_1": smaller,
    }
    return tagged(texts, truth, mistakes, "took_another_stone_for_it")


def program(world: Stones) -> Program:
    """Known height over apparent height, times the apparent height of the stone in that row."""
    steps: list[Step] = []
    for row in world.measured:
        scale, image = f"scale {row + 1}", f"row {row + 1}"
        if world.times and row == world.measured[-1]:
            inputs = (f"height {world.measured[0] + 1}", "times")
            steps.append(Step(f"height {row + 1}", product, inputs))
        steps.append(Step(f"thing in {image}", look_up, (image, f"thing {row + 1}")))
        steps.append(Step(scale, quotient, (f"height {row + 1}", f"thing in {image}")))
    for bare in reversed(world.bare):
        mine, anchor, link = f"row {bare + 1}", f"row {bare + 2}", f"link {bare + 1}"
        steps += [
            Step(f"{link} in {anchor}", look_up, (anchor, link)),
            Step(f"{link} height", product, (f"{link} in {anchor}", f"scale {bare + 2}")),
            Step(f"{link} in {mine}", look_up, (mine, link)),
            Step(f"scale {bare + 1}", quotient, (f"{link} height", f"{link} in {mine}")),
        ]
    for number, home in enumerate(world.homes, start=1):
        steps.append(Step(f"seen {number}", look_up, (f"row {home + 1}", f"look {number}")))
        steps.append(Step(f"stone {number}", product, (f"seen {number}", f"scale {home + 1}")))
    stones = tuple(f"stone {number}" for number in range(1, len(world.asked) + 1))
    return [*steps, Step("answer", COMPARISONS[world.form], stones)]


def facts(world: Stones) -> Facts:
    """Apparent sizes as drawn; only ratios within one row mean anything."""
    looks = {f"look {number}": look for number, look in enumerate(world.asked, start=1)}
    rows = {f"row {at}": row.heights() for at, row in enumerate(world.rows, start=1)}
    return {**_said(world), **looks, **rows, **_links(world, [row.stones for row in world.rows])}


def measure(world: Stones, eyes: Eyes) -> Facts:
    """Which stones show where, and how tall they look."""
    found: dict[str, Any] = {}
    for image in range(len(world.asked)):
        (found[f"look {image + 1}"],) = _stones_in(world, image, eyes)
    stones = []
    for at, row in enumerate(world.rows):
        image = world.image(at)
        stones.append(_stones_in(world, image, eyes))
        keys = [*stones[-1], *([row.thing] if row.thing else [])]
        found[f"row {at + 1}"] = {key: Fraction(eyes.height(image, key)) for key in keys}
        if missing := {
            found[f"look {number}"]
            for number, home in enumerate(world.homes, start=1)
            if home == at
        } - set(keys):
            raise RejectedError(f"{min(missing)} cannot be seen in image {image + 1}")
    return {**_said(world), **found, **_links(world, stones)}


def _stones_in(world: Stones, image: int, eyes: Eyes) -> list[str]:
    """Return which of the stones are seen in an image."""
    known = sorted({*world.asked, *(look for row in world.rows for look in row.stones)})
    return [look for look in known if eyes.sees(image, look)]


def _links(world: Stones, stones: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return for each bare row the stone that the next row shows, too."""
    return {
        f"link {row + 1}": next((look for look in stones[row] if look in stones[row + 1]), "")
        for row in world.bare
    }


def _said(world: Stones) -> dict[str, Any]:
    """Return what the text gives, and which thing it gives it for."""
    heights = heights_of(world)
    if world.times:
        heights.pop(world.measured[-1])
    return {
        **{f"height {row + 1}": height for row, height in heights.items()},
        **{f"thing {row + 1}": world.rows[row].thing for row in world.measured},
        "times": world.times,
    }


def phrases(world: Stones) -> Sequence[Phrase]:
    """Each stone close up and in its row, what is of known height, and the stone that links."""
    found = []
    for at, (look, home) in enumerate(zip(world.asked, world.homes, strict=True)):
        found += [
            Phrase(f"the stone of image {at + 1}", image, look) for image in (at, world.image(home))
        ]
    for row in world.measured:
        thing = world.rows[row].thing
        found.append(Phrase(f"the {thing}", world.image(row), thing))
    links = _links(world, [row.stones for row in world.rows])
    for row, link in zip(world.bare, links.values(), strict=True):
        images = [world.image(at) + 1 for at in (row, row + 1)]
        words = f"the stone that images {images[0]} and {images[1]} share"
        found += [Phrase(words, image - 1, link) for image in images]
    return found


def _mistakes(world: Stones) -> Mapping[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    steps, given = program(world), facts(world)
    values = execute(steps, given)
    stones = [values[f"stone {number}"] for number in range(1, len(world.asked) + 1)]
    deaf = {name: Fraction(1) for name in _said(world) if name.startswith(("height", "times"))}
    shares = [
        _share(world, look, home) for look, home in zip(world.asked, world.homes, strict=True)
    ]
    ranks = [
        Fraction(sorted(world.rows[home].sizes).index(world.rows[home].heights()[look]) + 1)
        for look, home in zip(world.asked, world.homes, strict=True)
    ]
    return {
        "ignored_the_heights": answer_of(steps, {**given, **deaf}),
        "compared_sizes_in_the_photographs": COMPARISONS[world.form](*shares),
        "compared_places_within_rows": COMPARISONS[world.form](*ranks),
        "reversed": COMPARISONS[OPPOSITE[world.form]](*stones),
        "went_by_the_close_ups": 2,
    }


def _share(world: Stones, look: str, home: int) -> Fraction:
    """Return how much of its row's width a stone takes up."""
    heights = world.rows[home].heights()
    return heights[look] / sum(heights.values())


BLUR: Final[Subtask[Stones]] = Subtask(
    name="Scale Blur",
    slug="blur",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Stones.pictures,
    phrases=phrases,
    program=program,
    facts=facts,
    measure=measure,
    wording=words.wording,
    options=options,
    summary=words.summary,
    captions=words.captions,
    relations=words.relations,
    replay=words.replay,
)
