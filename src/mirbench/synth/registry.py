"""Which subtasks MIR-Synth can make: the taxonomy's twelve, and whatever others are registered.

    from mirbench.synth.registry import register
    register(Subtask(name="Mirror Clocks", slug="clocks", category="Spatial", ...))

A module or folder in `mirbench.synth.subtasks` is found by itself; a file or module elsewhere is
named where it is used: `mirbench synth OUT --plugin clocks.py --subtasks clocks`.

The taxonomy stays closed: what the paper names is what scores and reports list. A subtask outside
of it says which of the three categories it belongs to; its records state that category and no
subtask, and its name travels in their `source`. They are records like any other, then, and nobody
takes them for the benchmark's.
"""

import importlib
import importlib.util
import pkgutil
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from mirbench.synth import subtasks
from mirbench.synth.errors import SynthError
from mirbench.synth.puzzle import Subtask
from mirbench.taxonomy import CATEGORIES, SUBTASKS, find_subtask

W = TypeVar("W")

_KNOWN: Final[dict[str, Subtask[Any]]] = {}
"""Slug -> subtask, of all that registered."""


def register(subtask: Subtask[W]) -> Subtask[W]:
    """Make a subtask known under its name and its slug, and return it.

    Raises:
        SynthError: If the slug is no word, a name is taken, or a subtask that is none of the twelve
            does not say its category.
    """
    where = f"subtask {subtask.name!r}"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", subtask.slug):
        raise SynthError(
            f"{where}: expected a slug of small letters, digits and _, as in 'yes_but', found "
            f"{subtask.slug!r}"
        )
    keys = {_key(subtask.name), _key(subtask.slug)}
    for other in _KNOWN.values():
        if keys & {_key(other.name), _key(other.slug)}:
            raise SynthError(
                f"{where}, slug {subtask.slug!r}: expected a name and a slug that nobody has, "
                f"found {other.name!r}, slug {other.slug!r}, registered already"
            )
    if not is_official(subtask) and subtask.category not in CATEGORIES:
        raise SynthError(
            f"{where} is none of the twelve: expected a category of {', '.join(CATEGORIES)}, found "
            f"{subtask.category!r}"
        )
    _KNOWN[subtask.slug] = subtask
    return subtask


def makers() -> tuple[Subtask[Any], ...]:
    """Return all subtasks: the twelve in the order of the taxonomy, then others by their slugs."""
    _discover()
    return tuple(sorted(_KNOWN.values(), key=_place))


def official_makers() -> tuple[Subtask[Any], ...]:
    """Return the subtasks of the taxonomy, in its order: those of a set that names none."""
    return tuple(filter(is_official, makers()))


def is_official(subtask: Subtask[Any]) -> bool:
    """Tell whether a subtask is one of the taxonomy's twelve."""
    return subtask.name in SUBTASKS


def subtask_named(name: str) -> Subtask[Any]:
    """Return the subtask of that name or slug, whatever its case and punctuation.

    Raises:
        SynthError: If nobody registered it; the message lists those that are there.
    """
    wanted = _key(name)
    for maker in makers():
        if wanted in (_key(maker.name), _key(maker.slug)):
            return maker
    known = ", ".join(f"{maker.slug} ({maker.name})" for maker in makers())
    hint = "" if find_subtask(name) else "; one of your own is loaded with --plugin FILE"
    raise SynthError(f"expected a subtask of {known}; found {name!r}{hint}")


@cache
def load(plugin: str) -> None:
    """Import a module, or run a Python file, which registers subtasks; once for all.

    Raises:
        SynthError: If there is no such module or file, or it cannot be imported.
    """
    path = Path(plugin)
    try:
        if path.suffix != ".py":
            importlib.import_module(plugin)
            return
        name = f"mirbench_plugin_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path.resolve(strict=True))
        if spec is None or spec.loader is None:
            raise ImportError("it is no Python file")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except (OSError, ImportError, SyntaxError) as error:
        raise SynthError(
            f"plugin {plugin!r}: expected a Python file, or a module that can be imported, that "
            f"registers a subtask; found {error}"
        ) from error


def load_all(plugins: tuple[str, ...]) -> None:
    """Load several, as a worker process does when it starts."""
    for plugin in plugins:
        load(plugin)


@cache
def _discover() -> None:
    """Import every module and folder of `mirbench.synth.subtasks`; each registers its own."""
    for found in pkgutil.iter_modules(subtasks.__path__):
        importlib.import_module(f"{subtasks.__name__}.{found.name}")


def _place(subtask: Subtask[Any]) -> tuple[int, str]:
    official = is_official(subtask)
    names: tuple[str, ...] = SUBTASKS
    return (names.index(subtask.name) if official else len(SUBTASKS), subtask.slug)


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
