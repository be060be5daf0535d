"""Which samples are held out: deterministic, by subtask, no image on both sides.

Samples that share an image move together, so that nothing seen in training is shown in the test.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from mirbench.errors import SourceError
from mirbench.taxonomy import Partition

DEFAULT_TEST_FRACTION: Final = 0.1
SEED: Final = "mirbench-partition-1"
"""Fixed, so that everybody holds out the same questions; a new rule would take a new name."""

TEST_IDS_NAMES: Final = ("test_ids.txt", "test_ids.json")
"""In a release folder: the official list of what is held out. All else is training."""


class Member(NamedTuple):
    """What the partition needs to know of a sample.

    Attributes:
        id: The sample's id.
        subtask: Its subtask, or an empty text.
        images: What identifies the content of each of its images.
        declared: The partition that the source itself declares, or None.
    """

    id: str
    subtask: str
    images: tuple[Hashable, ...]
    declared: Partition | None


def read_test_ids(path: Path) -> frozenset[str]:
    """Read an official list of held-out ids: one a line (`#` comments), or a JSON list.

    Raises:
        SourceError: If it is neither, or empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        listed = json.loads(text) if path.suffix == ".json" else text.splitlines()
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: expected a list of ids, found none: {error}") from error
    if not isinstance(listed, list) or not all(isinstance(id, str | int) for id in listed):
        raise SourceError(f"{path}: expected a list of ids, found other JSON")
    named = (str(id).strip() for id in listed)
    ids = {id for id in named if id and not id.startswith("#")}
    if not ids:
        raise SourceError(f"{path}: expected a list of ids, found an empty one")
    return frozenset(ids)


class Leaks(NamedTuple):
    """How far the test partition shares images with training.

    Attributes:
        num_contents: Images that stand on both sides, byte for byte.
        num_near_copies: Images of which re-encoded copies stand on both sides, the former
            included; None where nobody looked.
        test_ids: The held-out samples that show one of them.
    """

    num_contents: int
    num_near_copies: int | None
    test_ids: tuple[str, ...]


def find_leaks(
    members: Sequence[Member],
    alike: Sequence[Member] | None,
    partitions: Sequence[Partition],
) -> Leaks:
    """Count the images on both sides.

    Args:
        members: The samples with their images by content.
        alike: The same with near copies taken for one image, or None where nobody looked.
        partitions: Where each sample stands.
    """
    shared = _on_both_sides(members, partitions)
    near = _on_both_sides(alike, partitions) if alike is not None else None
    seen = members if alike is None else alike
    leaking = shared if near is None else near
    return Leaks(
        num_contents=len(shared),
        num_near_copies=None if near is None else len(near),
        test_ids=tuple(
            member.id
            for member, partition in zip(seen, partitions, strict=True)
            if partition == "test" and not leaking.isdisjoint(member.images)
        ),
    )


def _on_both_sides(
    members: Sequence[Member], partitions: Sequence[Partition]
) -> frozenset[Hashable]:
    def shown_in(side: Partition) -> Iterator[Hashable]:
        pairs = zip(members, partitions, strict=True)
        return chain.from_iterable(m.images for m, partition in pairs if partition == side)

    return frozenset(shown_in("test")).intersection(shown_in("train"))


def assign_partitions(
    members: Sequence[Member], test_fraction: float = DEFAULT_TEST_FRACTION
) -> list[Partition]:
    """Return the partition of each member.

    What the source declares stands. The rest is taken in groups that share images, in an order
    drawn by a hash of their ids, and held out as long as no subtask gets more than its fraction.
    A group with a declared member follows it.
    """
    if not 0 <= test_fraction < 1:
        raise ValueError(f"test_fraction: expected 0 <= fraction < 1, found {test_fraction}")
    if all(member.declared for member in members):
        return [member.declared or "train" for member in members]
    groups = share_groups([member.images for member in members])
    counts = Counter(member.subtask for member in members)
    room = {subtask: held_out(count, test_fraction) for subtask, count in counts.items()}
    result: list[Partition] = [member.declared or "train" for member in members]
    free = []
    for group in groups:
        declared = {members[index].declared for index in group} - {None}
        if not declared:
            free.append(group)
        elif declared == {"test"}:
            for index in group:
                result[index] = "test"
    for index, member in enumerate(members):
        room[member.subtask] -= result[index] == "test"
    for group in sorted(free, key=lambda group: _draw(min(members[i].id for i in group))):
        wanted = Counter(members[index].subtask for index in group)
        if all(room[subtask] >= count for subtask, count in wanted.items()):
            for index in group:
                result[index] = "test"
                room[members[index].subtask] -= 1
    return result


def held_out(count: int, test_fraction: float) -> int:
    """Return how many of a subtask's samples are held out at most: its share, but never none."""
    if test_fraction == 0 or count < 2:
        return 0
    return max(1, round(test_fraction * count))


def _draw(name: str) -> bytes:
    return hashlib.sha256(f"{SEED}\0{name}".encode()).digest()


def share_groups(contents: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    """Group the positions whose contents are connected by anything in common (union-find)."""
    parent = list(range(len(contents)))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    first_seen: dict[Hashable, int] = {}
    for position, keys in enumerate(contents):
        for key in keys:
            other = root(first_seen.setdefault(key, position))
            mine = root(position)
            parent[max(mine, other)] = min(mine, other)
    groups: dict[int, list[int]] = {}
    for position in range(len(contents)):
        groups.setdefault(root(position), []).append(position)
    return list(groups.values())
