"""A thirteenth subtask takes one file: MIR-Synth finds it, makes it, and says what it is."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mirbench.data.release import Release
from mirbench.record import Sample
from mirbench.synth import SynthError, generate, registry, subtasks, write_release
from mirbench.synth.audit import items_of_release
from mirbench.synth.command import synth_app
from mirbench.synth.plan import make_plan
from mirbench.synth.puzzle import LEVELS
from mirbench.synth.registry import load, makers, official_makers, register, subtask_named
from mirbench.taxonomy import SUBTASKS

DIALS = Path(__file__).parent.parent / "docs" / "examples" / "dials.py"
"""The example of docs/mir-synth.md."""


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget afterwards what a test registers."""
    official_makers()
    monkeypatch.setattr(registry, "_KNOWN", dict(registry._KNOWN))
    yield
    load.cache_clear()
    registry._discover.cache_clear()
    sys.modules.pop(f"{subtasks.__name__}.dials", None)


@pytest.mark.parametrize("level", LEVELS)
def test_the_example_makes_fair_puzzles(level: int) -> None:
    load(str(DIALS))
    for index in range(8):
        puzzle = generate("dials", level, index)
        assert not puzzle.rejected
        assert len(puzzle.twins) == len(puzzle.jpegs) + 1 == level + 2


def test_a_release_of_it_is_written_read_and_verified(tmp_path: Path) -> None:
    out, plugin = tmp_path / "out", ["--plugin", str(DIALS)]
    run = CliRunner().invoke(
        synth_app, [str(out), "--subtasks", "dials", "--num", "20", "--workers", "1", *plugin]
    )
    assert run.exit_code == 0, run.output
    samples = [sample for _, sample in Release.open(out).records()]
    assert len(samples) == 20
    for sample in samples:
        assert isinstance(sample, Sample), sample
        assert (sample.category, sample.subtask) == ("Sequential", None)
        assert sample.source == "MIR-Synth 1: Turning Dials"
    load.cache_clear()
    registry._KNOWN.pop("dials")
    again = CliRunner().invoke(synth_app, ["verify", str(out), "--workers", "2", *plugin])
    assert again.exit_code == 0, again.output
    assert {item.subtask for item in items_of_release(out)} == {"Turning Dials"}


def test_without_its_file_the_message_says_how_to_name_it(tmp_path: Path) -> None:
    load(str(DIALS))
    write_release(tmp_path, num=1, subtasks=["dials"], workers=1, progress=False)
    registry._KNOWN.pop("dials")
    with pytest.raises(SynthError, match=r"found 'dials'; .* --plugin FILE"):
        generate("dials", 1, 0)


def test_a_module_among_the_subtasks_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(DIALS, tmp_path)
    monkeypatch.setattr(subtasks, "__path__", [*subtasks.__path__, str(tmp_path)])
    registry._discover.cache_clear()
    assert [maker.slug for maker in makers()][12:] == ["dials"]
    assert generate("Turning Dials", 2, 0).id == "synth-1-dials-L2-0"


def test_a_set_that_names_no_subtask_has_the_twelve() -> None:
    load(str(DIALS))
    assert tuple(maker.name for maker in official_makers()) == SUBTASKS
    assert len(make_plan(num=1).subtasks) == 12
    assert make_plan(num=1, subtasks=["dials", "blur"]).subtasks == ("blur", "dials")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Turning Cogs"}, "found 'Turning Dials', slug 'dials'"),
        ({"name": "Image puzzle!", "slug": "cogs"}, "found 'Image Puzzle', slug 'puzzle'"),
        ({"name": "Cogs", "slug": "two cogs"}, "expected a slug"),
        ({"name": "Cogs", "slug": "cogs", "category": None}, "category of Spatial, Sequential"),
    ],
)
def test_what_cannot_be_registered_says_why(changes: dict[str, str], message: str) -> None:
    load(str(DIALS))
    dials = subtask_named("dials")
    fields = {name: getattr(dials, name) for name in dials.__slots__}
    with pytest.raises(SynthError, match=message):
        register(type(dials)(**(fields | changes)))


@pytest.mark.parametrize("plugin", ["no/such/file.py", "no_such_module", "broken.py"])
def test_a_plugin_that_cannot_be_loaded_is_named(
    plugin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.py").write_text("def (:\n")
    with pytest.raises(SynthError, match=plugin):
        load(plugin)


def test_importing_mir_synth_imports_no_subtask() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, sys, mirbench.synth; print(json.dumps([*sys.modules]))",
        ],
        capture_output=True,
        check=True,
    )
    assert not [name for name in json.loads(told.stdout) if name.startswith("mirbench.synth.")]
