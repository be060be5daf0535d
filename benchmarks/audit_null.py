"""How much luck has a solver of the audit that has nothing to go by?

    python benchmarks/audit_null.py                              # a few minutes
    python benchmarks/audit_null.py --subtask speed --num 400 --draws 20

Takes questions of MIR-Synth as they read, exchanges the right answers for others that have nothing
to do with them, and lets the audit's learner try: answers tossed anew for each question, and
answers dealt out again among the questions of one form in each block of the schedule, in which
every letter is right equally often. Prints, in standard deviations of independent guesses, the
mean of its hits, how much they vary, the most there were, and how many sets the audit's bound of
three would fail.
"""

import argparse
import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from rich.progress import track

from mirbench.synth.audit import sketched
from mirbench.synth.audit.items import Item
from mirbench.synth.audit.solvers import hits_of_learner, reader
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.registry import subtask_named

BOUND = 3


def main() -> None:
    """Print a line for each way to exchange answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subtask", default="location", help="whose questions to read")
    parser.add_argument("--seed", type=int, default=51, help="of the set")
    parser.add_argument("--num", type=int, default=2000, help="questions in a set")
    parser.add_argument("--draws", type=int, default=100, help="how often answers are exchanged")
    arguments = parser.parse_args()
    start = arguments.seed << 20  # where a seed's samples begin
    each = arguments.num // len(LEVELS)
    items = [
        sketched(arguments.subtask, level, start + index)
        for level in LEVELS
        for index in track(range(each), f"level {level}", transient=True)
    ]
    shares = [1 / len(item.options) for item in items]
    chance, deviation = sum(shares), math.sqrt(sum(share * (1 - share) for share in shares))
    print(f"{len(items)} questions of {arguments.subtask}, {arguments.draws} draws")
    for name, exchange in {"tossed": tossed, "dealt within blocks": dealt}.items():
        rng = random.Random(0)
        hits = [
            hits_of_learner(exchange(items, rng), reader)
            for _ in track(range(arguments.draws), name, transient=True)
        ]
        luck = (np.array(hits) - chance) / deviation
        print(
            f"{name:20} mean {luck.mean():+.2f}  deviation {luck.std():.2f}  most {luck.max():+.2f}"
            f"  above {BOUND}: {int((luck > BOUND).sum())} of {arguments.draws}"
        )


def tossed(items: Sequence[Item], rng: random.Random) -> list[Item]:
    """Toss each answer anew."""
    return [replace(item, letter=rng.choice(list(item.options))) for item in items]


def dealt(items: Sequence[Item], rng: random.Random) -> list[Item]:
    """Deal out the answers again within blocks of the schedule, form by form."""
    places: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        forms = subtask_named(item.subtask).forms(item.level)
        length = sum(len(form.combinations()) for form in forms)  # as in `options.slot_at`
        index = int(item.id.rpartition("-")[2])
        places[item.level, index // length, item.form].append(place)
    found = list(items)
    for block in places.values():
        letters = [items[place].letter for place in block]
        rng.shuffle(letters)
        for place, letter in zip(block, letters, strict=True):
            found[place] = replace(items[place], letter=letter)
    return found


if __name__ == "__main__":
    main()
