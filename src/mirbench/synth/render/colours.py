"""Named colours that one can tell apart, as linear (not gamma-encoded) red, green and blue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

Colour: TypeAlias = tuple[float, float, float]

COLOURS: Mapping[str, Colour] = MappingProxyType(
    {
        "red": (0.62, 0.03, 0.03),
        "blue": (0.03, 0.10, 0.55),
        "green": (0.04, 0.36, 0.07),
        "yellow": (0.80, 0.58, 0.04),
        "purple": (0.28, 0.05, 0.42),
        "orange": (0.80, 0.24, 0.02),
        "cyan": (0.05, 0.50, 0.55),
        "pink": (0.80, 0.25, 0.38),
        "brown": (0.20, 0.09, 0.04),
        "white": (0.80, 0.80, 0.80),
        "grey": (0.26, 0.26, 0.27),
        "black": (0.025, 0.025, 0.03),
    }
)
"""Twelve names; every pair stays apart in light and in shadow."""
