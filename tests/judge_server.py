"""A small server of OpenAI's chat API whose model is the test's: for the paid judges there are."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Say = Callable[[dict[str, Any]], tuple[int, Any]]
"""What to answer to a body: a status, and the text of the reply or an error's fields."""


class JudgeServer(ThreadingHTTPServer):
    """Keeps what it was asked, in the order in which it came."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, say: Say, models: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.say = say
        self.models = models
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


@contextmanager
def judging(say: Say, models: tuple[str, ...] = ("judge-1",)) -> Iterator[JudgeServer]:
    """Serve in a thread for as long as the block runs."""
    with JudgeServer(say, models) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield server
        finally:
            server.shutdown()


def reply_of(body: dict[str, Any]) -> str:
    """Return the response that a request asks about."""
    return str(json.loads(body["messages"][-1]["content"])["reply"])


def verdict(option: str, quote: str = "") -> tuple[int, str]:
    """Return a well-formed verdict."""
    return 200, json.dumps({"quote": quote, "option": option})


class _Handler(BaseHTTPRequestHandler):
    server: JudgeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._send(200, {"data": [{"id": name} for name in self.server.models]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.bodies.append(body)
            self.server.headers.append(dict(self.headers))
            status, said = self.server.say(body)
        if status != 200:
            return self._send(status, {"error": said})
        choice = {"index": 0, "message": {"content": said}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        self._send(200, {"choices": [choice], "usage": usage})

    def _send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
