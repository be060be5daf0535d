"""The 2D canvas: exact areas, boxes that hold what was drawn, text, and known bytes."""

from __future__ import annotations

import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirbench.synth.canvas import (
    Canvas,
    LinearGradient,
    RadialGradient,
    Shadow,
    outlines,
    text_width,
)

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "canvas.json").read_text())


def drawing() -> Canvas:
    """Return a small chart that uses everything."""
    canvas = Canvas(200, 150, "#f8f8fa")
    fade = LinearGradient((20.0, 0.0), (50.0, 0.0), ("blue", "#aaccff"))
    canvas.rounded_rectangle(20.3, 60.5, 50.8, 130.0, 4.0, fade, shadow=Shadow())
    canvas.rectangle(60.0, 40.25, 90.0, 130.0, "red", stroke="black", stroke_width=1.5)
    shine = RadialGradient((125.0, 45.0), 30.0, ("white", "orange"))
    canvas.circle((130.0, 50.0), 20.0, shine, shadow=Shadow(blur=5))
    canvas.ellipse((170.0, 50.0), (20.0, 9.0), None, stroke="purple", stroke_width=3.0)
    canvas.sector((150.0, 110.0), 25.0, -90.0, 43.2, "green", inner=8.0, opacity=0.7)
    canvas.polyline([(20.0, 100.0), (75.0, 30.0), (120.0, 90.0)], "black", 2.0, dash=(5.0, 3.0))
    canvas.line((10.0, 130.5), (190.0, 130.5), "grey")
    canvas.text((100.0, 14.0), "Äpfel & Birnen: 12 °C", size=13.0, across="middle", bold=True)
    canvas.text((8.0, 90.0), "Tonnes", size=9.0, turned=True)
    canvas.picture(canvas.rgb[:10, 90:110], (170, 130))
    return canvas


def hashes() -> dict[str, str]:
    canvas = drawing()
    made = {"rgb": canvas.rgb.tobytes(), "jpeg": canvas.jpeg()}
    return {what: hashlib.sha256(data).hexdigest() for what, data in made.items()}


def hashes_in_a_process(**environment: str) -> dict[str, str]:
    code = "import json, test_canvas; print(json.dumps(test_canvas.hashes()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def covered(canvas: Canvas) -> np.ndarray:
    """Return how dark each pixel is: the share of it that black covers on white."""
    return 1.0 - canvas._image[..., 0].astype(np.float64)


def shoelace(points: list[tuple[float, float]]) -> float:
    """Return the area of a polygon that does not cross itself."""
    following = [*points[1:], points[0]]
    return abs(
        sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(points, following, strict=True)) / 2
    )


def test_a_drawing_has_the_bytes_that_are_checked_in():
    assert hashes() == GOLDEN


@pytest.mark.slow
def test_bytes_do_not_depend_on_the_processor_or_the_hash_seed():
    assert hashes_in_a_process(NUMBA_CPU_NAME="generic", PYTHONHASHSEED="1") == GOLDEN


@settings(deadline=None)
@given(
    st.tuples(*[st.floats(28.0, 36.0)] * 2),
    st.floats(1.0, 25.0),
    st.integers(3, 9),
    st.floats(0.0, 360.0),
)
def test_a_polygon_covers_exactly_its_area(centre, radius, corners, turn):
    canvas = Canvas(64, 64)
    angles = [math.radians(turn + 360 * k / corners) for k in range(corners)]
    points = [
        (centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle))
        for angle in angles
    ]
    canvas.polygon(points, (0.0, 0.0, 0.0))
    assert covered(canvas).sum() == pytest.approx(shoelace(points), abs=0.02)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-20.0, 60.0), st.floats(-20.0, 60.0)), min_size=3, max_size=6))
