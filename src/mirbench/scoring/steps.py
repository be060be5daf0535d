"""How good the written steps are, where the truth of each is known, as it is in MIR-Synth.

A response to `mir_cot` or a stage is taken apart at its step tags. Its text-to-region step is held
against the sample's region boxes, its region-to-region step against the statements of the gold
chain. Both are read in the form that the gold chain has, which training on it teaches: a chain in
other words scores nothing here, and nothing is guessed about it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, Literal, NamedTuple

from mirbench.answers.options import key
from mirbench.record import Region, Sample
from mirbench.stages import step_text, written_steps
from mirbench.taxonomy import STEPS, Step

MIN_IOU: Final = 0.5
"""From this overlap on a region counts as found, as in detection benchmarks (Pascal VOC)."""

TOLERANCE: Final = 0.05
"""How far a number of a statement may be off: lengths are measured in pixels."""

_TAG: Final = re.compile(rf"<(/?)({'|'.join(STEPS)})>")
_BOX: Final = re.compile(
    r"image (\d{1,3}) \[(\d{1,5}), ?(\d{1,5}), ?(\d{1,5}), ?(\d{1,5})\]", re.IGNORECASE
)
_PHRASE: Final = re.compile(r"\s*[\"“]([^\"”\n]{1,200})[\"”]\s*:")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;])\s+|\n")
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")

Box = tuple[int, int, int, int]
Holds = Literal["holds", "wrong", "unstated"]


class Written(NamedTuple):
    """The steps that a response writes.

    Attributes:
        texts: Step -> what stands between its tags.
        in_order: Whether exactly the steps asked for are there, each once, closed, in order.
    """

    texts: Mapping[Step, str]
    in_order: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScore:
    """The steps of one response.

    Attributes:
        in_order: Whether exactly the steps asked for are there, each once, closed, in order.
        num_regions: Regions of the sample; 0 where the step was not asked for.
        num_named: Of these, those for which the response gives a box in the same image.
        num_found: Of these, those whose box overlaps enough (`MIN_IOU`).
        total_iou: Sum of the overlaps; a region without a box adds 0.
        num_extra: Boxes that the response gives to phrases and images without a region.
        num_relations: Statements of the gold chain; 0 where the step was not asked for.
        num_hold: Of these, those that the response states, numbers within `TOLERANCE`.
        num_wrong: Of these, those that it states with other numbers.
    """

    in_order: bool
    num_regions: int
    num_named: int
    num_found: int
    total_iou: float
    num_extra: int
    num_relations: int
    num_hold: int
    num_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepScores:
    """The steps of all responses of a run; shares are over all regions or relations.

    Attributes:
        num: Number of responses.
        in_order: Share of responses whose steps are all there and in order.
        num_regions: Regions that were asked for.
        named: Share for which a box was given.
        found: Share whose box overlaps enough.
        mean_iou: Mean overlap.
        num_extra: Boxes for what has no region.
        num_relations: Statements that were asked for.
        hold: Share that is stated rightly.
        wrong: Share that is stated with other numbers.
    """

    num: int
    in_order: float
    num_regions: int
    named: float | None
    found: float | None
    mean_iou: float | None
    num_extra: int
    num_relations: int
    hold: float | None
    wrong: float | None


def parse_steps(response: str, stage: int) -> Written:
    """Take a response apart at its step tags.

    A step that is opened twice, never closed, or interrupted by another is not taken.
    """
    texts: dict[Step, str] = {}
    refused: set[str] = set()
    opened: re.Match[str] | None = None
    for tag in _TAG.finditer(response):
        if not tag[1]:
            refused.update([opened[2]] if opened else [])
            opened = tag
        elif opened and opened[2] == tag[2]:
            step = next(step for step in STEPS if step == tag[2])
            if step in texts:
                refused.add(step)
            texts[step] = response[opened.end() : tag.start()].strip()
            opened = None
        else:
            refused.add(tag[2])
    refused.update([opened[2]] if opened else [])
    kept = {step: text for step, text in texts.items() if step not in refused}
    return Written(kept, not refused and tuple(texts) == written_steps(stage))


def score_steps(sample: Sample, response: str, stage: int) -> StepScore:
    """Score the steps that a response writes against what the sample knows of them."""
    written = parse_steps(response, stage)
    asked = written_steps(stage)
    regions = sample.regions if "text_to_region" in asked else ()
    boxes = named_boxes(written.texts.get("text_to_region", ""))
    overlaps = [_best(region, boxes) for region in regions]
    known = {(key(region.phrase), region.image) for region in regions}
    gold = step_text(sample, "region_to_region") if "region_to_region" in asked else ""
    found = relations(gold, written.texts.get("region_to_region", ""))
    return StepScore(
        in_order=written.in_order,
        num_regions=len(regions),
        num_named=sum(overlap is not None for overlap in overlaps),
        num_found=sum((overlap or 0) >= MIN_IOU for overlap in overlaps),
        total_iou=sum(overlap or 0 for overlap in overlaps),
        num_extra=sum(place not in known for place in boxes) if regions else 0,
        num_relations=len(found),
        num_hold=found.count("holds"),
        num_wrong=found.count("wrong"),
    )


def named_boxes(text: str) -> dict[tuple[str, int], list[Box]]:
    """Read `"the red car": image 1 [10, 20, 30, 40], image 2 [...]`, one phrase a line.

    Returns:
        The boxes given for each phrase (as `answers.options.key` writes it) and image (from 0).
    """
    boxes: dict[tuple[str, int], list[Box]] = {}
    for line in text.splitlines():
        phrase = _PHRASE.match(line)
        if not phrase:
            continue
        for box in _BOX.finditer(line, phrase.end()):
            image, x0, y0, x1, y1 = map(int, box.groups())
            boxes.setdefault((key(phrase[1]), image - 1), []).append((x0, y0, x1, y1))
    return boxes


def _best(region: Region, boxes: Mapping[tuple[str, int], Sequence[Box]]) -> float | None:
    """Return the overlap of a region with the box it was given; several boxes are no choice."""
    given = boxes.get((key(region.phrase), region.image))
    if given is None:
        return None
    return iou(region.box, given[0]) if len(given) == 1 else 0.0


def iou(first: Box, second: Box) -> float:
    """Return intersection over union of two boxes [x0, y0, x1, y1]."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    shared = max(0, width) * max(0, height)
    union = _area(first) + _area(second) - shared
    return shared / union if union else 0.0


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def relations(gold: str, written: str) -> list[Holds]:
    """Say of each statement of the gold step whether the written one states it."""
    stated: dict[str, list[list[float]]] = {}
    for statement in _statements(written):
        words, numbers = _taken_apart(statement)
        stated.setdefault(words, []).append(numbers)
    found: list[Holds] = []
    for statement in _statements(gold):
        words, numbers = _taken_apart(statement)
        versions = stated.get(words, [])
        if not versions:
            found.append("unstated")
        else:  # stated twice in different ways is not stated rightly
            agree = all(_agree(numbers, version) for version in versions)
            found.append("holds" if agree else "wrong")
    return found


