"""What is known of each question: its draws so far, as events that a journal can keep.

A label is a function of the draws and the rule alone, so nothing else is written down: a journal
can be read under another rule, or a full run go on from one that stopped early.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias, get_args

from mirbench.difficulty.sampling import UNPARSED, Rule
from mirbench.taxonomy import Difficulty

FailureReason = Literal["image", "too_long", "server", "refused", "record"]
"""Why there is no label: an image cannot be decoded; the prompt is longer than the model reads; no
answer came in spite of retries; the engine refused the question; the record cannot be read."""

FAILURE_REASONS: Final[tuple[FailureReason, ...]] = get_args(FailureReason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Draws of one question that were asked for together.

    Attributes:
        id: Of the sample.
        first: Number of the first draw.
        letters: The prediction of each draw, `?` where the response names no single option.
        num_tokens: Tokens of all responses.
        num_truncated: Responses that were cut off.
        responses: Their texts, where they are to be kept.
    """

    id: str
    first: int
    letters: str
    num_tokens: int
    num_truncated: int
    responses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a question could not be answered."""

    id: str
    reason: FailureReason
    detail: str


Event: TypeAlias = Wave | Failure


def event_to_json(event: Event) -> str:
    """Write an event as one line."""
    fields = {name: value for name, value in asdict(event).items() if value != ()}
    return json.dumps(fields, separators=(",", ":"))


def event_from_json(line: str) -> Event:
    """Read an event back."""
    fields = json.loads(line)
    if "reason" in fields:
        return Failure(**fields)
    return Wave(**{**fields, "responses": tuple(fields.get("responses", ()))})


@dataclass(slots=True)
class Draws:
    """The draws of one question.

    Attributes:
        letters: Predictions in the order of the draws.
        num_tokens: Tokens of all responses.
        num_truncated: Responses that were cut off.
        failure: Why it got no further, or None.
    """

    letters: str = ""
    num_tokens: int = 0
    num_truncated: int = 0
    failure: Failure | None = None

    def add(self, event: Event) -> None:
        """Take in an event. A wave that is known already says nothing new; draws end a failure."""
        if isinstance(event, Failure):
            self.failure = event
        elif event.first == len(self.letters):
            self.letters += event.letters
            self.num_tokens += event.num_tokens
            self.num_truncated += event.num_truncated
            self.failure = None

    def num_right(self, answer: str, rule: Rule) -> int:
        """Return how many of the draws that the rule counts are right."""
        return self.letters[: rule.num_draws].count(answer)

    def num_drawn(self, rule: Rule) -> int:
        """Return how many draws the rule counts."""
        return min(len(self.letters), rule.num_draws)

    def num_unparsed(self, rule: Rule) -> int:
        """Return how many of them name no single option."""
        return self.letters[: rule.num_draws].count(UNPARSED)

    def draws_due(self, answer: str, rule: Rule) -> int:
        """Return how many draws to ask for now."""
        return rule.draws_due(self.num_right(answer, rule), self.num_drawn(rule))

    def label(self, answer: str, rule: Rule) -> Difficulty:
        """Return the label as far as it is decided."""
        return rule.label(self.num_right(answer, rule), self.num_drawn(rule))


def gather(events: Iterable[Event]) -> dict[str, Draws]:
    """Return the draws of each question, by id."""
    draws: dict[str, Draws] = {}
    for event in events:
        draws.setdefault(event.id, Draws()).add(event)
    return draws
