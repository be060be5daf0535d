"""Three scenes whose pictures are known by hash, and every kind of solid in one more.

After a change that is meant to change pictures:
    python tests/render_scenes.py > tests/golden/render.json
"""

from __future__ import annotations

import hashlib
import json
import sys

from mirbench.synth import prefabs
from mirbench.synth.render import (
    COLOURS,
    SKIES,
    Box,
    Camera,
    Cylinder,
    Frustum,
    Ground,
    Light,
    Material,
    Object,
    Rod,
    Scene,
    Sphere,
    View,
    Wedge,
)


def solids() -> Scene:
    """Return one object a solid, turned, stretched and overlapping in the picture."""
    red, green, blue = (Material(COLOURS[name]) for name in ("red", "green", "blue"))
    parts = {
        "box": Box(centre=(0.0, 0.0, 0.5), size=(1.0, 0.8, 1.0), turn=(10, 0, 30), material=red),
        "ball": Sphere(centre=(1.3, 0.6, 0.5), radius=0.5, material=blue),
        "egg": Sphere(centre=(0.5, -0.9, 0.3), radius=(0.4, 0.2, 0.25), turn=(0, 20, 40)),
        "cylinder": Cylinder(centre=(-1.3, 0.5, 0.6), radius=0.4, height=1.2, flatten=0.6),
        "cone": Frustum(centre=(-0.6, 1.6, 0.7), bottom=0.6, top=0.0, height=1.4, material=green),
        "bucket": Frustum(centre=(-0.9, -0.7, 0.3), bottom=0.2, top=0.35, height=0.6),
        "rod": Rod(start=(-1.8, -0.5, 0.2), end=(1.8, -0.2, 1.6), radius=0.06, tip=0.02),
        "roof": Wedge(
            centre=(1.5, -0.7, 0.35), bottom=(0.9, 0.7), top=(0.2, 0.5), height=0.7, lean=(0.2, 0.0)
        ),
    }
    objects = [Object(key=key, parts=(part,)) for key, part in parts.items()]
    return Scene(objects, ground=Ground("wood"))


def street() -> Scene:
    """Return a car, a person and trees beside a road."""
    return Scene(
        [
            prefabs.road("road", length=40.0),
            prefabs.lane_dashes("dashes", (-10.0, 0.0), count=5),
            prefabs.car("car", (-1.0, -1.5), heading=10, colour="red"),
            prefabs.person("person", (2.5, -2.0), heading=-70, colour="yellow"),
            prefabs.tree("tree", (-4.0, 6.0)),
            prefabs.conifer("conifer", (3.0, 7.0)),
        ],
        ground=Ground("grass"),
    )


def weighing() -> Scene:
    """Return a tilted balance with two loads, under a low sun."""
    pans = prefabs.pans(tilt=8)
    return Scene(
        [
            prefabs.balance("balance", tilt=8),
            prefabs.apple("apple", pans.left, scale=6.0),
            prefabs.pear("pear", pans.right, scale=5.0),
        ],
        ground=Ground("tiles"),
        light=Light(azimuth=230, elevation=35, softness=9),
        sky=SKIES["dusk"],
    )


VIEWS = {
    "solids": (solids, Camera((1.0, -5.0, 2.4), (0.0, 0.0, 0.5), width=160, height=120)),
    "street": (street, Camera((-4.0, -9.0, 2.2), (0.0, 0.0, 1.0), fov=55, width=144, height=144)),
    "weighing": (weighing, Camera((0.3, -5.0, 2.0), (0.0, 0.0, 1.0), width=129, height=97)),
}


def view(name: str) -> View:
    """Return the picture of one of the three scenes."""
    scene, camera = VIEWS[name]
    return scene().render(camera)


def hashes(name: str) -> dict[str, str]:
    """Return hashes of everything that a view gives away."""
    seen = view(name)
    made = {
        "rgb": seen.rgb.tobytes(),
        "owner": seen.owner.astype("<i4").tobytes(),
        "depth": seen.depth.astype("<f4").tobytes(),
        "jpeg": seen.jpeg(),
    }
    return {what: hashlib.sha256(data).hexdigest() for what, data in made.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: hashes(name) for name in VIEWS}, indent=2) + "\n")
