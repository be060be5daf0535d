"""Statistics for people: in the terminal, and as an HTML page that stands by itself."""

import base64
import hashlib
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mirbench.data.stats import Counts, Statistics, leak_lines

_BAR = 32


def stats_tables(stats: Statistics) -> RenderableType:
    """Return the statistics as tables with bars."""
    lengths = Table("text", "questions", "median", "95 %", "longest", title="Characters")
    for column in lengths.columns[1:]:
        column.justify = "right"
    for each in stats.lengths:
        lengths.add_row(each.name, *(f"{value:,}" for value in each[1:]))
    summary = "\n".join(f"{name}: {value}" for name, value in facts(stats))
    leaks = "\n".join(("How leak-free the test is:", *leak_lines(stats.leaks)))
    tables = (_count_table(counts) for counts in stats.counts)
    return Group(Text(f"{stats.name}\n{summary}\n"), *tables, lengths, Text(f"\n{leaks}"))


def _count_table(counted: Counts) -> Table:
    table = Table(counted.title, "questions", "", title_justify="left")
    table.columns[1].justify = "right"
    most = max((num for _, num in counted.counts), default=1)
    for name, num in counted.counts:
        bar = Text("█" * max(1, round(_BAR * num / most)), style="blue")
        table.add_row(Text(name), f"{num:,}", bar)
    return table


def facts(stats: Statistics) -> list[tuple[str, str]]:
    """Return the numbers that come first, with their names."""
    return [
        ("questions", f"{stats.num_valid:,}"),
        ("records left out", f"{len(stats.faults):,}"),
        ("images", f"{stats.num_images:,}"),
        ("different images", f"{stats.num_contents:,}"),
        ("size", f"{stats.image_bytes / 1e6:,.1f} MB"),
        ("images in several questions", f"{stats.num_shared:,}"),
        ("questions with the text of another", f"{stats.num_same_text:,}"),
    ]


def write_stats_page(stats: Statistics, out: Path) -> None:
    """Write the page in one step; it needs no network and runs no script."""
    style = resources.files("mirbench.data").joinpath("page", "stats.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
        loader=PackageLoader("mirbench.data", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("stats.html.j2").render(
        stats=stats,
        facts=facts(stats),
        leaks=leak_lines(stats.leaks),
        style=Markup(style),
        style_hash=f"sha256-{digest}",
    )
    temporary = out.with_name(f".{out.name}.tmp")
    temporary.write_text(page, encoding="utf-8")
    temporary.replace(out)
