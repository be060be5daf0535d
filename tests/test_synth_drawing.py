"""2D pictures that know which pixels show what."""

from mirbench.synth.drawing import Drawing


def drawing() -> Drawing:
    made = Drawing(60, 40, "white")
    made.rectangle("under", (10, 10, 30, 30), "red")
    made.shape("over", lambda canvas, fill: canvas.rectangle(20, 10, 40, 30, fill), "blue")
    made.decorate(lambda canvas: canvas.line((0, 5), (60, 5), "black", 2.0))
    return made


def test_a_drawing_knows_what_it_shows() -> None:
    made = drawing()
    assert made.box("under") == (10, 10, 20, 30)
    assert made.visible_fraction("under") == 0.5
    assert made.visible_pixels("over") == 400 == made.mask("over").sum()
    assert made.in_frame("over")
    assert made.box("nowhere") is None
    assert not made.in_frame("nowhere")
    assert made.visible_fraction("nowhere") == 0.0


def test_what_a_thing_is_inscribed_with_can_be_seen_too() -> None:
    made = drawing()
    made.inscribe("over", "5")
    assert made.box("over: 5") == made.box("over")
    assert made.box("over: 6") is None


def test_a_drawing_is_painted_as_it_was_drawn() -> None:
    rgb = drawing().rgb
    assert rgb[20, 15].tolist() != rgb[20, 25].tolist()
    assert rgb[5, 50].max() < 60
    assert rgb[35, 50].min() == 255
