"""Hugging Face Hub endpoints that run on this machine: one to read a dataset, one to push to.

They answer what `huggingface_hub` asks when it downloads a file, reads ranges of it, or commits.
"""

import base64
import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def serve_dataset(repo: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the files of a folder as a dataset; yields the endpoint and a log of requests."""
    log: list[str] = []
    files = [
        {"type": "file", "path": path.name, "size": path.stat().st_size, "oid": "0" * 40}
        for path in sorted(folder.iterdir())
    ]

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            log.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())

        def do_HEAD(self) -> None:
            self._file(with_body=False)

        def do_GET(self) -> None:
            if "/tree/" in self.path:
                self._json(files)
            elif self.path.startswith("/api/"):
                self._json({"id": repo, "sha": COMMIT, "siblings": []})
            else:
                self._file(with_body=True)

        def _json(self, value: object) -> None:
            content = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _file(self, with_body: bool) -> None:
            match = re.fullmatch(rf"/datasets/{repo}/resolve/[^/]+/(.+)", self.path)
            path = folder / match.group(1) if match else None
            if path is None or not path.is_file():
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound" if match else "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = path.read_bytes()
            ranged = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            etag = hashlib.sha256(content).hexdigest()
            if ranged:
                start, end = int(ranged[1]), int(ranged[2] or len(content) - 1)
                total = len(content)
                content = content[start : end + 1]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{end}/{total}")
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{etag}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.send_header("Accept-Ranges", "bytes")
            self.end_headers()
            if with_body:
                self.wfile.write(content)

    with _served(Handler) as endpoint:
        yield endpoint, log


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Repository:
    """What a dataset repository received."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)
    pull_requests: list[dict[str, bytes]] = field(default_factory=list)
    uploaded: dict[str, bytes] = field(default_factory=dict)
    refused: bool = False
    has_xet: bool = False
    xorbs: dict[str, bytes] = field(default_factory=dict)
    num_shards: int = 0

    def commit(self, lines: list[dict[str, Any]], as_pull_request: bool) -> None:
        """Apply the lines of a commit: header, files, large files, deletions."""
        files = dict(self.files)
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "header":
                    self.commits.append(value["summary"])
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    # Xet sends chunks; which file they make, only its storage can tell.
                    oid = value["oid"]
                    files[value["path"]] = oid.encode() if self.xorbs else self.uploaded[oid]
                case "deletedFile":
                    del files[value["path"]]
        if as_pull_request:
            self.pull_requests.append(files)
        else:
            self.files = files


@contextmanager
def serve_repository(repo: str) -> Iterator[tuple[str, Repository]]:
    """Serve an empty dataset repository that takes commits; yields the endpoint and what came."""
    repository = Repository()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            siblings = [{"rfilename": path} for path in repository.files]
            tree = [
                {"type": "file", "path": path, "size": len(content), "oid": "0" * 40}
                for path, content in repository.files.items()
            ]
            if "/xet-write-token/" in self.path:
                self._xet_token()
                return
            if self.path.startswith("/cas/"):
                self._json({"error": "no such chunk"}, status=404)
                return
            is_tree = "/tree/" in self.path
            self._json(tree if is_tree else {"id": repo, "sha": COMMIT, "siblings": siblings})

        def do_PUT(self) -> None:
            content = self._body()
            oid = hashlib.sha256(content).hexdigest()
            assert self.path == f"/lfs/{oid}"
            repository.uploaded[oid] = content
            self._json({})

        def do_POST(self) -> None:
            body = self._body()
            host = f"http://{self.headers['Host']}"
            if repository.refused:
                self._json({"error": "no"}, status=403)
            elif self.path.startswith("/cas/v1/xorbs/"):
                repository.xorbs[self.path.rpartition("/")[2]] = body
                self._json({"was_inserted": True})
            elif self.path == "/cas/v1/shards":
                repository.num_shards += 1
                self._json({"result": 1})
            elif self.path == "/api/repos/create":
                self._json({"url": f"{host}/datasets/{repo}", "name": repo, "id": repo})
            elif self.path == "/api/validate-yaml":
                self._json({"errors": [], "warnings": []})
            elif "/preupload/" in self.path:
                self._json({"files": [_upload_mode(f["path"]) for f in json.loads(body)["files"]]})
            elif self.path.endswith("/info/lfs/objects/batch"):
                objects = [
                    _upload_action(host, wanted, repository.uploaded)
                    for wanted in json.loads(body)["objects"]
                ]
                self._json({"transfer": "basic", "objects": objects})
            elif "/commit/" in self.path:
                is_pull_request = "create_pr=1" in self.path
                repository.commit([json.loads(line) for line in body.splitlines()], is_pull_request)
                url = f"{host}/datasets/{repo}"
                self._json({
                    "commitUrl": f"{url}/commit/{COMMIT}",
                    "commitOid": COMMIT,
                    "pullRequestUrl": f"{url}/discussions/1" if is_pull_request else None,
                })  # fmt: skip
            else:
                self._json({"error": self.path}, status=404)

        def _xet_token(self) -> None:
            if not repository.has_xet:
                self._json({"error": "no Xet here"}, status=404)
                return
            storage = f"http://{self.headers['Host']}/cas"
            self._json({"casUrl": storage, "accessToken": "xet", "exp": int(time.time()) + 3600})

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        def _json(self, value: object, status: int = 200) -> None:
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with _served(Handler) as endpoint:
        yield endpoint, repository


def _upload_mode(path: str) -> dict[str, Any]:
    is_large = path.endswith((".parquet", ".png"))
    return {"path": path, "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False}


def _upload_action(host: str, wanted: dict[str, Any], uploaded: dict[str, bytes]) -> dict[str, Any]:
    if wanted["oid"] in uploaded:
        return wanted
    return {**wanted, "actions": {"upload": {"href": f"{host}/lfs/{wanted['oid']}"}}}
