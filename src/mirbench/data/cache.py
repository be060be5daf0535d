"""What mirbench keeps so as not to find it out again, beside Hugging Face's caches."""

import functools
import hashlib
import logging
import os
from pathlib import Path

_log = logging.getLogger(__name__)


def cache_folder(key: str) -> Path:
    """Return the folder of what is known of some data; `key` names the data as it is now."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME) / "mirbench" / key


@functools.cache
def code_hash() -> str:
    """Name the code that turns a release into rows: sixteen digits of its SHA-256."""
    package = Path(__file__).parent.parent
    parts = ("taxonomy", "record", "interleave", "prompts", "stages", "curriculum")
    files = {package / f"{part}.py" for part in parts}
    digest = hashlib.sha256()
    for path in sorted({*files, *package.glob("data/*.py"), *package.glob("answers/*.py")}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def keep(path: Path, content: bytes) -> None:
    """Write a file of the cache in one step; where that cannot be done, do without."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        _log.warning("%s: not kept for the next time: %s", path, error)
