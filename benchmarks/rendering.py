"""Measure MIR-Synth's 3D renderer, from random scene to JPEG file, against other engines.

    python benchmarks/rendering.py                      # ours, at 336 and 448 pixels
    pip install pybullet mujoco && \
        MUJOCO_GL=egl python benchmarks/rendering.py    # and whichever of these can be imported

One picture's share of the work: a random scene of 4 to 9 solids with its shadows (one for three
pictures), the picture, and its JPEG at quality 92. Ours adds the boxes of all objects. Figures are
processor time of this process, all its threads added up: the best of several rounds.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import random
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from mirbench.synth import prefabs, render
from mirbench.synth.render.trig import cos_degrees, sin_degrees

VIEWS = 3
GROUNDS = ("wood", "tiles", "grass", "concrete")
TARGET = (0.0, 0.2, 0.4)


class Thing(NamedTuple):
    """One solid of a random scene, in words that every engine understands."""

    kind: str
    x: float
    y: float
    radius: float
    turn: int
    colour: tuple[float, float, float]


def random_things(seed: int) -> list[Thing]:
    """Return 4 to 9 spheres, boxes and cylinders that do not touch."""
    draw = random.Random(seed)
    wanted, things = draw.randint(4, 9), []
    while len(things) < wanted:
        radius = draw.choice([0.35, 0.5, 0.7])
        x, y = draw.randint(-250, 250) / 100, draw.randint(-200, 250) / 100
        if any((x - t.x) ** 2 + (y - t.y) ** 2 < (radius + t.radius + 0.35) ** 2 for t in things):
            continue
        kind = draw.choice(["sphere", "box", "cylinder"])
        colour = draw.choice(list(render.COLOURS.values()))
        things.append(Thing(kind, x, y, radius, draw.randint(0, 179), colour))
    return things


def eye_of(view: int) -> tuple[float, float, float]:
    """Return where the camera stands: three places on a circle."""
    azimuth = (-90, -35, -150)[view]
    return 8.0 * cos_degrees(azimuth), 8.0 * sin_degrees(azimuth), 3.9


def encode(rgb: np.ndarray) -> bytes:
    """Return a JPEG as ours are made."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=92, subsampling=0)
    return buffer.getvalue()


def solid_of(thing: Thing) -> render.Primitive:
    """Return a thing as one of our solids."""
    centre, material = (thing.x, thing.y, thing.radius), render.Material(thing.colour)
    r = thing.radius
    if thing.kind == "sphere":
        return render.Sphere(centre=centre, radius=r, material=material)
    if thing.kind == "box":
        size, turn = (2 * r, 2 * r, 2 * r), (0, 0, thing.turn)
        return render.Box(centre=centre, size=size, turn=turn, material=material)
    return render.Cylinder(centre=centre, radius=0.8 * r, height=2 * r, material=material)


def with_mirbench(seed: int, size: int) -> None:
    """Render a random scene with our renderer: pictures, boxes, files."""
    objects = [
        render.Object(key=str(number), parts=(solid_of(thing),))
        for number, thing in enumerate(random_things(seed))
    ]
    scene = render.Scene(objects, ground=render.Ground(GROUNDS[seed % len(GROUNDS)]))
    for view in range(VIEWS):
        seen = scene.render(render.Camera(eye_of(view), TARGET, width=size, height=size))
        for thing in objects:
            seen.box(thing.key)
        seen.jpeg()


def street(seed: int, size: int) -> None:
    """Render a street of prefabs, about a hundred solids."""
    objects = [
        prefabs.road("road"),
        prefabs.lane_dashes("dashes", (-20.0, 0.0)),
        prefabs.car("car", (-3.0 + seed % 5, -1.6), colour="red"),
        prefabs.van("van", (5.0, 1.6), heading=180, colour="blue"),
        prefabs.tree("tree", (-6.0, 8.0)),
        prefabs.conifer("conifer", (3.0, 9.0)),
        prefabs.house("house", (12.0, 16.0), heading=-90),
        prefabs.person("person", (1.0, -4.2), heading=90, colour="orange"),
    ]
    scene = render.Scene(objects, ground=render.Ground("grass"))
    for x in (-6.0, -2.0, 3.0):
        seen = scene.render(
            render.Camera((x, -18.0, 5.0), (0.0, 0.0, 1.0), width=size, height=size)
        )
        for thing in objects:
            seen.box(thing.key)
        seen.jpeg()


