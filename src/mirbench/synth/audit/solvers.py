"""Solvers that must fail: each sees a part of a question and says something about every option.

What a solver says of an option is a list of features. One learner serves all: naive Bayes over
the features of right and of wrong options, trained on some samples and tried on the others. So a
new way to cheat is a function of a few lines, and no solver need guess which way a hint points.

A feature that is alike for all options of a question (a colour of the whole picture, say) tells
nothing by itself; it is therefore crossed with what kind of option it is: how the option reads with
names replaced by the order in which the text brings them up.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import Final

from mirbench.synth.audit.items import Item, Place

Features = Callable[[Item, str], list[str]]
"""What a solver says of one option of a question."""

NUM_FOLDS: Final = 5
MOST_IMAGES: Final = 9
_COMPARED: Final = 4
"""How many regions of an image are compared with each other."""


def hits_of_learner(items: Sequence[Item], features: Features) -> int:
    """Return how many questions are answered right by a learner that was trained on the others."""
    told = [{letter: _of_form(item, features(item, letter)) for letter in item.options}
            for item in items]  # fmt: skip
    folds = _folds(items)
    hits = 0
    for fold in range(NUM_FOLDS):
        right: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        for number, item in enumerate(items):
            if folds[number] != fold:
                for letter, said in told[number].items():
                    (right if letter == item.letter else wrong).update(said)
        for number, item in enumerate(items):
            if folds[number] == fold:
                hits += _likeliest(told[number], right, wrong) == item.letter
    return hits


def _folds(items: Sequence[Item]) -> list[int]:
    """Return a fold for each item: of each level a stretch of samples that follow each other.

    The schedule balances stretches. Were folds mixed, an answer too rare in the others would be too
    frequent in the one that is tried, and a learner that knows nothing would be far below chance.
    """
    sizes = Counter(item.level for item in items)
    seen: Counter[int] = Counter()
    folds = []
    for item in items:
        folds.append(seen[item.level] * NUM_FOLDS // sizes[item.level])
        seen[item.level] += 1
    return folds


def _of_form(item: Item, said: Sequence[str]) -> list[str]:
    """Learn each kind of question by itself, and each of its levels."""
    return [f"{kind}: {one}" for one in said for kind in (item.form, f"{item.form} {item.level}")]


def _likeliest(
    told: Mapping[str, Sequence[str]], right: Mapping[str, int], wrong: Mapping[str, int]
) -> str:
    share = 1 / len(told)
    scores = {
        letter: sum(
            math.log((right[one] + 2 * share) / (right[one] + wrong[one] + 2) / share)
            for one in said
        )
        for letter, said in told.items()
    }
    return max(scores, key=scores.__getitem__)


def kinds(item: Item) -> dict[str, str]:
    """Return how each option reads: numbers by rank, names by when the question brings them up."""
    values = {letter: _number(text) for letter, text in item.options.items()}
    if all(value is not None for value in values.values()):
        ranked = sorted(values, key=lambda letter: (values[letter], letter))
        return {letter: f"number {ranked.index(letter)}" for letter in values}
    words = {letter: _words(text) for letter, text in item.options.items()}
    asked = _words(item.question)
    common = set.intersection(*map(set, words.values()))
    moving = {word for said in words.values() for word in said}
    if not all(sorted(said) == sorted(words[item.letter]) for said in words.values()):
        moving -= common
    names = {word for word in moving & set(asked) if not word.isdecimal()}
    order = sorted(names, key=asked.index)
    return {
        letter: " ".join(f"#{order.index(word)}" if word in order else word for word in said)
        for letter, said in words.items()
    }


def reader(item: Item, letter: str) -> list[str]:
    """Reads everything and looks at nothing."""
    text = item.options[letter]
    kind = kinds(item)[letter]
    said = _words(text)
    numbers = [float(n) for n in re.findall(r"(?<!image)\b\d+(?:\.\d+)?", item.question)]
    found = [f"kind {kind}", f"text {text}", *said]
    found += [f"{kind} with {word}" for word in set(_words(item.question))]
    found += [f"{kind} number {at} is {value}" for at, value in enumerate(numbers)]
    found += [
        f"{kind} numbers {i} {j} {(a > b) - (a < b)}"
        for (i, a), (j, b) in combinations(enumerate(numbers[:6]), 2)
    ]
    place = item.question.lower().find(text.lower().removeprefix("the "))
    near = re.search(r"\b\d+(?:\.\d+)?", item.question[max(place, 0) :])
    if place >= 0 and near:
        value = float(near.group())
        found.append(f"number {sum(other < value for other in numbers)} of {len(numbers)}")
    return found


def measurer(item: Item, letter: str) -> list[str]:
    """Sees only how long options are."""
    lengths = {one: len(text) for one, text in item.options.items()}
    rank = sum(other < lengths[letter] for other in lengths.values())
    return [f"length {lengths[letter]}", f"rank {rank}"]


def weigher(item: Item, letter: str) -> list[str]:
    """Sees only how large image files are."""
    sizes = [look.num_bytes for look in item.looks]
    return _crossed(item, letter, [[math.log2(size)] for size in sizes], steps=4)


def squinter(item: Item, letter: str) -> list[str]:
    """Sees only how bright images are: in all, and above, below, left and right."""
    quarters = []
    for look in item.looks:
        grey = look.means.reshape(16, 16).astype(float) / 16
        halves = (grey, grey[:8], grey[8:], grey[:, :8], grey[:, 8:])
        quarters.append([float(half.mean()) for half in halves])
    return _crossed(item, letter, quarters, steps=1)


def _crossed(item: Item, letter: str, values: Sequence[Sequence[float]], steps: int) -> list[str]:
    """Say of each image how large its values are, alone and beside those of other images."""
    kind = kinds(item)[letter]
    found = [
        f"{kind} image {number} {at} {round(value * steps)}"
        for number, told in enumerate(values)
        for at, value in enumerate(told)
    ]
    firsts = [told[0] for told in values]
    found += [
        f"{kind} {i} {j} {(a > b) - (a < b)}"
        for (i, a), (j, b) in combinations(enumerate(firsts), 2)
    ]
    return found


def looker(image: int, item: Item, letter: str) -> list[str]:
    """Sees one image, with every region that reasoning needs found and named, and the options.

    A region that is known by another image ("the stone of image 1") cannot be told from its like in
    this one alone.
    """
    seen = [
        place for place in item.regions if place.image == image and not _is_known_elsewhere(place)
    ]
    kind = kinds(item)[letter]
    found = [f"{kind} regions {len(seen)}"]
    for at, place in enumerate(seen[:_COMPARED]):
        for name, value in _measures(place).items():
            found.append(f"{kind} {at} {name} {value // 24}")
    for (i, a), (j, b) in combinations(enumerate(seen[:_COMPARED]), 2):
        others = _measures(b)
        for name, value in _measures(a).items():
            found.append(f"{kind} {i} {j} {name} {_compared(value, others[name])}")
    return found + list(_named(item, letter, seen))


def _is_known_elsewhere(place: Place) -> bool:
    """Tell whether it takes another image to know which thing in its image a region is."""
    told = re.findall(r"\bimages? (\d+)(?: and (\d+))?", place.phrase)
    return any(int(number) != place.image + 1 for pair in told for number in pair if number)


def _named(item: Item, letter: str, seen: Sequence[Place]) -> Iterator[str]:
    """Say where what an option names stands among what the other options name."""
    own = _places_named(item, letter, seen)
    yield f"named {len(own)}"
    rest = [_places_named(item, other, seen) for other in item.options if other != letter]
    for name in ("height", "width", "x", "y"):
        ranks = [_measures(place)[name] for place in own]
        if len(ranks) > 1:
            rises = {_compared(after, before) > 0 for before, after in pairwise(ranks)}
            yield f"{name} along {sorted(rises)}"
        elif ranks:
            beside = [_measures(place)[name] for one in rest for place in one if place not in own]
            yield f"{name} rank {sum(ranks[0] > other for other in beside)} of {len(beside)}"


def _places_named(item: Item, letter: str, seen: Sequence[Place]) -> list[Place]:
    """Return the regions that an option speaks of, in the order of its words."""
    others = [set(_words(text)) for one, text in item.options.items() if one != letter]
    words = _words(item.options[letter])
    telling = [word for word in words if not all(word in other for other in others)] or words
    found = [place for word in telling for place in seen if word in _words(place.phrase)]
    return list(dict.fromkeys(found))


def _measures(place: Place) -> dict[str, int]:
    x0, y0, x1, y1 = place.box
    return {"height": y1 - y0, "width": x1 - x0, "x": (x0 + x1) // 2, "y": (y0 + y1) // 2}


def _compared(a: int, b: int) -> int:
    """Return how much larger one is, in steps of a quarter."""
    ratio = math.log((a + 1) / (b + 1)) / math.log(1.25)
    return max(-4, min(4, round(ratio)))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:-[a-z]+)*|\d+", text.lower())


def _number(text: str) -> float | None:
    match = re.fullmatch(r"[^\d]*(\d+(?:[.,]\d+)?)[^\d]*", text)
    return float(match[1].replace(",", "")) if match else None


READERS: Final[Mapping[str, Features]] = {"text": reader, "option length": measurer}
"""Those that need no image."""
LOOKERS: Final[Mapping[str, Features]] = {
    "file size": weigher,
    "brightness": squinter,
    **{f"image {at + 1} alone": partial(looker, at) for at in range(MOST_IMAGES)},
}
"""Those that need rendered questions."""
