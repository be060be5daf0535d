"""The 2D canvas of MIR-Synth: filled shapes, gradients, soft shadows and text, byte for byte.

canvas = Canvas(336, 240, background="white")
box = canvas.rounded_rectangle(20, 30, 120, 200, 8, "blue", shadow=Shadow())
canvas.text((70, 220), "2019", size=14, across="middle")
canvas.jpeg()
"""

from __future__ import annotations

from mirbench.synth.canvas.canvas import Canvas
from mirbench.synth.canvas.inks import Fill, Ink, LinearGradient, RadialGradient, Shadow
from mirbench.synth.canvas.text import text_width
from mirbench.synth.picture import PixelBox

__all__ = [
    "Canvas",
    "Fill",
    "Ink",
    "LinearGradient",
    "PixelBox",
    "RadialGradient",
    "Shadow",
    "text_width",
    "warm_up",
]


def warm_up() -> None:
    """Compile every kernel into numba's cache, so that the first real drawing does not wait."""
    canvas = Canvas(32, 32)
    linear = LinearGradient((0.0, 0.0), (0.0, 32.0), ("white", "blue"))
    radial = RadialGradient((16.0, 16.0), 8.0, ("white", "red"))
    canvas.rectangle(4.0, 4.0, 28.0, 28.0, linear, shadow=Shadow())
    canvas.circle((16.0, 16.0), 8.0, radial, stroke="black")
    canvas.rgb  # noqa: B018 - the last kernel
