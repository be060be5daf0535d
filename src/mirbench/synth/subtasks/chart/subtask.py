"""Chart Analysis: who comes out first, over several charts?

Each chart tells one thing about the same bakeries (farms, ...): what they baked day by day, what
they bought in, what they threw away, what a loaf costs. Charts know them by codes; a list says
whose code is whose. The text says how it goes together: how many loaves are in a crate or in the
whole of a pie, which day is left out, who does not count.

Level 1 subtracts, level 2 sums up days without one of them as well and adds, level 3 multiplies by
a price. At level 4 the price has to be found through a price class and a rent is paid; level 5 has
it all, and whoever has too few staff does not count.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mirbench.synth.options import Form, Option, tagged
from mirbench.synth.program import answer_of
from mirbench.synth.puzzle import Phrase, Subtask
from mirbench.synth.subtasks.chart import words
from mirbench.synth.subtasks.chart.draw import NUM_NAMES, draw
from mirbench.synth.subtasks.chart.reason import AMOUNTS, RULES, facts, measure, program
from mirbench.synth.subtasks.chart.twins import variants
from mirbench.synth.worlds.chart_drawing import Plate
from mirbench.synth.worlds.charts import LONG, REST, Chart, Charts

MARKS: Final = {"pie": "slice", "table": "cell"}
"""What shows a value where it is no bar."""


def forms(level: int) -> Sequence[Form]:
    """Which of the names."""
    return [Form(name=name, answers=NUM_NAMES) for name in RULES]


def options(world: Charts, truth: int) -> Sequence[Option]:
    """Each name."""
    return tagged(world.names, truth, _mistakes(world), "misread_a_value")


def pictures(world: Charts) -> Sequence[Plate]:
    """A plate a chart."""
    return [Plate(chart) for chart in world.charts]


def phrases(world: Charts) -> Sequence[Phrase]:
    """Every mark that has to be read."""
    return [
        Phrase(phrase, image, key)
        for image, chart in enumerate(world.charts)
        for phrase, key in _marks(world, chart)
    ]


def _marks(world: Charts, chart: Chart) -> Iterator[tuple[str, str]]:
    """Yield words for each mark, and its key; a line is one mark."""
    for at, row in enumerate(chart.rows):
        if row == REST:
            continue
        if chart.kind == "lines":
            yield f"the line of {row}", f"{row} line"
            continue
        for column, name in enumerate(chart.columns):
            if chart.role != "made" or column != world.left_out:
                mark = f"{LONG.get(name, name)} {MARKS.get(chart.kind, 'bar')}".strip()
                yield f"the {mark} of {row}", chart.key(at, column)


def _mistakes(world: Charts) -> Mapping[str, int]:
    """Return the answers of someone who leaves out a part of the reasoning, or slips."""
    steps, given = program(world), facts(world)

    def answer(changed: Mapping[str, Any]) -> int:
        return answer_of(steps, {**given, **changed})

    def by(form: str) -> int:
        return answer_of([*steps[:-1], steps[-1]._replace(operation=RULES[form])], given)

    mistakes = {
        "missed_the_unit": answer({"unit": 1}),
        "kept_what_is_left_out": answer({"left out": -1}),
        "kept_who_is_left_out": answer({"fewest": 0}),
        "reversed": by({"most": "least", "least": "most"}.get(world.form, world.form)),
        "took_the_first": by("most"),
        "took_the_runner_up": by("second"),
    }
    for role in (*AMOUNTS, "rent"):
        if role in world.roles:
            nothing = {row: (0,) * len(values) for row, values in given[role].items()}
            mistakes[f"overlooked_{role}"] = answer({role: nothing})
    rows = world.chart("list").rows
    for name, step in (("a_row_too_low", 1), ("a_row_too_high", -1), ("two_rows_off", 2)):
        slipped = {row: given["list"][rows[(at + step) % len(rows)]] for at, row in enumerate(rows)}
        mistakes[f"read_the_list_{name}"] = answer({"list": slipped})
    return mistakes


CHART: Final[Subtask[Charts]] = Subtask(
    name="Chart Analysis",
    slug="chart",
    forms=forms,
    draw=draw,
    variants=variants,
    pictures=pictures,
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
