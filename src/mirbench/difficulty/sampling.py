"""Who is asked what, with which seed, and when to stop. Pure: no engine, no clock, no disk.

A question is asked in waves. A wave has exactly as many draws as are needed, at the least, before
the label can be known: no draw of it can turn out to have been superfluous, so a question is asked
as often as one at a time would ask it, and the label is that of all draws. Draw `k` of a question
has its own seed, whatever the waves, the batch and the engine.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

from mirbench.answers import EXTRACTOR_VERSION
from mirbench.errors import MirbenchError
from mirbench.prompts import DIRECT_INSTRUCTION, OPTIONS_LINE, prompt_hash
from mirbench.taxonomy import Difficulty

UNPARSED: Final = "?"
"""Stands where a letter would for a response that names no single option: not right."""

MAX_DRAWS: Final = 1000
_SEEDS: Final = 2**31 - MAX_DRAWS  # signed 32 bits: the narrowest seed among servers' own


class SettingsError(MirbenchError):
    """A setting of the sampling is out of its range."""


def _check(name: str, holds: bool, expected: str, found: object) -> None:
    if not holds:
        raise SettingsError(f"{name}: expected {expected}, found {found}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How one answer is drawn; the paper's values. Two draws of equal sampling can be pooled.

    Attributes:
        temperature: Of the softmax.
        top_p: Share of probability mass that is kept.
        repetition_penalty: 1 is none; not every server knows it.
        max_tokens: A longer response is cut off.
        min_pixels: Smaller images are enlarged to it; 256 visual tokens of 28 x 28.
        max_pixels: Larger images are shrunk to it; 1280 visual tokens. 0 for both: the model's own.
        seed: Of the run; each draw derives its own.
    """

    temperature: float = 0.7
    top_p: float = 0.8
    repetition_penalty: float = 1.05
    max_tokens: int = 512
    min_pixels: int = 256 * 28 * 28
    max_pixels: int = 1280 * 28 * 28
    seed: int = 0

    def __post_init__(self) -> None:
        _check("temperature", 0 <= self.temperature <= 2, "0 to 2", self.temperature)
        _check("top_p", 0 < self.top_p <= 1, "above 0, at most 1", self.top_p)
        penalty = self.repetition_penalty
        _check("repetition_penalty", 0 < penalty <= 2, "above 0, at most 2", penalty)
        _check("max_tokens", self.max_tokens >= 1, "at least 1", self.max_tokens)
        pixels = (self.min_pixels, self.max_pixels)
        ordered = 0 < pixels[0] <= pixels[1] or pixels == (0, 0)
        _check("min_pixels, max_pixels", ordered, "0 < min <= max, or 0 and 0", pixels)

    @property
    def processor_kwargs(self) -> dict[str, dict[str, int]] | None:
        """What an image processor of the Qwen families is told; other families ignore it."""
        if not self.max_pixels:
            return None
        return {"size": {"shortest_edge": self.min_pixels, "longest_edge": self.max_pixels}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a question is easy, and when enough is known.

    Attributes:
        num_draws: Answers a question, if all are drawn.
        threshold: Right answers from which on a question is easy.
        full: Draw all of them, which also gives pass rates, instead of stopping when decided.
    """

    num_draws: int = 10
    threshold: int = 7
    full: bool = False

    def __post_init__(self) -> None:
        draws = self.num_draws
        _check("draws", 1 <= draws <= MAX_DRAWS, f"1 to {MAX_DRAWS}", draws)
        _check("threshold", 1 <= self.threshold <= draws, f"1 to {draws}", self.threshold)

    def draws_due(self, num_right: int, num_drawn: int) -> int:
        """Return how many draws to ask for now; 0 where the label is decided."""
        if self.full:
            return max(0, self.num_draws - num_drawn)
        rights_missing = self.threshold - num_right
        wrongs_missing = self.num_draws - self.threshold + 1 - (num_drawn - num_right)
        return max(0, min(rights_missing, wrongs_missing))

    def label(self, num_right: int, num_drawn: int) -> Difficulty:
        """Return the label that can no longer change, else `unlabelled`."""
        if num_right >= self.threshold:
            return "easy"
        if num_drawn - num_right > self.num_draws - self.threshold:
            return "hard"
        return "unlabelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where draws come from; only draws of equal origins make one label table.

    Attributes:
        fingerprint: Names the data; see `mirbench.data.release.Index`.
        model: Its name.
        revision: Its revision, or an empty text where it cannot be known.
        sampling: How an answer is drawn.
        prompt: Names the fixed texts of the prompt.
        extractor: Version of the extractor of answers.
    """

    fingerprint: str
    model: str
    revision: str
    sampling: Sampling
    prompt: str = prompt_hash(OPTIONS_LINE, DIRECT_INSTRUCTION)
    extractor: str = EXTRACTOR_VERSION

    def as_json(self) -> str:
        """Return the origins as one line of JSON: equal if and only if they are."""
        return json.dumps(asdict(self), sort_keys=True)


def first_seed(run_seed: int, id: str) -> int:
    """Return the seed of a question's draw 0; draw `k` has this plus `k`.

    Consecutive, because vLLM itself gives answer `k` of a request with `n > 1` its seed plus `k`
    (vllm/v1/engine/parallel_sampling.py): a wave is one request and yet as good as single ones.
    """
    digest = hashlib.sha256(f"{run_seed}\0{id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _SEEDS
