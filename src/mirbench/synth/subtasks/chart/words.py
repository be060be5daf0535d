"""The English of Chart Analysis: its question and its steps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mirbench.synth.subtasks.chart.reason import AMOUNTS, RULES
from mirbench.synth.text import Wording, listed, plural, sentence
from mirbench.synth.worlds.charts import LONG, Chart, Charts, Kind

QUESTIONS: Final[Mapping[str, Sequence[str]]] = {
    "most": (
        "Which {noun} {did} the most {what}?",
        "Of the {nouns}, which one {did} the most {what}?",
        "For each {noun}, work out {result}. Whose figure is the largest?",
    ),
    "second": (
        "Rank the {nouns} by {result}, the largest first. Which comes second?",
        "For each {noun}, work out {result}. Whose figure is the second largest?",
    ),
    "least": (
        "Which {noun} {did} the {fewest}?",
        "Of the {nouns}, which one {did} the {fewest}?",
        "For each {noun}, work out {result}. Whose figure is the smallest?",
    ),
}
KINDS: Final[Mapping[Kind, str]] = {
    "bars": "bar chart",
    "rows": "chart of horizontal bars",
    "grouped": "grouped bar chart",
    "stacked": "stacked bar chart",
    "lines": "line chart",
    "pie": "pie chart",
    "table": "table",
}


def wording(world: Charts) -> Wording:
    """Say what each chart shows, how it all goes together, and ask."""
    told = [_chart_told(world, chart, f"<image{n}>") for n, chart in enumerate(world.charts, 1)]
    questions = QUESTIONS[world.form]
    question = questions[world.manner % len(questions)].format(**_slots(world))
    spans = {"unit": str(world.unit)}
    if world.left_out >= 0:
        spans["left out"] = _long(world.chart("made").columns[world.left_out])
    if world.fewest:
        spans["fewest"] = str(world.fewest)
    return Wording(template=" ".join([*told, _definition(world), question]), spans=spans)


def summary(world: Charts) -> str:
    """Say how the charts go together."""
    words = world.words
    amounts = [getattr(words, role) for role in AMOUNTS if role in world.roles]
    plan = (
        f"Look up each {words.noun}'s code in the list and read off, under that code, what was "
        f"{listed(amounts)}.",
        "Leave out the part that the text excludes." if world.left_out >= 0 else "",
        "Turn shares or containers into single pieces with the number in the text.",
        f"Add and subtract to find what was {words.net}.",
        "Find the price through the price class and multiply." if world.by_class
        else "Multiply by the price." if "price" in world.roles else "",
        "Take off the rent." if "rent" in world.roles else "",
        f"Drop each {words.noun} with too few staff." if world.fewest else "",
        "Compare.",
    )  # fmt: skip
    return " ".join(filter(None, plan))


def captions(world: Charts) -> Sequence[str]:
    """Say what each chart is about, and what the text adds."""
    return [
        f'Image {number}: a {KINDS[chart.kind]}, "{chart.title}", {_rows_told(world, chart)}'
        f"{_columns_told(chart)}.{_text_told(world, chart)}"
        for number, chart in enumerate(world.charts, start=1)
    ]


def relations(world: Charts, trace: Mapping[str, Any]) -> Sequence[str]:
    """Work out each figure, then put them side by side."""
    told = [" ".join(_figure_told(world, name, trace)) for name in world.names]
    figures = [
        f"{name} {trace[f'{name} score']}"
        for name in world.names
        if not world.fewest or trace[f"{name} kept"] is not None
    ]
    return [*told, f"{sentence(_result(world))}: {listed(figures)}."]


def replay(world: Charts, relations: str) -> int:
    """Compare the figures that the last line gives."""
    last = relations.splitlines()[-1]
    found = (re.search(rf"{name} (\d+)", last) for name in world.names)
    return RULES[world.form](*(int(match[1]) if match else None for match in found))


def _slots(world: Charts) -> dict[str, str]:
    """Return the words of the questions."""
    words, priced = world.words, "price" in world.roles
    rented = "rent" in world.roles
    return {
        "noun": words.noun,
        "nouns": words.plural,
        "did": "was left with" if rented else "took in" if priced else words.net,
        "what": "money" if priced else words.what,
        "fewest": "least money" if priced else f"fewest {words.what}",
        "result": f"the {_result(world)}",
    }


def _result(world: Charts) -> str:
    """Return what the figure is that decides."""
    if "rent" in world.roles:
        return "takings after rent"
    return "takings" if "price" in world.roles else f"{world.words.what} {world.words.net}"


def _definition(world: Charts) -> str:
    """Say what is added, taken away and multiplied."""
    words = world.words
    gains = " and ".join(
        f"those {getattr(words, role)}" for role in ("made", "more") if role in world.roles
    )
    less = f", less those {words.lost}" if "lost" in world.roles else ""
    told = f"{sentence(words.what)} {words.net} are {gains}{less}."
    if "price" in world.roles:
        told += f" Takings are the {words.what} {words.net} times the price of a {words.unit}"
        told += "; the rent is paid from them." if "rent" in world.roles else "."
    return told


def _chart_told(world: Charts, chart: Chart, tag: str) -> str:
    """Say what a chart shows, with what only the text knows."""
    words = world.words
    if chart.role == "list":
        return f"{tag} lists the code of each {words.noun}."
    if chart.role == "classes":
        return f"{tag} lists the price class of each code."
    if chart.role == "rent":
        return f"{tag} gives the rent under each code in euros."
    if chart.role == "price":
        where = "in each price class" if world.by_class else "under each code"
        return f"{tag} gives the price of a {words.unit} {where}."
    if chart.role == "staff":
        return (
            f"{tag} shows how many people work under each code; leave out any {words.noun} with "
            "fewer than {fewest}."
        )
    return f"{tag} shows {_amount_told(world, chart)}."


def _amount_told(world: Charts, chart: Chart) -> str:
    words, verb = world.words, getattr(world.words, chart.role)
    if chart.kind == "pie":
        return (
            f"how {{unit}} {words.what} from {words.source} were shared out; these are the "
            f"{words.what} {verb}"
        )
    if chart.role == world.counted_in:
        return (
            f"how many {plural(words.crate)} of {words.what} were {verb} under each code, {{unit}} "
            f"{words.what} to a {words.crate}"
        )
    told = f"how many {words.what} were {verb} under each code"
    if len(chart.columns) == 1:
        return told
    first, last = _long(chart.columns[0]), _long(chart.columns[-1])
    return f"{told} from {first} to {last}; leave out {{left out}}"


def _long(name: str) -> str:
    return LONG.get(name, name)


def _rows_told(world: Charts, chart: Chart) -> str:
    """Say what a chart is about, without names: a name may be the answer."""
    if chart.role == "list":
        return f"for each {world.words.noun}"
    if chart.role == "price" and world.by_class:
        return "for each price class"
    return f"for each code{' and others' if chart.kind == 'pie' else ''}"


def _columns_told(chart: Chart) -> str:
    names = [_long(name) for name in chart.columns if name]
    return f", with {listed(names)}" if names else ""


def _text_told(world: Charts, chart: Chart) -> str:
    """Return what the text says about a chart."""
    words = world.words
    if chart.role == world.counted_in:
        if chart.kind == "pie":
            return f" The text says that the whole is {world.unit} {words.what}."
        return f" The text says that a {words.crate} holds {world.unit} {words.what}."
    if chart.role == "made" and world.left_out >= 0:
        return f" The text leaves out {_long(chart.columns[world.left_out])}."
    if chart.role == "staff":
        return f" The text leaves out any {words.noun} with fewer than {world.fewest}."
    return ""


def _figure_told(world: Charts, name: str, trace: Mapping[str, Any]) -> Iterator[str]:
    """Say how one figure comes about, chart by chart."""
    images = {role: image + 1 for role, image in world.roles.items()}
    yield f"{name} has code {trace[f'{name} code']} (image {images['list']})."
    roles = [role for role in AMOUNTS if role in world.roles]
    yield f"{sentence(listed([_part_told(world, role, name, trace) for role in roles]))}."
    terms = [f"{'-' if role == 'lost' else '+'} {trace[f'{name} {role}']}" for role in roles]
    net = trace[f"{name} net"]
    yield f"{' '.join(terms).removeprefix('+ ')} = {net} {world.words.net}."
    if "price" in world.roles:
        price = trace[f"{name} price"]
        found = f"The price is {price} (image {images['price']})"
        if world.by_class:
            found = (
                f"{trace[f'{name} class']} (image {images['classes']}) costs {price} "
                f"(image {images['price']})"
            )
        takings = net * price
        yield f"{found}: {net} x {price} = {takings} euros."
        if "rent" in world.roles:
            rent, left = trace[f"{name} rent"], trace[f"{name} score"]
            yield f"The rent is {rent} (image {images['rent']}): {takings} - {rent} = {left}."
    if world.fewest:
        staff = trace[f"{name} staff"]
        counts = "counts" if staff >= world.fewest else "does not count"
        yield f"With {staff} people (image {images['staff']}) it {counts}."


def _part_told(world: Charts, role: str, name: str, trace: Mapping[str, Any]) -> str:
    """Say what one chart shows under one code."""
    image = next(at for at, chart in enumerate(world.charts) if chart.role == role)
    chart = world.charts[image]
    values = trace[role][trace[f"{name} code"]]
    cells = [
        str(value) for at, value in enumerate(values) if role != "made" or at != world.left_out
    ]
    written, whole = " + ".join(cells), str(trace[f"{name} {role}"])
    if role == world.counted_in:
        written += f"% of {world.unit}" if chart.kind == "pie" else f" x {world.unit}"
    equals = "" if written == whole else f"{written} = "
    return f"{equals}{whole} {getattr(world.words, role)} (image {image + 1})"
