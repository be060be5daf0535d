import json

import pytest

from mirbench.evaluation.manifest import (
    Manifest,
    ManifestError,
    file_info,
    read_manifest,
    write_manifest,
)


@pytest.fixture
def run(tmp_path):
    """A folder with two files and their manifest."""
    for name in ("results.json", "samples.jsonl"):
        (tmp_path / name).write_text(name)
    manifest = Manifest.model_validate(
        {
            "model": {"name": "m", "revision": "", "backend": "vllm", "args": {"model": "m"}},
            "data": {"name": "release", "revision": "", "fingerprint": "f" * 64},
            "tasks": [
                {
                    "name": "mir", "version": 1, "prompt": "0" * 12, "generation": {"until": []},
                    "num_questions": 3, "num_draws": 1,
                }
            ],
            "counts": {"num_requests": 3, "num_failed": 0},
            "timing": {
                "finished": "2026-01-02T03:04:05+00:00", "seconds_asking": 1.5,
                "seconds_loading": 2.0, "num_sessions": 1,
            },
            "hardware": {"cpu": "c", "num_cpus": 2, "memory_gib": 8.0, "gpus": []},
            "lengths": {"checked": False, "reason": "a server"},
            "versions": {"mirbench": "0"},
            "settings": {"limit": None},
            "seed": 0,
            "command": "mirbench eval",
            "files": [file_info(path, tmp_path) for path in sorted(tmp_path.iterdir())],
        }
    )  # fmt: skip
    write_manifest(tmp_path, manifest)
    return tmp_path


def changed(run, **changes):
    path = run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return run


def test_a_manifest_is_read_as_it_was_written(run):
    manifest = read_manifest(run)
    assert manifest.format == "mirbench-run/1"
    assert manifest.task("mir").num_questions == 3
    manifest.check_files(run)
    with pytest.raises(ManifestError, match="expected the task 'mir_cot' in the run, found mir"):
        manifest.task("mir_cot")


def test_a_file_that_changed_after_the_run_is_noticed(run):
    manifest = read_manifest(run)
    (run / "samples.jsonl").write_text("samplez.jsonl")
    with pytest.raises(ManifestError, match=r"samples\.jsonl.*changed after the run"):
        manifest.check_files(run)
    (run / "samples.jsonl").unlink()
    with pytest.raises(ManifestError, match="expected a file of the run, found none"):
        manifest.check_files(run)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a\\..\\..\\b", "c:/x", ""])
def test_a_path_out_of_the_folder_is_refused(run, path):
    files = [{"path": path, "size": 1, "sha256": "0" * 64}] * 2
    with pytest.raises(ManifestError, match="path"):
        read_manifest(changed(run, files=files))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "mirbench-run/9"},
        {"tasks": []},
        {"unheard_of": 1},
        {"counts": {"num_requests": 0, "num_failed": 0}},
        {"counts": {"num_requests": 3, "num_failed": -1}},
        {"seed": float("nan")},
    ],
)
def test_what_is_no_manifest_is_refused(run, changes):
    with pytest.raises(ManifestError, match="not a manifest"):
        read_manifest(changed(run, **changes))


def test_a_folder_without_a_manifest_is_no_whole_run(tmp_path):
    with pytest.raises(ManifestError, match="'mirbench eval' writes one when a run is whole"):
        read_manifest(tmp_path)
