"""What every test shares: a clean environment, tiny models, a browser.

Without a GPU, tests marked `gpu` are skipped. Without a Chromium, tests marked `browser` are
skipped on a machine of one's own and fail in CI, where set-up installs one.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from vllm_server import vllm_server  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SETTINGS = ("MIRBENCH_", "LMMS_", "VLLM_", "OPENAI_", "ANTHROPIC_", "HF_", "WANDB_", "RAY_")

HOME = pytest.StashKey[Path]()

# How long an example takes says more about the machine than about the code.
# In CI the same examples each time: a change is judged there, and luck is not part of it.
hypothesis.settings.register_profile(
    "untimed", hypothesis.settings(), deadline=None, derandomize="CI" in os.environ
)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Forget the user's settings, before anything imports a library that reads them."""
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            del os.environ[name]
    config.stash[HOME] = Path(tempfile.mkdtemp(prefix="mirbench-tests-"))
    os.environ |= {
        "HF_HOME": str(config.stash[HOME]),
        "HF_HUB_OFFLINE": "1",  # nothing a test needs is on the Hub
        "TOKENIZERS_PARALLELISM": "false",
        "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB; vLLM would take half of the memory
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",  # one process a test: starts in a third of the time
        "VLLM_NO_USAGE_STATS": "1",
    }


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what the libraries left in their caches."""
    shutil.rmtree(config.stash[HOME], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, and say why."""
    no_gpu = shutil.which("nvidia-smi") is None
    no_browser = find_chromium() is None and "CI" not in os.environ
    for item in items:
        if no_gpu and item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="no NVIDIA GPU"))
        if no_browser and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium; see scripts/setup.py --browser"))


def find_chromium() -> str | None:
    """Return the path of the system's Chromium."""
    return next(filter(None, map(shutil.which, CHROMIUMS)), None)


# Of a module: while Playwright runs, asyncio.run() is refused to all other tests of the process.
@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A headless Chromium that talks to nobody but the pages under test."""
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "default-apps", "gpu", "quic", "sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=find_chromium(),
            chromium_sandbox=os.geteuid() != 0,  # Chromium refuses to sandbox itself for root
            args=[f"--disable-{feature}" for feature in quiet],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tiny_model_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of the tiny model of a family; each is made once."""
    from mirbench.tiny import build_tiny_model

    folder = tmp_path_factory.mktemp("tiny-models")

    def build(family: str) -> Path:
        made = folder / family
        return made if made.exists() else build_tiny_model(made, family)

    return build


@pytest.fixture(scope="session")
def tiny_model(tiny_model_of: Callable[[str], Path]) -> Path:
    """The folder of a tiny Qwen2.5-VL."""
    return tiny_model_of("qwen2_5_vl")
