"""What the Hub gets of a submission, and submissions that come as pull requests."""

import hashlib
import json
import socket
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote

import hub_server
import jsonschema
import pytest
import yaml
from releases import record, write_release
from submissions import pack, questions_of

from mirbench.board.baselines import pack_baselines
from mirbench.board.hub import open_pull_requests, submission_folder
from mirbench.board.hub_files import write_hub_files
from mirbench.board.store import Store
from mirbench.data.release import Release
from mirbench.errors import ScoringError

DATASET = "lab/mir"


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release", [record(n, partition="test") for n in range(24)])


@pytest.fixture
def accepted(tmp_path, release):
    store = Store(tmp_path / "store")
    packed = pack(tmp_path, release, model="lab/model", affiliation="The Lab")
    return store, store.add(packed.folder, questions_of(release))


def test_the_entry_is_read_by_the_hubs_own_reader(accepted, tmp_path):
    from huggingface_hub import parse_eval_result_entries

    store, one = accepted
    files = write_hub_files(
        store, one.id, tmp_path / "hub", dataset=DATASET, source_url="https://b"
    )
    assert files.eval_results.relative_to(tmp_path / "hub").parts == (
        ".eval_results",
        "mirbench-mir.yaml",
    )
    [entry] = parse_eval_result_entries(yaml.safe_load(files.eval_results.read_text()))
    assert (entry.dataset_id, entry.task_id, entry.value) == (DATASET, "mir", 75.0)
    assert entry.source_url == "https://b"
    assert entry.notes == "recomputed; 24 questions; mirbench " + one.verdict.mirbench


def test_the_dataset_file_names_the_ranked_tasks(accepted, tmp_path):
    store, one = accepted
    files = write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)
    told = yaml.safe_load(files.eval_yaml.read_text())
    assert set(told) == {"name", "description", "evaluation_framework", "tasks"}
    assert [task["id"] for task in told["tasks"]] == ["mir", "mir_cot"]
    assert {(task["config"], task["split"]) for task in told["tasks"]} == {("default", "test")}


# The required fields of EEE's schema 0.2.2 and the types that are ours to get wrong.
EEE = {
    "type": "object",
    "required": [
        "schema_version", "evaluation_id", "retrieved_timestamp", "source_metadata", "model_info",
        "eval_library", "evaluation_results",
    ],
    "properties": {
        "retrieved_timestamp": {"type": "string", "pattern": "^[0-9]+$"},
        "source_metadata": {
            "required": [
                "source_type", "source_organization_name", "evaluator_relationship",
            ],
            "properties": {
                "source_type": {"enum": ["documentation", "evaluation_run"]},
                "evaluator_relationship": {
                    "enum": ["first_party", "third_party", "collaborative", "other"]
                },
                "additional_details": {"additionalProperties": {"type": "string"}},
            },
        },
        "eval_library": {"required": ["name", "version"]},
        "model_info": {
            "required": ["name", "id"],
            "properties": {"additional_details": {"additionalProperties": {"type": "string"}}},
        },
        "evaluation_results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["evaluation_name", "source_data", "metric_config", "score_details"],
                "properties": {
                    "source_data": {"required": ["dataset_name", "source_type", "hf_repo"]},
                    "metric_config": {"required": ["lower_is_better", "min_score", "max_score"]},
                    "score_details": {
                        "required": ["score"],
                        "properties": {"score": {"type": "number", "minimum": 0, "maximum": 1}},
                    },
                },
            },
        },
    },
}  # fmt: skip


def test_the_record_has_what_the_shared_schema_requires(accepted, tmp_path):
    store, one = accepted
    files = write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)
    told = json.loads(files.eee.read_text())
    jsonschema.validate(told, EEE)
    scores = {
        result["evaluation_name"]: result["score_details"]["score"]
        for result in told["evaluation_results"]
    }
    assert scores["mir"] == 0.75
    assert {"mir Spatial", "mir 3D View"} < set(scores)
    assert told["source_metadata"]["source_organization_name"] == "The Lab"


def test_a_closed_model_has_no_repository_to_write_to(tmp_path, release):
    store = Store(tmp_path / "store")
    packed = pack(tmp_path, release, model="lab/api-model", availability="closed")
    one = store.add(packed.folder, questions_of(release))
    files = write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)
    assert (files.model, files.eval_results) == ("", None)
    assert not (tmp_path / "hub" / ".eval_results").exists()


def test_a_baseline_is_no_result_for_the_hub(tmp_path, release):
    store = Store(tmp_path / "store")
    [packed, *_] = pack_baselines(Release.open(release), tmp_path / "base")
    one = store.add(packed.folder, questions_of(release))
    with pytest.raises(ScoringError, match="expected a model's score"):
        write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)


