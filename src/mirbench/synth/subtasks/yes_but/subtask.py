"""YES, BUT: who says one thing and does another?

A YES panel shows somebody, and the text gives the words: "I eat nothing but fruit." A BUT panel
shows what was found, on four plates (rugs, parking spaces) in the colours of people's shirts. So
whose words are belied takes the words, the person and the panel together.

Level 1 has two people and one panel, level 2 a panel for each. At level 3 there are three people,
and the text says what was exchanged after a photograph; level 4 has four people and three panels,
level 5 five people and four panels, and something was exchanged.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import answer_of, execute
from mirbench.synth.puzzle import Phrase, Subtask
from mirbench.synth.subtasks.yes_but import words
from mirbench.synth.subtasks.yes_but.draw import RECIPES, draw, variants
from mirbench.synth.subtasks.yes_but.reason import RULES, facts, measure, program
from mirbench.synth.text import NUMBER_WORDS, sentence
from mirbench.synth.worlds.satire import Satire, stand_key
from mirbench.synth.worlds.satire_topics import TOPICS

WHICH: Final = (
    "Only the person in image 1", "Only the person in image 2", "Both of them", "Neither of them",
)  # fmt: skip


def forms(level: int) -> Sequence[Form]:
    """Which of two people, or how many of three to five."""
    people = len(RECIPES[level].about)
    if people == 2:
        return [Form(name="which", answers=len(WHICH))]
    return [Form(name="count", answers=people + 1, ranked=True)]


def options(world: Satire, truth: int) -> Sequence[Option]:
    """Everybody who may be belied, or every number of them."""
    if world.form == "which":
        return tagged(WHICH, truth, _mistakes(world), "misjudged_both")
    people = len(world.claims)
    some = [f"{sentence(NUMBER_WORDS[number])} of them" for number in range(2, people)]
    texts = ["None of them", "Only one of them", *some, f"All {NUMBER_WORDS[people]} of them"]
    return tagged(texts, truth, _mistakes(world), "miscounted")


def phrases(world: Satire) -> Sequence[Phrase]:
    """Each person, the stand that is theirs, and what is on it in the end."""
    values = execute(program(world), facts(world))
    found: dict[Phrase, None] = {}
    for at, (colour, home) in enumerate(zip(world.speakers, world.about, strict=True)):
        panel, image = world.panels[home], world.image(home)
        item = values[f"item {at + 1}"]
        stand = TOPICS[panel.topic].stand
        found[Phrase(f"the person in {colour}", at, colour)] = None
        found[Phrase(f"the {colour} {stand}", image, stand_key(colour))] = None
        found[Phrase(f"the {item}", image, item)] = None
    return list(found)


def _mistakes(world: Satire) -> Mapping[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning."""
    steps, given = program(world), facts(world)
    values = execute(steps, given)
    verdicts = [values[f"belied {number}"] for number in range(1, len(world.claims) + 1)]
    rule = RULES[world.form]
    beside = {
        f"panel {number}": dict(zip(panel.colours, (*panel.items[1:], panel.items[0]), strict=True))
        for number, panel in enumerate(world.panels, start=1)
    }
    mistakes = {
        "overlooked_the_exchange": answer_of(steps, {**given, "exchanged": ()}),
        "looked_at_the_stand_beside": answer_of(steps, {**given, **beside}),
        "took_words_that_hold_for_belied": rule(*(not verdict for verdict in verdicts)),
    }
    for at, verdict in enumerate(verdicts):
        flipped = [*verdicts[:at], not verdict, *verdicts[at + 1 :]]
        mistakes[f"misjudged_image_{at + 1}"] = rule(*flipped)
    if world.form == "count":
        for number in range(2, len(verdicts)):
            several = NUMBER_WORDS[number]
            mistakes[f"believed_{several}_too_many"] = sum(verdicts) - number
            mistakes[f"doubted_{several}_too_many"] = sum(verdicts) + number
    return {"believed_everybody": rule(*(False for _ in verdicts)), **mistakes}


YES_BUT: Final[Subtask[Satire]] = Subtask(
    name="YES, BUT",
    slug="yes_but",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=Satire.pictures,
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
