"""Set-up: what it would install, how it starts over, how it fails; and what it left here."""

import importlib.metadata
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
LOCKS = ("cpu.txt", "gpu.txt", "dev.txt", "datasets36.txt")

sys.path.insert(0, str(SCRIPTS))  # the scripts are no package: set-up runs before anything is

import setup  # noqa: E402  # scripts/setup.py, found through the line above
from environment import Environment, SetupError  # noqa: E402


def read_lock(name):
    lines = (ROOT / "requirements" / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def read_project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def environment_of(tmp_path):
    lock = tmp_path / "lock.txt"
    lock.write_text("")

    def make(kind="cpu", content=""):
        lock.write_text(content)
        return Environment(tmp_path / "env", kind=kind, sources=[lock])

    return make


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_to_one_version(name):
    for package, version in read_lock(name).items():
        assert package == canonicalize_name(package)
        assert version[0].isdigit()
        assert "+" not in version, "a local version names a build that other machines do not have"


@pytest.mark.parametrize("engine", ["cpu.txt", "gpu.txt"])
def test_the_locks_hold_all_that_the_project_declares(engine):
    project = read_project()
    extras = project["optional-dependencies"]
    locked = read_lock(engine) | read_lock("dev.txt")
    wanted = [*project["dependencies"], *extras["eval"], *extras["train"]]
    wanted += [*extras["ray"], *extras["dev"]]
    if engine == "gpu.txt":
        wanted += extras["vllm"]
    for requirement in map(Requirement, wanted):
        version = locked[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, requirement


@pytest.mark.parametrize("engine", ["cpu.txt", "gpu.txt"])
def test_the_tools_lock_agrees_with_the_engines_locks(engine):
    tools, engines = read_lock("dev.txt"), read_lock(engine)
    assert {name: engines[name] for name in tools.keys() & engines.keys()}.items() <= tools.items()


def test_what_crashes_beside_a_cpu_torch_is_not_locked_for_it():
    assert not {"torchaudio", "torchcodec"} & read_lock("cpu.txt").keys()


def test_these_tests_run_on_the_locked_versions():
    installed = {
        canonicalize_name(package.name): package.version.split("+")[0]
        for package in importlib.metadata.distributions()
    }
    engine = "gpu.txt" if setup.find_device()[0] == "cuda" else "cpu.txt"
    locked = read_lock(engine) | read_lock("dev.txt")
    assert {name: installed.get(name) for name in locked} == locked


def fake_nvidia_smi(folder, monkeypatch, script):
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_a_gpu_that_nvidia_smi_lists_takes_the_gpu_builds(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, monkeypatch, "echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'")
    assert setup.find_device() == ("cuda", "GPU 0: NVIDIA H100")


@pytest.mark.parametrize("script", ["echo 'GPU 0: broken'; exit 9", "echo 'No devices found'"])
def test_an_nvidia_smi_without_a_gpu_takes_the_cpu_builds(tmp_path, monkeypatch, script):
    fake_nvidia_smi(tmp_path, monkeypatch, script)
    assert setup.find_device()[0] == "cpu"


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_device_can_be_forced(monkeypatch, device):
    monkeypatch.setenv("MIRBENCH_DEVICE", device)
    assert setup.find_device()[0] == device


def test_a_device_that_does_not_exist_is_refused(monkeypatch):
    monkeypatch.setenv("MIRBENCH_DEVICE", "gpu")
    with pytest.raises(SetupError, match=r"expected: cpu or cuda\n +found: +'gpu'"):
        setup.find_device()


def test_an_old_python_is_refused_with_the_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SetupError, match=r"(?s)Python 3\.11.*make setup PYTHON=python3\.11"):
        setup.check_machine(tmp_path / "env", needed_gb=0)


def test_a_full_disk_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(SetupError, match="expected: 1000000 GB free"):
        setup.check_machine(tmp_path / "env", needed_gb=1_000_000)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_interrupted_set_up_starts_over_and_a_finished_one_is_kept(environment_of):
    environment_of().open()
    leftover = environment_of().folder / "half-installed"
    leftover.touch()
    assert not environment_of().is_complete()

    environment = environment_of()
    environment.open()
    assert not leftover.exists()
    environment.close()
    assert environment_of().is_complete()

    leftover.touch()
    changed = environment_of(content="a==1")
    assert not changed.is_complete()
    changed.open()
    assert leftover.exists(), "a changed lock updates in place"
    changed.close()

    other = environment_of(kind="cuda", content="a==1")
    assert not other.is_complete()
    other.open()
    assert not leftover.exists(), "another device makes the environment anew"


def test_an_environment_of_someone_else_is_left_alone(environment_of):
    environment = environment_of()
    (environment.folder / "bin").mkdir(parents=True)
    with pytest.raises(SetupError, match="move it away"):
        environment.open()
    assert (environment.folder / "bin").exists()


@pytest.mark.slow
def test_no_network_is_said_so_and_leaves_the_environment_incomplete(environment_of, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    environment = environment_of()
    environment.open()
    with pytest.raises(SetupError, match="check the network") as refusal:
        environment.pip("a package", "--index-url=http://127.0.0.1:9/simple", "six==1.17.0")
    assert "a package" in str(refusal.value)
    assert not environment_of().is_complete()


@pytest.mark.slow
def test_a_terminated_set_up_leaves_no_step_running(tmp_path):
    marker = tmp_path / "still-running"
    step = f"import time, pathlib; time.sleep(4); pathlib.Path({str(marker)!r}).touch()"
    program = (
        f"import sys; sys.path.insert(0, {str(SCRIPTS)!r}); import signal, setup, environment\n"
        "signal.signal(signal.SIGTERM, setup.interrupt)\n"
        f"e = environment.Environment(setup.Path({str(tmp_path)!r}) / 'env', kind='', sources=[])\n"
        "e.open(); print('open', flush=True)\n"
        f"e.run('a step', '-c', {step!r})\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=-1, stderr=-3, text=True
    ) as child:
        while "open" not in child.stdout.readline():
            pass
        time.sleep(1)
        child.send_signal(signal.SIGTERM)
    assert child.returncode != 0
    time.sleep(4)
    assert not marker.exists()


@pytest.mark.slow
def test_torchvision_is_imported_in_a_new_process_and_python_alone_stays_quick():
    code = (
        "import sys\n"
        "assert 'torch' not in sys.modules, 'the shim may not import torch at every start'\n"
        "import torchvision\n"
        "from transformers import Qwen2VLImageProcessor\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.browser
def test_the_browser_runs_a_page(browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<button onclick='document.title = \"clicked\"'>click</button>")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.click("button")
    assert page.title() == "clicked"
    page.close()
