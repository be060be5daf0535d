"""Other public engines for `rendering.py`: each gives a function that renders a random scene.

All have the same work: the solids of a scene with their shadows on a plain floor, three pictures, a
JPEG each. None of them gives boxes, so they are not asked for any. An engine that is not installed,
or that has nothing to draw with on this machine (OpenGL without EGL, say), raises an `ImportError`
or another error of its own; the benchmark says so and goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from rendering_scenes import TARGET, VIEWS, Thing, encode, eye_of, random_things

Run = Callable[[int, int], None]
"""Renders the scene of a seed at a size in pixels."""
LIGHT = (3.0, -4.0, 7.0)
FLOOR = (0.5, 0.4, 0.3)


def with_pybullet() -> Run:
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


def with_mujoco() -> Run:
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


def with_vtk() -> Run:
    """Return VTK's OpenGL renderer with a shadow map; without a GPU that is Mesa's llvmpipe."""
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers what draws
    from vtkmodules.util.numpy_support import vtk_to_numpy
    from vtkmodules.vtkRenderingCore import (
        vtkActor,
        vtkLight,
        vtkPolyDataMapper,
        vtkRenderer,
        vtkRenderWindow,
        vtkWindowToImageFilter,
    )
    from vtkmodules.vtkRenderingOpenGL2 import (
        vtkCameraPass,
        vtkOpaquePass,
        vtkRenderPassCollection,
        vtkSequencePass,
        vtkShadowMapPass,
    )

    def actor(source: Any, place: tuple[float, float, float], turn: int, colour: Any) -> Any:
        mapper, thing = vtkPolyDataMapper(), vtkActor()
        mapper.SetInputConnection(source.GetOutputPort())
        thing.SetMapper(mapper)
        thing.SetPosition(*place)
        thing.RotateZ(turn)
        thing.GetProperty().SetColor(*colour)
        return thing

    def run(seed: int, size: int) -> None:
        renderer, window = vtkRenderer(), vtkRenderWindow()
        window.SetOffScreenRendering(1)
        window.SetSize(size, size)
        window.AddRenderer(renderer)
        for thing in random_things(seed):
            place = (thing.x, thing.y, thing.radius)
            renderer.AddActor(actor(_vtk_solid(thing), place, thing.turn, thing.colour))
        renderer.AddActor(actor(_vtk_box(40.0, 40.0, 0.02), (0.0, 0.0, 0.0), 0, FLOOR))
        light = vtkLight()
        light.SetPosition(*LIGHT)
        light.SetPositional(True)
        light.SetConeAngle(60)
        renderer.AddLight(light)
        shadows, passes, sequence, whole = (
            vtkShadowMapPass(), vtkRenderPassCollection(), vtkSequencePass(), vtkCameraPass(),
        )  # fmt: skip
        passes.AddItem(shadows.GetShadowMapBakerPass())
        passes.AddItem(shadows)
        passes.AddItem(vtkOpaquePass())
        sequence.SetPasses(passes)
        whole.SetDelegatePass(sequence)
        renderer.SetPass(whole)
        camera = renderer.GetActiveCamera()
        camera.SetViewUp(0, 0, 1)
        camera.SetFocalPoint(*TARGET)
        camera.SetViewAngle(45)
        for view in range(VIEWS):
            camera.SetPosition(*eye_of(view))
            renderer.ResetCameraClippingRange()
            window.Render()
            grab = vtkWindowToImageFilter()
            grab.SetInput(window)
            grab.ReadFrontBufferOff()
            grab.Update()
            pixels = vtk_to_numpy(grab.GetOutput().GetPointData().GetScalars())
            encode(np.ascontiguousarray(pixels.reshape(size, size, 3)[::-1]))
        window.Finalize()

    return run


def _vtk_box(x: float, y: float, z: float) -> Any:
    from vtkmodules.vtkFiltersSources import vtkCubeSource

    box = vtkCubeSource()
    box.SetXLength(x)
    box.SetYLength(y)
    box.SetZLength(z)
    return box


def _vtk_solid(thing: Thing) -> Any:
    from vtkmodules.vtkCommonTransforms import vtkTransform
    from vtkmodules.vtkFiltersGeneral import vtkTransformPolyDataFilter
    from vtkmodules.vtkFiltersSources import vtkCylinderSource, vtkSphereSource

    r = thing.radius
    if thing.kind == "box":
        return _vtk_box(2 * r, 2 * r, 2 * r)
    if thing.kind == "sphere":
        ball = vtkSphereSource()
        ball.SetRadius(r)
        ball.SetThetaResolution(48)
        ball.SetPhiResolution(32)
        return ball
    round_one, upright, turned = vtkCylinderSource(), vtkTransform(), vtkTransformPolyDataFilter()
    round_one.SetRadius(0.8 * r)
    round_one.SetHeight(2 * r)
    round_one.SetResolution(48)
    upright.RotateX(90)
    turned.SetTransform(upright)
    turned.SetInputConnection(round_one.GetOutputPort())
    return turned


def with_mitsuba() -> Run:
    """Return Mitsuba 3's path tracer in C++ (`scalar_rgb`), 4 rays a pixel, which leaves noise."""
    import mitsuba

    mitsuba.set_variant("scalar_rgb")
    from mitsuba import ScalarTransform4f as Transform

    def paint(colour: tuple[float, float, float]) -> dict[str, Any]:
        return {"type": "diffuse", "reflectance": {"type": "rgb", "value": list(colour)}}

    def solid(thing: Thing) -> dict[str, Any]:
        r, place = thing.radius, Transform().translate([thing.x, thing.y, thing.radius])
        bsdf = paint(thing.colour)
        if thing.kind == "sphere":
            return {"type": "sphere", "to_world": place.scale(r), "bsdf": bsdf}
        if thing.kind == "box":
            turned = place.rotate([0, 0, 1], thing.turn).scale(r)
            return {"type": "cube", "to_world": turned, "bsdf": bsdf}
        tall = place.scale([0.8 * r, 0.8 * r, r])
        ends = {"p0": [0, 0, -1], "p1": [0, 0, 1]}
        return {"type": "cylinder", "to_world": tall, "bsdf": bsdf, **ends}

    def run(seed: int, size: int) -> None:
        scene: dict[str, Any] = {
            "type": "scene",
            "integrator": {"type": "path", "max_depth": 3},
            "floor": {
                "type": "rectangle", "to_world": Transform().scale(20), "bsdf": paint(FLOOR),
            },
            "sky": {"type": "constant", "radiance": 0.5},
            "sun": {"type": "point", "position": list(LIGHT), "intensity": 60.0},
        }  # fmt: skip
        for number, thing in enumerate(random_things(seed)):
            scene[f"thing{number}"] = solid(thing)
        loaded = mitsuba.load_dict(scene)
        for view in range(VIEWS):
            sensor = mitsuba.load_dict(
                {
                    "type": "perspective",
                    "fov": 45,
                    "to_world": Transform().look_at(eye_of(view), TARGET, [0, 0, 1]),
                    "film": {"type": "hdrfilm", "width": size, "height": size},
                    "sampler": {"type": "independent", "sample_count": 4},
                }
            )
            seen = mitsuba.Bitmap(mitsuba.render(loaded, sensor=sensor, spp=4))
            kinds = mitsuba.Bitmap.PixelFormat.RGB, mitsuba.Struct.Type.UInt8
            encode(np.asarray(seen.convert(*kinds, srgb_gamma=True)))

    return run


