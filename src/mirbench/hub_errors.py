"""What the Hugging Face Hub's client raises, which depends on its version and its HTTP client."""

from typing import cast


def hub_failures() -> tuple[type[Exception], ...]:
    """Return the exceptions that say that the Hub refuses something or cannot be reached.

    The base of its own error is that of its HTTP client, whichever it is: a refused connection
    comes as that. hf_xet raises RuntimeError.
    """
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, HFValidationError

    bases = cast("tuple[type[Exception], ...]", HfHubHTTPError.__bases__)
    return *bases, EntryNotFoundError, HFValidationError, OSError, ValueError, RuntimeError


def first_line(error: Exception) -> str:
    """Return what an error says in a line; the Hub's own go on for several."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
