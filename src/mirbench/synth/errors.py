"""What MIR-Synth raises: to the user, and to itself."""

from mirbench.errors import MirbenchError


class SynthError(MirbenchError):
    """A puzzle cannot be made, or a release cannot be written or verified."""


class RejectedError(Exception):
    """This draw makes no fair puzzle; another is tried under the same words and answer."""
