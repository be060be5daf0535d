"""`mirbench synth OUT` writes a release, `verify` makes it again and compares.

`audit` lets blind solvers try it, `observe` somebody who misreads; `sheet` and `gallery` show it.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from mirbench.errors import MirbenchError

if TYPE_CHECKING:
    from mirbench.synth.audit import Finding
    from mirbench.synth.release import Summary


class _OutOrCommand(TyperGroup):
    """Takes a first word that is no command as the folder to write to.

    A folder that is called like a command is written `./verify`.
    """

    # Typer's context is the Click context that the overridden method names.
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["write", *args]
        return super().parse_args(ctx, args)


synth_app = typer.Typer(
    name="synth",
    cls=_OutOrCommand,
    no_args_is_help=True,
    help="Make fresh MIR questions, true by construction: `mirbench synth OUT --num N`.",
)

Subtasks = Annotated[
    str, typer.Option(help="Names such as depth,speed with commas; a wrong one lists all.")
]
Levels = Annotated[str, typer.Option(help="Some of 1,2,3,4,5 with commas; all by default.")]
Plugins = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin",
        metavar="FILE|MODULE",
        help="Python that registers a subtask of your own; may be given again.",
    ),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; all cores by default. No matter for bytes.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON object instead of words.")]


@synth_app.command()
def write(
    out: Annotated[Path, typer.Argument(help="Folder of the release; made where it is not there.")],
    num: Annotated[int, typer.Option(help="How many samples.")] = 600,
    seed: Annotated[int, typer.Option(help="Different seeds share no sample.")] = 0,
    subtasks: Subtasks = "",
    levels: Levels = "",
    test_fraction: Annotated[float, typer.Option(help="Share that is held out.")] = 0.2,
    image_size: Annotated[int, typer.Option(help="Side of a square image.")] = 336,
    plugins: Plugins = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Write a release to OUT in the original's layout; the word `write` may be left out."""
    from mirbench.synth.release import write_release

    summary = write_release(
        out,
        num=num,
        seed=seed,
        subtasks=_split(subtasks),
        levels=_levels(levels),
        test_fraction=test_fraction,
        image_size=image_size,
        workers=workers,
        progress=not as_json,
        plugins=plugins or (),
    )
    if as_json:
        typer.echo(json.dumps({**summary._asdict(), "out": str(summary.out)}))
    else:
        _tell(summary)
    raise typer.Exit(1 if summary.failed else 0)