def _statements(text: str) -> list[str]:
    return [part for part in (one.strip() for one in _SENTENCE_END.split(text)) if part]


def _taken_apart(statement: str) -> tuple[str, list[float]]:
    """Return a statement's words, its numbers replaced, and the numbers.

    What is an index and not a measurement stays among the words: "image 2".
    """
    plain = re.sub(r"\b(images?) (\d+)", lambda named: f"{named[1]}{_spelt(named[2])}", statement)
    numbers = [float(number) for number in _NUMBER.findall(plain)]
    return key(_NUMBER.sub(" 0 ", plain)), numbers


def _spelt(digits: str) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in digits)


def _agree(gold: Sequence[float], written: Sequence[float]) -> bool:
    return all(
        one is not None and other is not None and abs(one - other) <= TOLERANCE * abs(one)
        for one, other in zip_longest(gold, written)
    )


def aggregate_steps(scores: Iterable[StepScore]) -> StepScores:
    """Add up the scores of responses; there must be one at least."""
    every = list(scores)
    num_regions = sum(one.num_regions for one in every)
    num_relations = sum(one.num_relations for one in every)

    def share(total: float, of: int) -> float | None:
        return total / of if of else None

    return StepScores(
        num=len(every),
        in_order=sum(one.in_order for one in every) / len(every),
        num_regions=num_regions,
        named=share(sum(one.num_named for one in every), num_regions),
        found=share(sum(one.num_found for one in every), num_regions),
        mean_iou=share(sum(one.total_iou for one in every), num_regions),
        num_extra=sum(one.num_extra for one in every),
        num_relations=num_relations,
        hold=share(sum(one.num_hold for one in every), num_relations),
        wrong=share(sum(one.num_wrong for one in every), num_relations),
    )