def with_pyrender() -> Run:
    """Return pyrender's OpenGL renderer, with shadows, through EGL."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    import pyrender
    import trimesh

    def mesh(thing: Thing) -> Any:
        r = thing.radius
        made = {
            "sphere": lambda: trimesh.creation.uv_sphere(r, count=[32, 48]),
            "box": lambda: trimesh.creation.box([2 * r] * 3),
            "cylinder": lambda: trimesh.creation.cylinder(0.8 * r, 2 * r, sections=48),
        }[thing.kind]()
        paint = pyrender.MetallicRoughnessMaterial(baseColorFactor=(*thing.colour, 1.0))
        return pyrender.Mesh.from_trimesh(made, material=paint, smooth=thing.kind == "sphere")

    def run(seed: int, size: int) -> None:
        scene = pyrender.Scene(ambient_light=[0.3, 0.3, 0.3])
        for thing in random_things(seed):
            pose = trimesh.transformations.rotation_matrix(thing.turn * np.pi / 180, [0, 0, 1])
            pose[:3, 3] = thing.x, thing.y, thing.radius
            scene.add(mesh(thing), pose=pose)
        floor = Thing("box", 0.0, 0.0, 20.0, 0, FLOOR)
        scene.add(mesh(floor), pose=trimesh.transformations.translation_matrix([0, 0, -20.0]))
        light = pyrender.SpotLight(intensity=600.0, outerConeAngle=np.pi / 3)
        scene.add(light, pose=_looking(LIGHT))
        renderer = pyrender.OffscreenRenderer(size, size)
        flags = pyrender.RenderFlags.SHADOWS_SPOT
        for view in range(VIEWS):
            node = scene.add(
                pyrender.PerspectiveCamera(yfov=np.pi / 4), pose=_looking(eye_of(view))
            )
            rgb, _ = renderer.render(scene, flags=flags)
            scene.remove_node(node)
            encode(np.ascontiguousarray(rgb))
        renderer.delete()

    return run


def _looking(eye: tuple[float, float, float]) -> np.ndarray:
    """Return the pose of something at `eye` that looks along its -z at the target."""
    back = np.subtract(eye, TARGET)
    back = back / np.linalg.norm(back)
    right = np.cross([0.0, 0.0, 1.0], back)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, np.cross(back, right), back, eye
    return pose


ENGINES: Mapping[str, Callable[[], Run]] = {
    "vtk": with_vtk,
    "mujoco": with_mujoco,
    "pyrender": with_pyrender,
    "pybullet": with_pybullet,
    "mitsuba": with_mitsuba,
}
"""What to import -> how to render with it."""
