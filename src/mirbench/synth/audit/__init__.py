"""Checks of a whole set of questions: can they be answered without looking, reading, reasoning?

    from mirbench.synth.audit import audit_release
    for finding in audit_release("out"):
        print(finding)

`items` is what a solver gets to see, `solvers` are those that should fail, `audit` counts.
"""

from mirbench.synth.audit.audit import Finding, audit, audit_release, observer_accuracy
from mirbench.synth.audit.items import Item, Look, items_of_release, sketched

__all__ = [
    "Finding",
    "Item",
    "Look",
    "audit",
    "audit_release",
    "items_of_release",
    "observer_accuracy",
    "sketched",
]
