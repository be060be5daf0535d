"""Draws charts that fit a question and its answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from mirbench.synth.program import UNDECIDED, Facts, Program, answer_of
from mirbench.synth.puzzle import Brief, RejectedError
from mirbench.synth.rng import Stream
from mirbench.synth.subtasks.chart.reason import facts, facts_said, program
from mirbench.synth.subtasks.chart.twins import is_legal, variants, with_chart, with_rest
from mirbench.synth.text import plural, sentence
from mirbench.synth.worlds.chart_pad import STYLES
from mirbench.synth.worlds.charts import (
    CLASSES,
    FULL,
    LISTS,
    PERIODS,
    REST,
    SHORT,
    TRADES,
    Chart,
    Charts,
    Kind,
    Role,
    Trade,
)


class Recipe(NamedTuple):
    """What a level is made of."""

    roles: tuple[Role, ...]
    columns: int
    """Days or months of the first chart; one of them is left out."""


RECIPES: Final[Mapping[int, Recipe]] = {
    1: Recipe(("made", "lost", "list"), 1),
    2: Recipe(("made", "more", "lost", "list"), 3),
    3: Recipe(("made", "more", "lost", "price", "list"), 3),
    4: Recipe(("made", "more", "price", "rent", "classes", "list"), 3),
    5: Recipe(("made", "more", "lost", "price", "rent", "staff", "classes", "list"), 3),
}
NUM_NAMES: Final = 4
NUM_DRAWS: Final = 60
"""Sets of values tried within one attempt; the answer of most is another."""

SINGLE: Final[Sequence[Kind]] = ("bars", "rows", "table")
MANY: Final[Sequence[Kind]] = ("grouped", "stacked", "lines")
CRATES: Final = (4, 5, 6, 8)
TOTALS: Final = (200, 300, 400, 500)
"""What a crate holds, and what a pie divides up."""
FEWEST: Final = range(5, 9)


def draw(brief: Brief) -> Charts:
    """Draw the words and the list, then values that give the answer.

    Lists are the same at every attempt, like the words: they say nothing about the answer.
    """
    world = _with_lists(_draw_words(brief), brief.words.fork("list"))
    steps = program(world)
    for _ in range(NUM_DRAWS):
        drawn = _filled(world, brief.pictures)
        given = facts(drawn)
        if answer_of(steps, given) == brief.answer and all(
            _matters(drawn, part, steps, given) for part in _said(drawn)
        ):
            return drawn
    raise RejectedError("no values give the answer")


def _matters(world: Charts, part: str, steps: Program, given: Facts) -> bool:
    """Tell whether another word in the text gives another answer."""
    answer = answer_of(steps, given)
    others = ({**given, **facts_said(other)} for other in variants(world, part))
    return any(answer_of(steps, other) not in (answer, UNDECIDED) for other in others)


def _said(world: Charts) -> Iterator[str]:
    """Yield what the text says, the cheapest to try first."""
    if world.left_out >= 0:
        yield "left out"
    if world.fewest:
        yield "fewest"
    yield "unit"


def _draw_words(brief: Brief) -> Charts:
    """Draw all that the text says, and how the charts are made; their values are still to come."""
    stream, recipe = brief.words, RECIPES[brief.level]
    trade = stream.choice(tuple(TRADES))
    counted_in = recipe.roles[1]
    charts = _draw_makes(stream, recipe, TRADES[trade], counted_in)
    pie = any(chart.kind == "pie" for chart in charts)
    return Charts(
        form=brief.form,
        manner=stream.below(60),
        trade=trade,
        names=stream.sample(TRADES[trade].names, NUM_NAMES),
        charts=charts,
        counted_in=counted_in,
        unit=stream.choice(TOTALS if pie else CRATES),
        left_out=stream.below(recipe.columns) if recipe.columns > 1 else -1,
        fewest=stream.choice(FEWEST) if "staff" in recipe.roles else 0,
    )


def _draw_makes(
    stream: Stream, recipe: Recipe, words: Trade, counted_in: Role
) -> tuple[Chart, ...]:
    """Draw for each role a chart without values, no kind twice, in random order."""
    styles = stream.shuffled(range(len(STYLES)))
    used: set[Kind] = set()
    charts: list[Chart] = []
    for role in recipe.roles:
        kinds = MANY if role == "made" and recipe.columns > 1 else SINGLE
        if role == "more":
            kinds = (*kinds, "pie", "pie")
        if role == "rent":
            kinds = ("bars", "rows")
        if role in LISTS:
            kinds = ("table",)
        kind = stream.choice([kind for kind in kinds if kind not in used] or kinds)
        used.add(kind)
        columns: tuple[str, ...] = ("",)
        if role == "made" and recipe.columns > 1:
            periods = stream.choice(PERIODS)
            first = stream.below(len(periods) - recipe.columns + 1)
            columns = tuple(SHORT[name] for name in periods[first : first + recipe.columns])
        elif role in LISTS:
            columns = ("Code" if role == "list" else "Price class",)
        rows = tuple(f"{words.letter}{number + 1}" for number in range(NUM_NAMES))
        if role == "price" and "classes" in recipe.roles:
            rows = tuple(f"Class {name}" for name in CLASSES)
        charts.append(
            Chart(
                role=role,
                kind=kind,
                title=_title(role, words, kind, role == counted_in),
                rows=(*rows, REST) if kind == "pie" else rows,
                columns=columns,
                tick=_tick(
                    role, kind, role == counted_in, len(columns), "lost" not in recipe.roles
                ),
                style=styles[len(charts) % len(styles)],
            )
        )
    return stream.shuffled(charts)


def _title(role: Role, words: Trade, kind: Kind, counted: bool) -> str:
    """Return what stands above a chart; units that the text gives do not stand there."""
    if kind == "pie":
        return sentence(f"{words.what} from {words.source}")
    what = plural(words.crate) if counted else words.what
    if role in ("made", "more", "lost"):
        return sentence(f"{what} {getattr(words, role)}")
    return {
        "price": f"Price of a {words.unit} in euros",
        "rent": "Rent in euros",
        "staff": "Staff",
        "classes": "Price classes",
        "list": f"Codes of the {words.plural}",
    }[role]


def _tick(role: Role, kind: Kind, counted: bool, columns: int, rich: bool) -> int:
    """Return the value of a gridline step: amounts come out alike, crate or not, day by day.

    Where nothing is lost, takings are larger, and so is a rent that matters.
    """
    if role == "rent":
        return 200 if rich else 100
    if role in ("price", "staff", *LISTS) or counted:
        return 4
    return 40 if kind == "stacked" or columns == 1 else 20


def _with_lists(world: Charts, stream: Stream) -> Charts:
    """Say whose code is whose: each has its own, and every price class is somebody's."""
    codes = tuple(f"{world.words.letter}{code + 1}" for code in range(NUM_NAMES))
    cells = tuple((code,) for code in stream.shuffled(range(NUM_NAMES)))
    chart = replace(
        world.chart("list"), rows=stream.shuffled(world.names), cells=cells, entries=(codes,)
    )
    world = with_chart(world, chart)
    if not world.by_class:
        return world
    some = stream.shuffled((*range(len(CLASSES)), stream.below(len(CLASSES))))
    names = tuple(f"Class {name}" for name in CLASSES)
    cells = tuple((one,) for one in some)
    return with_chart(world, replace(world.chart("classes"), cells=cells, entries=(names,)))


# Values


def _filled(world: Charts, stream: Stream) -> Charts:
    """Draw values for every chart but the lists."""
    charts = (chart if chart.role in LISTS else _drawn(chart, stream) for chart in world.charts)
    return replace(world, charts=tuple(charts))


def _drawn(chart: Chart, stream: Stream) -> Chart:
    """Draw the values of a chart until they can be read; lines stay apart by two quarters."""
    low, high = _RANGES.get(chart.kind) or _RANGES.get(chart.role, (4, FULL))
    while True:
        columns = [
            stream.sample(range(low + stream.below(2), high + 1, 2), len(chart.rows))
            if chart.kind == "lines"
            else [stream.integer(low, high) for _ in chart.rows]
            for _ in chart.columns
        ]
        drawn = with_rest(replace(chart, cells=tuple(zip(*columns, strict=True))))
        if is_legal(drawn):
            return drawn


_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "stacked": (2, 6),
    "pie": (2, 5),
    "lost": (2, 10),
    "more": (2, 12),
    "staff": (3, 13),
    "rent": (4, FULL),
}
"""Least and largest value of a kind or a role, in quarters of a gridline step, where not all."""
