"""Draws panels that fit a question and its answer, and their twins."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, permutations, product
from typing import Any, Final, NamedTuple

from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.shot import draw_setting
from mirbench.synth.subtasks.yes_but.reason import BITS, belied
from mirbench.synth.worlds.satire import COLOURS, STANDS, Panel, Satire
from mirbench.synth.worlds.satire_topics import TOPICS


class Recipe(NamedTuple):
    """What a level is made of: for each speaker the panel, and whether stands are exchanged."""

    about: tuple[int, ...]
    exchange: bool = False


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe((0, 0)),
    2: Recipe((0, 1)),
    3: Recipe((0, 0, 1), exchange=True),
    4: Recipe((0, 1, 1, 2)),
    5: Recipe((0, 1, 1, 2, 3), exchange=True),
}


def draw(brief: Brief) -> Satire:
    """Draw the words; then panels whose truth about each speaker the answer prescribes.

    Of the four things in a panel, two fit each claim about it, so that a panel and the words say
    nothing without the colour of the speaker's shirt.
    """
    world, stream = _draw_words(brief), brief.pictures
    truth = _draw_truth(brief, len(world.claims))
    speakers, palettes = _draw_colours(world, stream)
    panels = []
    for number, (panel, palette) in enumerate(zip(world.panels, palettes, strict=True)):
        mine = [at for at, home in enumerate(world.about) if home == number]
        items = _draw_items(panel.topic, [world.claims[at] for at in mine], stream)
        wanted = {speakers[at]: (world.claims[at], truth[at]) for at in mine}
        final = _dealt(items, palette, wanted, stream)
        if number == len(world.panels) - 1 and world.exchanged:
            a, b = world.exchanged
            final[a], final[b] = final[b], final[a]
        colours, topic = stream.shuffled(palette), TOPICS[panel.topic]
        panels.append(
            replace(
                panel,
                colours=colours,
                items=tuple(final[colour] for colour in colours),
                setting=draw_setting(stream, topic.grounds, topic.skies),
            )
        )
    return replace(
        world,
        speakers=speakers,
        panels=tuple(panels),
        setting=draw_setting(stream, ("grass", "sand", "concrete"), ("day", "overcast", "dusk")),
    )


def _draw_colours(world: Satire, stream: Stream) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Draw who speaks, all in different colours, and the stands of each panel.

    A panel shows the stands of its speakers and of people who do not speak: with one of these in a
    speaker's place, the picture of the speaker has a twin.
    """
    others = [colour for colour in COLOURS if colour not in world.exchanged]
    last = (*world.exchanged, *stream.sample(others, STANDS - len(world.exchanged)))
    counts = Counter(world.about)
    mine = stream.sample(last, counts[len(world.panels) - 1])
    rest = [colour for colour in COLOURS if colour not in last]
    speakers = (*stream.sample(rest, len(world.about) - len(mine)), *mine)
    silent = [colour for colour in COLOURS if colour not in speakers]
    palettes = []
    for number in range(len(world.panels) - 1):
        own = [who for who, home in zip(speakers, world.about, strict=True) if home == number]
        palettes.append((*own, *stream.sample(silent, STANDS - len(own))))
    return speakers, [*palettes, last]