def test_each_pixel_is_covered_by_what_lies_inside_it(points):
    canvas = Canvas(40, 40)
    try:
        canvas.polygon(points, (0.0, 0.0, 0.0))
    except ValueError:
        return
    share = covered(canvas)
    assert share.min() >= -1e-6
    assert share.max() <= 1.0 + 1e-6
    for x, y in ((5, 5), (20, 20), (33, 12)):
        winding = _winding_of_grid(points, x, y)
        if winding is not None:
            assert share[y, x] == pytest.approx(min(abs(winding), 1), abs=1e-4)


def _winding_of_grid(points, x, y):
    """Return the winding number of a pixel, None where an edge comes near it."""
    following = [*points[1:], points[0]]
    total = 0
    for (ax, ay), (bx, by) in zip(points, following, strict=True):
        for k in range(200):
            px, py = ax + (bx - ax) * k / 199, ay + (by - ay) * k / 199
            if -1.0 < px - x < 2.0 and -1.0 < py - y < 2.0:
                return None
        if (ay <= y + 0.5) != (by <= y + 0.5):
            crossing = ax + (y + 0.5 - ay) / (by - ay) * (bx - ax)
            if crossing < x + 0.5:
                total += 1 if by > ay else -1
    return total


def test_what_overlaps_in_a_stroke_is_drawn_once():
    canvas = Canvas(60, 60)
    canvas.polyline(
        [(10.0, 30.0), (50.0, 30.0), (30.0, 10.0), (30.0, 50.0)], (0.0, 0.0, 0.0), 6.0, opacity=0.5
    )
    assert covered(canvas).max() == pytest.approx(0.5, abs=1e-5)


def test_a_circle_is_round():
    canvas = Canvas(100, 100)
    canvas.circle((50.0, 50.0), 40.0, (0.0, 0.0, 0.0))
    assert covered(canvas).sum() == pytest.approx(math.pi * 40.0**2, rel=2e-3)


def test_slices_of_a_pie_fill_the_disc():
    canvas = Canvas(100, 100)
    for start, end in ((-90.0, 43.2), (43.2, 155.0), (155.0, 270.0)):
        canvas.sector((50.0, 50.0), 40.0, start, end, (0.0, 0.0, 0.0))
    assert covered(canvas).sum() == pytest.approx(math.pi * 40.0**2, rel=5e-3)


def test_dashes_cover_their_share_of_a_line():
    whole, dashed = Canvas(120, 20), Canvas(120, 20)
    line = [(10.0, 10.0), (60.0, 10.0), (110.0, 10.0)]
    whole.polyline(line, (0.0, 0.0, 0.0), 2.0)
    dashed.polyline(line, (0.0, 0.0, 0.0), 2.0, dash=(6.0, 4.0))
    assert covered(dashed).sum() == pytest.approx(0.6 * covered(whole).sum(), rel=0.02)


@pytest.mark.parametrize(
    "draw",
    [
        lambda c: c.rectangle(10.5, 20.0, 40.2, 50.0, "red"),
        lambda c: c.rounded_rectangle(10.5, 20.0, 40.2, 50.0, 5.0, "red"),
        lambda c: c.circle((50.0, 50.0), 17.3, "red", stroke="black", stroke_width=3.0),
        lambda c: c.ellipse((50.0, 50.0), (30.0, 11.0), "red"),
        lambda c: c.sector((50.0, 50.0), 30.0, 10.0, 80.0, "red"),
        lambda c: c.line((10.0, 10.0), (70.0, 30.0), "red", 2.5),
        lambda c: c.polyline([(10.0, 10.0), (70.0, 30.0), (20.0, 60.0)], "red", 2.5),
        lambda c: c.text((20.0, 50.0), "Qy", "red", 20.0),
        lambda c: c.text((20.0, 80.0), "Qy", "red", 20.0, turned=True),
    ],
)
def test_a_box_holds_what_was_drawn_and_no_more(draw):
    canvas = Canvas(100, 100)
    box = draw(canvas)
    rows, columns = np.nonzero((canvas._image != 1.0).any(axis=2))
    touched = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert box.x0 <= touched[0] <= box.x0 + 1
    assert box.y0 <= touched[1] <= box.y0 + 1
    assert box.x1 - 1 <= touched[2] <= box.x1
    assert box.y1 - 1 <= touched[3] <= box.y1


