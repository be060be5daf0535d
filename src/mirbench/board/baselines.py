"""Scores that need no image, computed by our own code and packed as any other submission.

What a model must beat before its score means that it looked: letters drawn at random, always the
letter that is right most often, and what the options' own words give away.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import log
from pathlib import Path
from typing import Any, Final

from mirbench import __version__
from mirbench.answers import EXTRACTOR_VERSION
from mirbench.board.questions import Questions, read_questions
from mirbench.board.submission import Disclosure, Harness, Inference, Model, Named, Submitter
from mirbench.board.write import Packed, data_of, write_submission
from mirbench.data.release import Release
from mirbench.record import Sample
from mirbench.scoring.logged import Response
from mirbench.scoring.responses import score_response
from mirbench.taxonomy import LETTERS

Choose = Callable[[Sample], str]

SEED: Final = 0
RANDOM: Final = "random letters"
CONSTANT: Final = "most frequent letter"
TEXT_ONLY: Final = "options' words alone"

_NOTES: Final = {
    RANDOM: "Draws one of the options of each question, all of them equally likely.",
    CONSTANT: "Answers every question with the letter that is right most often in this very split.",
    TEXT_ONLY: "Sees no image. Counts in the training split which words and which letter right and "
    "wrong options have, and takes the option that looks most like a right one (naive Bayes).",
}


def pack_baselines(release: Release, out: Path | str) -> list[Packed]:
    """Write the submission of each baseline into a folder of its own.

    The one that learns from words is left out where the release has no training split.

    Raises:
        ScoringError: If the release has no test split, or a folder is there already.
    """
    questions = read_questions(release)
    chosen = {RANDOM: _at_random, CONSTANT: _most_frequent(questions.samples)}
    training = list(_training_samples(release))
    if training:
        chosen[TEXT_ONLY] = learn_words(training)
    return [
        _pack(name, choose, questions, Path(out) / re.sub("[^a-z]+", "-", name))
        for name, choose in chosen.items()
    ]


def _at_random(sample: Sample) -> str:
    return random.Random(f"{SEED} {sample.id}").choice(LETTERS[: len(sample.options)])


def _most_frequent(samples: Iterable[Sample]) -> Choose:
    (letter, _), *_ = Counter(sample.answer for sample in samples).most_common(1)
    return lambda sample: letter if letter in LETTERS[: len(sample.options)] else LETTERS[0]


def _training_samples(release: Release) -> Iterator[Sample]:
    with release.records_path.open("rb") as file:
        for entry in release.index().entries:
            if entry.split != "test":
                yield release.load(file, entry)


def learn_words(training: Iterable[Sample]) -> Choose:
    """Learn from training samples how right options read; returns what chooses by it."""
    counts = {True: Counter[str](), False: Counter[str]()}
    for sample in training:
        for letter, option in zip(LETTERS, sample.options, strict=False):
            counts[letter == sample.answer].update(_features(letter, option))
    weights = _weights(counts)

    def choose(sample: Sample) -> str:
        def likelihood(letter: str) -> float:
            option = sample.options[LETTERS.index(letter)]
            return sum(weights.get(feature, 0.0) for feature in _features(letter, option))

        return max(LETTERS[: len(sample.options)], key=likelihood)

    return choose


def _features(letter: str, option: str) -> set[str]:
    return {f"letter {letter}", *re.findall(r"\w+", option.lower())}


def _weights(counts: Mapping[bool, Counter[str]]) -> Mapping[str, float]:
    right, wrong = counts[True].total(), counts[False].total()
    return {
        feature: log((counts[True][feature] + 1) / (right + 2))
        - log((counts[False][feature] + 1) / (wrong + 2))
        for feature in counts[True] | counts[False]
    }


def _pack(name: str, choose: Choose, questions: Questions, out: Path) -> Packed:
    responses = []
    for sample in questions.samples:
        text = f"Your option: {choose(sample)}"
        responses.append(Response(text=text, scored=score_response(sample, text)))
    return write_submission(out, questions, responses, lambda: _parts(name, questions))


def _parts(name: str, questions: Questions) -> Mapping[str, Any]:
    return {
        "kind": "baseline",
        "run_id": f"mirbench {__version__}, seed {SEED}",
        "submitter": Submitter(name="mirbench", relationship="developer"),
        "model": Model(name=name, revision=__version__, availability="open", licence="Apache-2.0"),
        "data": data_of(questions),
        "harness": Harness(
            task="mir",
            task_version=0,
            prompt="none",
            extractor=EXTRACTOR_VERSION,
            versions=[Named(name="mirbench", value=__version__)],
        ),
        "inference": Inference(engine="mirbench", sampling=[], seed=SEED),
        "disclosure": Disclosure(
            trained_on_mir="train" if name == TEXT_ONLY else "no", notes=_NOTES[name]
        ),
    }
