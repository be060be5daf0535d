"""Solvers that must fail: each sees a part of a question and says something about every option.

What a solver says of an option is two lists of features. One learner serves all: naive Bayes over
the features of right and of wrong options. So a new way to cheat is a function of a few lines, and
no solver need guess which way a hint points.

A feature that is alike for all options of a question (a colour of the whole picture, say) tells
nothing by itself; it is therefore crossed with what kind of option it is: how the option reads with
names replaced by the order in which the text brings them up.

The learner goes through the questions in order and answers each *before* it learns what was right
(progressive validation: Blum, Kalai and Langford, "Beating the hold-out", 1999). If answers are
independent of all that it sees, then whatever it has learnt so far, it is right with the chance of
a guess. So its hits are independent and vary as guesses do: three standard deviations of guesses
are what they seem. That does not hold of cross-validation: where two questions have something in
common by chance, each helps with the other, so coincidences count twice, and hits vary more.
"""

import math
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import Final, NamedTuple

from mirbench.synth.audit.items import Item, Place


class Said(NamedTuple):
    """What a solver says of one option of a question.

    Attributes:
        own: Features in which options of a question may differ.
        shared: Features of the whole question; the learner crosses them with the option's kind.
    """

    own: Sequence[str] = ()
    shared: Sequence[str] = ()


Features = Callable[[Item, str], Said]
"""What a solver says of the option under a letter."""

LONGEST_BLOCK: Final = 72
"""Most questions of a level in a block of the schedule (`mirbench.synth.options.slot_at`)."""
MOST_IMAGES: Final = 9
_COMPARED: Final = 4
"""How many regions of an image are compared with each other."""
_DOUBT: Final = 2
"""As many options as this have to show a feature before it counts for more than what was known."""


