"""The one door to numba, so that its missing types and its options stand in one place.

Options, the same for every kernel because images must be the same bytes on every machine:
`fastmath=False` (no reassociation, no fused multiply-add), `error_model="numpy"` (a division by
zero gives an infinity, as IEEE 754 says, instead of a branch), `nogil` (threads may render),
`cache` (compiled once a machine), `forceinline` (kernels call kernels for every pixel, and handing
over their tables costs as much as the arithmetic), and `_nrt=False`: kernels make no arrays, so
they need not count references to those they are given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with numba; the type checker goes on seeing the Python signature.

    numba looks at a function's own file to tell whether its cached code is stale, but not at the
    files of the kernels that it calls. So each state of a package has a cache folder of its own.
    """
    before = numba.config.CACHE_DIR
    folder = Path(function.__code__.co_filename).parent
    numba.config.CACHE_DIR = str(Path(before or folder / "__pycache__") / _digest_of(folder))
    try:
        compiled = numba.njit(
            cache=True,
            nogil=True,
            error_model="numpy",
            fastmath=False,
            forceinline=True,
            _nrt=False,
        )(function)
    finally:
        numba.config.CACHE_DIR = before
    return cast("Callable[P, R]", compiled)


@cache
def _digest_of(folder: Path) -> str:
    """Return a name that changes with any source file in `folder`, and with this one's options."""
    digest = hashlib.sha256()
    for path in (*sorted(folder.glob("*.py")), Path(__file__)):
        digest.update(path.read_bytes())
    return f"kernels-{digest.hexdigest()[:16]}"
