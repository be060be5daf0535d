"""Settings from a YAML file, with `field=value` words of a command line put over them."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from mirbench.errors import MirbenchError


class OverrideError(MirbenchError, ValueError):
    """A file or a word does not say which field has which value."""


def read_fields(path: Path | None, words: Sequence[str]) -> dict[str, Any]:
    """Read a file of fields and put words over it, a later one over an earlier one.

    Args:
        path: A YAML file of `field: value` lines, or None.
        words: `field=value`, `--field=value`, or `--field` and `value`; the value is YAML, and
            `group.field` means a field of a group.

    Raises:
        OverrideError: If the file or a word cannot be read.
    """
    fields = _read_yaml(path) if path else {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, text = word.removeprefix("--").partition("=")
        if not equals:
            if not word.startswith("--") or not rest:
                raise OverrideError(f"{word!r}: expected field=value or --field value")
            text = rest.pop(0)
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise OverrideError(f"{name}: {text!r} is no YAML value: {error}") from error
        group, _, field = name.replace("-", "_").rpartition(".")
        if group:
            fields[group] = {**(fields.get(group) or {}), field: value}
        else:
            fields[field] = value
    return fields


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise OverrideError(f"{path}: expected a YAML file of settings: {error}") from error
    if not isinstance(fields, dict):
        raise OverrideError(f"{path}: expected lines 'field: value', found {fields!r}")
    return fields


def number(value: Any) -> Any:
    """Read a text such as `2e-5`, which YAML takes for one, as the number it is."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def unknown(name: str, names: Sequence[str]) -> str:
    """Say that there is no such field, and which one is nearest."""
    (near,) = difflib.get_close_matches(name.rpartition(".")[2], names, n=1, cutoff=0)
    return f"no field {name!r}; did you mean {near!r}? (--help lists all)"


def explain(error: ValidationError, groups: Mapping[str, Sequence[str]]) -> str:
    """Say what is wrong with each field, a line each; `groups` have fields of their own."""
    lines = []
    for fault in error.errors():
        name = ".".join(map(str, fault["loc"]))
        if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
            lines.append(unknown(name, groups[str(fault["loc"][0])]))
        elif fault["type"] == "missing":
            lines.append(f"{name}: missing; give it in the file or as {name}=...")
        else:
            lines.append(f"{name}: {fault['msg']}, found {fault['input']!r}")
    return "\n".join(lines)


def describe(fields: Mapping[str, FieldInfo]) -> str:
    """Return a line for each field: its name, what it is, its default."""
    defaults = ("required" if each.is_required() else each.default for each in fields.values())
    return "".join(
        f"  {name:<29}{field.description} [{default}]\n"
        for (name, field), default in zip(fields.items(), defaults, strict=True)
    )