def hits_of_learner(items: Sequence[Item], features: Features) -> int:
    """Return how many questions are answered right by one who is told the answers afterwards.

    The schedule holds each answer equally often in a block, so what was right lately is due later.
    Who knew the beginning of a block would learn that, and be far below chance where nothing else
    is known. So answers are told when their block is over.
    """
    learner = _Learner()
    waiting: dict[int, deque[tuple[dict[str, _Option], str]]] = defaultdict(deque)
    sizes = Counter(item.level for item in items)
    hits = 0
    for item in items:
        told = {letter: _in_scopes(item, letter, features(item, letter)) for letter in item.options}
        hits += learner.likeliest(told) == item.letter
        untold = waiting[item.level]
        untold.append((told, item.letter))
        if len(untold) > min(LONGEST_BLOCK, sizes[item.level] // 4):
            learner.learn(*untold.popleft())
    return hits


class _Option(NamedTuple):
    """What is said of an option, for each scope: in questions like this one, and of this level.

    Attributes:
        own: Features of its own, in all scopes.
        crossed: In each scope its kind, and what goes with the kind.
    """

    own: list[str]
    crossed: list[tuple[str, list[str]]]


def _in_scopes(item: Item, letter: str, said: Said) -> _Option:
    """Let each form of question be learnt by itself, and each of its levels."""
    scopes = (item.form, f"{item.form} {item.level}")
    kind = kinds(item)[letter]
    return _Option(
        [f"{scope}: {one}" for scope in scopes for one in said.own],
        [
            (f"{scope}, {kind}", [f"{scope}, {kind} with {one}" for one in said.shared])
            for scope in scopes
        ],
    )


class _Learner:
    """Naive Bayes over features of options."""

    def __init__(self) -> None:
        self._right: Counter[str] = Counter()
        self._offered: Counter[str] = Counter()

    def learn(self, told: Mapping[str, _Option], right: str) -> None:
        """Count what was said of each option of a question, and of the right one."""
        for letter, option in told.items():
            for said in (option.own, *((kind, *crossed) for kind, crossed in option.crossed)):
                self._offered.update(said)
                if letter == right:
                    self._right.update(said)

    def likeliest(self, told: Mapping[str, _Option]) -> str:
        """Return the letter of the option that is right most probably; the first among equals."""
        share = 1 / len(told)
        scores = {letter: self._score(option, share) for letter, option in told.items()}
        return max(scores, key=scores.__getitem__)

    def _score(self, option: _Option, share: float) -> float:
        """Add up the evidence.

        What goes with a kind of option counts as far as the kind is right more often with it than
        without. Else a kind that happens to have been right once more than others would be
        counted again with each word that all questions have.
        """
        score = sum(math.log(self._rate(one, share) / share) for one in option.own)
        for kind, crossed in option.crossed:
            usual = self._rate(kind, share)
            score += sum(math.log(self._rate(one, usual) / usual) for one in crossed)
        return score

    def _rate(self, feature: str, before: float) -> float:
        """Return how often options with a feature are right, given what was known before."""
        return (self._right[feature] + _DOUBT * before) / (self._offered[feature] + _DOUBT)


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


def reader(item: Item, letter: str) -> Said:
    """Reads everything and looks at nothing."""
    text = item.options[letter]
    numbers = [float(n) for n in re.findall(r"(?<!image)\b\d+(?:\.\d+)?", item.question)]
    own = [f"kind {kinds(item)[letter]}", f"text {text}", *_words(text)]
    shared = sorted(set(_words(item.question)))
    shared += [f"number {at} is {value}" for at, value in enumerate(numbers)]
    shared += [
        f"numbers {i} {j} {(a > b) - (a < b)}"
        for (i, a), (j, b) in combinations(enumerate(numbers[:6]), 2)
    ]
    place = item.question.lower().find(text.lower().removeprefix("the "))
    near = re.search(r"\b\d+(?:\.\d+)?", item.question[max(place, 0) :])
    if place >= 0 and near:
        value = float(near.group())
        own.append(f"number {sum(other < value for other in numbers)} of {len(numbers)}")
    return Said(own, shared)


def measurer(item: Item, letter: str) -> Said:
    """Sees only how long options are."""
    lengths = {one: len(text) for one, text in item.options.items()}
    rank = sum(other < lengths[letter] for other in lengths.values())
    return Said(own=[f"length {lengths[letter]}", f"rank {rank}"])


def weigher(item: Item, _letter: str) -> Said:
    """Sees only how large image files are."""
    return _in_steps([[math.log2(look.num_bytes)] for look in item.looks], steps=4)


def squinter(item: Item, _letter: str) -> Said:
    """Sees only how bright images are: in all, and above, below, left and right."""
    quarters = []
    for look in item.looks:
        grey = look.means.reshape(16, 16).astype(float) / 16
        halves = (grey, grey[:8], grey[8:], grey[:, :8], grey[:, 8:])
        quarters.append([float(half.mean()) for half in halves])
    return _in_steps(quarters, steps=1)


def _in_steps(values: Sequence[Sequence[float]], steps: int) -> Said:
    """Say of each image how large its values are, alone and beside those of other images."""
    found = [
        f"image {number} {at} {round(value * steps)}"
        for number, told in enumerate(values)
        for at, value in enumerate(told)
    ]
    firsts = [told[0] for told in values]
    found += [
        f"{i} {j} {(a > b) - (a < b)}" for (i, a), (j, b) in combinations(enumerate(firsts), 2)
    ]
    return Said(shared=found)


def looker(image: int, item: Item, letter: str) -> Said:
    """Sees one image, with every region that reasoning needs found and named, and the options.

    A region that is known by another image ("the stone of image 1") cannot be told from its like in
    this one alone.
    """
    seen = [
        place for place in item.regions if place.image == image and not _is_known_elsewhere(place)
    ]
    found = [f"regions {len(seen)}"]
    for at, place in enumerate(seen[:_COMPARED]):
        for name, value in _measures(place).items():
            found.append(f"{at} {name} {value // 24}")
    for (i, a), (j, b) in combinations(enumerate(seen[:_COMPARED]), 2):
        others = _measures(b)
        for name, value in _measures(a).items():
            found.append(f"{i} {j} {name} {_compared(value, others[name])}")
    return Said(list(_named(item, letter, seen)), found)


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
