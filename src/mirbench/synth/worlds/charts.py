"""Charts about a few shops or farms, and the trade that they are about.

The charts tell their figures by code, and a list says whose code is whose. So the charts without
the list say nothing about anybody, and the list without the charts says nothing about figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Kind = Literal["bars", "rows", "grouped", "stacked", "lines", "pie", "table"]
"""Upright bars, lying bars, bars side by side, bars in pieces, lines, a pie, a table."""
Role = Literal["made", "more", "lost", "price", "rent", "staff", "classes", "list"]
"""What a chart tells: three amounts, a price, a rent, who is employed, which price class a code is
of, or whose code is whose."""

LISTS: Final[tuple[Role, ...]] = ("classes", "list")
"""What is said in words."""
TICKS: Final = 5
"""Gridlines above zero on an axis."""
QUARTERS: Final = 4
"""Steps between two gridlines: the finest that is drawn, or has to be read."""
FULL: Final = TICKS * QUARTERS
SLICE: Final = 5
"""Per cent to which the slices of a pie are rounded; a pie has `FULL` of them."""
REST: Final = "Others"
CLASSES: Final = ("A", "B", "C")
"""Price classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart. Equal charts are drawn to equal bytes.

    Attributes:
        role: What it tells.
        kind: How it tells it.
        title: What stands above it.
        rows: What it tells about, in the order shown: codes, price classes, in a list names.
        columns: Days, seasons, ...; one without a name if each row has one value.
        cells: For each row and column its value in quarters of a gridline step (a pie: in slices
            of 5 per cent; a list: positions among what it may say).
        tick: The value of a gridline step, a multiple of 4.
        style: Number of the colours.
        entries: For each column of a list what its cells may say.
    """

    role: Role
    kind: Kind
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...] = ("",)
    cells: tuple[tuple[int, ...], ...] = ()
    tick: int = QUARTERS
    style: int = 0
    entries: tuple[tuple[str, ...], ...] = ()

    @property
    def quarter(self) -> int:
        """The value of the finest step: of a quarter of a gridline step, of a slice."""
        return SLICE if self.kind == "pie" else self.tick // QUARTERS

    def value(self, row: int, column: int) -> int | str:
        """Return a value in the chart's own unit; in a list, what stands there."""
        cell = self.cells[row][column]
        return self.entries[column][cell] if self.entries else cell * self.quarter

    def printed(self, row: int, column: int) -> str:
        """Return a value as a table or a pie has it in print."""
        return f"{self.value(row, column)}{'%' if self.kind == 'pie' else ''}"

    def key(self, row: int, column: int) -> str:
        """Return the name of the mark that shows a value."""
        return f"{self.rows[row]} {self.columns[column]}".strip()


class Trade(NamedTuple):
    """What the charts are about, in words.

    Attributes:
        noun: Who: `bakery`; then in the plural.
        names: What they are called.
        what: What they deal in: `loaves`.
        unit: One of it: `loaf`.
        made, more, lost: What they did with it; from the second and the third the net amount.
        net: What is left: `sold`.
        crate: In what it may be counted: `crate`.
        source: Whose goods they are, if all had them from one.
        letter: What codes begin with.
    """

    noun: str
    plural: str
    names: tuple[str, ...]
    what: str
    unit: str
    made: str
    more: str
    lost: str
    net: str
    crate: str
    source: str
    letter: str


TRADES: Final[Mapping[str, Trade]] = {
    "bakery": Trade(
        "bakery", "bakeries", ("Mill St", "Oak St", "Bay Rd", "Park Ln", "Hill Rd", "Quay"),
        "loaves", "loaf", "baked", "bought in", "thrown away", "sold", "crate",
        "the central kitchen", "K",
    ),
    "farm": Trade(
        "farm", "farms", ("Alder", "Birch", "Cedar", "Elm", "Hazel", "Rowan"),
        "melons", "melon", "picked", "taken from storage", "rejected", "delivered", "box",
        "the common store", "F",
    ),
    "nursery": Trade(
        "nursery", "nurseries", ("Fern", "Iris", "Lily", "Poppy", "Tulip", "Violet"),
        "roses", "rose", "cut", "imported", "discarded", "sold", "bundle", "the importer", "N",
    ),
    "workshop": Trade(
        "workshop", "workshops", ("North", "South", "East", "West", "Centre", "Harbour"),
        "lamps", "lamp", "built", "ordered", "returned", "sold", "pallet", "the warehouse", "W",
    ),
    "school": Trade(
        "school", "schools", ("Garden", "Lake", "Castle", "Station", "Forest", "River"),
        "books", "book", "collected", "donated", "returned", "kept", "carton", "the library", "S",
    ),
}  # fmt: skip

PERIODS: Final = (
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    ("January", "February", "March", "April", "May", "June"),
    ("Week 1", "Week 2", "Week 3", "Week 4", "Week 5", "Week 6"),
    ("2018", "2019", "2020", "2021", "2022", "2023"),
)
"""Times that columns stand for."""
SHORT: Final = {
    name: name if name[-1].isdigit() else name[:3] for names in PERIODS for name in names
}
LONG: Final = {short: name for name, short in SHORT.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """Charts, what the text adds to them, and what is asked.

    Attributes:
        form: The kind of question.
        manner: Which wording of it.
        trade: Name of the trade.
        names: Who is compared, in the order of the options.
        charts: The charts in the order of their images.
        counted_in: Role whose chart counts crates, or is a pie of a total that the text gives.
        unit: How many a crate holds; for a pie, the total.
        left_out: Position of the column that does not count; -1 if all do.
        fewest: Staff below which one does not count; 0 if all do.
    """

    form: str
    manner: int
    trade: str
    names: tuple[str, ...]
    charts: tuple[Chart, ...]
    counted_in: Role
    unit: int
    left_out: int = -1
    fewest: int = 0

    @property
    def roles(self) -> dict[Role, int]:
        """Return for each role the index of its image."""
        return {chart.role: image for image, chart in enumerate(self.charts)}

    def chart(self, role: Role) -> Chart:
        """Return the chart of a role."""
        return self.charts[self.roles[role]]

    @property
    def words(self) -> Trade:
        """Return the words of the trade."""
        return TRADES[self.trade]

    @property
    def by_class(self) -> bool:
        """Whether prices are those of classes."""
        return "classes" in self.roles

    @property
    def is_pie(self) -> bool:
        """Whether the unit is the total of a pie."""
        return self.chart(self.counted_in).kind == "pie"