@synth_app.command()
def verify(
    out: Annotated[Path, typer.Argument(help="Folder of a release that MIR-Synth wrote.")],
    plugins: Plugins = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Make the release again from its manifest and compare it byte for byte."""
    from mirbench.synth.verify import verify_release

    differences = verify_release(out, workers=workers, progress=not as_json, plugins=plugins or ())
    if as_json:
        typer.echo(json.dumps({"out": str(out), "differences": differences}))
    elif differences:
        typer.echo("\n".join(differences))
        typer.echo(f"{out}: not what its synth.json gives")
    else:
        typer.echo(f"{out}: every byte is as its synth.json says")
    raise typer.Exit(1 if differences else 0)


@synth_app.command()
def audit(
    out: Annotated[Path, typer.Argument(help="Folder of a release that MIR-Synth wrote.")],
    as_json: AsJson = False,
) -> None:
    """Let solvers try that see only a part: words, file sizes, one image. All must be at chance."""
    from mirbench.synth.audit import audit_release

    findings = audit_release(out)
    if as_json:
        told = [{**finding._asdict(), "passed": finding.passed} for finding in findings]
        typer.echo(json.dumps({"out": str(out), "findings": told}))
    else:
        _tell_findings(findings)
    raise typer.Exit(0 if all(finding.passed for finding in findings) else 1)


@synth_app.command()
def observe(
    subtasks: Subtasks = "",
    num: Annotated[int, typer.Option(min=1, help="Questions of each subtask and level.")] = 200,
    percent: Annotated[int, typer.Option(min=0, max=100, help="How often it misreads.")] = 3,
    plugins: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Let an observer answer who misreads a little: levels must make it right less often."""
    from mirbench.synth.observer import observe as observed
    from mirbench.synth.observer import trend_of
    from mirbench.synth.plan import make_plan
    from mirbench.synth.puzzle import LEVELS
    from mirbench.synth.registry import load_all

    load_all(tuple(plugins or ()))
    certain, told = True, []
    if not as_json:
        levels = "".join(f"{f'level {level}':>9}" for level in LEVELS)
        typer.echo(f"{'per cent right':16}{levels}   falls a level by     things   images")
    for slug in make_plan(num=1, subtasks=_split(subtasks)).subtasks:
        seen = [observed(slug, level, num=num, percent=percent) for level in LEVELS]
        trend = trend_of(seen)
        certain = certain and trend.certain
        told += [{**one._asdict(), **trend._asdict()} for one in seen]
        if not as_json:
            rights = "".join(f"{100 * one.accuracy:9.1f}" for one in seen)
            fall = f"{100 * trend.fall:8.1f} +- {100 * trend.error:3.1f}"
            things = f"{seen[0].facts:6.0f} to {seen[-1].facts:2.0f}"
            images = f"{seen[0].images:4.0f} to {seen[-1].images:1.0f}"
            missed = "" if trend.certain else "  DOES NOT FALL"
            typer.echo(f"{slug:16}{rights}{fall:>19}{things}{images}{missed}")
    if as_json:
        typer.echo(json.dumps(told))
    raise typer.Exit(0 if certain else 1)


@synth_app.command()
def sheet(
    out: Annotated[Path, typer.Argument(help="The picture to write, as in sheet.png.")],
    subtasks: Subtasks = "",
    levels: Levels = "",
    seed: Annotated[int, typer.Option(help="As for a release.")] = 0,
    num: Annotated[int, typer.Option(help="How many puzzles.")] = 6,
    plugins: Plugins = None,
) -> None:
    """Draw puzzles with their images, words and regions on one picture, to look at them."""
    from mirbench.synth.make import generate
    from mirbench.synth.plan import make_plan
    from mirbench.synth.puzzle import SynthError
    from mirbench.synth.registry import load_all
    from mirbench.synth.sheet import draw_sheet

    load_all(tuple(plugins or ()))
    plan = make_plan(num=num, seed=seed, subtasks=_split(subtasks), levels=_levels(levels))
    puzzles = [generate(place.subtask, place.level, place.index) for place in plan.places()]
    try:
        draw_sheet(puzzles).save(out)
    except (OSError, ValueError) as error:
        raise SynthError(f"{out}: expected the path of a picture to write, found {error}") from None
    typer.echo(f"{out}: {len(puzzles)} puzzles")


@synth_app.command()
def gallery(
    out: Annotated[Path, typer.Argument(help="Folder for a picture of each subtask.")],
    subtasks: Subtasks = "",
    seed: Annotated[int, typer.Option(help="As for a release.")] = 0,
    width: Annotated[int, typer.Option(min=300, max=1800, help="Width in pixels.")] = 1200,
) -> None:
    """Draw a small sheet of each subtask, a puzzle of each level, as in the documentation."""
    from mirbench.synth.plan import make_plan
    from mirbench.synth.puzzle import SynthError
    from mirbench.synth.sheet import save_gallery

    plan = make_plan(num=1, seed=seed, subtasks=_split(subtasks))
    try:
        for path in save_gallery(out, plan.subtasks, seed, width):
            typer.echo(f"{path}: {path.stat().st_size // 1024} KB")
    except OSError as error:
        raise SynthError(f"{out}: expected a folder to write to, found {error}") from error


def _split(words: str) -> list[str] | None:
    return [word.strip() for word in words.split(",") if word.strip()] or None


def _levels(words: str) -> list[int] | None:
    levels = _split(words)
    if levels and not all(level.isdecimal() for level in levels):
        raise MirbenchError(f"expected levels such as 1,3 with commas, found {words!r}")
    return [int(level) for level in levels] if levels else None


def _tell_findings(findings: "Sequence[Finding]") -> None:
    width = max(len(finding.check) for finding in findings)
    subtask = ""
    for one in findings:
        if one.subtask != subtask:
            subtask = one.subtask
            typer.echo(f"{subtask:{width + 2}}{'right':>6} {'of':>6} {'chance':>8} {'most':>6}")
        counts = f"{one.found:6} {one.num:6} {one.expected:8.1f} {one.most:6.0f}"
        typer.echo(f"  {one.check:{width}}{counts}{'' if one.passed else '  FAILED'}")
    failed = sum(not one.passed for one in findings)
    typer.echo(f"{len(findings) - failed} of {len(findings)} checks hold")


def _tell(summary: "Summary") -> None:
    typer.echo(
        f"{summary.out}: {summary.num_samples} samples, {summary.num_images} images "
        f"({summary.num_rejected} draws thrown away)"
    )
    typer.echo(f"fingerprint {summary.fingerprint}")
    for failure in summary.failed:
        typer.echo(f"failed: {failure}", err=True)
