"""The exceptions of mirbench, in one tree.

- MirbenchError: anything that mirbench refuses; its message says where, what was expected, what
  was found and what to do.
    - SourceError: there is no data source, or it cannot be opened at all.
    - RecordError: one record is not a valid sample; carries the `Fault`.
    - ImageError: one image's bytes are not an image we would show to a model.
    - SampleError: a sample cannot be rendered as asked.
    - ScoringError: a run cannot be read or scored.
    - SplitError: the data has no such split. Also a ValueError, as datasets raises.
    - TagError: the image tags of a question do not say which image stands where.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirbench.record import Fault


class MirbenchError(Exception):
    """Base of all errors that mirbench raises on purpose."""


class SourceError(MirbenchError):
    """A data source is missing or cannot be opened."""


class RecordError(MirbenchError):
    """One record of a release is not a valid sample."""

    def __init__(self, fault: "Fault") -> None:
        """Keep the fault beside its message."""
        super().__init__(str(fault))
        self.fault = fault


class ImageError(MirbenchError):
    """The bytes of an image are missing, damaged, too large or no image at all."""


class SampleError(MirbenchError):
    """A sample cannot be rendered as asked."""


class ScoringError(MirbenchError):
    """A run cannot be read or scored."""


class SplitError(MirbenchError, ValueError):
    """The data has no such split."""


class TagError(MirbenchError):
    """The image tags of a question do not say which image stands where."""
