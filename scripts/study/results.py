"""The finished study as a table and a plot, whatever they show."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from mirbench.scoring.metrics import Score, Scored, score
from mirbench.scoring.run import read_runs
from mirbench.taxonomy import DIFFICULTIES, SUBTASKS
from mirbench.training_run.steps import STEPS_NAME, read_steps

from .design import ARMS, Design, cells


def read_scores(design: Design, out: Path) -> dict[str, dict[str, Score]]:
    """Return for each arm its score over all seeds and on each of them."""
    found: dict[str, dict[str, list[Scored]]] = {}
    for cell in cells(design):
        (run,) = read_runs(out / cell.name / "eval")
        groups = found.setdefault(cell.arm, {"all": []})
        groups["all"] += run.scored
        groups[f"seed {cell.seed}"] = list(run.scored)
        for one in run.scored:
            groups.setdefault(f"{one.difficulty}", []).append(one)
            groups.setdefault(f"{one.subtask}", []).append(one)
    return {
        arm: {name: score(name, scored) for name, scored in groups.items()}
        for arm, groups in found.items()
    }


def table(scores: dict[str, dict[str, Score]]) -> str:
    """Write the scores as Markdown: a line an arm, with the interval, each seed and each part."""
    names = next(iter(scores.values()))
    parts = [part for part in (*DIFFICULTIES, *SUBTASKS) if part in names]
    heads = ["arm", "accuracy", "95 % interval", "each seed", "no answer", *parts]
    lines = [heads, ["---"] * len(heads)]
    for arm, found in scores.items():
        whole = found["all"]
        seeds = [one.accuracy for name, one in found.items() if name.startswith("seed")]
        lines.append([
            ARMS[arm],
            f"{whole.accuracy:.1%}",
            f"{whole.clustered_low:.1%} - {whole.clustered_high:.1%}",
            ", ".join(f"{one:.1%}" for one in seeds),
            f"{whole.num - whole.num_answered} of {whole.num}",
            *(f"{found[part].accuracy:.1%}" for part in parts),
        ])  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_LEFT, _WIDTH, _ROW = 290, 480, 56
_STYLE: Final = (
    "text{font:13px system-ui,sans-serif;fill:#222}.page{fill:#fff}.grid{stroke:#999;stroke-width:"
    ".5}.chance{stroke:#c8553d;stroke-dasharray:4}.span{stroke:#457b9d;stroke-width:3}"
    ".mean{fill:#457b9d}.seed{fill:none;stroke:#777}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.page{fill:#181818}}"
)


def plot(scores: dict[str, dict[str, Score]]) -> str:
    """Draw each arm's accuracy with its interval, its seeds as circles, and chance, as an SVG."""

    def x(share: float) -> float:
        return round(_LEFT + share * _WIDTH, 1)

    base = _ROW * len(scores) + 20
    chance = next(iter(scores.values()))["all"].chance
    drawn = [
        f'<line class="grid" x1="{x(tick)}" x2="{x(tick)}" y1="16" y2="{base}"/>'
        f'<text x="{x(tick)}" y="{base + 18}" text-anchor="middle">{tick:.0%}</text>'
        for tick in (0, 0.25, 0.5, 0.75, 1)
    ]
    drawn.append(
        f'<line class="chance" x1="{x(chance)}" x2="{x(chance)}" y1="16" y2="{base}"/>'
        f'<text x="{x(chance)}" y="12" text-anchor="middle">chance</text>'
    )
    for row, (arm, found) in enumerate(scores.items()):
        y, whole = 20 + _ROW * (row + 0.5), found["all"]
        seeds = [one.accuracy for name, one in found.items() if name.startswith("seed")]
        drawn.append(
            f'<text x="{_LEFT - 12}" y="{y + 4}" text-anchor="end">{ARMS[arm]}</text>'
            f'<line class="span" x1="{x(whole.clustered_low)}" x2="{x(whole.clustered_high)}" '
            f'y1="{y}" y2="{y}"/><circle class="mean" cx="{x(whole.accuracy)}" cy="{y}" r="6"/>'
            + "".join(f'<circle class="seed" cx="{x(one)}" cy="{y + 14}" r="4"/>' for one in seeds)
        )
    size = f'width="{_LEFT + _WIDTH + 40}" height="{base + 34}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Accuracy of each '
        f'arm"><style>{_STYLE}</style><rect class="page" {size}/>{"".join(drawn)}</svg>\n'
    )


def write_results(design: Design, out: Path) -> str:
    """Write `study.json`, `study.md` and `study.svg` into the study's folder; return the table."""
    scores = read_scores(design, out)
    written = table(scores)
    found = {
        arm: {name: asdict(one) for name, one in parts.items()} for arm, parts in scores.items()
    }
    log = {"design": asdict(design), "steps": num_steps(design, out), "scores": found}
    for name, text in {
        "study.json": json.dumps(log, indent=1) + "\n",
        "study.md": f"{described(design, out)}\n\n{written}\n",
        "study.svg": plot(scores),
    }.items():
        draft = out / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(out / name)
    return written


def num_steps(design: Design, out: Path) -> int:
    """Return how many optimiser steps every trained arm took.

    Raises:
        SystemExit: If they differ, which would make the study worthless.
    """
    found = {
        list(read_steps(out / cell.name / "training" / STEPS_NAME))[-1]["step"]
        for cell in cells(design)
        if cell.arm != "untrained"
    }
    if len(found) != 1:
        raise SystemExit(f"arms took different numbers of steps: {sorted(found)}")
    return found.pop()


def described(design: Design, out: Path) -> str:
    """Say in words what the table is of."""
    subtasks, levels = ", ".join(design.subtasks), ", ".join(map(str, design.levels))
    return (
        f"{design.num} questions of MIR-Synth (subtasks {subtasks}; levels {levels}; seed "
        f"{design.data_seed}), {design.test_fraction:.0%} of them held out; "
        f"{num_steps(design, out)} optimiser steps of {design.batch} samples an arm; "
        f"{len(design.seeds)} seeds. The interval takes all answers to a question, one a seed, for "
        "one piece of evidence."
    )
