"""What a submission claims, and whether that is what comes out."""

from mirbench.board.reading import (
    Faults,
    Words,
)
from mirbench.board.submission import (
    SUBMISSION_NAME,
    Claims,
    GroupClaim,
    Property,
)
from mirbench.scoring.metrics import Score, Scores


def claims_of(scores: Scores) -> Claims:
    """Return what a submission claims if it claims these results."""
    overall = scores.overall
    by_property: dict[Property, tuple[Score, ...]] = {
        "category": scores.category,
        "subtask": scores.subtask,
        "difficulty": scores.difficulty,
        "num_images": scores.num_images,
    }
    groups = [
        GroupClaim(of=of, name=one.name, num=one.num, num_correct=one.num_correct)
        for of, group in by_property.items()
        for one in group
    ]
    return Claims(
        accuracy=overall.accuracy,
        num_correct=overall.num_correct,
        num_answered=overall.num_answered,
        num_unparsed=overall.num_unparsed,
        num_truncated=overall.num_truncated,
        num_failed=overall.num_failed,
        groups=groups,
    )


def check_claims(claims: Claims, scores: Scores, faults: Faults) -> None:
    """Compare what is claimed with what was computed: counts exactly, the accuracy to 1e-9."""
    expected, found = claims_of(scores), claims
    for field in ("num_correct", "num_answered", "num_unparsed", "num_truncated", "num_failed"):
        if getattr(found, field) != getattr(expected, field):
            told = f"{getattr(expected, field):,}, as computed again"
            faults.add(SUBMISSION_NAME, f"claims.{field}", told, getattr(found, field))
    if abs(found.accuracy - expected.accuracy) > 1e-9:
        told = f"{expected.accuracy!r}, as computed again"
        faults.add(SUBMISSION_NAME, "claims.accuracy", told, found.accuracy)
    computed = {(one.of, one.name): (one.num_correct, one.num) for one in expected.groups}
    claimed = {(one.of, one.name): (one.num_correct, one.num) for one in found.groups}
    for of, name in sorted(computed.keys() | claimed.keys()):
        right, told_right = computed.get((of, name)), claimed.get((of, name))
        if right != told_right:
            faults.add(
                SUBMISSION_NAME, f"claims.groups {of} {name}",
                f"{right[0]} of {right[1]}, as computed again" if right else "no such group",
                Words(f"{told_right[0]} of {told_right[1]}" if told_right else "nothing"),
            )  # fmt: skip
    if len(claimed) != len(found.groups):
        faults.add(SUBMISSION_NAME, "claims.groups", "each group once", Words("one twice"))
