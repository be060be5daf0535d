"""A Hugging Face Hub endpoint for reading one dataset, served on this machine.

Answers what `huggingface_hub` asks when it downloads a file or reads ranges of it.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", log
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
