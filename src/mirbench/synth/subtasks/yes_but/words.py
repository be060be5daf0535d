"""The English of YES, BUT: its question and its steps."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mirbench.synth.subtasks.yes_but.reason import RULES
from mirbench.synth.text import NUMBER_WORDS, Wording, article, listed, plural
from mirbench.synth.worlds.satire import STANDS, Satire
from mirbench.synth.worlds.satire_topics import TOPICS

QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "which": (
        "Who says one thing and does another?",
        "Whose words are belied by what was found?",
        "For whom does the BUT contradict the YES?",
    ),
    "count": (
        "How many of them say one thing and do another?",
        "How many of these people do not live up to their words?",
        "For how many of them does the BUT contradict the YES?",
    ),
}
SAYINGS: Final = (
    'The person in <image{number}> says: "{{claim {number}}}."',
    '<image{number}> shows somebody who likes to say: "{{claim {number}}}."',
    'YES, says the person in <image{number}>: "{{claim {number}}}."',
)


def wording(world: Satire) -> Wording:
    """Say what people say, what the panels show, and ask."""
    saying = SAYINGS[world.manner // 6 % len(SAYINGS)]
    told = [saying.format(number=number) for number in range(1, len(world.claims) + 1)]
    told += [_panel_told(world, at) for at in range(len(world.panels))]
    spans = {f"claim {number}": claim for number, claim in enumerate(world.claims, start=1)}
    if world.exchanged:
        stand = TOPICS[world.panels[-1].topic].stand
        told.append(
            f"After image {world.image(len(world.panels) - 1) + 1} was taken, what was on the "
            f"{{exchanged}} {plural(stand)} was exchanged, one for the other."
        )
        spans["exchanged"] = listed([f"{colour}" for colour in world.exchanged])
    questions = QUESTIONS[world.form]
    told.append(questions[world.manner % len(questions)])
    return Wording(template=" ".join(told), spans=spans)


def _panel_told(world: Satire, at: int) -> str:
    topic, tag = TOPICS[world.panels[at].topic], f"<image{world.image(at) + 1}>"
    shows = f"{tag} shows what {topic.about} on {NUMBER_WORDS[STANDS]} {plural(topic.stand)}"
    if at == 0:
        return f"{shows}; a {topic.stand} has the colour of its owner's shirt."
    return f"{shows}, again in the colours of their owners' shirts."


def summary(world: Satire) -> str:
    """Say how words are held against what was found."""
    plan = (
        "For each person, see the colour of the shirt and find what belongs to it in the panel "
        "that the words are about.",
        "Exchange what was exchanged after the photograph." if world.exchanged else "",
        "Ask whether what is found there fits the words, and see whose words it belies."
        if world.form == "which"
        else "Ask whether what is found there fits the words, and count those whose words do not.",
    )
    return " ".join(filter(None, plan))


def captions(world: Satire) -> Sequence[str]:
    """Say who speaks, and what is found in each colour."""
    told = [
        f'Image {number}: a person in {colour}, who says: "{claim}."'
        for number, (colour, claim) in enumerate(zip(world.speakers, world.claims, strict=True), 1)
    ]
    for at, panel in enumerate(world.panels):
        stand = TOPICS[panel.topic].stand
        found = [
            f"{article(item)} on the {colour} {stand}"
            for colour, item in zip(panel.colours, panel.items, strict=True)
        ]
        told.append(f"Image {world.image(at) + 1}: from left to right {listed(found)}.")
    return told


def relations(world: Satire, trace: Mapping[str, Any]) -> Sequence[str]:
    """Hold each person's words against what was found; then say how it came out."""
    numbers = range(1, len(world.claims) + 1)
    told = [_verdict_told(world, number, trace) for number in numbers]
    verdicts = [
        f"image {number} {'belied' if trace[f'belied {number}'] else 'true'}" for number in numbers
    ]
    return [*told, f"The words: {listed(verdicts)}."]


def replay(world: Satire, relations: str) -> int:
    """Go by the verdicts in the last line."""
    verdicts = re.findall(r"image \d+ (belied|true)", relations.splitlines()[-1])
    return RULES[world.form](*(verdict == "belied" for verdict in verdicts))


def _verdict_told(world: Satire, number: int, trace: Mapping[str, Any]) -> str:
    home = world.about[number - 1]
    colour, item = trace[f"colour {number}"], trace[f"item {number}"]
    stand, image = TOPICS[world.panels[home].topic].stand, world.image(home) + 1
    where = f"on the {colour} {stand} of image {image}"
    verdict = f"{where} there is {article(item)}"
    if home == len(world.panels) - 1 and colour in world.exchanged:
        (partner,) = set(world.exchanged) - {colour}
        shown = trace[f"panel {home + 1}"][colour]
        verdict = (
            f"{where} there is {article(shown)}, and after the exchange {article(item)} from the "
            f"{partner} {stand}"
        )
    fits = "does not fit" if trace[f"belied {number}"] else "fits"
    return (
        f"The person in image {number} wears {colour}; {verdict}. This {fits} the words "
        f'"{trace[f"claim {number}"]}."'
    )