@pytest.fixture
def online(monkeypatch):
    def use(endpoint):
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            endpoint + "/{repo_id}/resolve/{revision}/{filename}",
        )

    return use


def test_pull_requests_are_opened_to_model_and_dataset(accepted, tmp_path, online):
    store, one = accepted
    files = write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)
    with hub_server.serve_repository(DATASET) as (endpoint, repository):
        online(endpoint)
        urls = open_pull_requests(files, dataset=DATASET, token="hf_test")
    assert len(urls) == 2
    assert all("/discussions/1" in url for url in urls)
    model, dataset = repository.pull_requests
    assert model == {".eval_results/mirbench-mir.yaml": files.eval_results.read_bytes()}
    assert dataset == {"eval.yaml": files.eval_yaml.read_bytes()}
    assert repository.files == {}


def test_a_refusal_of_the_hub_is_told(accepted, tmp_path, online):
    store, one = accepted
    files = write_hub_files(store, one.id, tmp_path / "hub", dataset=DATASET)
    with hub_server.serve_repository(DATASET) as (endpoint, repository):
        online(endpoint)
        repository.refused = True
        with pytest.raises(ScoringError, match="lab/model: the Hub did not take"):
            open_pull_requests(files, dataset=DATASET, token="hf_test")


# ---- a submission as a pull request


@contextmanager
def serve_pull_request(main, added):
    """Serve a dataset repository whose pull request 7 adds files; `added`: path -> content."""
    log = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            log.append(f"{self.command} {self.path}")

        def do_HEAD(self):
            self._answer(with_body=False)

        def do_GET(self):
            self._answer(with_body=True)

        def _answer(self, with_body):
            path = unquote(self.path)
            is_pull_request = "refs/pr/7" in path
            files = {**main, **(added if is_pull_request else {})}
            if "/tree/" in path:
                body = [
                    {"type": "file", "path": name, "size": size_of(value), "oid": "0" * 40}
                    for name, value in files.items()
                ]
                self._send(json.dumps(body).encode(), {"Content-Type": "application/json"})
            elif path.startswith("/api/"):
                told = {"id": DATASET, "sha": hub_server.COMMIT, "siblings": []}
                told["siblings"] = [{"rfilename": name} for name in files]
                self._send(json.dumps(told).encode(), {"Content-Type": "application/json"})
            else:
                content = files[path.split("refs/pr/7/", 1)[1]]
                etag = hashlib.sha256(content).hexdigest()
                headers = {"ETag": f'"{etag}"', "X-Repo-Commit": hub_server.COMMIT}
                self._send(content, headers, with_body=with_body)

        def _send(self, body, headers, with_body=True):
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    with hub_server._served(Handler) as endpoint:
        yield endpoint, log


def size_of(value):
    return value if isinstance(value, int) else len(value)


def files_of(folder, place):
    return {f"{place}/{path.name}": path.read_bytes() for path in folder.iterdir()}


def test_a_submission_is_fetched_from_its_pull_request(tmp_path, release, online):
    packed = pack(tmp_path, release)
    added = files_of(packed.folder, "inbox/mine")
    with serve_pull_request({"README.md": b"x"}, added) as (endpoint, log):
        online(endpoint)
        with submission_folder(f"{DATASET}#7") as folder:
            fetched = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert fetched == {path.name: path.read_bytes() for path in packed.folder.iterdir()}
    assert not any("README" in line for line in log)


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ({"a/submission.json": b"{}", "a/run.py": b"x"}, "expected one new folder with"),
        ({"a/submission.json": b"{}", "b/submission.json": b"{}"}, "expected one new folder with"),
        ({}, "found nothing"),
        ({"a/submission.json": 2**31}, "expected at most 1,048,576 bytes, found 2,147,483,648"),
    ],
)
def test_a_pull_request_of_something_else_is_refused_before_it_is_fetched(added, reason, online):
    with serve_pull_request({}, added) as (endpoint, log):
        online(endpoint)
        with pytest.raises(ScoringError, match=reason), submission_folder(f"{DATASET}#7"):
            pass
    assert not any("/resolve/" in line for line in log)


def test_a_folder_of_that_name_goes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "mir#7").mkdir()
    with submission_folder("lab/mir#7") as folder:
        assert folder.is_dir()


def test_a_hub_that_cannot_be_reached_is_named(accepted, tmp_path, monkeypatch):
    store, one = accepted
    files = write_hub_files(
        store, one.id, tmp_path / "hub", dataset=DATASET, source_url="https://b"
    )
    with socket.socket() as taken:  # and does not listen, so that a connection is refused
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        with pytest.raises(ScoringError, match="lab/model: the Hub did not take"):
            open_pull_requests(files, dataset=DATASET, token="hf_x")
        with (
            pytest.raises(ScoringError, match=f"{DATASET}#3: could not be fetched"),
            submission_folder(f"{DATASET}#3"),
        ):
            pass
