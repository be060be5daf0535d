"""Measure MIR-Synth's 3D renderer, from random scene to JPEG file, against other engines.

    python benchmarks/rendering.py                  # ours, and whichever others are installed
    pip install vtk mujoco pyrender pybullet mitsuba
    MUJOCO_GL=egl python benchmarks/rendering.py --engines mujoco,vtk

One picture's share of the work: a random scene of 4 to 9 solids with its shadows (one for three
pictures), the picture, and its JPEG at quality 92. Ours adds the boxes of all objects. Figures are
processor time of this process, all its threads added up: the best of several rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from rendering_engines import ENGINES
from rendering_scenes import TARGET, VIEWS, Thing, eye_of, random_things

from mirbench.synth import prefabs, render

GROUNDS = ("wood", "tiles", "grass", "concrete")


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
    parser.add_argument("--engines", type=_names, default=list(ENGINES), metavar="A,B")
    arguments = parser.parse_args()
    render.warm_up()
    engines: dict[str, Callable[[int, int], None]] = {
        "mirbench, random solids": with_mirbench,
        "mirbench, street": street,
    }
    missing = {}
    for name in arguments.engines:
        try:
            engines[f"{name}, random solids"] = ENGINES[name]()
            engines[f"{name}, random solids"](0, min(arguments.sizes))
        except Exception as error:  # noqa: BLE001 - whatever an engine lacks here, the others go on
            engines.pop(f"{name}, random solids", None)
            missing[name] = "not installed" if isinstance(error, ImportError) else repr(error)
    for ground in GROUNDS:
        render.Scene([], ground=render.Ground(ground)).prepared  # noqa: B018 - makes the texture
    print(f"{'pictures/s a core':32}" + "".join(f"{size:>9} px" for size in arguments.sizes))
    for name, run in engines.items():
        scenes, rounds = arguments.scenes, arguments.rounds
        if not name.startswith("mirbench"):  # the others are slow
            scenes, rounds = min(scenes, 4), min(rounds, 2)
        try:
            figures = [pictures_a_second(run, size, scenes, rounds) for size in arguments.sizes]
        except Exception as error:  # noqa: BLE001 - two engines with OpenGL may not get on together
            missing[name] = f"failed, try it alone with --engines: {error!r}"[:200]
            continue
        print(f"{name:32}" + "".join(f"{figure:12.1f}" for figure in figures), flush=True)
    for name, why in missing.items():
        print(f"{name}: {why}")


def _names(told: str) -> list[str]:
    names = [name for name in told.split(",") if name]
    if unknown := [name for name in names if name not in ENGINES]:
        raise argparse.ArgumentTypeError(f"expected {', '.join(ENGINES)}, found {unknown[0]!r}")
    return names


if __name__ == "__main__":
    main()
