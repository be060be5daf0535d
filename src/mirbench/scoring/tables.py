"""Results as tables for the terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mirbench.scoring.compare import Comparison
from mirbench.scoring.ladder import Climb, Jump
from mirbench.scoring.metrics import Score, Scores
from mirbench.scoring.paired import Difference, Differences
from mirbench.scoring.repeated import Circular, Estimate, Sampled
from mirbench.scoring.run import caveats
from mirbench.scoring.steps import StepScores
from mirbench.scoring.summary import BlindGap, Ladder, RunSummary, Summary
from mirbench.scoring.visible import visible


def print_summary(summary: Summary, console: Console | None = None) -> None:
    """Print a run in full, or several a line each, then what they say together."""
    console = console or Console()
    knows_clusters = summary.clusters is not None
    if len(summary.runs) > 1:
        console.print(_overview(summary.runs))
        console.print(Text("One run alone shows categories, subtasks, difficulty and images too."))
    for one in summary.runs:
        _print_run(one, console, knows_clusters=knows_clusters, alone=len(summary.runs) == 1)
    for gap in summary.blind_gaps:
        _print_blind_gap(gap, console)
    for ladder in summary.ladders:
        _print_ladder(ladder, console)
    for note in summary.notes:
        console.print(Text(visible(note), style="yellow"))


def _overview(runs: Sequence[RunSummary]) -> Table:
    table = _table("task", "model", "accuracy", "95 % clustered", "n", "no answer", "judged")
    for one in runs:
        overall = one.scores.overall
        judged = _share(overall.num_judged / overall.num) if overall.num_judged else ""
        table.add_row(
            Text(visible(one.run.task)),
            Text(visible(one.run.model_name)),
            _share(overall.accuracy),
            _interval(overall.clustered_low, overall.clustered_high),
            f"{overall.num:,}",
            f"{overall.num - overall.num_answered:,}",
            judged,
        )
    return table


def _print_run(summary: RunSummary, console: Console, *, knows_clusters: bool, alone: bool) -> None:
    """Print what was run and what it came to; the table of results if it is the only run."""
    run, overall = summary.run, summary.scores.overall
    warnings = list(caveats(run, overall))
    if alone or warnings or summary.circular or summary.sampled or summary.steps:
        title = f"{run.model_name}, task {run.task}, data {run.data}"
        console.print(Text(visible(title), style="bold"))
    if alone:
        # Where every response is a cluster of its own, both intervals are the same.
        clustered = overall.num > overall.num_clusters
        console.print(_scores(summary.scores, clustered=clustered))
        console.print(Text(_ends(overall)))
        console.print(Text(_about_clusters(overall, knows_clusters=knows_clusters)))
    if summary.circular:
        _print_circular(summary.circular, console)
    if summary.sampled:
        _print_sampled(summary.sampled, console)
    if summary.steps:
        _print_steps(summary.steps, console)
    for warning in warnings:
        console.print(Text(visible(warning), style="yellow"))


def _scores(scores: Scores, *, clustered: bool) -> Table:
    judged = scores.overall.num_judged > 0
    columns = ["accuracy", "95 % Wilson", *(["95 % clustered"] if clustered else []), "chance", "n"]
    table = _table("", *columns, "no answer", *(["judged"] if judged else []))
    for title, group in _groups(scores):
        table.add_section()
        for score in group:
            cells = [_share(score.accuracy), _interval(score.low, score.high)]
            cells += [_interval(score.clustered_low, score.clustered_high)] if clustered else []
            cells += [_share(score.chance), f"{score.num:,}"]
            cells += [f"{score.num - score.num_answered:,}"]
            cells += [_share(score.num_judged / score.num)] if judged else []
            table.add_row(Text(f"{title}{score.name}"), *cells)
    return table


def _groups(scores: Scores) -> Iterator[tuple[str, tuple[Score, ...]]]:
    yield "", (scores.overall,)
    yield "", scores.category
    yield "", scores.subtask
    yield "difficulty: ", scores.difficulty
    yield "images: ", scores.num_images


def _ends(overall: Score) -> str:
    return (
        f"{overall.num_answered:,} of {overall.num:,} responses name one option; of the others, "
        f"which count as wrong, {overall.num_unparsed:,} name none, {overall.num_truncated:,} "
        f"break off, and {overall.num_failed:,} are failed requests."
    )


def _about_clusters(overall: Score, *, knows_clusters: bool) -> str:
    if not knows_clusters:
        return "Questions that share images are not known; name the data with --data-dir."
    shared = overall.num_samples - overall.num_clusters
    return (
        f"{overall.num_samples:,} questions in {overall.num_clusters:,} clusters that share images."
        if shared
        else "No two questions share an image."
    )


def _print_circular(circular: Circular, console: Console) -> None:
    table = _table("every rotation of the options", "share", "95 % clustered")
    for one in (circular.plain, circular.circular, circular.gap):
        _estimate(table, one)
    console.print(table)
    letters = _table("letter", "is the answer", "chosen", "recall")
    for letter in circular.letters:
        counts = (f"{letter.num_gold:,}", f"{letter.num_chosen:,}", _share(letter.recall))
        letters.add_row(letter.letter, *counts)
    console.print(letters)
    console.print(
        f"Recall differs between letters by {circular.recall_deviation:.1%} (standard deviation)."
    )
    if circular.num_incomplete:
        console.print(f"{circular.num_incomplete:,} questions lack rotations and are left out.")


def _print_sampled(sampled: Sampled, console: Console) -> None:
    table = _table(f"{sampled.num_draws} responses a question", "share", "95 % clustered")
    for one in (sampled.mean, *sampled.pass_at, *sampled.maj_at):
        _estimate(table, one)
    console.print(table)


def _estimate(table: Table, one: Estimate) -> None:
    table.add_row(one.name, _share(one.value), _interval(one.low, one.high))


def _print_steps(steps: StepScores, console: Console) -> None:
    table = _table("steps written", "share", "of")
    table.add_row("steps all there, in order", _share(steps.in_order), f"{steps.num:,} responses")
    regions, relations = f"{steps.num_regions:,} regions", f"{steps.num_relations:,} statements"
    for name, share, of in (
        ("region given a box", steps.named, regions),
        ("region found (IoU 0.5)", steps.found, regions),
        ("mean IoU", steps.mean_iou, regions),
        ("relation stated rightly", steps.hold, relations),
        ("relation with wrong numbers", steps.wrong, relations),
    ):
        if share is not None:
            table.add_row(name, _share(share), of)
    console.print(table)


def _print_blind_gap(gap: BlindGap, console: Console) -> None:
    console.print(Text(visible(f"{gap.model}: what the images are worth"), style="bold"))
    console.print(_differences(gap.differences, "mir_blind", "mir"))


def _print_ladder(ladder: Ladder, console: Console) -> None:
    console.print(Text(visible(f"{ladder.model}: the guidance ladder"), style="bold"))
    rungs = ladder.climbs[0].rungs
    names = [str(rung.num_given) for rung in rungs]
    table = _table("steps given", *names, "waits for", "gain", "95 %", "surest in")
    for climb in ladder.climbs:
        shares = [_share(rung.accuracy) for rung in climb.rungs]
        table.add_row(climb.name, *shares, *_bottleneck(climb))
    console.print(table)


def _bottleneck(climb: Climb) -> Iterator[str]:
    jump: Jump | None = climb.bottleneck
    if jump is None:
        yield from ("no step clearly", "", "", "")
        return
    yield " + ".join(jump.steps)
    yield _points(jump.difference)
    yield f"{_points(jump.low)} to {_points(jump.high)}"
    yield f"{jump.support:.0%}"


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print how two runs differ, and what a reader must know with it."""
    console = console or Console()
    title = f"A: {comparison.first}\nB: {comparison.second}\ntask {comparison.task}"
    console.print(Text(visible(title), style="bold"))
    console.print(_differences(comparison.differences, "A", "B"))
    if comparison.num_clusters is None:
        known = "questions that share images are not known (name the data with --data-dir)"
    else:
        known = f"{comparison.num_clusters:,} clusters of questions that share images"
    told = f"B minus A in points. Interval: bootstrap over clusters; {known}."
    console.print(Text(f"{told} p: McNemar, exact, by cluster; subtasks after Holm."))
    for one in comparison.allowed:
        console.print(Text(visible(f"Allowed to differ: {one}"), style="yellow"))
    for caveat in comparison.caveats:
        console.print(Text(visible(caveat), style="yellow"))
    if comparison.noted:
        console.print(Text(visible("Also differs: " + "; ".join(comparison.noted))))


def _differences(found: Differences, first: str, second: str) -> Table:
    table = _table(
        "",
        first,
        second,
        "difference",
        "95 % interval",
        f"only {first}",
        f"only {second}",
        "p",
        "n",
    )
    for group in ((found.overall,), found.subtask):
        table.add_section()
        for one in group:
            table.add_row(one.name, *_difference(one))
    return table


def _difference(one: Difference) -> Iterator[str]:
    yield _share(one.first)
    yield _share(one.second)
    yield _points(one.difference)
    yield f"{_points(one.low)} to {_points(one.high)}"
    yield f"{one.num_only_first:,}"
    yield f"{one.num_only_second:,}"
    yield "" if one.p_adjusted is None else p_text(one.p_adjusted)
    yield f"{one.num:,}"


def p_text(p: float) -> str:
    """Write a p-value with what matters of it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _table(first: str, *others: str) -> Table:
    table = Table(first, *others)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _share(share: float) -> str:
    return f"{share:.1%}"


def _interval(low: float, high: float) -> str:
    return f"{low:.1%} - {high:.1%}"


def _points(difference: float) -> str:
    return f"{100 * difference:+.1f}"
