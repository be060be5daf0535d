"""The English of 3D View: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mirbench.synth.text import NUMBER_WORDS, Wording, counted, listed
from mirbench.synth.worlds.blocks import (
    FULL,
    HIGHEST,
    PLACES,
    SIZE,
    Blocks,
    Elevation,
    name_of,
)

OPENINGS: Final = (
    "Toy blocks, all of one size, are stacked on a board of three by three squares.",
    "On a board of three by three squares stand stacks of equal toy blocks.",
    "A child has stacked toy blocks of one size on a board with three by three squares.",
)
SHOWN: Final = (
    "<image1> shows it as seen from the {side 1}, <image2> as seen from the {side 2}, and <image3> "
    "as seen from above, with {up} at the top of the picture.",
    "It was photographed from the {side 1} for <image1>, from the {side 2} for <image2>, and from "
    "above, with {up} at the top, for <image3>.",
)
HIDDEN: Final = "From a side, a stack may hide others behind it."
QUESTIONS: Final = (
    "What is the largest number of blocks that there can be on the board?",
    "How many blocks can there be at most?",
    "At most how many blocks can be on the board?",
)
AFTERWARDS: Final = (
    "What is the largest number of blocks that can be on the board in the end?",
    "How many blocks can there be in the end at most?",
    "At most how many blocks can be on the board then?",
)


MISSING: Final = (
    "At least how many more blocks would it take to make one solid block of three by three "
    "squares, {high} blocks high?",
    "All nine squares are to carry stacks {high} blocks high. At least how many blocks are missing "
    "for that?",
    "Someone wants to fill the board up to a solid block, {high} blocks high everywhere. How many "
    "blocks are still missing at least?",
)


def wording(world: Blocks) -> Wording:
    """Show the board from all sides, take a stack away, ask."""
    first, second = world.elevations
    spans: dict[str, str] = {"side 1": first.side, "side 2": second.side, "up": world.plan.up}
    manner = world.manner
    told = [
        OPENINGS[manner % len(OPENINGS)],
        SHOWN[manner // 3 % len(SHOWN)],
        HIDDEN,
    ]
    if world.cleared:
        spans["cleared"] = name_of(world.cleared)
        told.append("Afterwards all blocks on the {cleared} square are taken away.")
    if world.added:
        spans["added"] = counted(world.added, "more block")
        told.append("Then {added} are put on the board.")
    if world.form == "missing":
        told.append(MISSING[manner // 6 % len(MISSING)].format(high=NUMBER_WORDS[HIGHEST]))
    else:
        questions = AFTERWARDS if world.cleared else QUESTIONS
        told.append(questions[manner // 6 % len(questions)])
    return Wording(template=" ".join(told), spans=spans)


def summary(world: Blocks) -> str:
    """Say how the views bound each stack."""
    plan = (
        "Work out from the sides that the text names which row or column of the board each column "
        "of a picture is, and how many blocks high it is.",
        "See from above which squares are not empty, turned the way the text says.",
        "On each of those squares, a stack can be as high as the lower of its row and its column.",
        "Leave out the square that is cleared." if world.cleared else "",
        "Count what is added in the end." if world.added else "",
        "Add up.",
        "Take that from what a full board holds." if world.form == "missing" else "",
    )
    return " ".join(filter(None, plan))


def captions(world: Blocks) -> Sequence[str]:
    """Say what each image shows, in the picture's own terms, and from where."""
    told = [
        f"Image {image}: seen from the {seen.side}, from left to right columns of {_blocks(seen)}."
        for image, seen in enumerate(world.elevations, start=1)
    ]
    rows = [
        listed([p for p, one in zip(PLACES, row, strict=True) if one]) or "none"
        for row in world.plan.filled
    ]
    return [
        *told,
        f"Image 3: seen from above with {world.plan.up} at the top; filled places from the top "
        f"row to the bottom row: {'; '.join(rows)}.",
    ]


def relations(world: Blocks, trace: Mapping[str, Any]) -> Sequence[str]:
    """Put the views on the board, bound each stack, add up."""
    told = []
    for image, seen in enumerate(world.elevations, start=1):
        heights = [trace[f"{place} of image {image}"] for place in PLACES]
        parts = [f"{_line(world, seen, at)} {height}" for at, height in enumerate(heights)]
        told.append(
            f"Image {image} is from the {seen.side}, so from left to right it shows the "
            f"{_kind(world, seen)}s of the board with these heights: {listed(parts)}."
        )
    squares = world.plan.squares()
    names = [name_of(square) for square in squares]
    told.append(f"In image 3 these squares are filled: {listed(names)}.")
    highest = [f"{name} {trace[f'{name} stack']}" for name in names]
    told.append(f"The lower of row and column is the most for each: {listed(highest)}.")
    if world.cleared:
        gone = name_of(world.cleared)
        told.append(f"The {gone} square is cleared and counts nothing.")
    kept = [name_of(square) for square in squares if square != world.cleared]
    terms = [trace[f"{name} stack"] for name in kept]
    if world.added:
        told.append(f"In the end {counted(world.added, 'more block')} come on.")
        terms.append(world.added)
    addition = " + ".join(map(str, terms))
    told.append(f"Together at most {addition} = {trace['number']} blocks.")
    if world.form == "missing":
        full = f"{SIZE} x {SIZE} x {HIGHEST} = {FULL}"
        left = f"{FULL} - {trace['number']} = {trace['missing']}"
        told.append(f"A full board holds {full} blocks, so at least {left} are missing.")
    return told


def replay(world: Blocks, relations: str) -> int:
    """Add up again what the sentence on all stacks adds up, and take it from a full board."""
    terms = re.search(r"at most ([\d +]+) =", relations)
    full = re.search(r"so at least (\d+) -", relations)
    if not terms:
        return -1
    most = sum(map(int, terms[1].split(" + ")))
    return (int(full[1]) - most if full else most) - world.first


def _blocks(seen: Elevation) -> str:
    return listed([str(height) for height in seen.heights]) + " blocks"


def _kind(world: Blocks, seen: Elevation) -> str:
    return "row" if seen is world.along else "column"


def _line(world: Blocks, seen: Elevation, place: int) -> str:
    """Return what the board calls a column of a picture: `west`, `middle`, `north`."""
    ends = ("north", "south") if seen is world.along else ("west", "east")
    names = {0: ends[0], SIZE - 1: ends[1]}
    return names.get(seen.line(place), "middle")
