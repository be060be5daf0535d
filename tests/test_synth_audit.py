"""The audit of whole sets: MIR-Synth is at chance for blind solvers, and every hint is found."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from mirbench.errors import MirbenchError
from mirbench.synth import SynthError, write_release
from mirbench.synth.audit import (
    Finding,
    Item,
    Look,
    audit,
    audit_release,
    items_of_release,
    observer_accuracy,
    sketched,
    solvers,
)
from mirbench.synth.audit.items import Place
from mirbench.synth.audit.solvers import LONGEST_BLOCK, hits_of_learner, looker, measurer
from mirbench.synth.command import synth_app
from mirbench.synth.options import Form, lettered, slot_at, tagged
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.registry import official_makers
from mirbench.synth.rng import Stream

NUM_READ, NUM_SEEN = 24, 52
"""Questions a level that are only read, and questions in all that are rendered; `mirbench synth
audit` on a release of 24,000 runs the same code on 2,000 a subtask."""


@pytest.mark.parametrize("slug", [maker.slug for maker in official_makers()])
def test_whoever_only_reads_is_at_chance(slug: str) -> None:
    items = [sketched(slug, level, index) for level in LEVELS for index in range(NUM_READ)]
    assert [finding for finding in audit(items) if not finding.passed] == []


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit") / "release"
    write_release(out, num=NUM_SEEN, subtasks=["forced"], levels=[1], workers=1, progress=False)
    return out


def test_whoever_sees_one_image_or_its_file_is_at_chance(release: Path) -> None:
    findings = audit_release(release)
    checks = {finding.check for finding in findings}
    assert {"text", "file size", "brightness", "image 1 alone", "image 3 alone", "copies"} <= checks
    assert [finding for finding in findings if not finding.passed] == []


def test_the_command_names_what_failed(release: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke(synth_app, ["audit", str(release)])
    assert run.exit_code == 0
    assert "Forced Perspective" in run.output
    for name in ("all_data_rel.json", "synth.jsonl", "images.zip"):
        (tmp_path / name).write_bytes((release / name).read_bytes())
    records = json.loads((release / "all_data_rel.json").read_text())
    for record in records:
        letter = record["conclusion"][0]
        record["options"][letter] += ", indeed"
    (tmp_path / "all_data_rel.json").write_text(json.dumps(records))
    run = CliRunner().invoke(synth_app, ["audit", str(tmp_path)])
    assert run.exit_code == 1
    assert [line for line in run.output.splitlines() if "longest" in line and "FAILED" in line]
    run = CliRunner().invoke(synth_app, ["audit", str(tmp_path), "--json"])
    found = json.loads(run.output)["findings"]
    assert "longest option" in [one["check"] for one in found if not one["passed"]]


def test_what_is_no_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SynthError, match="mirbench synth"):
        list(items_of_release(tmp_path))
    with pytest.raises(MirbenchError, match="found none"):
        audit([])


# Every hint is found. The questions below say nothing; each case plants one hint.


def dull(index: int) -> Item:
    """Return a question about three colours, of which none is told from the others."""
    noise = np.random.default_rng(index)
    colours = noise.permutation(["red", "blue", "green"]).tolist()
    return Item(
        id=str(index),
        subtask="Dull",
        level=1,
        form="which",
        question=f"<image1><image2> Number {index}: {colours[0]}, {colours[1]} or {colours[2]}?",
        options={
            letter: f"The {colour} one"
            for letter, colour in zip("ABC", noise.permutation(colours).tolist(), strict=True)
        },
        letter="ABC"[noise.integers(3)],
        regions=tuple(
            Place(f"the {colour} one", image, (10, 10, *noise.integers(30, 200, 2).tolist()))
            for image in range(2)
            for colour in colours
        ),
        looks=tuple(
            Look(int(size), noise.integers(0, 255, 256).astype(np.uint8))
            for size in noise.integers(9_000, 10_000, 2)
        ),
    )


DULL = [dull(index) for index in range(300)]


def true_option(item: Item) -> str:
    return item.options[item.letter]


def with_letter(item: Item) -> Item:
    told = true_option(item)
    return replace(
        item,
        letter="B",
        options={
            letter: told if letter == "B" else true_option(item) if text == told else text
            for letter, text in item.options.items()
        }
        | {item.letter: item.options["B"]}
        | {"B": told},
    )


def with_length(item: Item) -> Item:
    return replace(item, options={**item.options, item.letter: true_option(item) + " indeed"})


def with_colour(item: Item) -> Item:
    text = item.options[item.letter]
    red = next(letter for letter, text in item.options.items() if "red" in text)
    swapped = {**item.options, item.letter: item.options[red], red: text}
    return replace(item, options=swapped) if int(item.id) % 3 else item


def with_first_named(item: Item) -> Item:
    colour = true_option(item).split()[1]
    rest = sorted({text.split()[1] for text in item.options.values()} - {colour})
    question = f"<image1><image2> Number {item.id}: {colour}, {rest[0]} or {rest[1]}?"
    return replace(item, question=question)


def with_size(item: Item) -> Item:
    rank = kinds_of(item)[item.letter]
    first, second = item.looks
    return replace(item, looks=(first._replace(num_bytes=9_000 * (rank + 1)), second))


def with_brightness(item: Item) -> Item:
    rank = kinds_of(item)[item.letter]
    first, second = item.looks
    means = np.full(256, 60 * rank + int(item.id) % 9, np.uint8)
    return replace(item, looks=(first, second._replace(means=means)))


def with_largest(item: Item) -> Item:
    colour = true_option(item).split()[1]
    return replace(
        item,
        regions=tuple(
            place._replace(box=(10, 10, 250, 250))
            if place.image == 1 and colour in place.phrase
            else place
            for place in item.regions
        ),
    )


def with_copy(item: Item) -> Item:
    return replace(DULL[0], id=item.id) if item.id == "7" else item


def kinds_of(item: Item) -> dict[str, int]:
    """Return for each letter how early the question names its colour."""
    return {
        letter: sorted(
            item.options, key=lambda one: item.question.find(item.options[one].split()[1])
        ).index(letter)
        for letter in item.options
    }


def failed(items: list[Item]) -> set[str]:
    return {finding.check for finding in audit(items) if not finding.passed}


def test_without_a_hint_all_is_at_chance() -> None:
    assert failed(DULL) == set()


@pytest.mark.parametrize(
    ("plant", "check"),
    [
        (with_letter, "always B"),
        (with_length, "longest option"),
        (with_length, "option length"),
        (with_colour, "text"),
        (with_first_named, "text"),
        (with_size, "file size"),
        (with_brightness, "brightness"),
        (with_largest, "image 2 alone"),
        (with_copy, "copies"),
    ],
)
def test_a_planted_hint_is_found(plant: Callable[[Item], Item], check: str) -> None:
    assert check in failed([plant(item) for item in DULL])


def test_a_balanced_schedule_leads_no_learner_astray(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was right lately is due later; who is told at once bets on what is used up."""
    form = Form(name="which", answers=3)
    items = []
    for index, item in enumerate(DULL):
        slot = slot_at([form], index, "test")
        texts = tagged(["Red", "Blue", "Green"], slot.answer, {}, "another_colour")
        options = lettered(texts, slot, Stream("test", index))
        shown = {letter: option.text for letter, option in options.items()}
        items.append(replace(item, options=shown, letter=slot.letter))
    assert abs(hits_of_learner(items, measurer) - 100) < 25
    monkeypatch.setattr(solvers, "LONGEST_BLOCK", 0)
    assert hits_of_learner(items, measurer) < 70


def test_no_block_of_a_schedule_is_longer_than_the_learner_waits() -> None:
    blocks = [
        sum(len(form.combinations()) for form in maker.forms(level))
        for maker in official_makers()
        for level in LEVELS
    ]
    assert max(blocks) == LONGEST_BLOCK


@pytest.mark.parametrize(
    ("phrase", "num_seen"),
    [
        ("the stone of image 2", 1),
        ("the stone of image 1", 0),
        ("the stone that images 2 and 3 share", 0),
        ("the grey stone", 1),
    ],
)
def test_a_region_that_another_image_tells_is_not_known_in_one_alone(
    phrase: str, num_seen: int
) -> None:
    item = replace(dull(0), regions=(Place(phrase, 1, (10, 10, 60, 60)),))
    assert f"regions {num_seen}" in looker(1, item, item.letter).shared


def test_a_finding_fails_above_its_bound_only() -> None:
    assert Finding("x", "y", 100, 30, 25.0, 30.0).passed
    assert not Finding("x", "y", 100, 31, 25.0, 30.0).passed


def test_an_observer_is_right_until_it_sees_badly() -> None:
    assert observer_accuracy("depth", 1, 6, 0) == 1.0
    assert observer_accuracy("depth", 1, 6, 60) < 1.0
