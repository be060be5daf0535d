"""Where mirbench keeps what it would otherwise find out again: beside Hugging Face's caches."""

from pathlib import Path


def cache_folder(key: str) -> Path:
    """Return the folder of what is known of some data; `key` names the data as it is now."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME) / "mirbench" / key
