"""Random numbers that are the same on every machine, in every Python and in any order of asking.

A `Stream` is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) whose state starts from a hash of its
key. Whoever asks with the same key gets the same numbers, so sample 7,000,000 needs none of the
samples before it. Python's `hash` and `random` are not used: the one is salted per process, the
other promises its sequence only for `random.random`.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

_WORD = 2**64
_LAST = _WORD - 1
"""As a mask, keeps the lower 64 bits."""
_GOLDEN = 0x9E3779B97F4A7C15


def _seed_of(key: Sequence[str | int]) -> int:
    """Hash a key; parts are written with their lengths, so ("ab", "c") is not ("a", "bc")."""
    text = "".join(f"{len(str(part))}:{part};" for part in key)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


class Stream:
    """An endless sequence of random numbers that belongs to one key."""

    __slots__ = ("_key", "_state")

    def __init__(self, *key: str | int) -> None:
        self._key = key
        self._state = _seed_of(key)

    def fork(self, *key: str | int) -> "Stream":
        """Return the stream of a longer key; what was drawn here so far plays no part."""
        return Stream(*self._key, *key)

    def bits(self) -> int:
        """Return the next 64 random bits."""
        self._state = z = (self._state + _GOLDEN) & _LAST
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _LAST
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _LAST
        return z ^ (z >> 31)

    def below(self, bound: int) -> int:
        """Return an integer from 0 to `bound` - 1, all equally likely."""
        fair = _WORD - _WORD % bound
        while (drawn := self.bits()) >= fair:
            pass
        return drawn % bound

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self) -> bool:
        """Return True or False, equally likely."""
        return self.below(2) == 1

    def choice(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> tuple[T, ...]:
        """Return the values in random order (Fisher and Yates)."""
        order = list(values)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return tuple(order)

    def sample(self, values: Sequence[T], count: int) -> tuple[T, ...]:
        """Return `count` different values in random order."""
        return self.shuffled(values)[:count]