def test_a_shadow_darkens_beside_a_shape_and_is_not_in_its_box():
    canvas = Canvas(100, 100)
    box = canvas.rectangle(30.0, 30.0, 60.0, 60.0, "red", shadow=Shadow(blur=4))
    assert box == (30, 30, 60, 60)
    assert canvas.rgb[62, 45].sum() < 3 * 250
    assert canvas.rgb[5, 5].sum() == 3 * 255


def test_a_gradient_runs_from_one_ink_to_the_other():
    canvas = Canvas(100, 20)
    ramp = LinearGradient((0.0, 0.0), (100.0, 0.0), ("#000000", "#ffffff"))
    canvas.rectangle(0.0, 0.0, 100.0, 20.0, ramp)
    row = canvas.rgb[10, :, 0].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[0] <= 3 and row[-1] >= 252 and abs(row[50] - 128) <= 3


def test_text_is_as_wide_as_it_says_and_stands_where_it_is_put():
    canvas = Canvas(300, 60)
    box = canvas.text((150.0, 30.0), "Hundred", size=24.0, across="middle", upright="middle")
    assert box.x1 - box.x0 == pytest.approx(text_width("Hundred", 24.0), abs=4.0)
    assert (box.x0 + box.x1) / 2 == pytest.approx(150.0, abs=2.0)
    assert (box.y0 + box.y1) / 2 == pytest.approx(30.0, abs=1.5)


def test_bold_text_is_heavier():
    thin, heavy = Canvas(200, 40), Canvas(200, 40)
    thin.text((10.0, 30.0), "weight", (0.0, 0.0, 0.0), 20.0)
    heavy.text((10.0, 30.0), "weight", (0.0, 0.0, 0.0), 20.0, bold=True)
    assert covered(heavy).sum() > 1.3 * covered(thin).sum()


def test_a_letter_with_a_hole_has_one():
    canvas = Canvas(60, 60)
    box = canvas.text((10.0, 50.0), "O", (0.0, 0.0, 0.0), 50.0)
    assert covered(canvas)[(box.y0 + box.y1) // 2, (box.x0 + box.x1) // 2] == 0.0


def test_a_character_that_the_font_lacks_is_named():
    with pytest.raises(ValueError, match="漢"):
        Canvas(50, 50).text((5.0, 20.0), "漢")


def test_a_shape_off_the_canvas_is_refused():
    with pytest.raises(ValueError, match="outside the canvas of 50 x 40"):
        Canvas(50, 40).rectangle(60.0, 0.0, 80.0, 20.0, "red")


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e9])
def test_a_coordinate_that_is_no_place_is_refused(bad):
    with pytest.raises(ValueError, match="expected coordinates"):
        Canvas(50, 40).rectangle(0.0, 0.0, 20.0, bad, "red")


def test_an_unknown_ink_is_refused():
    with pytest.raises(ValueError, match=r"'mauve'.*#rrggbb"):
        Canvas(50, 40).rectangle(0.0, 0.0, 20.0, 20.0, "mauve")


def test_a_picture_that_leaves_the_canvas_is_refused():
    with pytest.raises(ValueError, match="leaves the canvas"):
        Canvas(50, 40).picture(np.zeros((20, 20, 3), np.uint8), (40, 0))


def test_a_pasted_picture_keeps_its_bytes():
    picture = np.arange(300, dtype=np.uint8).reshape(10, 10, 3)
    canvas = Canvas(50, 40)
    box = canvas.picture(picture, (7, 9))
    assert (canvas.rgb[box.y0 : box.y1, box.x0 : box.x1] == picture).all()


def test_strokes_have_one_sense():
    pieces = outlines.stroke([(0.0, 0.0), (9.0, 2.0), (3.0, 8.0)], 3.0, closed=True)
    signs = {
        sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(p, [*p[1:], p[0]], strict=True)) > 0
        for p in pieces
    }
    assert len(signs) == 1