def _draw_words(brief: Brief) -> Satire:
    """Draw all that the text says; who speaks and what is found is still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    counts = [recipe.about.count(panel) for panel in range(max(recipe.about) + 1)]
    while True:
        topics = stream.sample(tuple(TOPICS), len(counts))
        sets = [_claims_for(topic, count) for topic, count in zip(topics, counts, strict=True)]
        if all(sets):
            break
    claims = [claim for together in sets for claim in stream.choice(together)]
    return Satire(
        form=brief.form,
        manner=stream.below(60),
        speakers=(),
        claims=tuple(claims),
        panels=tuple(Panel(topic=topic, colours=(), items=()) for topic in topics),
        about=recipe.about,
        exchanged=stream.sample(COLOURS, 2) if recipe.exchange else (),
    )


def _draw_truth(brief: Brief, count: int) -> Sequence[bool]:
    """Draw for each speaker whether the words are belied."""
    if brief.form == "which":
        return BITS[brief.answer]
    belied_ones = brief.words.fork("truth").sample(range(count), brief.answer)
    return [at in belied_ones for at in range(count)]


def _kinds(topic: str, claims: Sequence[str]) -> Mapping[tuple[bool, ...], Sequence[str]]:
    """Sort the items of a topic by which of the claims they belie."""
    kinds: dict[tuple[bool, ...], list[str]] = {}
    for item in TOPICS[topic].items:
        kinds.setdefault(tuple(belied(claim, item) for claim in claims), []).append(item)
    return kinds


@lru_cache(maxsize=16)
def _claims_for(topic: str, count: int) -> Sequence[tuple[str, ...]]:
    """Return the claims about a topic, or the pairs of them, that one panel can show."""
    together = permutations(TOPICS[topic].claims, count)
    return [claims for claims in together if _can_be_shown(topic, claims)]


def _can_be_shown(topic: str, claims: Sequence[str]) -> bool:
    """Tell whether four different items can fit each claim by halves, and all claims alike."""
    kinds = _kinds(topic, claims)
    each = STANDS // 2 ** len(claims)
    return all(
        len(kinds.get(kind, ())) >= each for kind in product((True, False), repeat=len(claims))
    )


def _draw_items(topic: str, claims: Sequence[str], stream: Stream) -> tuple[str, ...]:
    each = STANDS // 2 ** len(claims)
    return tuple(
        item for kind in _kinds(topic, claims).values() for item in stream.sample(kind, each)
    )


def _dealt(
    items: Sequence[str], palette: Sequence[str], wanted: Mapping[str, tuple[str, bool]],
    stream: Stream,
) -> dict[str, str]:  # fmt: skip
    """Deal items to colours until the truth about every speaker is what it is to be."""
    for order in stream.shuffled(list(permutations(items))):
        found = dict(zip(palette, order, strict=True))
        if all(belied(claim, found[who]) == truth for who, (claim, truth) in wanted.items()):
            return found
    raise RejectedError("no deal gives the answer")


# Twins


def variants(world: Satire, part: str) -> Iterator[Satire]:
    """Let somebody else speak, deal the items of a panel anew, or say something else."""
    kind, _, number = part.partition(" ")
    if kind == "claim":
        at = int(number) - 1
        for claim in TOPICS[world.panels[world.about[at]].topic].claims:
            yield replace(world, claims=_with(world.claims, at, claim))
    elif kind == "exchanged":
        for pair in combinations(world.panels[-1].colours, 2):
            yield replace(world, exchanged=pair)
    elif int(number) <= len(world.speakers):
        at = int(number) - 1
        for colour in world.panels[world.about[at]].colours:
            if colour not in world.speakers:
                yield replace(world, speakers=_with(world.speakers, at, colour))
    else:
        at = int(number) - 1 - len(world.speakers)
        yield from _dealt_anew(world, at)


def _dealt_anew(world: Satire, at: int) -> Iterator[Satire]:
    """Yield worlds in which two stands of a panel have each other's item, or one a new one."""
    panel = world.panels[at]
    for a, b in combinations(range(STANDS), 2):
        items = list(panel.items)
        items[a], items[b] = items[b], items[a]
        changed = replace(panel, items=tuple(items))
        yield replace(world, panels=_with(world.panels, at, changed))
    for stand, item in product(range(STANDS), TOPICS[panel.topic].items):
        if item not in panel.items:
            changed = replace(panel, items=_with(panel.items, stand, item))
            yield replace(world, panels=_with(world.panels, at, changed))


def _with(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*values[:at], value, *values[at + 1 :])