def with_pybullet() -> Callable[[int, int], None]:
    """Return pybullet's software renderer (TinyRenderer), with shadows."""
    import pybullet as bullet

    bullet.connect(bullet.DIRECT)

    def run(seed: int, size: int) -> None:
        bullet.resetSimulation()
        for thing in random_things(seed):
            bullet.createMultiBody(
                baseVisualShapeIndex=_bullet_shape(bullet, thing),
                basePosition=(thing.x, thing.y, thing.radius),
                baseOrientation=bullet.getQuaternionFromEuler((0, 0, thing.turn * np.pi / 180)),
            )
        floor = bullet.createVisualShape(
            bullet.GEOM_BOX, halfExtents=(20, 20, 0.01), rgbaColor=(0.5, 0.4, 0.3, 1)
        )
        bullet.createMultiBody(baseVisualShapeIndex=floor)
        projection = bullet.computeProjectionMatrixFOV(45, 1, 0.1, 100)
        for view in range(VIEWS):
            looking = bullet.computeViewMatrix(eye_of(view), TARGET, (0, 0, 1))
            _, _, rgba, _, _ = bullet.getCameraImage(
                size,
                size,
                looking,
                projection,
                lightDirection=(3, -4, 7),
                shadow=1,
                renderer=bullet.ER_TINY_RENDERER,
            )
            encode(
                np.ascontiguousarray(np.reshape(rgba, (size, size, 4))[..., :3].astype(np.uint8))
            )

    return run


def _bullet_shape(bullet: Any, thing: Thing) -> int:
    r, colour = thing.radius, (*thing.colour, 1.0)
    if thing.kind == "sphere":
        return bullet.createVisualShape(bullet.GEOM_SPHERE, radius=r, rgbaColor=colour)
    if thing.kind == "box":
        return bullet.createVisualShape(bullet.GEOM_BOX, halfExtents=(r, r, r), rgbaColor=colour)
    return bullet.createVisualShape(
        bullet.GEOM_CYLINDER, radius=0.8 * r, length=2 * r, rgbaColor=colour
    )


def with_mujoco() -> Callable[[int, int], None]:
    """Return MuJoCo's OpenGL renderer, with shadows; without a GPU that is Mesa's llvmpipe."""
    import mujoco

    def run(seed: int, size: int) -> None:
        model = mujoco.MjModel.from_xml_string(_mujoco_xml(seed, size))
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
        with mujoco.Renderer(model, size, size) as renderer:
            for view in range(VIEWS):
                renderer.update_scene(data, camera=f"view{view}")
                encode(renderer.render())

    return run


def _mujoco_xml(seed: int, size: int) -> str:
    solids = []
    for thing in random_things(seed):
        r = thing.radius
        dimensions = {"sphere": f"{r}", "box": f"{r} {r} {r}", "cylinder": f"{0.8 * r} {r}"}
        red, green, blue = thing.colour
        solids.append(
            f'<geom type="{thing.kind}" size="{dimensions[thing.kind]}" '
            f'pos="{thing.x} {thing.y} {r}" euler="0 0 {thing.turn}" '
            f'rgba="{red} {green} {blue} 1"/>'
        )
    for view in range(VIEWS):
        x, y, z = eye_of(view)
        right = f"{-(y - TARGET[1])} {x - TARGET[0]} 0"
        up = f"{-(x - TARGET[0])} {-(y - TARGET[1])} {8.0 * 8.0 / 3.5}"
        solids.append(
            f'<camera name="view{view}" pos="{x} {y} {z}" xyaxes="{right} {up}" fovy="45"/>'
        )
    return (
        f'<mujoco><visual><global offwidth="{size}" offheight="{size}"/></visual><worldbody>'
        '<light pos="3 -4 7" dir="-3 4 -7" castshadow="true"/>'
        '<geom type="plane" size="20 20 0.1" rgba="0.5 0.4 0.3 1"/>'
        f"{''.join(solids)}</worldbody></mujoco>"
    )


def pictures_a_second(
    run: Callable[[int, int], None], size: int, scenes: int, rounds: int
) -> float:
    """Return pictures a second of processor time, in the best round."""
    run(0, size)
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for seed in range(scenes):
            run(seed, size)
        best = min(best, time.process_time() - start)
    return scenes * VIEWS / best


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[336, 448])
    parser.add_argument("--scenes", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    render.warm_up()
    engines: dict[str, Callable[[int, int], None]] = {
        "mirbench, random solids": with_mirbench,
        "mirbench, street": street,
    }
    for name, engine in (("pybullet", with_pybullet), ("mujoco", with_mujoco)):
        if importlib.util.find_spec(name) is not None:
            engines[f"{name}, random solids"] = engine()
    for ground in GROUNDS:
        render.Scene([], ground=render.Ground(ground)).prepared  # noqa: B018 - makes the texture
    print(f"{'pictures/s a core':32}" + "".join(f"{size:>9} px" for size in arguments.sizes))
    for name, run in engines.items():
        ours = name.startswith("mirbench")
        scenes, rounds = (arguments.scenes, arguments.rounds) if ours else (4, 2)
        figures = [pictures_a_second(run, size, scenes, rounds) for size in arguments.sizes]
        print(f"{name:32}" + "".join(f"{figure:12.1f}" for figure in figures))


if __name__ == "__main__":
    main()
